//! Small objects, and what each rule makes of them.

use super::{Stage, compatible, plan, replace_paths, result, state};
use crate::proposed::{empty, proposed};
use crate::proto;
use crate::schema::{Attribute, Block, Kind, NestedBlock, Nesting, Resource};
use crate::types::Type;
use crate::value::{Refinements, Value};
use crate::violation::{Rule, Violation};

const NULL: Value = Value::Null;
const UNKNOWN: Value = Value::UNKNOWN;

/// r: required, o: optional, c: computed, w: write-only.
fn attribute(name: &str, role: &str, ty: Type) -> Attribute {
    Attribute {
        name: name.to_owned(),
        kind: Kind::Plain,
        ty,
        required: role.contains('r'),
        optional: role.contains('o'),
        computed: role.contains('c'),
        write_only: role.contains('w'),
    }
}

fn text(name: &str, role: &str) -> Attribute {
    attribute(name, role, Type::String)
}

fn nested(name: &str, role: &str, nesting: Nesting, inner: Vec<Attribute>) -> Attribute {
    let object = Type::Object(
        inner
            .iter()
            .map(|a| (a.name.clone(), a.ty.clone()))
            .collect(),
    );
    let ty = match nesting {
        Nesting::List => Type::List(Box::new(object)),
        Nesting::Set => Type::Set(Box::new(object)),
        Nesting::Map => Type::Map(Box::new(object)),
        Nesting::Single | Nesting::Group => object,
    };
    Attribute {
        kind: Kind::Nested(nesting, inner),
        ..attribute(name, role, ty)
    }
}

fn block(name: &str, nesting: Nesting, attributes: Vec<Attribute>) -> NestedBlock {
    NestedBlock {
        name: name.to_owned(),
        nesting,
        fewest: 0,
        most: 0,
        block: Block {
            attributes,
            blocks: Vec::new(),
        },
    }
}

fn resource(attributes: Vec<Attribute>, blocks: Vec<NestedBlock>) -> Resource {
    let block = Block { attributes, blocks };
    Resource {
        name: "thing".to_owned(),
        version: 0,
        ty: block.ty(),
        block,
        identity: None,
    }
}

fn of_one(attribute: Attribute) -> Resource {
    resource(vec![attribute], Vec::new())
}

fn one(value: impl Into<Value>) -> Value {
    Value::object([("a", value.into())])
}

fn many<const N: usize>(elements: [Value; N]) -> Value {
    Value::List(elements.into())
}

fn rules(violations: Vec<Violation>) -> Vec<Rule> {
    violations
        .into_iter()
        .map(|violation| violation.rule)
        .collect()
}

/// What a plan of one attribute breaks: before, configured, planned.
fn planned(attribute: &Attribute, prior: Value, config: Value, plan: Value) -> Vec<Rule> {
    let resource = of_one(attribute.clone());
    rules(super::plan(
        &resource,
        &one(prior),
        &one(config),
        &one(plan),
    ))
}

#[test]
fn what_is_configured_is_planned() {
    let optional = text("a", "o");
    assert_eq!(planned(&optional, NULL, "x".into(), "x".into()), []);
    assert_eq!(planned(&optional, "y".into(), "x".into(), "y".into()), []);
    assert_eq!(planned(&optional, NULL, UNKNOWN, UNKNOWN), []);
    let refined = Value::Unknown(Some(Box::default()));
    assert_eq!(planned(&optional, NULL, refined, UNKNOWN), []);
    for (config, plan) in [
        ("x".into(), NULL),
        ("x".into(), UNKNOWN),
        (UNKNOWN, "x".into()),
    ] {
        assert_eq!(
            planned(&optional, NULL, config, plan),
            [Rule::PlanNotConfigured]
        );
    }
    assert_eq!(
        planned(&optional, "y".into(), NULL, "y".into()),
        [Rule::PlanNotComputed]
    );
    assert_eq!(
        planned(&optional, NULL, NULL, UNKNOWN),
        [Rule::PlanNotComputed]
    );
}

#[test]
fn what_is_computed_is_the_providers() {
    for plan in [NULL, UNKNOWN, "x".into()] {
        assert_eq!(planned(&text("a", "c"), "y".into(), NULL, plan.clone()), []);
        assert_eq!(planned(&text("a", "oc"), "y".into(), NULL, plan), []);
    }
    let both = text("a", "oc");
    assert_eq!(
        planned(&both, NULL, "x".into(), "y".into()),
        [Rule::PlanNotConfigured]
    );
}

