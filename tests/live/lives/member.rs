//! `camunda_organization_member` and its data source. Every invitation sends a mail.

use crate::life::{Life, Step};
use crate::live::Live;
use crate::support::Action;

#[test]
#[ignore = "makes clusters in a real organisation: TF_ACC=1 make test-live"]
fn member() {
    let live = Live::begin("member");
    let Some(domain) = live.settings.mail_domain.clone() else {
        live.skip(
            "all",
            "CAMUNDA_TEST_MAIL_DOMAIN is not set: a domain of yours, to whose addresses invitations go",
        );
        return;
    };
    let block = |email: &str, role: &str| {
        format!(
            "resource \"camunda_organization_member\" \"it\" {{\n  email = {email:?}\n  roles = \
             [{role:?}]\n}}\n"
        )
    };
    let source = "data \"camunda_organization_member\" \"it\" {\n  email = \
                  camunda_organization_member.it.email\n}\n";
    let address = |what: &str| format!("{}@{domain}", live.name(what));
    let (first, second) = (address("ada"), address("bob"));
    Life {
        address: "camunda_organization_member.it",
        first: block(&first, "analyst") + source,
        steps: vec![
            Step::Update(block(&first, "developer"), &["roles"]),
            Step::Replace(block(&second, "developer")),
        ],
        import_id: &|state| state["email"].as_str().unwrap().to_owned(),
        identity: &|state| format!("    email = {}", state["email"]),
        exists: &|state| {
            let all = live.organisation.list("/members");
            all.iter().any(|it| it["email"] == state["email"])
        },
        delete: &|state| {
            let email = state["email"].as_str().unwrap();
            live.organisation
                .delete(&format!("/members/{email}"))
                .unwrap();
        },
        missed: Action::Create,
        comes_back: true,
    }
    .lead(&live);
    live.workspace.finish();
}
