//! Functions.

use super::harness::{TestServer, unconfigured};
use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::framework::provider::Registry;
use crate::framework::types::Type;
use crate::framework::value::Value;

/// Joins texts: a separator, which may be null, then any number of parts.
struct Join;

impl Function for Join {
    fn name(&self) -> &'static str {
        "join"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Joins.".to_owned(),
            description: "Joins.".to_owned(),
            parameters: vec![
                Parameter::new("separator", Type::String, "x").allow_null(),
                Parameter::new("first", Type::String, "x"),
            ],
            variadic: Some(Parameter::new("others", Type::String, "x").allow_unknown()),
            returns: Type::String,
            deprecation: None,
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let separator = arguments[0].as_str().unwrap_or("-");
        let parts: Vec<&str> = arguments[1..]
            .iter()
            .map(|part| part.as_str().unwrap_or("?"))
            .collect();
        if let Some(index) = parts.iter().position(|part| part.is_empty()) {
            return Err(FunctionError::argument(index + 1, "must not be empty"));
        }
        Ok(parts.join(separator).into())
    }
}

/// Takes one argument.
struct Echo;

impl Function for Echo {
    fn name(&self) -> &'static str {
        "echo"
    }

    fn signature(&self) -> Signature {
        Signature {
            parameters: vec![Parameter::new("value", Type::list(Type::String), "x")],
            variadic: None,
            ..Join.signature()
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        Ok(arguments[0].clone())
    }
}

/// Functions work on a provider that is not configured.
fn server() -> TestServer {
    unconfigured(|| Registry::new().function(Join).function(Echo))
}

fn join<const N: usize>(arguments: [Value; N]) -> Result<Value, FunctionError> {
    server().call_function("join", &arguments)
}

#[test]
fn arguments_are_passed_in_order() {
    assert_eq!(server().self_check(), Vec::<String>::new());
    assert_eq!(server().functions().len(), 2);
    assert_eq!(join(["+".into(), "a".into()]), Ok("a".into()));
    assert_eq!(
        join(["+".into(), "a".into(), "b".into(), "c".into()]),
        Ok("a+b+c".into())
    );
    assert_eq!(
        join([Value::Null, "a".into(), "b".into()]),
        Ok("a-b".into())
    );
}

#[test]
fn unknown_arguments_make_an_unknown_result() {
    assert_eq!(join(["+".into(), Value::UNKNOWN]), Ok(Value::UNKNOWN));
    // Unless the function takes them.
    assert_eq!(
        join(["+".into(), "a".into(), Value::UNKNOWN]),
        Ok("a+?".into())
    );
    let partly = Value::List(vec!["a".into(), Value::UNKNOWN]);
    assert_eq!(
        server().call_function("echo", &[partly]),
        Ok(Value::UNKNOWN)
    );
}

#[test]
fn wrong_arguments_are_refused() {
    let refused = |name: &str, arguments: &[Value]| {
        let error = server().call_function(name, arguments).unwrap_err();
        match error.argument {
            Some(index) => format!("{index}: {}", error.text),
            None => error.text,
        }
    };
    let refusals = [
        refused("jion", &[]),
        refused("join", &["+".into()]),
        refused("echo", &[]),
        refused("echo", &["a".into(), "b".into()]),
        refused("join", &["+".into(), Value::Null]),
        refused("join", &["+".into(), "a".into(), Value::Null]),
        refused("join", &["+".into(), "a".into(), "".into()]),
    ];
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    This version of the provider has no function "jion".
    join takes at least 2 arguments, not 1.
    echo takes 1 argument, not 0.
    echo takes 1 argument, not 2.
    1: first must not be null.
    2: others must not be null.
    2: must not be empty
    "#);
}