#[test]
fn write_only_values_are_never_planned() {
    let secret = text("a", "ow");
    assert_eq!(planned(&secret, NULL, "x".into(), NULL), []);
    for plan in ["x".into(), "y".into(), UNKNOWN] {
        assert_eq!(
            planned(&secret, NULL, "x".into(), plan),
            [Rule::PlanWriteOnly]
        );
    }
    let deep = nested("a", "o", Nesting::List, vec![text("b", "ow")]);
    let inside = |value: Value| many([Value::object([("b", value)])]);
    assert_eq!(planned(&deep, NULL, inside("x".into()), inside(NULL)), []);
    let told = planned(&deep, NULL, inside("x".into()), inside("x".into()));
    assert_eq!(told, [Rule::PlanWriteOnly]);
}

#[test]
fn nested_attributes_are_where_they_are_configured() {
    let inner = vec![text("b", "o"), text("c", "c")];
    let object = |b: &str, c: Value| Value::object([("b", b.into()), ("c", c)]);
    let list = nested("a", "o", Nesting::List, inner.clone());
    let config = many([object("x", NULL), object("y", NULL)]);
    let right = many([object("x", UNKNOWN), object("y", "made".into())]);
    assert_eq!(planned(&list, NULL, config.clone(), right), []);
    let short = many([object("x", NULL)]);
    assert_eq!(
        planned(&list, NULL, config.clone(), short),
        [Rule::PlanElements]
    );
    assert_eq!(
        planned(&list, NULL, config.clone(), NULL),
        [Rule::PlanPresence]
    );
    assert_eq!(
        planned(&list, NULL, config.clone(), UNKNOWN),
        [Rule::PlanElements]
    );
    let other = many([object("x", NULL), object("z", NULL)]);
    assert_eq!(
        planned(&list, NULL, config, other),
        [Rule::PlanNotConfigured]
    );
    assert_eq!(
        planned(&list, NULL, UNKNOWN, many([])),
        [Rule::PlanElements]
    );

    let map = nested("a", "o", Nesting::Map, inner.clone());
    let under = |key: &str| Value::Map([(key.to_owned(), object("x", NULL))].into());
    assert_eq!(planned(&map, NULL, under("k"), under("k")), []);
    assert_eq!(
        planned(&map, NULL, under("k"), under("l")),
        [Rule::PlanElements]
    );

    let single = nested("a", "o", Nesting::Single, inner);
    assert_eq!(
        planned(&single, NULL, object("x", NULL), object("x", UNKNOWN)),
        []
    );
    let told = planned(&single, NULL, object("x", NULL), object("y", NULL));
    assert_eq!(told, [Rule::PlanNotConfigured]);
}

#[test]
fn of_sets_cores_see_the_number_and_we_the_elements() {
    let set = nested("a", "o", Nesting::Set, vec![text("b", "o"), text("c", "c")]);
    let object = |b: Value, c: Value| Value::object([("b", b), ("c", c)]);
    let two = Value::set([object("x".into(), NULL), object("y".into(), NULL)]);
    let right = Value::set([object("x".into(), UNKNOWN), object("y".into(), "1".into())]);
    assert_eq!(planned(&set, NULL, two.clone(), right), []);
    let fewer = Value::set([object("x".into(), "1".into())]);
    let told = planned(&set, NULL, two.clone(), fewer);
    assert_eq!(told, [Rule::PlanElements, Rule::PlanSetElements]);
    let other = Value::set([object("x".into(), NULL), object("z".into(), NULL)]);
    let told = planned(&set, NULL, two.clone(), other);
    assert_eq!(told, [Rule::PlanSetElements, Rule::PlanSetElements]);
    // Two unknown elements may be one.
    let open = Value::set([object(UNKNOWN, NULL), object("x".into(), NULL)]);
    let one = Value::set([object("x".into(), NULL)]);
    let told = planned(&set, NULL, open, one);
    assert_eq!(told, [Rule::PlanSetElements]);
}

fn blocks(nesting: Nesting, prior: Value, config: Value, plan: Value) -> Vec<Rule> {
    let inner = vec![text("b", "o"), text("c", "c")];
    let resource = resource(Vec::new(), vec![block("a", nesting, inner)]);
    rules(super::plan(
        &resource,
        &one(prior),
        &one(config),
        &one(plan),
    ))
}

