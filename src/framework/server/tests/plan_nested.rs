//! Planning inside nested attributes, sets and blocks.

use super::harness::{Core, Object, at, element, existing, map, object, thing, told, with};
use super::schema_only::SchemaOnly;
use super::thing::Thing;
use crate::framework::schema::{Attribute, BlockNesting, NestedBlock, Nesting, Schema};
use crate::framework::types::Type;
use crate::framework::value::Value;

fn config() -> Value {
    thing([("name", "a".into())])
}

fn network(host: &str) -> Value {
    object([
        ("host", host.into()),
        ("port", Value::Null),
        ("address", Value::Null),
    ])
}

fn member(user: &str, role: Value) -> Value {
    object([
        ("user", user.into()),
        ("role", role),
        ("level", Value::Null),
        ("member_id", Value::Null),
        ("realm", Value::Null),
    ])
}

#[tokio::test]
async fn nested_attributes_get_defaults_and_unknowns_one_by_one() {
    let config = with(
        &config(),
        [
            ("network", network("h")),
            (
                "limits",
                map([(
                    "cpu",
                    object([
                        ("max", 2.into()),
                        ("used", Value::Null),
                        ("key", Value::Null),
                    ]),
                )]),
            ),
            (
                "members",
                Value::set([member("m", Value::Null), member("n", "admin".into())]),
            ),
        ],
    );
    let core = Core::things(Thing::default());
    let plan = core.plan(&Object::none(), &config).await;
    let planned = &plan.planned_state;
    assert_eq!(at(planned, "network.port"), &80.into());
    assert_eq!(at(planned, "network.address"), &Value::UNKNOWN);
    assert_eq!(at(planned, "limits.#cpu.used"), &Value::UNKNOWN);
    let (m, n) = (
        element(planned.member("members"), "user", "m"),
        element(planned.member("members"), "user", "n"),
    );
    assert_eq!(
        (m.member("role"), m.member("level")),
        (&Value::UNKNOWN, &1.into())
    );
    assert_eq!(
        (n.member("role"), n.member("level")),
        (&"admin".into(), &1.into())
    );
    assert_eq!(n.member("member_id"), &Value::UNKNOWN);

    let object = core.settle(&Object::none(), &config).await;
    core.assert_settled(&object, &config).await;
}

/// What configuration says of one element is not mistaken for what it leaves open in another.
#[tokio::test]
async fn set_elements_that_differ_only_in_what_the_provider_may_set() {
    let config = with(
        &config(),
        [(
            "members",
            Value::set([
                member("m", Value::Null),
                member("m", "admin".into()),
                member("m", "guest".into()),
            ]),
        )],
    );
    let core = Core::things(Thing::default());
    let plan = core.plan(&Object::none(), &config).await;
    let Value::Set(planned) = plan.planned_state.member("members") else {
        panic!("not a set");
    };
    let mut roles: Vec<&Value> = planned.iter().map(|member| member.member("role")).collect();
    roles.sort();
    assert_eq!(roles, [&Value::UNKNOWN, &"admin".into(), &"guest".into()]);
}

#[tokio::test]
async fn defaults_inside_set_elements_come_back_and_settle() {
    let level = |level: Value| {
        let member = with(&member("m", Value::Null), [("level", level)]);
        with(&config(), [("members", Value::set([member]))])
    };
    let (core, object) = existing(&level(7.into())).await;
    let object = core.settle(&object, &level(Value::Null)).await;
    let members = object.state.member("members");
    assert_eq!(element(members, "user", "m").member("level"), &1.into());
    core.assert_settled(&object, &level(Value::Null)).await;
}

#[tokio::test]
async fn set_elements_are_compared_in_what_is_nested_in_them() {
    let text = |name: &str| Attribute::string(name).description("x");
    let inner = |nesting| {
        Attribute::nested(
            "inner",
            nesting,
            [text("key").required(), text("made").computed()],
        )
        .optional()
        .description("x")
    };
    for nesting in [Nesting::Single, Nesting::List, Nesting::Map] {
        let outer = [inner(nesting), text("id").computed().use_state()];
        let outer = Attribute::nested("outer", Nesting::Set, outer).optional();
        let note = text("note").optional();
        let core = SchemaOnly::core(Schema::new("x", [outer.description("x"), note]));
        let element_of = |key: &str| {
            let inner = object([("key", key.into()), ("made", Value::Null)]);
            let inner = match nesting {
                Nesting::List => Value::List(vec![inner]),
                Nesting::Map => map([("k", inner)]),
                _ => inner,
            };
            object([("inner", inner), ("id", Value::Null)])
        };
        let config = |note: &str| {
            object([
                ("outer", Value::set([element_of("a"), element_of("b")])),
                ("note", note.into()),
            ])
        };
        let object = core.settle(&Object::none(), &config("x")).await;
        core.assert_settled(&object, &config("x")).await;
        // Every element finds its own id again when something else changes.
        let plan = core.plan(&object, &config("y")).await;
        let ids = |value: &Value| match value.member("outer") {
            Value::Set(elements) => {
                let mut ids: Vec<Value> = elements.iter().map(|e| e.member("id").clone()).collect();
                ids.sort();
                ids
            }
            other => panic!("not a set: {other:?}"),
        };
        assert_eq!(ids(&plan.planned_state), ids(&object.state), "{nesting:?}");
    }
}

