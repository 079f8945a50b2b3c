//! What a name looks like that is made to drive a terminal, wherever the protocol has it shown.

use terraform_provider_camunda::framework::value::Value;

use crate::provider::thing;
use crate::{configured, create, with};

const NAME: &str = "orders\u{1b}[2J\u{202e}";
const SHOWN: &str = r"orders\u{1b}[2J\u{202e}";

#[tokio::test]
async fn names_cannot_drive_the_terminal_wherever_they_are_shown() {
    let (client, _) = configured().await;
    let made = create(&client, &thing(NAME)).await;
    let config = Value::object([("prefix", "o".into())]);
    let listed = client.list("test_thing", &config, true, 0).await;
    assert_eq!(listed[0].display_name, SHOWN);
    // A value is what it is: Terraform writes it out itself.
    assert_eq!(listed[0].object.as_ref(), Some(&made.state));
    assert_eq!(made.state, with(&thing(NAME), "id", format!("id-{NAME}")));

    let text = format!("quote {NAME}");
    let error = client
        .call("join", &["-".into(), text.as_str().into()])
        .await
        .unwrap_err();
    assert_eq!(error.text, format!("quote {SHOWN} is refused."));
}