#[test]
fn blocks_are_as_configured() {
    let object = |b: &str, c: Value| Value::object([("b", b.into()), ("c", c)]);
    let config = many([object("x", NULL)]);
    let right = many([object("x", UNKNOWN)]);
    assert_eq!(
        blocks(Nesting::List, NULL, config.clone(), right.clone()),
        []
    );
    assert_eq!(
        blocks(Nesting::List, NULL, many([]), NULL),
        [Rule::PlanBlockNull]
    );
    assert_eq!(
        blocks(Nesting::List, NULL, config.clone(), many([])),
        [Rule::PlanBlocks]
    );
    assert_eq!(
        blocks(Nesting::List, NULL, config.clone(), UNKNOWN),
        [Rule::PlanBlocks]
    );
    assert_eq!(
        blocks(Nesting::List, NULL, config, many([UNKNOWN])),
        [Rule::PlanBlocks]
    );
    assert_eq!(
        blocks(Nesting::List, NULL, UNKNOWN, right),
        [Rule::PlanBlockUnknown]
    );
    assert_eq!(blocks(Nesting::List, NULL, UNKNOWN, UNKNOWN), []);
    assert_eq!(blocks(Nesting::Single, NULL, NULL, NULL), []);
    let told = blocks(Nesting::Single, NULL, NULL, object("x", NULL));
    assert_eq!(told, [Rule::PlanPresence]);
    let told = blocks(Nesting::Single, NULL, object("x", NULL), NULL);
    assert_eq!(told, [Rule::PlanPresence]);
    let told = blocks(Nesting::Group, NULL, object("x", NULL), object("y", NULL));
    assert_eq!(told, [Rule::PlanNotConfigured]);
    let told = blocks(
        Nesting::Set,
        NULL,
        Value::set([object("x", NULL)]),
        Value::set([UNKNOWN]),
    );
    assert_eq!(
        told,
        [
            Rule::PlanBlocks,
            Rule::PlanSetElements,
            Rule::PlanSetElements
        ]
    );
    let under = |key: &str| Value::Map([(key.to_owned(), object("x", NULL))].into());
    assert_eq!(
        blocks(Nesting::Map, NULL, under("k"), under("l")),
        [Rule::PlanBlocks]
    );
}

#[test]
fn what_replaces_an_object_leads_somewhere_and_has_changed() {
    use proto::attribute_path::{Step, step::Selector};
    let resource = of_one(text("a", "o"));
    let path = |name: &str| proto::AttributePath {
        steps: vec![Step {
            selector: Some(Selector::AttributeName(name.to_owned())),
        }],
    };
    let told = |prior: Value, plan: Value, name: &str| {
        let (wrong, replaces) = replace_paths(&resource, &prior, &plan, &[path(name)]);
        (rules(wrong), replaces)
    };
    assert_eq!(told(one("x"), one("y"), "a"), (vec![], true));
    assert_eq!(told(one("x"), one(UNKNOWN), "a"), (vec![], true));
    assert_eq!(told(one("x"), one("x"), "a"), (vec![], false));
    assert_eq!(
        told(one("x"), one("y"), "b"),
        (vec![Rule::ReplacePath], false)
    );
    assert_eq!(told(NULL, one("y"), "b"), (vec![], false));
}

/// What a result of one attribute breaks: planned, there.
fn done(attribute: &Attribute, planned: Value, actual: Value) -> Vec<Rule> {
    rules(result(
        &of_one(attribute.clone()),
        &one(planned),
        &one(actual),
    ))
}

#[test]
fn what_was_planned_is_there() {
    let any = text("a", "oc");
    assert_eq!(done(&any, "x".into(), "x".into()), []);
    assert_eq!(done(&any, UNKNOWN, "x".into()), []);
    assert_eq!(done(&any, UNKNOWN, NULL), []);
    let wrong = [
        ("x".into(), "y".into()),
        ("x".into(), NULL),
        (NULL, "x".into()),
        ("x".into(), UNKNOWN),
    ];
    for (planned, actual) in wrong {
        assert_eq!(done(&any, planned, actual), [Rule::ResultInconsistent]);
    }
    let resource = of_one(any);
    assert_eq!(
        rules(result(&resource, &one("x"), &NULL)),
        [Rule::ResultInconsistent]
    );
    assert_eq!(
        rules(result(&resource, &NULL, &one("x"))),
        [Rule::ResultInconsistent]
    );
    let told = compatible(&resource, &one("x"), &one("y"), Rule::FinalPlan);
    assert_eq!(rules(told), [Rule::FinalPlan]);
}