#[tokio::test]
async fn blocks_of_every_nesting_are_planned_inside() {
    let pool = object([("name", "p".into()), ("size", Value::Null)]);
    let config = with(
        &config(),
        [
            (
                "server",
                object([("address", "s".into()), ("certificate", Value::Null)]),
            ),
            ("pool", Value::List(vec![pool.clone(), pool])),
            (
                "peer",
                Value::set([object([("host", "h".into()), ("fingerprint", Value::Null)])]),
            ),
            (
                "route",
                map([("r", object([("target", "t".into()), ("cost", Value::Null)]))]),
            ),
        ],
    );
    let core = Core::things(Thing::default());
    let plan = core.plan(&Object::none(), &config).await;
    let planned = &plan.planned_state;
    assert_eq!(at(planned, "server.certificate"), &Value::UNKNOWN);
    assert_eq!(at(planned, "options.verbose"), &false.into());
    assert_eq!(at(planned, "pool.1.size"), &Value::UNKNOWN);
    assert_eq!(at(planned, "route.#r.cost"), &1.into());
    let peer = element(planned.member("peer"), "host", "h");
    assert_eq!(peer.member("fingerprint"), &Value::UNKNOWN);

    let object = core.settle(&Object::none(), &config).await;
    core.assert_settled(&object, &config).await;
    // A change elsewhere leaves the certificate and the fingerprint as they are.
    let plan = core
        .plan(&object, &with(&config, [("note", "n".into())]))
        .await;
    let planned = &plan.planned_state;
    assert_eq!(planned.member("server"), object.state.member("server"));
    assert_eq!(planned.member("peer"), object.state.member("peer"));
    assert_eq!(at(planned, "pool.0.size"), &Value::UNKNOWN);
}

#[tokio::test]
async fn set_blocks_are_compared_in_the_blocks_inside_them() {
    let text = |name: &str| Attribute::string(name).description("x");
    let mut outer = NestedBlock::new(
        "outer",
        BlockNesting::Set { min: 0, max: 0 },
        "x",
        [text("id").computed().use_state()],
    );
    let many = BlockNesting::List { min: 0, max: 0 };
    outer.block.blocks = vec![NestedBlock::new(
        "inner",
        many,
        "x",
        [text("key").required()],
    )];
    let core = SchemaOnly::core(Schema::new("x", [text("note").optional()]).block(outer));
    let config = |note: &str| {
        let outer = ["a", "b"].map(|key| {
            let inner = Value::List(vec![object([("key", key.into())])]);
            object([("id", Value::Null), ("inner", inner)])
        });
        object([("note", note.into()), ("outer", Value::set(outer))])
    };
    let object = core.settle(&Object::none(), &config("x")).await;
    let plan = core.plan(&object, &config("y")).await;
    assert_eq!(
        plan.planned_state.member("outer"),
        object.state.member("outer")
    );
}

/// What is inside an attribute that is left out is not configured, so no default stands in for it.
#[tokio::test]
async fn no_defaults_inside_what_is_left_out() {
    let port = Attribute::number("port").default(80).description("x");
    let made = Attribute::nested("made", Nesting::Single, [port])
        .optional()
        .computed()
        .use_state()
        .description("x");
    let note = Attribute::string("note").optional().description("x");
    let core = SchemaOnly::core(Schema::new("x", [made, note]));
    let state = |note: Value, port: i64| {
        object([("made", object([("port", port.into())])), ("note", note)])
    };
    let config = |note: Value| object([("made", Value::Null), ("note", note)]);
    let object = Object::of(state(Value::Null, 8080));
    core.assert_settled(&object, &config(Value::Null)).await;
    let plan = core.plan(&object, &config("n".into())).await;
    assert_eq!(plan.planned_state, state("n".into(), 8080));
}

#[tokio::test]
async fn a_default_of_nested_attributes_stands_whole() {
    let port = Attribute::number("port").default(80).description("x");
    let host = Attribute::string("host").optional().description("x");
    let preset = object([("host", "h".into()), ("port", 1.into())]);
    let nested = Attribute::nested("nested", Nesting::Single, [host, port])
        .default(preset.clone())
        .description("x");
    let schema = Schema::new("x", [nested]);
    assert_eq!(schema.self_check(), Vec::<String>::new());
    let core = SchemaOnly::core(schema);
    let config = object([("nested", Value::Null)]);
    let object = core.settle(&Object::none(), &config).await;
    assert_eq!(object.state.member("nested"), &preset);
    core.assert_settled(&object, &config).await;
}

#[tokio::test]
async fn dynamic_attributes_are_planned_like_others() {
    let schema = Schema::new(
        "x",
        [
            Attribute::of("given", Type::Dynamic)
                .optional()
                .description("x"),
            Attribute::of("made", Type::Dynamic)
                .computed()
                .description("x"),
        ],
    );
    let core = SchemaOnly::core(schema);
    let given = Value::Dynamic(Box::new((Type::Number, 3.into())));
    let config = object([("given", given), ("made", Value::Null)]);
    let plan = core.plan(&Object::none(), &config).await;
    assert!(plan.diagnostics.is_empty(), "{}", told(&plan.diagnostics));
    assert_eq!(plan.planned_state.member("made"), &Value::UNKNOWN);
    let object = core.settle(&Object::none(), &config).await;
    core.assert_settled(&object, &config).await;
}
