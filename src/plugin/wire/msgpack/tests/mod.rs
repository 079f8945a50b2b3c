//! Byte vectors seen from Terraform itself, and every kind of value there and back.

mod hostile;

use super::{decode, encode};
use crate::framework::number::Number;
use crate::framework::path::Path;
use crate::framework::types::Type;
use crate::framework::value::{Refinements, Value};
use crate::plugin::wire::error::Problem;

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

/// An unknown value with a payload of refinements.
fn refined(payload: &str) -> Vec<u8> {
    let payload = hex(payload);
    let length = u8::try_from(payload.len()).unwrap();
    [&[0xc7, length, 0x0c], payload.as_slice()].concat()
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn dynamic(ty: Type, value: Value) -> Value {
    Value::Dynamic(Box::new((ty, value)))
}

fn unknown(refinements: Refinements) -> Value {
    Value::Unknown(Some(Box::new(refinements)))
}

/// Asserts that `value` is written as `bytes` and read back from them.
#[track_caller]
fn both_ways(value: &Value, ty: &Type, bytes: &[u8]) {
    assert_eq!(encode(value, ty).as_deref(), Ok(bytes));
    assert_eq!(decode(bytes, ty).as_ref(), Ok(value));
}

#[track_caller]
fn text_of_error(bytes: &[u8], ty: &Type) -> String {
    decode(bytes, ty).unwrap_err().to_string()
}

#[test]
fn primitives() {
    both_ways(&Value::Null, &Type::String, &hex("c0"));
    both_ways(&Value::Bool(true), &Type::Bool, &hex("c3"));
    both_ways(&Value::Bool(false), &Type::Bool, &hex("c2"));
    both_ways(&"abc".into(), &Type::String, b"\xa3abc");
    both_ways(&"".into(), &Type::String, &hex("a0"));
}

#[test]
fn a_number_is_an_integer_a_float_or_text() {
    let ty = Type::Number;
    both_ways(&number("0"), &ty, &hex("00"));
    both_ways(&number("127"), &ty, &hex("7f"));
    both_ways(&number("128"), &ty, &hex("cc80"));
    both_ways(&number("-32"), &ty, &hex("e0"));
    both_ways(&number("-33"), &ty, &hex("d0df"));
    both_ways(
        &number("9223372036854775807"),
        &ty,
        &hex("cf 7fffffffffffffff"),
    );
    both_ways(
        &number("-9223372036854775808"),
        &ty,
        &hex("d3 8000000000000000"),
    );
    both_ways(
        &number("9223372036854775808"),
        &ty,
        b"\xb39223372036854775808",
    );
    both_ways(&number("1.5"), &ty, &hex("cb 3ff8000000000000"));
    both_ways(&number("0.1"), &ty, b"\xa30.1");
    both_ways(
        &number("123456789012345678901234567890"),
        &ty,
        b"\xbe123456789012345678901234567890",
    );
    // An integer that a float could hold exactly is still written with its digits.
    both_ways(&number("1e20"), &ty, b"\xb5100000000000000000000");
    let infinite = |float| Value::Number(Number::from_f64(float).unwrap());
    both_ways(&infinite(f64::INFINITY), &ty, &hex("cb 7ff0000000000000"));
    both_ways(
        &infinite(f64::NEG_INFINITY),
        &ty,
        &hex("cb fff0000000000000"),
    );
}

#[test]
fn numbers_are_read_in_every_width() {
    for (bytes, text) in [
        ("cc ff", "255"),
        ("cd ffff", "65535"),
        ("ce ffffffff", "4294967295"),
        ("cf ffffffffffffffff", "18446744073709551615"),
        ("d0 80", "-128"),
        ("d1 8000", "-32768"),
        ("d2 80000000", "-2147483648"),
        ("d3 0000000000000001", "1"),
        ("ca 3fc00000", "1.5"),
        ("cb 8000000000000000", "0"),
        ("d9 03 302e31", "0.1"),
    ] {
        assert_eq!(decode(&hex(bytes), &Type::Number), Ok(number(text)));
    }
    let nan = decode(&hex("cb 7ff8000000000000"), &Type::Number);
    assert_eq!(nan.unwrap_err().problem, Problem::Number);
    let words = decode(b"\xa3one", &Type::Number);
    assert_eq!(words.unwrap_err().problem, Problem::Number);
}

#[test]
fn text_is_normalized_both_ways() {
    let composed = "caf\u{e9}";
    let decomposed = "cafe\u{301}";
    let (ty, map) = (Type::String, Type::map(Type::String));
    let bytes = encode(&composed.into(), &ty).unwrap();
    assert_eq!(encode(&decomposed.into(), &ty), Ok(bytes));
    assert_eq!(decode(b"\xa6cafe\xcc\x81", &ty), Ok(composed.into()));
    let entry = Value::Map([(composed.to_owned(), composed.into())].into());
    assert_eq!(
        decode(b"\x81\xa6cafe\xcc\x81\xa6cafe\xcc\x81", &map),
        Ok(entry.clone())
    );
    let loose = Value::Map([(decomposed.to_owned(), decomposed.into())].into());
    assert_eq!(encode(&loose, &map), encode(&entry, &map));
}

#[test]
fn names_in_a_dynamic_object_are_normalized() {
    let ty = Type::object([("e\u{301}", Type::Bool)]);
    let value = dynamic(ty, Value::object([("e\u{301}", Value::Bool(true))]));
    let bytes = encode(&value, &Type::Dynamic).unwrap();
    assert_eq!(
        decode(&bytes, &Type::Dynamic),
        Ok(dynamic(
            Type::object([("\u{e9}", Type::Bool)]),
            Value::object([("\u{e9}", Value::Bool(true))])
        ))
    );
}

#[test]
fn collections() {
    let strings = Value::List(vec!["a".into(), "b".into()]);
    both_ways(&strings, &Type::list(Type::String), b"\x92\xa1a\xa1b");
    both_ways(
        &Value::set(["b".into(), "a".into()]),
        &Type::set(Type::String),
        b"\x92\xa1a\xa1b",
    );
    both_ways(
        &Value::Map([("k".to_owned(), Value::Null)].into()),
        &Type::map(Type::Bool),
        b"\x81\xa1k\xc0",
    );
    both_ways(
        &Value::List(vec!["a".into(), Value::Bool(true)]),
        &Type::Tuple(vec![Type::String, Type::Bool]),
        b"\x92\xa1a\xc3",
    );
    both_ways(
        &Value::object([("b", Value::Null), ("a", 1.into())]),
        &Type::object([("a", Type::Number), ("b", Type::String)]),
        b"\x82\xa1a\x01\xa1b\xc0",
    );
}

#[test]
fn a_set_merges_its_duplicates() {
    assert_eq!(
        decode(b"\x93\xa1b\xa1a\xa1b", &Type::set(Type::String)),
        Ok(Value::set(["a".into(), "b".into()]))
    );
}

#[test]
fn an_object_is_read_in_any_order() {
    let ty = Type::object([("a", Type::Bool), ("b", Type::Bool)]);
    assert_eq!(
        decode(b"\x82\xa1b\xc3\xa1a\xc2", &ty),
        Ok(Value::object([("a", false.into()), ("b", true.into())]))
    );
}

#[test]
fn unknown_values() {
    both_ways(&Value::UNKNOWN, &Type::String, &hex("d4 00 00"));
    both_ways(
        &Value::UNKNOWN,
        &Type::object([("a", Type::Bool)]),
        &hex("d4 00 00"),
    );
    // Other extensions, of any length, are unknown values of which nothing is known.
    for bytes in [
        "d4 05 ff",
        "c7 00 00",
        "d8 07 00000000000000000000000000000000",
    ] {
        assert_eq!(decode(&hex(bytes), &Type::Number), Ok(Value::UNKNOWN));
    }
}

#[test]
fn a_refined_string_as_terraform_sends_it() {
    let value = unknown(Refinements {
        null: Some(false),
        string_prefix: Some("n-".to_owned()),
        ..Refinements::default()
    });
    both_ways(&value, &Type::String, &hex("c7 07 0c 82 01 c2 02 a2 6e 2d"));
}

#[test]
fn bounds_of_numbers_and_lengths() {
    let value = unknown(Refinements {
        number_lower_bound: Some(("0.1".parse().unwrap(), true)),
        number_upper_bound: Some((10.into(), false)),
        ..Refinements::default()
    });
    both_ways(
        &value,
        &Type::Number,
        &hex("c7 0c 0c 82 03 92 a3302e31 c3 04 92 0a c2"),
    );
    let value = unknown(Refinements {
        length_lower_bound: Some(1),
        length_upper_bound: Some(300),
        ..Refinements::default()
    });
    both_ways(
        &value,
        &Type::list(Type::Bool),
        &hex("c7 07 0c 82 05 01 06 cd012c"),
    );
}

#[test]
fn refinements_that_mean_nothing_here_are_passed_over() {
    // Key 9 with nested content, a negative key, and a prefix for a bool.
    let bytes = refined("84 09 91 81 a161 93 010203 ff c0 02 a161 01 c2");
    let known_not_null = unknown(Refinements {
        null: Some(false),
        ..Refinements::default()
    });
    assert_eq!(decode(&bytes, &Type::Bool), Ok(known_not_null.clone()));
    // And they are not sent either.
    let value = unknown(Refinements {
        null: Some(false),
        string_prefix: Some("a".to_owned()),
        length_lower_bound: Some(1),
        ..Refinements::default()
    });
    let sent = encode(&value, &Type::Bool).unwrap();
    assert_eq!(decode(&sent, &Type::Bool), Ok(known_not_null));
}

#[test]
fn refinements_too_long_to_be_read_are_not_sent() {
    let prefix = |length| {
        unknown(Refinements {
            string_prefix: Some("a".repeat(length)),
            ..Refinements::default()
        })
    };
    let ty = Type::String;
    // One byte for the map, one for the key, three for the header of the string.
    let longest = encode(&prefix(1019), &ty).unwrap();
    assert_eq!(decode(&longest, &ty), Ok(prefix(1019)));
    assert_eq!(encode(&prefix(1020), &ty).unwrap(), hex("d4 00 00"));
    // A payload over the limit is not looked at.
    let mut oversize = hex("c8 0401 0c 81 02 da 03fc");
    oversize.extend(vec![b'a'; 1020]);
    assert_eq!(
        decode(&oversize, &ty).unwrap_err().problem,
        Problem::Refinements
    );
}

#[test]
fn malformed_refinements_are_refused() {
    for payload in [
        "c0",            // not a map
        "81 a161 c0",    // a string as key
        "81 01 01",      // nullness that is no bool
        "81 01",         // no value
        "81 01 c2 c2",   // more than the map
        "81 02 91 a161", // a prefix that is no string
    ] {
        let error = decode(&refined(payload), &Type::String).unwrap_err();
        assert_eq!(error.problem, Problem::Refinements, "{payload}");
    }
    for payload in [
        "81 03 01",
        "81 03 91 01",
        "81 03 92 a161 c2",
        "81 03 92 01 01",
    ] {
        let error = decode(&refined(payload), &Type::Number).unwrap_err();
        assert_eq!(error.problem, Problem::Refinements, "{payload}");
    }
    for payload in ["81 05 c2", "81 05 cf ffffffffffffffff"] {
        let error = decode(&refined(payload), &Type::set(Type::Bool)).unwrap_err();
        assert_eq!(error.problem, Problem::Refinements, "{payload}");
    }
}

#[test]
fn dynamic_values_carry_their_type() {
    let ty = Type::Dynamic;
    both_ways(
        &dynamic(Type::Number, Value::UNKNOWN),
        &ty,
        b"\x92\xc4\x08\"number\"\xd4\x00\x00",
    );
    both_ways(
        &dynamic(Type::String, Value::Null),
        &ty,
        b"\x92\xc4\x08\"string\"\xc0",
    );
    both_ways(
        &dynamic(Type::list(Type::Bool), Value::List(vec![true.into()])),
        &ty,
        b"\x92\xc4\x0f[\"list\",\"bool\"]\x91\xc3",
    );
    both_ways(&Value::Null, &ty, &hex("c0"));
    both_ways(&Value::UNKNOWN, &ty, &hex("d4 00 00"));
}

#[test]
fn dynamic_in_dynamic_is_one() {
    let once = dynamic(Type::Bool, true.into());
    let twice = dynamic(Type::Dynamic, once.clone());
    assert_eq!(
        encode(&twice, &Type::Dynamic),
        encode(&once, &Type::Dynamic)
    );
    let bytes = b"\x92\xc4\x09\"dynamic\"\x92\xc4\x06\"bool\"\xc3";
    assert_eq!(decode(bytes, &Type::Dynamic), Ok(once));
}

#[test]
fn an_error_says_where_and_what_but_never_the_value() {
    let ty = Type::object([
        ("name", Type::String),
        ("tags", Type::map(Type::set(Type::Number))),
        (
            "rules",
            Type::list(Type::Tuple(vec![Type::Bool, Type::Dynamic])),
        ),
    ]);
    let root = |bytes: &[u8]| text_of_error(bytes, &ty);
    let errors = [
        root(b"\xa6hunter"),
        root(b"\x81\xa4name\x07"),
        root(b"\x81\xa4name\xc4\x01x"),
        root(b"\x81\xa4name\xa1\xff"),
        root(b"\x81\xa5other\xc0"),
        root(b"\x82\xa4name\xc0\xa4name\xc0"),
        root(b"\x81\xa4name\xc0"),
        root(b"\x81\x01\xc0"),
        root(b"\x81\xa4tags\x81\xa1k\x91\xc3"),
        root(b"\x81\xa5rules\x92\xc0\x91\xc3"),
        root(b"\x81\xa5rules\x91\x92\xc3\x91\xc3"),
        root(b"\x81\xa5rules\x91\x92\xc3\x92\xa6\"bool\"\xc3"),
        root(b"\x81\xa5rules\x91\x92\xc3\x92\xc4\x06\"void\"\xc3"),
        root(b"\x81\xa5rules\x91\x92\xc3\x92\xc4\x06\"bool\"\xa6hunter"),
        root(b"\xc1"),
        root(b"\xc0\xc0"),
        root(b""),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r#"
    expected an object, found a string
    at name: expected a string, found a number
    at name: expected a string, found binary data
    at name: a string is not valid UTF-8
    the attribute "other" is not expected here
    the attribute "name" occurs twice
    the attribute "rules" is missing
    expected a string as key, found a number
    at tags["k"][*]: expected a number, found a bool
    at rules[1]: expected a tuple of 2 elements, found 1
    at rules[0][1]: a dynamic value is not a pair of a type and a value
    at rules[0][1]: a dynamic value is not a pair of a type and a value
    at rules[0][1]: the type of a dynamic value cannot be read: there is no type "void"
    at rules[0][1]: expected a bool, found a string
    the data contains a byte that MessagePack does not define
    the data goes on after the end of the value
    the data ends in the middle of a value
    "#);
}

#[test]
fn a_value_that_is_not_of_its_type_is_not_sent() {
    let ty = Type::object([("a", Type::list(Type::String)), ("b", Type::Dynamic)]);
    let with = |a: Value, b: Value| Value::object([("a", a), ("b", b)]);
    let errors: Vec<String> = [
        with(Value::List(vec!["x".into(), true.into()]), Value::Null),
        with(Value::set([]), Value::Null),
        with(Value::Null, "no type".into()),
        with(Value::Null, dynamic(Type::Bool, "hunter".into())),
        with(
            Value::Null,
            dynamic(Type::Tuple(vec![Type::Bool]), Value::List(Vec::new())),
        ),
        Value::object([("a", Value::Null)]),
        Value::object([("a", Value::Null), ("b", Value::Null), ("c", Value::Null)]),
    ]
    .iter()
    .map(|value| encode(value, &ty).unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    at a[1]: expected a string, found a bool
    at a: expected a list, found a set
    at b: expected a value with its type, found a string
    at b: expected a bool, found a string
    at b: expected a tuple of 1 elements, found 0
    the attribute "b" is missing
    the attribute "c" is not expected here
    "#);
}

#[test]
fn an_error_inside_a_set_points_at_the_set() {
    let ty = Type::object([("ids", Type::set(Type::object([("id", Type::String)])))]);
    let error = decode(b"\x81\xa3ids\x91\x81\xa2id\xc3", &ty).unwrap_err();
    assert_eq!(error.path.expressible(), Path::of("ids"));
    assert!(error.to_string().starts_with("at ids[*].id: "), "{error}");
}