#[test]
fn what_was_known_of_unknown_values_holds() {
    let refined = |refinements: Refinements| Value::Unknown(Some(Box::new(refinements)));
    let prefixed = refined(Refinements {
        is_null: Some(false),
        prefix: Some("ab".to_owned()),
        ..Refinements::default()
    });
    let any = text("a", "c");
    assert_eq!(done(&any, prefixed.clone(), "abc".into()), []);
    assert_eq!(
        done(&any, prefixed.clone(), "a".into()),
        [Rule::ResultInconsistent]
    );
    assert_eq!(done(&any, prefixed, NULL), [Rule::ResultInconsistent]);
    let bounded = refined(Refinements {
        at_least: Some((1.into(), false)),
        at_most: Some((3.into(), true)),
        ..Refinements::default()
    });
    let number = attribute("a", "c", Type::Number);
    for (value, expected) in [(1, false), (2, true), (3, true), (4, false)] {
        let told = done(&number, bounded.clone(), value.into());
        assert_eq!(told.is_empty(), expected, "{value}");
    }
    let counted = refined(Refinements {
        fewest: Some(1),
        most: Some(1),
        ..Refinements::default()
    });
    let list = attribute("a", "c", Type::List(Box::new(Type::Bool)));
    assert_eq!(done(&list, counted.clone(), many([true.into()])), []);
    assert_eq!(done(&list, counted, many([])), [Rule::ResultInconsistent]);
}

#[test]
fn collections_keep_their_places_and_sets_their_elements() {
    let strings = |kind: fn(Box<Type>) -> Type| attribute("a", "oc", kind(Box::new(Type::String)));
    let list = strings(Type::List);
    assert_eq!(
        done(
            &list,
            many(["x".into(), UNKNOWN]),
            many(["x".into(), "y".into()])
        ),
        []
    );
    let told = done(&list, many(["x".into()]), many(["x".into(), "y".into()]));
    assert_eq!(told, [Rule::ResultInconsistent]);
    let map = strings(Type::Map);
    let under = |key: &str| Value::Map([(key.to_owned(), "x".into())].into());
    assert_eq!(
        done(&map, under("k"), under("l")),
        [Rule::ResultInconsistent]
    );
    let set = strings(Type::Set);
    let planned = Value::set(["x".into(), UNKNOWN]);
    assert_eq!(
        done(&set, planned.clone(), Value::set(["x".into(), "y".into()])),
        []
    );
    assert_eq!(done(&set, planned.clone(), Value::set(["x".into()])), []);
    for wrong in [
        Value::set(["y".into()]),
        Value::set(["x".into(), "y".into(), "z".into()]),
    ] {
        assert_eq!(
            done(&set, planned.clone(), wrong),
            [Rule::ResultInconsistent]
        );
    }
    let any = attribute("a", "oc", Type::Dynamic);
    let bool = Value::Dynamic(Box::new((Type::Bool, true.into())));
    let unknown = Value::Dynamic(Box::new((Type::String, UNKNOWN)));
    assert_eq!(done(&any, UNKNOWN, bool.clone()), []);
    assert_eq!(done(&any, bool.clone(), bool.clone()), []);
    assert_eq!(done(&any, unknown, bool), [Rule::ResultInconsistent]);
}

#[test]
fn blocks_stay_in_number() {
    let of = |nesting| resource(vec![], vec![block("a", nesting, vec![text("b", "oc")])]);
    let object = |b: Value| Value::object([("b", b)]);
    let list = of(Nesting::List);
    let planned = one(many([object(UNKNOWN)]));
    assert_eq!(
        rules(result(&list, &planned, &one(many([object("x".into())])))),
        []
    );
    let told = result(&list, &planned, &one(many([])));
    assert_eq!(rules(told), [Rule::ResultInconsistent]);
    assert_eq!(rules(result(&list, &one(UNKNOWN), &one(many([])))), []);
    let set = of(Nesting::Set);
    let planned = one(Value::set([object("x".into())]));
    let told = result(&set, &planned, &one(Value::set([object("y".into())])));
    assert_eq!(rules(told), [Rule::ResultInconsistent]);
    let single = of(Nesting::Single);
    let told = result(&single, &one(object("x".into())), &one(NULL));
    assert_eq!(rules(told), [Rule::ResultInconsistent]);
}

