//! Checks JSON values against the OpenAPI 3.0 schemas of the contract, and blanks their secrets.
//! Knows nothing of HTTP, operations or clusters.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Map, Value};

/// What stands in logs in the place of a secret.
pub(crate) const REDACTED: &str = "[redacted]";

/// The schemas of one OpenAPI document.
#[derive(Clone, Copy)]
pub(crate) struct Schemas<'a> {
    document: &'a Value,
}

/// How objects that declare members, and do not say whether more are allowed, are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undeclared {
    /// As OpenAPI has it.
    Allowed,
    /// As a mistake. Our own answers are held to this, so that a misspelt optional member shows.
    Refused,
}

impl<'a> Schemas<'a> {
    pub(crate) fn of(document: &'a Value) -> Self {
        Self { document }
    }

    /// Follows `$ref` within the document, as often as needed.
    pub(crate) fn resolve(&self, mut schema: &'a Value) -> &'a Value {
        while let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            schema = self
                .document
                .pointer(target.trim_start_matches('#'))
                .expect("every reference of the contract has its target: a unit test walks them");
        }
        schema
    }

    /// Problems of `value`, each as `place: what is wrong`. Values are never quoted, because they
    /// may be secret.
    pub(crate) fn problems(
        &self,
        schema: &'a Value,
        value: &Value,
        undeclared: Undeclared,
    ) -> Vec<String> {
        let mut check = Check {
            schemas: *self,
            undeclared,
            problems: Vec::new(),
        };
        check.value(schema, value, "$", undeclared == Undeclared::Refused);
        check.problems
    }

    /// A copy of `value` with everything the contract calls sensitive, or does not declare, blanked.
    pub(crate) fn redact(&self, schema: &'a Value, value: &Value) -> Value {
        let schema = self.resolve(schema);
        if schema.get("x-sensitive") == Some(&Value::Bool(true)) {
            return blank(value);
        }
        match value {
            Value::Array(items) => match schema.get("items") {
                Some(item_schema) => items
                    .iter()
                    .map(|item| self.redact(item_schema, item))
                    .collect(),
                None => blank(value),
            },
            Value::Object(members) => members
                .iter()
                .map(|(name, member)| {
                    let redacted = match self.member_schema(schema, name) {
                        Some(member_schema) => self.redact(member_schema, member),
                        None => Value::from("[undeclared]"),
                    };
                    (name.clone(), redacted)
                })
                .collect::<Map<_, _>>()
                .into(),
            other => other.clone(),
        }
    }

    fn member_schema(&self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        let schema = self.resolve(schema);
        if let Some(found) = schema.get("properties").and_then(|all| all.get(name)) {
            return Some(found);
        }
        for keyword in ["allOf", "anyOf"] {
            for branch in array(schema, keyword) {
                if let Some(found) = self.member_schema(branch, name) {
                    return Some(found);
                }
            }
        }
        schema
            .get("additionalProperties")
            .filter(|rest| rest.is_object())
    }

    /// Names an object may have, or nothing where any name will do.
    fn declared(&self, schema: &'a Value) -> Option<BTreeSet<&'a str>> {
        let schema = self.resolve(schema);
        if schema.get("additionalProperties").is_some() {
            return None;
        }
        let mut names: Option<BTreeSet<&str>> = schema
            .get("properties")
            .and_then(Value::as_object)
            .map(|properties| properties.keys().map(String::as_str).collect());
        for branch in array(schema, "allOf") {
            names.get_or_insert_default().extend(self.declared(branch)?);
        }
        names
    }
}

struct Check<'a> {
    schemas: Schemas<'a>,
    undeclared: Undeclared,
    problems: Vec<String>,
}

impl<'a> Check<'a> {
    fn report(&mut self, place: &str, problem: impl AsRef<str>) {
        self.problems.push(format!("{place}: {}", problem.as_ref()));
    }

    fn value(&mut self, schema: &'a Value, value: &Value, place: &str, closed: bool) {
        let schema = self.schemas.resolve(schema);
        if value.is_null() && schema.get("nullable") == Some(&Value::Bool(true)) {
            return;
        }
        if let Some(wanted) = schema.get("type").and_then(Value::as_str)
            && !has_type(value, wanted)
        {
            self.report(place, format!("is {}, not {wanted}", type_name(value)));
            return;
        }
        if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
            && !allowed.contains(value)
        {
            let allowed: Vec<&str> = allowed.iter().filter_map(Value::as_str).collect();
            self.report(place, format!("is none of {}", allowed.join(", ")));
        }
        for branch in array(schema, "allOf") {
            self.value(branch, value, place, false);
        }
        self.any_of(schema, value, place);
        match value {
            Value::String(text) => self.string(schema, text, place),
            Value::Array(items) => self.array(schema, items, place),
            Value::Object(members) => self.object(schema, members, place, closed),
            _ => {}
        }
    }

    fn any_of(&mut self, schema: &'a Value, value: &Value, place: &str) {
        let branches = array(schema, "anyOf");
        let fits = |branch| {
            self.schemas
                .problems(branch, value, self.undeclared)
                .is_empty()
        };
        if !branches.is_empty() && !branches.iter().any(fits) {
            self.report(place, "fits none of the declared alternatives");
        }
    }

