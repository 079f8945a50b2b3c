//! What holds for everything the provider offers: found by walking the registry, so that a new
//! object is held to it without a test of its own.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::clock::Clock;
use crate::framework::schema::{Attribute, AttributeKind, Nesting, Schema};
use crate::framework::server::{Kind, Server};
use crate::provider::{Camunda, Environment};

const KINDS: [Kind; 5] = [
    Kind::Resource,
    Kind::DataSource,
    Kind::EphemeralResource,
    Kind::ListResource,
    Kind::Action,
];

fn server() -> Server<Camunda> {
    let provider = Camunda::new(Environment::default(), Clock::system(), || {});
    Server::new(provider, Clock::system())
}

/// Every schema of the provider with its name.
fn schemas(server: &Server<Camunda>) -> Vec<(String, &Schema)> {
    let mut schemas = vec![("provider".to_owned(), server.provider_schema())];
    for kind in KINDS {
        for name in server.type_names(kind) {
            let schema = server.schema(kind, name).unwrap();
            schemas.push((format!("{kind:?} {name}"), schema));
        }
    }
    schemas
}

/// Every attribute of a schema, nested ones included, with its dotted path.
fn attributes(schema: &Schema) -> Vec<(String, &Attribute)> {
    fn walk<'a>(
        attributes: &'a [Attribute],
        prefix: &str,
        found: &mut Vec<(String, &'a Attribute)>,
    ) {
        for attribute in attributes {
            let path = format!("{prefix}{}", attribute.name);
            walk(attribute.nested_attributes(), &format!("{path}."), found);
            found.push((path, attribute));
        }
    }
    let mut found = Vec::new();
    walk(&schema.block.attributes, "", &mut found);
    for nested in &schema.block.blocks {
        let blocks = &nested.block;
        assert!(
            blocks.blocks.is_empty(),
            "{}: blocks in blocks",
            nested.name
        );
        walk(&blocks.attributes, &format!("{}.", nested.name), &mut found);
    }
    found
}

#[test]
fn schemas_are_sound_and_agree_with_their_models() {
    assert_eq!(server().self_check(), Vec::<String>::new());
}

#[test]
fn type_names_are_unique_and_carry_the_prefix() {
    let server = server();
    // The server keeps objects by name, so that a name used twice would hide an object.
    let list = include_str!("../registry.rs");
    let counts = [
        (Kind::Resource, ".resource("),
        (Kind::DataSource, ".data_source("),
        (Kind::EphemeralResource, ".ephemeral_resource("),
        (Kind::ListResource, ".list_resource("),
        (Kind::Action, ".action("),
    ]
    .map(|(kind, call)| (kind, list.matches(call).count()));
    for (kind, registered) in counts {
        let names = server.type_names(kind);
        assert_eq!(names.len(), registered, "{kind:?}: a name is used twice");
        for name in names {
            assert!(name.starts_with("camunda_"), "{kind:?} {name}");
        }
    }
    assert!(counts[0].1 > 0 && counts[1].1 > 0, "nothing is registered");
}

#[test]
fn resources_have_an_identity_and_an_id() {
    let server = server();
    for name in server.type_names(Kind::Resource) {
        let identity = server.identity_schema(name).unwrap();
        assert!(
            identity.attributes.iter().any(|a| a.required_for_import),
            "{name} has no identity to import it by"
        );
        for attribute in &identity.attributes {
            let text = &attribute.description;
            assert!(text.ends_with('.'), "{name}.{}: {text:?}", attribute.name);
        }
        let schema = server.schema(Kind::Resource, name).unwrap();
        let id = schema.block.attributes.iter().find(|a| a.name == "id");
        let id = id.unwrap_or_else(|| panic!("{name} has no id"));
        assert!(id.computed && !id.required && !id.optional, "{name}.id");
    }
}

/// What users ask before they use an object, answered by its `facts()`.
#[test]
fn pages_say_what_to_know() {
    let server = server();
    for kind in KINDS {
        for name in server.type_names(kind) {
            let facts = server.facts(kind, name).unwrap();
            let groups = [
                "Clusters",
                "Access",
                "Networking",
                "Operations",
                "Organization",
                "Deprecated",
            ];
            let group = facts.subcategory;
            assert!(groups.contains(&group), "{kind:?} {name}: {group:?}");
            let deprecated = server
                .schema(kind, name)
                .unwrap()
                .block
                .deprecation
                .is_some();
            assert_eq!(group == "Deprecated", deprecated, "{kind:?} {name}");
            // Public, or the token that every other object needs.
            let free = ["camunda_ip_ranges", "camunda_access_token"].contains(&name);
            assert_eq!(facts.permission_groups.is_empty(), free, "{kind:?} {name}");
            if kind == Kind::Resource {
                assert!(
                    facts.destroy.ends_with('.'),
                    "{name}: what does destroy do?"
                );
                let schema = server.schema(kind, name).unwrap();
                for attribute in facts.not_read_back {
                    let known = schema.block.attributes.iter().any(|a| a.name == *attribute);
                    assert!(known, "{name} has no {attribute}");
                }
            }
            assert!(
                facts.limits.is_empty() || facts.limits.ends_with('.'),
                "{kind:?} {name}"
            );
        }
    }
}

