//! What `terraform providers schema -json` prints of this provider: editors, policies and generators
//! read it. `assets/schema.json` is that answer, written by `make docs`; here it is worked out from the
//! messages that a CLI gets, and the acceptance tests hold it against what real CLIs print.
//!
//! The texts in it are what an editor shows when the cursor rests on a word: short paragraphs that stand
//! on their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};
use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::server::{Kind, Server};
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::schema::nested_block::NestingMode as BlockMode;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::schema::object::NestingMode as ObjectMode;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::schema::{Attribute, Block};
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::{
    Function, ResourceIdentitySchema, StringKind, function,
};
use terraform_provider_camunda::plugin::wire::schema;
use terraform_provider_camunda::provider::{Camunda, Environment};

const WRITE: &str = "CAMUNDA_WRITE_DOCS";
const ADDRESS: &str = "registry.terraform.io/camunda-rs/camunda";

/// More than that in one piece, and an editor shows a wall.
const LONGEST_PARAGRAPH: usize = 400;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/schema.json")
}

// === The answer, as the newest Terraform writes it ===

/// Leaves out what is false or empty, as Terraform does.
fn put(members: &mut Map<String, Value>, name: &str, value: Value) {
    let nothing = match &value {
        Value::Bool(value) => !value,
        Value::String(value) => value.is_empty(),
        Value::Number(value) => value.as_i64() == Some(0),
        Value::Object(value) => value.is_empty(),
        _ => false,
    };
    if !nothing {
        members.insert(name.to_owned(), value);
    }
}

fn kind_of_text(kind: i32) -> &'static str {
    match StringKind::try_from(kind) {
        Ok(StringKind::Markdown) => "markdown",
        _ => "plain",
    }
}

fn ty(encoded: &[u8]) -> Value {
    serde_json::from_slice(encoded).expect("types are JSON")
}

fn attributes(attributes: &[Attribute]) -> Value {
    let members = attributes.iter().map(|it| (it.name.clone(), attribute(it)));
    Value::Object(members.collect())
}

