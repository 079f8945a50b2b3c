//! Bytes that are cut off, changed, random or meant to do harm; and random values.

use proptest::prelude::*;

use super::super::{decode, encode};
use super::{dynamic, hex, number, unknown};
use crate::framework::arbitrary;
use crate::framework::types::Type;
use crate::framework::value::{Refinements, Value};
use crate::plugin::wire::error::{Error, Problem};

/// A value that uses every kind of item the format has.
fn specimen() -> (Type, Value) {
    let ty = Type::object([
        ("dynamic", Type::Dynamic),
        ("list", Type::list(Type::Number)),
        ("map", Type::map(Type::Bool)),
        ("refined", Type::String),
        ("set", Type::set(Type::String)),
        ("tuple", Type::Tuple(vec![Type::Bool, Type::String])),
        ("unknown", Type::Bool),
    ]);
    let value = Value::object([
        (
            "dynamic",
            dynamic(
                Type::object([("x", Type::Number)]),
                Value::object([("x", 1.into())]),
            ),
        ),
        (
            "list",
            Value::List(vec![number("1.5"), number("0.1"), number("70000")]),
        ),
        ("map", Value::Map([("k".to_owned(), true.into())].into())),
        (
            "refined",
            unknown(Refinements {
                string_prefix: Some("n-".to_owned()),
                ..Refinements::default()
            }),
        ),
        ("set", Value::set(["a".repeat(40).into(), "b".into()])),
        ("tuple", Value::List(vec![Value::Null, "c".into()])),
        ("unknown", Value::UNKNOWN),
    ]);
    (ty, value)
}

#[test]
fn data_cut_off_anywhere_is_an_error() {
    let (ty, value) = specimen();
    let bytes = encode(&value, &ty).unwrap();
    assert_eq!(decode(&bytes, &ty), Ok(value));
    for end in 0..bytes.len() {
        let error: Error = decode(&bytes[..end], &ty).unwrap_err();
        assert_eq!(error.problem, Problem::Truncated, "cut at {end}");
    }
}

#[test]
fn a_claimed_length_costs_nothing() {
    // If room were made for what these claim, the test would die: two thousand million elements.
    for bytes in [
        "dd 7fffffff c0",
        "df 7fffffff c0 c0",
        "db 7fffffff 61",
        "c6 7fffffff 61",
        "c9 7fffffff 00 61",
    ] {
        for ty in [
            Type::String,
            Type::list(Type::String),
            Type::set(Type::String),
            Type::map(Type::String),
            Type::object([("a", Type::String)]),
            Type::Tuple(vec![Type::String]),
            Type::Dynamic,
        ] {
            let error = decode(&hex(bytes), &ty).unwrap_err();
            assert_eq!(error.problem, Problem::Truncated);
        }
    }
}

#[test]
fn deep_nesting_is_an_error() {
    let wrap = b"\x92\xc4\x09\"dynamic\"";
    let mut bytes = wrap.repeat(100_000);
    bytes.push(0xc0);
    let error = decode(&bytes, &Type::Dynamic).unwrap_err();
    assert_eq!(error.problem, Problem::TooDeep);

    let wrap = b"\x92\xc4\x12[\"list\",\"dynamic\"]\x91";
    let mut bytes = wrap.repeat(100_000);
    bytes.push(0xc0);
    let error = decode(&bytes, &Type::Dynamic).unwrap_err();
    assert_eq!(error.problem, Problem::TooDeep);

    let deep = (0..200).fold(Value::Null, |value, _| dynamic(Type::Dynamic, value));
    let error = encode(&deep, &Type::Dynamic).unwrap_err();
    assert_eq!(error.problem, Problem::TooDeep);
}

#[test]
fn the_deepest_value_that_is_accepted_can_be_sent_again() {
    let (ty, value) = (0..120).fold((Type::Bool, Value::Bool(true)), |(ty, value), _| {
        (Type::list(ty), Value::List(vec![value]))
    });
    let value = dynamic(ty, value);
    let bytes = encode(&value, &Type::Dynamic).unwrap();
    assert_eq!(decode(&bytes, &Type::Dynamic), Ok(value));
}

proptest! {
    #[test]
    fn every_value_survives((ty, value) in arbitrary::any_typed_value()) {
        let bytes = encode(&value, &ty).unwrap();
        prop_assert_eq!(decode(&bytes, &ty), Ok(value));
    }

    #[test]
    fn no_bytes_panic(ty in arbitrary::any_type(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = decode(&bytes, &ty);
    }

    /// Mutations of a good value get further into the decoder than random bytes do. What is then
    /// accepted must be a value of the type.
    #[test]
    fn no_mutation_panics(
        (ty, value) in arbitrary::any_typed_value(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = encode(&value, &ty).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(value) = decode(&bytes, &ty) {
            let again = encode(&value, &ty).unwrap();
            prop_assert_eq!(decode(&again, &ty), Ok(value));
        }
    }
}