#[test]
fn what_is_kept_is_known_and_without_secrets() {
    let resource = resource(
        vec![text("a", "ow")],
        vec![block("b", Nesting::List, vec![text("c", "o")])],
    );
    let good = empty(&resource.block);
    assert_eq!(rules(state(&resource, &good, Stage::Apply)), []);
    let secret = good.clone().with("a", "x");
    assert_eq!(
        rules(state(&resource, &secret, Stage::Apply)),
        [Rule::ResultWriteOnly]
    );
    assert_eq!(
        rules(state(&resource, &secret, Stage::Other)),
        [Rule::StateWriteOnly]
    );
    let no_blocks = good.clone().with("b", NULL);
    assert_eq!(
        rules(state(&resource, &no_blocks, Stage::Other)),
        [Rule::ResultBlockNull]
    );
    let open = good.with("b", many([Value::object([("c", UNKNOWN)])]));
    assert_eq!(
        rules(state(&resource, &open, Stage::Apply)),
        [Rule::ResultUnknown]
    );
    assert_eq!(
        rules(state(&resource, &open, Stage::Other)),
        [Rule::StateUnknown]
    );
}

/// What is proposed for one attribute.
fn suggested(attribute: Attribute, prior: Value, config: Value) -> Value {
    proposed(&of_one(attribute), &one(prior), &one(config))
        .member("a")
        .clone()
}

#[test]
fn what_is_not_configured_stays_the_providers() {
    assert_eq!(suggested(text("a", "o"), "x".into(), NULL), NULL);
    assert_eq!(suggested(text("a", "oc"), "x".into(), NULL), "x".into());
    assert_eq!(
        suggested(text("a", "oc"), "x".into(), "y".into()),
        "y".into()
    );
    assert_eq!(suggested(text("a", "ow"), NULL, "y".into()), "y".into());
    let made = of_one(text("a", "c"));
    assert_eq!(proposed(&made, &NULL, &one(NULL)), one(NULL));
    assert_eq!(proposed(&made, &one("x"), &NULL), NULL);
    // It had been configured.
    let inner = vec![text("b", "o"), text("c", "c")];
    let object = Value::object([("b", "x".into()), ("c", NULL)]);
    let attribute = nested("a", "oc", Nesting::Single, inner);
    assert_eq!(suggested(attribute.clone(), object, NULL), NULL);
    let object = Value::object([("b", NULL), ("c", "x".into())]);
    assert_eq!(suggested(attribute, object.clone(), NULL), object);
}

#[test]
fn elements_keep_what_the_provider_set_in_them() {
    let inner = vec![text("b", "o"), text("c", "c")];
    let object = |b: &str, c: Value| Value::object([("b", b.into()), ("c", c)]);
    let list = nested("a", "o", Nesting::List, inner.clone());
    let prior = many([object("x", "1".into())]);
    let config = many([object("y", NULL), object("z", NULL)]);
    let expected = many([object("y", "1".into()), object("z", NULL)]);
    assert_eq!(suggested(list, prior, config), expected);
    let set = nested("a", "o", Nesting::Set, inner);
    let prior = Value::set([object("x", "1".into()), object("y", "2".into())]);
    let config = Value::set([object("y", NULL), object("z", NULL)]);
    let expected = Value::set([object("y", "2".into()), object("z", NULL)]);
    assert_eq!(suggested(set, prior, config), expected);
}

/// The walk of a core through an element of a set that was there, with its dead ends.
#[test]
fn computed_objects_and_sets_inside_a_set_are_not_found_again() {
    let made = vec![text("c", "c")];
    let inside = Value::object([("c", "1".into())]);
    let cases = [
        (
            nested("m", "c", Nesting::Single, made.clone()),
            inside.clone(),
            false,
        ),
        (
            nested("m", "c", Nesting::List, made.clone()),
            many([inside]),
            false,
        ),
        (nested("m", "c", Nesting::List, made), many([]), true),
        (
            attribute("m", "c", Type::Set(Box::new(Type::String))),
            Value::set(["1".into()]),
            false,
        ),
        (
            attribute("m", "c", Type::List(Box::new(Type::String))),
            many(["1".into()]),
            true,
        ),
    ];
    for (member, value, is_found) in cases {
        let set = nested("a", "o", Nesting::Set, vec![text("b", "o"), member]);
        let object = |m: Value| Value::set([Value::object([("b", "x".into()), ("m", m)])]);
        let expected = object(if is_found { value.clone() } else { NULL });
        assert_eq!(
            suggested(set, object(value.clone()), object(NULL)),
            expected,
            "{value:?}"
        );
    }
}

#[test]
fn a_plan_for_nothing_or_of_nothing_is_wrong() {
    let resource = of_one(text("a", "o"));
    assert_eq!(
        rules(plan(&resource, &NULL, &one("x"), &NULL)),
        [Rule::PlanPresence]
    );
    assert_eq!(
        rules(plan(&resource, &NULL, &NULL, &one("x"))),
        [Rule::PlanPresence]
    );
}
