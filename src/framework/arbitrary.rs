//! Random types and values for property tests.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use super::number::Number;
use super::types::Type;
use super::value::{Refinements, Value};

/// Any type: primitives, `dynamic`, and up to three levels of collections, tuples and objects.
pub(crate) fn any_type() -> impl Strategy<Value = Type> {
    any_type_of_depth(3)
}

fn any_type_of_depth(depth: u32) -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::String),
        Just(Type::Number),
        Just(Type::Bool),
        Just(Type::Dynamic),
    ];
    leaf.prop_recursive(depth, 16, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            vec(inner.clone(), 0..4).prop_map(Type::Tuple),
            btree_map("[a-z][a-z0-9_]{0,8}", inner, 0..4).prop_map(Type::Object),
        ]
    })
}

/// A type and a value of it, in which any part may be null or unknown.
pub(crate) fn any_typed_value() -> impl Strategy<Value = (Type, Value)> {
    any_type().prop_flat_map(|ty| {
        let value = value_of(&ty);
        (Just(ty), value)
    })
}

/// A type and a value of it, in which any part may be null and none is unknown or infinite: what
/// state can hold.
pub(crate) fn any_typed_known_value() -> impl Strategy<Value = (Type, Value)> {
    any_type().prop_flat_map(|ty| {
        let value = known_value_of(&ty);
        (Just(ty), value)
    })
}

/// A value of `ty`, in which any part may be null or unknown.
pub(crate) fn value_of(ty: &Type) -> BoxedStrategy<Value> {
    generate(ty, Content::Any)
}

/// A value of `ty`, in which any part may be null and none is unknown or infinite.
pub(crate) fn known_value_of(ty: &Type) -> BoxedStrategy<Value> {
    generate(ty, Content::Known)
}

#[derive(Clone, Copy, PartialEq)]
enum Content {
    Any,
    Known,
}

fn generate(ty: &Type, content: Content) -> BoxedStrategy<Value> {
    let known = match ty {
        Type::String => text().prop_map(Value::String).boxed(),
        Type::Number => number(content).prop_map(Value::Number).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Dynamic => any_type_of_depth(1)
            .prop_filter("a dynamic value has a type", |ty| *ty != Type::Dynamic)
            .prop_flat_map(move |ty| {
                generate(&ty, content)
                    .prop_map(move |value| Value::Dynamic(Box::new((ty.clone(), value))))
            })
            .boxed(),
        Type::List(element) => vec(generate(element, content), 0..4)
            .prop_map(Value::List)
            .boxed(),
        Type::Set(element) => vec(generate(element, content), 0..4)
            .prop_map(Value::set)
            .boxed(),
        Type::Map(element) => btree_map(text(), generate(element, content), 0..4)
            .prop_map(Value::Map)
            .boxed(),
        Type::Tuple(types) => types
            .iter()
            .map(|ty| generate(ty, content))
            .collect::<Vec<_>>()
            .prop_map(Value::List)
            .boxed(),
        Type::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            members
                .values()
                .map(|ty| generate(ty, content))
                .collect::<Vec<_>>()
                .prop_map(move |values| {
                    let members: BTreeMap<_, _> = names.iter().cloned().zip(values).collect();
                    Value::Object(members)
                })
                .boxed()
        }
    };
    match content {
        Content::Any => prop_oneof![
            8 => known,
            1 => Just(Value::Null),
            1 => unknown(ty),
        ]
        .boxed(),
        Content::Known => prop_oneof![8 => known, 1 => Just(Value::Null)].boxed(),
    }
}

/// Text in normalisation form C.
pub(crate) fn text() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| text.nfc().collect())
}

fn number(content: Content) -> impl Strategy<Value = Number> {
    let finite = prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        any::<f64>().prop_filter_map("a finite number", |float| {
            Number::from_f64(float).ok().filter(|_| float.is_finite())
        }),
        "-?[0-9]{1,40}(\\.[0-9]{1,40})?".prop_map(|text| text.parse().unwrap()),
    ];
    let infinite = prop_oneof![Just(f64::INFINITY), Just(f64::NEG_INFINITY)]
        .prop_map(|float| Number::from_f64(float).unwrap());
    prop_oneof![
        9 => finite,
        u32::from(content == Content::Any) => infinite,
    ]
}

/// An unknown value of `ty` with refinements that such a value can have.
fn unknown(ty: &Type) -> BoxedStrategy<Value> {
    let none = Just(Refinements::default()).boxed();
    let specific = match ty {
        Type::String => option::of("[a-z]{1,20}")
            .prop_map(|string_prefix| Refinements {
                string_prefix,
                ..Refinements::default()
            })
            .boxed(),
        Type::Number => {
            let bound = || option::of((number(Content::Any), any::<bool>()));
            (bound(), bound())
                .prop_map(|(lower, upper)| Refinements {
                    number_lower_bound: lower,
                    number_upper_bound: upper,
                    ..Refinements::default()
                })
                .boxed()
        }
        Type::List(_) | Type::Set(_) | Type::Map(_) => {
            let bound = || option::of(any::<i64>());
            (bound(), bound())
                .prop_map(|(lower, upper)| Refinements {
                    length_lower_bound: lower,
                    length_upper_bound: upper,
                    ..Refinements::default()
                })
                .boxed()
        }
        Type::Dynamic => return Just(Value::UNKNOWN).boxed(),
        Type::Bool | Type::Tuple(_) | Type::Object(_) => none,
    };
    (specific, option::of(any::<bool>()))
        .prop_map(|(refinements, null)| {
            let refinements = Refinements {
                null,
                ..refinements
            };
            Value::Unknown((refinements != Refinements::default()).then(|| Box::new(refinements)))
        })
        .boxed()
}
