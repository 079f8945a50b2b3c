//! What a core makes of a configuration.

use std::collections::BTreeMap;

use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;

/// An object of the type with these members, and null for the others.
pub fn completed(ty: &Type, members: Vec<(&str, Value)>) -> Value {
    let Type::Object(types) = ty else {
        panic!("the type of a block is an object");
    };
    let mut all: BTreeMap<String, Value> = types
        .keys()
        .map(|name| (name.clone(), Value::Null))
        .collect();
    for (name, member) in members {
        let known = all.insert(name.to_owned(), member);
        assert!(known.is_some(), "there is no {name}");
    }
    Value::Object(all)
}

/// Configuration completed from the prior state, as a core does it with what can be computed.
pub fn proposed(config: &Value, prior: &Value) -> Value {
    let Value::Object(members) = config else {
        return Value::Null;
    };
    let members = members.iter().map(|(name, member)| {
        let member = if member.is_null() {
            prior.member(name)
        } else {
            member
        };
        (name.clone(), member.clone())
    });
    Value::object(members)
}