#[test]
fn what_sounds_secret_is_treated_as_secret() {
    // Words that sound secret and are not: addresses and settings about tokens, the word that is sent
    // before one, and the numbers that say when to send a write-only value again or to renew a password.
    let harmless = BTreeSet::from([
        "token_url",
        "token_cache_dir",
        "token_disk_cache",
        "token_type",
    ]);
    for (object, schema) in schemas(&server()) {
        for (path, attribute) in attributes(schema) {
            let name = attribute.name.as_str();
            let sounds_secret = ["secret", "password", "token", "value", "private_key"]
                .iter()
                .any(|word| name.contains(word));
            assert!(
                !sounds_secret
                    || harmless.contains(name)
                    || name.ends_with("_version")
                    || attribute.sensitive
                    || attribute.write_only,
                "{object}: {path} must be sensitive or write-only"
            );
        }
    }
}

/// Blocks are for configurations of the community provider that have them already.
#[test]
fn collections_are_attributes_not_blocks() {
    let with_blocks: Vec<String> = schemas(&server())
        .into_iter()
        .filter(|(_, schema)| !schema.block.blocks.is_empty())
        .map(|(name, _)| name)
        .collect();
    assert_eq!(with_blocks, ["Resource camunda_cluster_ip_whitelist"]);
}

/// Terraform and OpenTofu 1.6 crash when they generate the configuration of a resource and leave out an
/// attribute with attributes of its own, which is what they do with results. Such a result is an object.
#[test]
fn results_of_resources_have_no_nested_attributes() {
    let server = server();
    for name in server.type_names(Kind::Resource) {
        let schema = server.schema(Kind::Resource, name).unwrap();
        for attribute in &schema.block.attributes {
            let is_result = attribute.computed && !attribute.optional;
            let nested = attribute.nested_attributes();
            assert!(!is_result || nested.is_empty(), "{name}.{}", attribute.name);
        }
    }
}

#[test]
fn descriptions_are_sentences() {
    for (object, schema) in schemas(&server()) {
        let mut texts = vec![(String::new(), schema.block.description.as_str())];
        for (path, attribute) in attributes(schema) {
            if let Some(text) = &attribute.deprecation {
                assert!(text.ends_with('.'), "{object}: {path}: {text:?}");
            }
            texts.push((path, attribute.description.as_str()));
        }
        for (path, text) in texts {
            let capital = text.starts_with(|first: char| first.is_uppercase());
            assert!(
                capital && text.ends_with('.') && !text.contains("  "),
                "{object}: {path}: {text:?}"
            );
        }
    }
}

/// What an object computes and nobody configures keeps its value through an update that leaves it
/// alone: without it every plan would be full of "(known after apply)".
#[test]
fn results_of_resources_are_planned_with_their_state() {
    let server = server();
    for name in server.type_names(Kind::Resource) {
        let schema = server.schema(Kind::Resource, name).unwrap();
        for attribute in &schema.block.attributes {
            let planned = !attribute.plan_modifiers.is_empty() || attribute.default.is_some();
            assert!(
                !attribute.computed || planned,
                "{name}.{} has neither use_state nor a default",
                attribute.name
            );
        }
    }
}

#[test]
fn every_object_has_its_examples() {
    let server = server();
    let mut expected: Vec<String> = vec!["provider/provider.tf".to_owned()];
    for kind in KINDS {
        for name in server.type_names(kind) {
            let (folder, files): (&str, &[&str]) = match kind {
                Kind::Resource => (
                    "resources",
                    &[
                        "resource.tf",
                        "import.sh",
                        "import-by-string-id.tf",
                        "import-by-identity.tf",
                    ],
                ),
                Kind::DataSource => ("data-sources", &["data-source.tf"]),
                Kind::EphemeralResource => ("ephemeral-resources", &["ephemeral-resource.tf"]),
                Kind::ListResource => ("list-resources", &["list-resource.tfquery.hcl"]),
                Kind::Action => ("actions", &["action.tf"]),
            };
            expected.extend(files.iter().map(|file| format!("{folder}/{name}/{file}")));
        }
    }
    let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples");
    expected.extend(
        server
            .functions()
            .keys()
            .map(|name| format!("functions/{name}/function.tf")),
    );
    for path in expected {
        let text = std::fs::read_to_string(examples.join(&path))
            .unwrap_or_else(|error| panic!("examples/{path}: {error}"));
        // The folder is named after the type the example is about.
        let parts: Vec<&str> = path.split('/').collect();
        if let [_, name, _] = parts[..] {
            assert!(text.contains(name), "examples/{path} does not show {name}");
            assert!(
                text.contains("example"),
                "examples/{path}: label it example"
            );
        }
    }
}

