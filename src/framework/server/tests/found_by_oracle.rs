//! What random lives have found (`tests/oracle`), each in the fewest words.

use super::harness::{Object, at, object, told};
use super::schema_only::SchemaOnly;
use crate::framework::operation::ClientCapabilities;
use crate::framework::schema::{Attribute, BlockNesting, NestedBlock, Nesting, Schema};
use crate::framework::server::Kind;
use crate::framework::value::{Refinements, Value};

fn text(name: &str) -> Attribute {
    Attribute::string(name).description("x")
}

fn in_a_set(attributes: impl IntoIterator<Item = Attribute>) -> Schema {
    let nesting = BlockNesting::Set { min: 0, max: 0 };
    Schema::new("x", [text("note").optional()])
        .block(NestedBlock::new("item", nesting, "x", attributes))
}

fn items<const N: usize>(note: &str, items: [Value; N]) -> Value {
    object([("note", note.into()), ("item", Value::set(items))])
}

/// Cores give the one that leaves its value open what the other one is configured to be.
#[tokio::test]
async fn a_configured_element_is_not_taken_for_one_that_is_left_open() {
    let core = SchemaOnly::core(in_a_set([text("value").optional().computed()]));
    let config = items(
        "x",
        [
            object([("value", Value::Null)]),
            object([("value", "made-0".into())]),
        ],
    );
    let made = core.settle(&Object::none(), &config).await;
    core.assert_settled(&made, &config).await;
}

/// One that was given a default is not taken for one of which nothing was configured.
#[tokio::test]
async fn a_default_tells_elements_apart() {
    let size = Attribute::number("size").default(1).description("x");
    let made = Attribute::nested("made", Nesting::Single, [text("id").computed(), size]);
    let made = made.optional().computed().description("x");
    let core = SchemaOnly::core(in_a_set([made]));
    let inside = object([("id", Value::Null), ("size", Value::Null)]);
    let config = items(
        "x",
        [object([("made", Value::Null)]), object([("made", inside)])],
    );
    let made = core.settle(&Object::none(), &config).await;
    core.assert_settled(&made, &config).await;
}

/// Cores find no element again that has such an object in it.
#[tokio::test]
async fn an_element_with_a_computed_object_is_found_again() {
    let made = Attribute::nested("made", Nesting::Single, [text("id").computed()]);
    let made = made.computed().description("x");
    let core = SchemaOnly::core(in_a_set([text("key").required(), made]));
    let config = items("x", [object([("key", "a".into()), ("made", Value::Null)])]);
    let made = core.settle(&Object::none(), &config).await;
    core.assert_settled(&made, &config).await;
}

/// Null would be a promise that the apply has to break.
#[tokio::test]
async fn what_is_kept_from_the_state_is_open_in_a_new_object() {
    let core = SchemaOnly::core(in_a_set([
        text("key").required(),
        text("id").computed().use_state(),
    ]));
    let item = |key: Value| object([("key", key), ("id", Value::Null)]);
    let made = core
        .settle(&Object::none(), &items("x", [item("a".into())]))
        .await;
    let id = |plan: &Value| {
        let Value::Set(items) = plan.member("item") else {
            panic!("not a set");
        };
        items.as_slice()[0].member("id").clone()
    };
    let plan = core.plan(&made, &items("x", [item("b".into())])).await;
    assert_eq!(id(&plan.planned_state), Value::UNKNOWN);
    // It may turn out to be the one that is there.
    let plan = core.plan(&made, &items("x", [item(Value::UNKNOWN)])).await;
    assert_eq!(id(&plan.planned_state), Value::UNKNOWN);
    let plan = core.plan(&made, &items("y", [item("a".into())])).await;
    assert_eq!(&id(&plan.planned_state), &id(&made.state));
}

/// An object that is planned to stay cannot be replaced when it turns out that it should have been.
#[tokio::test]
async fn what_is_unknown_as_a_whole_may_replace_the_object() {
    let inner = text("key").optional().requires_replace();
    let whole = Attribute::nested("whole", Nesting::List, [inner]).optional();
    let harmless = Attribute::nested("harmless", Nesting::List, [text("key").optional()]);
    let core = SchemaOnly::core(Schema::new(
        "x",
        [whole.description("x"), harmless.optional().description("x")],
    ));
    let config = |whole: Value, harmless: Value| object([("whole", whole), ("harmless", harmless)]);
    let made = core
        .settle(&Object::none(), &config(Value::Null, Value::Null))
        .await;
    for (whole, harmless, expected) in [
        (Value::UNKNOWN, Value::Null, "whole"),
        (Value::List(vec![Value::UNKNOWN]), Value::Null, "whole[0]"),
        (Value::Null, Value::UNKNOWN, ""),
    ] {
        let plan = core.plan(&made, &config(whole, harmless)).await;
        let paths: Vec<String> = plan
            .requires_replace
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(paths.join(" "), expected);
    }
}

/// What is planned as beginning with `A-` must do so, and the spelling that is kept need not.
#[tokio::test]
async fn nothing_is_promised_about_what_may_be_spelled_otherwise() {
    let same = |a: &Value, b: &Value| {
        let lower = |value: &Value| value.as_str().map(str::to_lowercase);
        lower(a) == lower(b)
    };
    let core = SchemaOnly::core(Schema::new(
        "x",
        [
            text("name").required().equivalent_when(same),
            text("other").required(),
        ],
    ));
    let config = |name: Value, other: Value| object([("name", name), ("other", other)]);
    let made = core
        .settle(&Object::none(), &config("a-1".into(), "x".into()))
        .await;
    let open = Value::Unknown(Some(Box::new(Refinements {
        string_prefix: Some("A-".to_owned()),
        ..Refinements::default()
    })));
    let early = core.plan(&made, &config(open.clone(), open.clone())).await;
    assert_eq!(at(&early.planned_state, "name"), &Value::UNKNOWN);
    assert_eq!(at(&early.planned_state, "other"), &open);
    let late = core.plan(&made, &config("A-1".into(), "A-2".into())).await;
    assert_eq!(at(&late.planned_state, "name"), &"a-1".into());
}

/// Cores take it for a bug that there are fewer elements planned than configured.
#[test]
fn elements_that_the_default_makes_the_same_are_refused() {
    let port = Attribute::number("port").default(80).description("x");
    let core = SchemaOnly::core(in_a_set([text("host").required(), port]));
    let said = |port: Value| {
        let item = |port: Value| object([("host", "a".into()), ("port", port)]);
        let config = items("x", [item(Value::Null), item(port)]);
        let client = ClientCapabilities::default();
        let server = &core.server;
        told(&server.validate_config(Kind::Resource, "test_schema", &config, client))
    };
    assert_eq!(said(81.into()), "");
    assert_eq!(said(Value::UNKNOWN), "");
    insta::assert_snapshot!(said(80.into()), @"
    Error at item: Two elements of item are the same
    They differ only in values that one of them leaves out, and that are the default in the other.

    Remove one of them.
    ");
}
