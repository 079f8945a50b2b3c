//! Configurations for objects that exist.

use super::harness::{Core, Object, object, thing, thing_server, with};
use super::schema_only::SchemaOnly;
use super::thing::Thing;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::Value;

#[tokio::test]
async fn it_says_what_a_user_would_write_and_fits_the_object() {
    let member = object([
        ("user", "m".into()),
        ("role", "admin".into()),
        ("level", 1.into()),
        ("member_id", "made".into()),
        ("realm", "".into()),
    ]);
    let state = thing([
        ("id", "i".into()),
        ("name", "a".into()),
        ("note", "".into()),
        ("size", 4.into()),
        ("mode", "standard".into()),
        ("token", "t".into()),
        ("updated_at", "now".into()),
        ("members", Value::set([member])),
        ("options", object([("verbose", false.into())])),
        ("status", object([("phase", "ready".into())])),
        (
            "pool",
            Value::List(vec![object([("name", "p".into()), ("size", 2.into())])]),
        ),
        (
            "server",
            object([("address", "s".into()), ("certificate", "c".into())]),
        ),
    ]);
    let server = thing_server(Thing::default());
    let config = server
        .generate_resource_config("test_thing", &state)
        .unwrap();
    let member = object([
        ("user", "m".into()),
        ("role", "admin".into()),
        ("level", Value::Null),
        ("member_id", Value::Null),
        ("realm", Value::Null),
    ]);
    let expected = thing([
        ("name", "a".into()),
        ("size", 4.into()),
        ("members", Value::set([member])),
        (
            "pool",
            Value::List(vec![object([("name", "p".into()), ("size", 2.into())])]),
        ),
        (
            "server",
            object([("address", "s".into()), ("certificate", Value::Null)]),
        ),
    ]);
    assert_eq!(config, expected);
    // What the configuration leaves out makes no difference but to the empty texts.
    let state = with(&state, [("note", Value::Null), ("members", Value::Null)]);
    let config = server
        .generate_resource_config("test_thing", &state)
        .unwrap();
    let object = Object {
        identity: self::object([("id", "i".into()), ("zone", Value::Null)]),
        ..Object::of(state)
    };
    Core::things(Thing::default())
        .assert_settled(&object, &config)
        .await;
}

#[test]
fn without_a_state_there_is_an_empty_one() {
    let server = thing_server(Thing::default());
    let config = server
        .generate_resource_config("test_thing", &Value::Null)
        .unwrap();
    assert_eq!(config, thing([]));
    assert!(
        server
            .generate_resource_config("test_thnig", &Value::Null)
            .is_err()
    );
}

#[test]
fn what_must_be_set_stays() {
    let text = |name: &str| Attribute::string(name).description("x");
    let schema = Schema::new(
        "x",
        [
            text("empty").required(),
            text("old").required().deprecated("x"),
            text("older").optional().deprecated("x"),
            text("id").optional().computed(),
        ],
    );
    let core = SchemaOnly::core(schema);
    let state = object([
        ("empty", "".into()),
        ("old", "o".into()),
        ("older", "o".into()),
        ("id", "i".into()),
    ]);
    let config = core
        .server
        .generate_resource_config("test_schema", &state)
        .unwrap();
    let expected = with(&state, [("older", Value::Null), ("id", Value::Null)]);
    assert_eq!(config, expected);
}