fn attribute(attribute: &Attribute) -> Value {
    let mut members = Map::new();
    match &attribute.nested_type {
        None => put(&mut members, "type", ty(&attribute.r#type)),
        Some(nested) => {
            let mode = match nested.nesting() {
                ObjectMode::Single => "single",
                ObjectMode::List => "list",
                ObjectMode::Set => "set",
                ObjectMode::Map => "map",
                ObjectMode::Invalid => "invalid",
            };
            let content = attributes(&nested.attributes);
            members.insert(
                "nested_type".to_owned(),
                json!({ "attributes": content, "nesting_mode": mode }),
            );
        }
    }
    for (name, value) in [
        ("description", json!(attribute.description)),
        (
            "description_kind",
            json!(kind_of_text(attribute.description_kind)),
        ),
        ("deprecated", json!(attribute.deprecated)),
        ("deprecation_message", json!(attribute.deprecation_message)),
        ("required", json!(attribute.required)),
        ("optional", json!(attribute.optional)),
        ("computed", json!(attribute.computed)),
        ("sensitive", json!(attribute.sensitive)),
        ("write_only", json!(attribute.write_only)),
    ] {
        put(&mut members, name, value);
    }
    Value::Object(members)
}

fn block(of: &Block) -> Value {
    let blocks = of.block_types.iter().map(|nested| {
        let mut members = Map::new();
        let mode = match nested.nesting() {
            BlockMode::Single => "single",
            BlockMode::List => "list",
            BlockMode::Set => "set",
            BlockMode::Map => "map",
            BlockMode::Group => "group",
            BlockMode::Invalid => "invalid",
        };
        let content = nested.block.as_ref().expect("every block has content");
        put(&mut members, "nesting_mode", json!(mode));
        put(&mut members, "block", block(content));
        put(&mut members, "min_items", json!(nested.min_items));
        put(&mut members, "max_items", json!(nested.max_items));
        (nested.type_name.clone(), Value::Object(members))
    });
    let mut members = Map::new();
    for (name, value) in [
        ("attributes", attributes(&of.attributes)),
        ("block_types", Value::Object(blocks.collect())),
        ("description", json!(of.description)),
        ("description_kind", json!(kind_of_text(of.description_kind))),
        ("deprecated", json!(of.deprecated)),
        ("deprecation_message", json!(of.deprecation_message)),
    ] {
        put(&mut members, name, value);
    }
    Value::Object(members)
}

fn identity(of: &ResourceIdentitySchema) -> Value {
    let attributes = of.identity_attributes.iter().map(|attribute| {
        let mut members = Map::new();
        for (name, value) in [
            ("type", ty(&attribute.r#type)),
            ("description", json!(attribute.description)),
            ("required_for_import", json!(attribute.required_for_import)),
            ("optional_for_import", json!(attribute.optional_for_import)),
        ] {
            put(&mut members, name, value);
        }
        (attribute.name.clone(), Value::Object(members))
    });
    let attributes: Map<String, Value> = attributes.collect();
    json!({ "version": of.version, "attributes": attributes })
}

fn parameter(of: &function::Parameter) -> Value {
    let mut members = Map::new();
    for (name, value) in [
        ("name", json!(of.name)),
        ("description", json!(of.description)),
        ("is_nullable", json!(of.allow_null_value)),
        ("type", ty(&of.r#type)),
    ] {
        put(&mut members, name, value);
    }
    Value::Object(members)
}

fn function(of: &Function) -> Value {
    let returns = of.r#return.as_ref().expect("every function returns");
    let parameters: Vec<Value> = of.parameters.iter().map(parameter).collect();
    let mut members = Map::new();
    for (name, value) in [
        ("description", json!(of.description)),
        ("summary", json!(of.summary)),
        ("deprecation_message", json!(of.deprecation_message)),
        ("return_type", ty(&returns.r#type)),
        ("parameters", Value::Array(parameters)),
    ] {
        put(&mut members, name, value);
    }
    if let Some(variadic) = &of.variadic_parameter {
        put(&mut members, "variadic_parameter", parameter(variadic));
    }
    Value::Object(members)
}

fn answer() -> Value {
    let provider = Camunda::new(Environment::default(), Clock::system(), || {});
    let server = Server::new(provider, Clock::system());
    let one = |schema: &terraform_provider_camunda::framework::schema::Schema| {
        let message = schema::encode(schema);
        let content = block(&message.block.expect("every schema has a block"));
        (message.version, content)
    };
    let all = |kind: Kind| -> Value {
        let schemas = server.type_names(kind).into_iter().map(|name| {
            let (version, block) = one(server.schema(kind, name).expect("it is registered"));
            let schema = match kind {
                Kind::Action => json!({ "block": block }),
                _ => json!({ "version": version, "block": block }),
            };
            (name.to_owned(), schema)
        });
        Value::Object(schemas.collect())
    };
    let identities = server.type_names(Kind::Resource).into_iter().map(|name| {
        let schema = server.identity_schema(name).expect("it is registered");
        (name.to_owned(), identity(&schema::encode_identity(schema)))
    });
    let identities: Map<String, Value> = identities.collect();
    let functions = server.functions().iter().map(|(name, it)| {
        let message = schema::encode_function(&it.signature());
        ((*name).to_owned(), function(&message))
    });
    let functions: Map<String, Value> = functions.collect();
    let (version, block) = one(server.provider_schema());
    json!({
        "format_version": "1.0",
        "provider_schemas": {
            ADDRESS: {
                "provider": { "version": version, "block": block },
                "resource_schemas": all(Kind::Resource),
                "data_source_schemas": all(Kind::DataSource),
                "ephemeral_resource_schemas": all(Kind::EphemeralResource),
                "list_resource_schemas": all(Kind::ListResource),
                "action_schemas": all(Kind::Action),
                "resource_identity_schemas": identities,
                "functions": functions,
            },
        },
    })
}

#[test]
fn the_committed_answer_is_the_one_of_now() {
    let text = serde_json::to_string_pretty(&answer()).expect("it is JSON") + "\n";
    if std::env::var_os(WRITE).is_some() {
        fs::write(path(), text).expect("it can be written");
        return;
    }
    let committed = fs::read_to_string(path()).expect("it is in the repository");
    assert!(
        committed == text,
        "assets/schema.json is behind: run `make docs` and read the difference"
    );
}

// === The texts in it ===

/// A text, and where it belongs.
struct Text {
    place: String,
    text: String,
    /// What an attribute is; null for all else.
    attribute: Value,
}

/// Every text that an editor can show, by walking the answer.
fn texts() -> Vec<Text> {
    fn walk(place: &str, value: &Value, found: &mut Vec<Text>) {
        let Value::Object(members) = value else {
            if let Value::Array(elements) = value {
                for element in elements {
                    let name = element["name"].as_str().unwrap_or_default();
                    walk(&format!("{place}({name})"), element, found);
                }
            }
            return;
        };
        if let Some(text) = members.get("description").and_then(Value::as_str) {
            let is_attribute = members.contains_key("type") || members.contains_key("nested_type");
            found.push(Text {
                place: place.to_owned(),
                text: text.to_owned(),
                attribute: if is_attribute {
                    value.clone()
                } else {
                    Value::Null
                },
            });
        }
        for (name, member) in members {
            // The groupings of the format say nothing about the place.
            let next = match name.as_str() {
                "attributes" | "block" | "block_types" | "nested_type" | "parameters" => {
                    place.to_owned()
                }
                "type" | "return_type" if !member.is_object() => continue,
                _ => format!("{place}.{name}"),
            };
            walk(&next, member, found);
        }
    }
    let mut found = Vec::new();
    walk("", &answer()["provider_schemas"][ADDRESS], &mut found);
    assert!(found.len() > 400, "only {} texts were found", found.len());
    found
}

/// Why a text would read badly beside the cursor, if it would.
fn complaint(text: &str) -> Option<String> {
    if !text.starts_with(|first: char| first.is_uppercase() || first == '`') {
        return Some("does not begin like a sentence".to_owned());
    }
    if text.contains("  ") || text.contains('\t') || text.trim() != text {
        return Some("has blanks too many".to_owned());
    }
    for paragraph in text.split("\n\n") {
        if paragraph.contains('\n') && !paragraph.starts_with("- ") {
            return Some("breaks a line that editors break themselves".to_owned());
        }
        if !paragraph.ends_with('.') {
            return Some(format!("does not end with a full stop: {paragraph:?}"));
        }
        if paragraph.matches('`').count() % 2 == 1 {
            return Some(format!("leaves code open: {paragraph:?}"));
        }
        let length = paragraph.chars().count();
        if length > LONGEST_PARAGRAPH {
            return Some(format!(
                "is a wall: {length} characters, {LONGEST_PARAGRAPH} are allowed: {paragraph:?}"
            ));
        }
    }
    None
}

#[test]
fn texts_read_well_beside_the_cursor() {
    let faults: Vec<String> = texts()
        .iter()
        .filter_map(|it| Some(format!("{} {}", it.place, complaint(&it.text)?)))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn what_reads_badly_is_found() {
    let wall = format!("A {}.", "very ".repeat(100).trim());
    for (text, expected) in [
        ("ID of the cluster.", None),
        ("`dev` or `test`.", None),
        ("One.\n\nTwo.", None),
        ("", Some("does not begin")),
        ("the cluster.", Some("does not begin")),
        ("ID of the cluster", Some("full stop")),
        ("One\n\nTwo.", Some("full stop")),
        ("One,\ntwo.", Some("breaks a line")),
        ("ID  of it.", Some("blanks")),
        ("An `id.", Some("leaves code open")),
        (wall.as_str(), Some("is a wall")),
    ] {
        let found = complaint(text);
        match expected {
            None => assert_eq!(found, None, "{text:?}"),
            Some(words) => assert!(
                found.as_ref().is_some_and(|found| found.contains(words)),
                "{text:?}: {found:?}"
            ),
        }
    }
}

/// Everything has a text, and every text is Markdown where the format says what it is.
#[test]
fn nothing_is_without_a_text() {
    fn walk(place: &str, value: &Value, faults: &mut Vec<String>) {
        let Value::Object(members) = value else {
            return;
        };
        let described = members.get("description").is_some_and(Value::is_string);
        // Attributes may be called like parts of the format, but those are objects, or have no nesting.
        let is_attribute = members.get("type").is_some_and(|ty| !ty.is_object())
            || members
                .get("nested_type")
                .is_some_and(|nested| nested["nesting_mode"].is_string());
        if (is_attribute || place.ends_with(".block")) && !described {
            faults.push(format!("{place} has no text"));
        }
        if let Some(kind) = members.get("description_kind")
            && kind != "markdown"
        {
            faults.push(format!("{place} is {kind}"));
        }
        for (name, member) in members {
            walk(&format!("{place}.{name}"), member, faults);
        }
    }
    let mut faults = Vec::new();
    let answer = answer();
    let schemas = answer["provider_schemas"][ADDRESS].as_object();
    for (group, members) in schemas.expect("it is an object") {
        walk(&format!("/{group}"), members, &mut faults);
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// A bare number or `1h` in a plan says nothing about its unit, so the text does.
#[test]
fn durations_and_numbers_say_their_unit() {
    // A number of things, and what counts them; or a number that only has to differ from the last one.
    let counted = BTreeMap::from([
        ("max_retries", "repeated"),
        ("requests_per_second", "requests per second"),
        ("hardware_packages", "multiple"),
        ("limit", "events"),
        ("rotation_version", "number"),
        ("value_wo_version", "number"),
        ("password_version", "number"),
    ]);
    let durations = ["timeout", "create", "update", "delete", "request_timeout"];
    let mut seen = BTreeSet::new();
    for it in texts() {
        let name = it.place.rsplit('.').next().unwrap_or_default();
        let configured = it.attribute["optional"] == true || it.attribute["required"] == true;
        let is_number = it.attribute["type"] == "number";
        if durations.contains(&name) && it.attribute["type"] == "string" {
            let example = it.text.split('`').skip(1).step_by(2).any(|code| {
                let digits = code.trim_end_matches(['s', 'm', 'h']);
                digits != code && digits.chars().all(|digit| digit.is_ascii_digit())
            });
            assert!(example, "{} shows no duration: {}", it.place, it.text);
            seen.insert(name.to_owned());
        } else if is_number && configured {
            let word = counted.get(name);
            let word = word.unwrap_or_else(|| panic!("{}: a number of what?", it.place));
            let said = it.text.to_lowercase();
            assert!(said.contains(word), "{}: {}", it.place, it.text);
            seen.insert(name.to_owned());
        } else if name.ends_with("timeouts") {
            assert!(it.text.contains("duration"), "{}: {}", it.place, it.text);
        }
    }
    let expected = counted.keys().copied().chain(durations);
    let missing: Vec<&str> = expected.filter(|name| !seen.contains(*name)).collect();
    assert!(missing.is_empty(), "not found: {missing:?}");
}

/// Whoever reads about a setting reads which variable is another way to it.
#[test]
fn settings_name_their_environment_variables() {
    const VARIABLES: [(&str, &[&str]); 9] = [
        ("client_id", &["CAMUNDA_CONSOLE_CLIENT_ID"]),
        ("client_secret", &["CAMUNDA_CONSOLE_CLIENT_SECRET"]),
        ("access_token", &["CAMUNDA_OAUTH_TOKEN"]),
        ("api_url", &["CAMUNDA_CONSOLE_BASE_URL"]),
        ("token_url", &["CAMUNDA_OAUTH_URL"]),
        ("audience", &["CAMUNDA_CONSOLE_OAUTH_AUDIENCE"]),
        ("token_disk_cache", &["CAMUNDA_TOKEN_DISK_CACHE_DISABLE"]),
        ("token_cache_dir", &["CAMUNDA_TOKEN_CACHE_DIR"]),
        (
            "ca_certificate",
            &["CAMUNDA_CUSTOM_ROOT_CERT_PATH", "SSL_CERT_FILE"],
        ),
    ];
    let answer = answer();
    let block = &answer["provider_schemas"][ADDRESS]["provider"]["block"]["attributes"];
    for (name, variables) in VARIABLES {
        let text = block[name]["description"].as_str().unwrap_or_default();
        for variable in variables {
            assert!(text.contains(&format!("`{variable}`")), "{name}: {text}");
        }
    }
    // And no other one pretends to have one.
    for (name, attribute) in block.as_object().expect("it is an object") {
        let text = attribute["description"].as_str().unwrap_or_default();
        let known = VARIABLES.iter().any(|(known, _)| known == name);
        assert_eq!(text.contains("Environment variable"), known, "{name}");
    }
}

/// What is on its way out, as editors strike it through.
#[test]
fn what_is_deprecated_says_what_to_use_instead() {
    fn walk(place: &str, value: &Value, found: &mut Vec<String>) {
        if let Value::Object(members) = value {
            if members.get("deprecated") == Some(&Value::Bool(true)) {
                let message = members["deprecation_message"].as_str();
                found.push(format!("{place}: {}", message.unwrap_or_default()));
            }
            for (name, member) in members {
                walk(&format!("{place}/{name}"), member, found);
            }
        }
    }
    let mut found = Vec::new();
    walk("", &answer()["provider_schemas"][ADDRESS], &mut found);
    insta::assert_snapshot!(found.join("\n"), @"
    /provider/block/attributes/debug: Set the environment variable TF_LOG_PROVIDER=DEBUG instead. Will be removed in version 1.0.
    /resource_schemas/camunda_cluster_ip_whitelist/block: Use camunda_cluster_ip_allowlist. This resource is gone in 1.0.
    ");
}