    fn string(&mut self, schema: &Value, text: &str, place: &str) {
        let length = text.chars().count() as u64;
        if let Some(least) = limit(schema, "minLength")
            && length < least
        {
            self.report(place, format!("has fewer than {least} characters"));
        }
        if let Some(most) = limit(schema, "maxLength")
            && length > most
        {
            self.report(place, format!("has more than {most} characters"));
        }
        if schema.get("format").and_then(Value::as_str) == Some("date-time")
            && text.parse::<Timestamp>().is_err()
        {
            self.report(place, "is not an RFC 3339 date and time");
        }
    }

    fn array(&mut self, schema: &'a Value, items: &[Value], place: &str) {
        if let Some(least) = limit(schema, "minItems")
            && (items.len() as u64) < least
        {
            self.report(place, format!("has fewer than {least} items"));
        }
        if let Some(item_schema) = schema.get("items") {
            for (index, item) in items.iter().enumerate() {
                let closed = self.undeclared == Undeclared::Refused;
                self.value(item_schema, item, &format!("{place}[{index}]"), closed);
            }
        }
    }

    fn object(
        &mut self,
        schema: &'a Value,
        members: &Map<String, Value>,
        place: &str,
        closed: bool,
    ) {
        for name in array(schema, "required").iter().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                self.report(place, format!("lacks the required member `{name}`"));
            }
        }
        if let Some(most) = limit(schema, "maxProperties")
            && members.len() as u64 > most
        {
            self.report(place, format!("has more than {most} members"));
        }
        let rest = schema.get("additionalProperties");
        let declared = if closed {
            self.schemas.declared(schema)
        } else {
            None
        };
        for (name, member) in members {
            let place = format!("{place}.{name}");
            let nested_closed = self.undeclared == Undeclared::Refused;
            match schema.get("properties").and_then(|all| all.get(name)) {
                Some(member_schema) => self.value(member_schema, member, &place, nested_closed),
                None if rest == Some(&Value::Bool(false)) => {
                    self.report(&place, "is not declared");
                }
                None => {
                    if declared
                        .as_ref()
                        .is_some_and(|names| !names.contains(name.as_str()))
                    {
                        self.report(&place, "is not declared");
                    }
                    if let Some(rest) = rest.filter(|rest| rest.is_object()) {
                        self.value(rest, member, &place, nested_closed);
                    }
                }
            }
        }
    }
}

fn array<'a>(schema: &'a Value, keyword: &str) -> &'a [Value] {
    schema
        .get(keyword)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn limit(schema: &Value, keyword: &str) -> Option<u64> {
    schema.get(keyword).and_then(Value::as_u64)
}

fn has_type(value: &Value, wanted: &str) -> bool {
    match wanted {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Blanks a sensitive value; the names of an object stay, because they tell what was sent.
fn blank(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .keys()
            .map(|name| (name.clone(), Value::from(REDACTED)))
            .collect::<Map<_, _>>()
            .into(),
        _ => Value::from(REDACTED),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(schema: Value, value: Value, undeclared: Undeclared) -> Vec<String> {
        let document = json!({
            "schemas": {
                "Name": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } }
            }
        });
        let schema = Box::leak(Box::new(schema));
        let document = Box::leak(Box::new(document));
        Schemas::of(document).problems(schema, &value, undeclared)
    }

    #[test]
    fn each_keyword_finds_its_problem() {
        let schema = json!({
            "type": "object",
            "required": ["a"],
            "properties": {
                "short": { "type": "string", "minLength": 1, "maxLength": 3 },
                "word": { "type": "string", "enum": ["one", "two"] },
                "list": { "type": "array", "minItems": 1, "items": { "type": "integer" } },
                "when": { "type": "string", "format": "date-time" },
                "empty": { "type": "object", "maxProperties": 0 },
                "maybe": { "type": "array", "items": { "type": "string" }, "nullable": true },
                "either": { "anyOf": [{ "type": "string" }, { "type": "boolean" }] }
            },
            "additionalProperties": false
        });
        let value = json!({
            "short": "long one", "word": "three", "list": ["x"], "when": "yesterday",
            "empty": { "x": 1 }, "maybe": null, "either": 4, "extra": 1
        });
        let mut found = problems(schema, value, Undeclared::Allowed);
        found.sort();
        assert_eq!(
            found,
            [
                "$.either: fits none of the declared alternatives",
                "$.empty: has more than 0 members",
                "$.extra: is not declared",
                "$.list[0]: is string, not integer",
                "$.short: has more than 3 characters",
                "$.when: is not an RFC 3339 date and time",
                "$.word: is none of one, two",
                "$: lacks the required member `a`",
            ]
        );
    }

    #[test]
    fn a_null_needs_nullable() {
        let schema = json!({ "type": "array", "items": { "type": "string" } });
        assert_eq!(
            problems(schema, Value::Null, Undeclared::Allowed),
            ["$: is null, not array"]
        );
    }

    #[test]
    fn members_of_all_branches_are_declared() {
        let schema = json!({
            "allOf": [
                { "$ref": "#/schemas/Name" },
                { "type": "object", "required": ["password"], "properties": { "password": { "type": "string" } } }
            ]
        });
        let good = json!({ "name": "a", "password": "b" });
        assert!(problems(schema.clone(), good, Undeclared::Refused).is_empty());
        let odd = json!({ "name": "a", "password": "b", "more": 1 });
        assert!(problems(schema.clone(), odd.clone(), Undeclared::Allowed).is_empty());
        assert_eq!(
            problems(schema, odd, Undeclared::Refused),
            ["$.more: is not declared"]
        );
    }
}