/// All schemas in one text, so that a review shows how a change looks from outside.
#[test]
fn schemas_as_users_see_them() {
    let server = server();
    let mut text = String::new();
    for (name, schema) in schemas(&server) {
        let _ = writeln!(text, "# {name} (version {})\n", schema.version);
        let _ = writeln!(text, "{}\n", schema.block.description);
        for attribute in &schema.block.attributes {
            render(attribute, 0, &mut text);
        }
        for nested in &schema.block.blocks {
            let _ = writeln!(text, "{} (blocks: {:?})", nested.name, nested.nesting);
            let _ = writeln!(text, "    {}", nested.block.description);
            for attribute in &nested.block.attributes {
                render(attribute, 1, &mut text);
            }
        }
        text.push('\n');
    }
    for name in server.type_names(Kind::Resource) {
        let identity = server.identity_schema(name).unwrap();
        let _ = writeln!(
            text,
            "# Identity of {name} (version {})\n",
            identity.version
        );
        for attribute in &identity.attributes {
            let _ = writeln!(
                text,
                "{} ({:?}{}): {}",
                attribute.name,
                attribute.ty,
                if attribute.required_for_import {
                    ", required for import"
                } else {
                    ""
                },
                attribute.description
            );
        }
    }
    for (name, function) in server.functions() {
        let signature = function.signature();
        let _ = writeln!(text, "\n# Function {name}: {}\n", signature.summary);
        let _ = writeln!(text, "{}\n", signature.description);
        for parameter in signature.parameters.iter().chain(&signature.variadic) {
            let _ = writeln!(
                text,
                "{} ({:?}; null {}, unknown {}): {}",
                parameter.name,
                parameter.ty,
                allowed(parameter.allow_null),
                allowed(parameter.allow_unknown),
                parameter.description
            );
        }
        let _ = writeln!(text, "returns {:?}", signature.returns);
    }
    insta::assert_snapshot!("schemas", text);
}

fn allowed(yes: bool) -> &'static str {
    if yes { "allowed" } else { "refused" }
}

#[test]
fn functions_are_verbs_and_explain_themselves() {
    let server = server();
    assert!(!server.functions().is_empty());
    for (name, function) in server.functions() {
        let verb = ["build_", "normalize_", "parse_"]
            .iter()
            .any(|verb| name.starts_with(verb));
        assert!(verb, "{name}");
        let signature = function.signature();
        assert!(!signature.summary.ends_with('.'), "{name}: one line");
        for what in ["Null ", "unknown"] {
            let said = signature.description.contains(what);
            assert!(said, "{name} does not say what becomes of {what:?}");
        }
        for parameter in &signature.parameters {
            assert!(parameter.description.ends_with('.'), "{name}");
        }
    }
}

fn render(attribute: &Attribute, depth: usize, text: &mut String) {
    let mut words = vec![match &attribute.kind {
        AttributeKind::Plain(ty) => format!("{ty:?}"),
        AttributeKind::Nested { nesting, .. } => match nesting {
            Nesting::Single => "object".to_owned(),
            other => format!("{other:?} of objects").to_lowercase(),
        },
    }];
    for (applies, word) in [
        (attribute.required, "required"),
        (attribute.optional, "optional"),
        (attribute.computed, "computed"),
        (attribute.sensitive, "sensitive"),
        (attribute.write_only, "write-only"),
        (attribute.deprecation.is_some(), "deprecated"),
    ] {
        if applies {
            words.push(word.to_owned());
        }
    }
    words.extend(
        attribute
            .default
            .iter()
            .map(|value| format!("default {value:?}")),
    );
    words.extend(
        attribute
            .plan_modifiers
            .iter()
            .map(|modifier| format!("{modifier:?}")),
    );
    words.extend(
        attribute
            .validators
            .iter()
            .map(|validator| validator.description().to_owned()),
    );
    let indent = "  ".repeat(depth);
    let _ = writeln!(text, "{indent}{} ({})", attribute.name, words.join("; "));
    let _ = writeln!(text, "{indent}    {}", attribute.description);
    for nested in attribute.nested_attributes() {
        render(nested, depth + 1, text);
    }
}
