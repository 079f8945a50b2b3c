//! The rules of this code base that no compiler checks: which folder may know which, and what every
//! file must have or must not have. Reads sources as text; knows nothing of what they do.

use std::fs;
use std::path::{Path, PathBuf};

/// Files may be longer for a reason. A new entry needs one.
const LONG_FILES: [(&str, &str); 1] = [(
    "src/api/tests/send.rs",
    "one table of answers and what the send loop makes of them",
)];

const LONGEST: usize = 600;

/// Everything at the root of the crate but the objects.
const LAYERS: [&str; 6] = ["plugin", "framework", "api", "provider", "clock", "main"];

/// The folders with one file, or one file and its folder, per object.
const OBJECTS: [&str; 7] = [
    "resources",
    "data_sources",
    "ephemeral_resources",
    "functions",
    "actions",
    "lists",
    "list_resources",
];

/// The parts of the provider's own layer that objects build on.
const FOR_OBJECTS: &[&str] = &[
    "action",
    "address",
    "backup",
    "client_address",
    "client_creation",
    "client_scopes",
    "cluster_filter",
    "cluster_view",
    "data",
    "errors",
    "health",
    "import_id",
    "ip_allowlist",
    "journal",
    "listing",
    "lookup",
    "offered",
    "selection",
    "upgrade",
    "validators",
    "wait",
    "wake",
];

/// The only files that read the environment.
const READ_ENVIRONMENT: [&str; 2] = ["src/provider/environment.rs", "src/plugin/environment.rs"];

/// A source file: its path from the root of the repository, with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The module path of the file, without the crate: `["api", "send", "outcome"]`.
    fn module(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self
            .path
            .trim_start_matches("src/")
            .trim_end_matches(".rs")
            .split('/')
            .collect();
        if matches!(parts.last(), Some(&("mod" | "lib" | "main"))) && self.path != "src/main.rs" {
            parts.pop();
        }
        parts
    }

    fn is_test(&self) -> bool {
        let module = self.module();
        module
            .iter()
            .any(|part| *part == "tests" || part.starts_with("test_"))
    }

    /// The text up to the tests at its end.
    fn without_tests(&self) -> &str {
        let end = self.text.find("#[cfg(test)]\nmod tests {");
        &self.text[..end.unwrap_or(self.text.len())]
    }
}

/// The code without comments and without what stands in quotes.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text.char_indices().peekable();
    while let Some((index, character)) = rest.next() {
        match character {
            '/' if text[index..].starts_with("//") => {
                while rest.next_if(|(_, next)| *next != '\n').is_some() {}
            }
            '"' => {
                while let Some((_, next)) = rest.next() {
                    match next {
                        '\\' => drop(rest.next()),
                        '"' => break,
                        _ => {}
                    }
                }
            }
            // A quote as a character, which opens no text.
            '\'' if text[index..].starts_with("'\"'") => {
                rest.next();
                rest.next();
            }
            other => code.push(other),
        }
    }
    code
}

/// Reads a path or a tree of paths such as `a::{b, c::d}` into whole paths.
fn paths(text: &str) -> Vec<Vec<String>> {
    fn tree<'a>(text: &'a str, before: &[String], found: &mut Vec<Vec<String>>) -> &'a str {
        let text = text.trim_start();
        if let Some(mut rest) = text.strip_prefix('{') {
            loop {
                rest = rest.trim_start().trim_start_matches(',').trim_start();
                if rest.is_empty() {
                    return rest;
                }
                if let Some(after) = rest.strip_prefix('}') {
                    return after;
                }
                let shorter = tree(rest, before, found);
                // What is no path ends the tree: it was none.
                if shorter.len() == rest.len() {
                    return "";
                }
                rest = shorter;
            }
        }
        let end = text
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '*'))
            .unwrap_or(text.len());
        let mut path = before.to_vec();
        path.push(text[..end].to_owned());
        let rest = &text[end..];
        if let Some(more) = rest.strip_prefix("::")
            && more.starts_with(|c: char| c.is_alphanumeric() || "_{*".contains(c))
        {
            return tree(more, &path, found);
        }
        found.push(path);
        // `a as b` in a list.
        match rest.strip_prefix(" as ") {
            Some(alias) => alias.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'),
            None => rest,
        }
    }
    let mut found = Vec::new();
    tree(text, &[], &mut found);
    found
}

/// Every path of this crate that the file names, from the root of the crate.
fn references(source: &Source) -> Vec<Vec<String>> {
    let code = code(&source.text);
    let module: Vec<String> = source.module().into_iter().map(str::to_owned).collect();
    let mut found = Vec::new();
    for root in ["crate::", "terraform_provider_camunda::", "super::"] {
        for (index, _) in code.match_indices(root) {
            let part_of_another = code[..index]
                .ends_with(|c: char| c.is_alphanumeric() || c == '_')
                || (root == "super::" && code[..index].ends_with("super::"));
            if part_of_another {
                continue;
            }
            let mut rest = &code[index..];
            let mut base = Vec::new();
            if root == "super::" {
                base.clone_from(&module);
                while let Some(shorter) = rest.strip_prefix("super::") {
                    base.pop();
                    rest = shorter;
                }
            } else {
                rest = &rest[root.len()..];
            }
            found.extend(paths(rest).into_iter().map(|path| {
                let whole: Vec<String> = base.iter().cloned().chain(path).collect();
                whole
            }));
        }
    }
    found
}

/// Why `source` must not name `path`, if it must not.
fn forbidden(source: &Source, path: &[String], sources: &[Source]) -> Option<String> {
    let module = source.module();
    let layer = *module.first()?;
    // The macro for models lives at the root of the crate, as macros do, but belongs to `framework`.
    let target = match path.first()?.as_str() {
        "model" => "framework",
        other => other,
    };
    let within = path.get(1).map_or("", String::as_str);
    let is_object = |name: &str| OBJECTS.contains(&name);
    let complain = |rule: &str| Some(format!("{} -> {}: {rule}", source.path, path.join("::")));
    if target == layer {
        // Objects do not know each other.
        let own = module.get(1).copied().unwrap_or(within);
        let sibling = sources
            .iter()
            .any(|other| other.module().get(..2) == Some(&[layer, within]));
        return if is_object(layer) && within != own && sibling {
            complain("objects do not know each other")
        } else {
            None
        };
    }
    let allowed = match layer {
        "clock" => &[][..],
        "framework" | "api" => &["clock"],
        "plugin" => &["framework", "clock"],
        "provider" => &["framework", "api", "clock"],
        "main" => &["plugin", "provider", "clock", "framework"],
        object if is_object(object) && source.is_test() => {
            &["framework", "api", "provider", "clock"]
        }
        object if is_object(object) => &["framework", "api", "provider"],
        // `lib.rs` names everything.
        _ => return None,
    };
    // The objects that a list resource finds are those of the managed resource of its name.
    let own = module.get(1) == Some(&within);
    if layer == "list_resources" && target == "resources" && own && !within.is_empty() {
        return None;
    }
    if is_object(target) && source.path == "src/provider/registry.rs" {
        return None;
    }
    // `super` in a module inside a file leads less far than it seems.
    let is_layer = is_object(target) || LAYERS.contains(&target);
    if is_layer && !allowed.contains(&target) {
        return complain(&format!("{layer} may know only {}", allowed.join(", ")));
    }
    if is_object(layer)
        && target == "provider"
        && !source.is_test()
        && !FOR_OBJECTS.contains(&within)
    {
        return complain(&format!(
            "of the provider, objects may know only {}",
            FOR_OBJECTS.join(", ")
        ));
    }
    if layer == "main" && target == "framework" && within != "server" {
        return complain("of the framework, main may know only the server");
    }
    None
}

/// Everything that is wrong with these files.
fn faults(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources {
        let path = &source.path;
        if !source.text.starts_with("//!") {
            faults.push(format!("{path}: does not open with //! and what it is for"));
        }
        let code = code(&source.text);
        if code.contains("#[allow(") || code.contains("#![allow(") {
            faults.push(format!(
                "{path}: #[expect(…, reason = …)] instead of #[allow]"
            ));
        }
        if code.contains("todo!(") {
            faults.push(format!("{path}: something is left to do"));
        }
        if let Some(other) = ["simulator", "oracle"]
            .into_iter()
            .find(|folder| path.starts_with(&format!("{folder}/")))
        {
            if code.contains("terraform_provider_camunda") || code.contains("#[path") {
                faults.push(format!("{path}: the {other} does not know the provider"));
            }
            continue;
        }
        let mut edges: Vec<String> = references(source)
            .iter()
            .filter_map(|path| forbidden(source, path, sources))
            .collect();
        edges.sort();
        edges.dedup();
        faults.extend(edges);
        if source.is_test() {
            continue;
        }
        let product = self::code(source.without_tests());
        if product.contains("env::var") && !READ_ENVIRONMENT.contains(&path.as_str()) {
            faults.push(format!(
                "{path}: the environment is read only in {}",
                READ_ENVIRONMENT.join(" and ")
            ));
        }
    }
    for source in sources {
        let lines = source.text.lines().count();
        let excused = LONG_FILES.iter().any(|(path, _)| *path == source.path);
        if source.path.starts_with("src/") && (lines > LONGEST) != excused {
            faults.push(format!(
                "{}: {lines} lines; {LONGEST} are allowed, exceptions are listed in LONG_FILES",
                source.path
            ));
        }
    }
    faults
}

fn read(folder: &Path, root: &Path, sources: &mut Vec<Source>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder is part of the repository")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            read(&entry, root, sources);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let path = entry
                .strip_prefix(root)
                .expect("the file lies below the root");
            let text = fs::read_to_string(&entry).expect("sources are text");
            sources.push(Source {
                path: path.to_string_lossy().replace('\\', "/"),
                text: text.replace("\r\n", "\n"),
            });
        }
    }
}

#[test]
fn the_sources_are_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for folder in ["src", "simulator/src", "oracle/src"] {
        read(&root.join(folder), root, &mut sources);
    }
    assert!(sources.len() > 100, "only {} files read", sources.len());
    let edges: usize = sources.iter().map(|source| references(source).len()).sum();
    assert!(edges > 300, "only {edges} references found");
    for (path, _) in LONG_FILES {
        assert!(
            sources.iter().any(|source| source.path == path),
            "{path}, listed as long, is gone"
        );
    }
    let faults = faults(&sources);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// The faults of one file among others.
fn faults_of(path: &str, body: &str) -> String {
    let file = |path: &str, text: String| Source {
        path: path.to_owned(),
        text,
    };
    let around = ["src/resources/cluster.rs", "src/resources/other.rs"]
        .into_iter()
        .filter(|other| *other != path)
        .map(|path| file(path, "//! An object.\n".to_owned()));
    let sources: Vec<Source> = std::iter::once(file(path, format!("//! A file.\n{body}")))
        .chain(around)
        .collect();
    faults(&sources).join("\n")
}

#[test]
fn forbidden_edges_are_found_however_they_are_written() {
    insta::assert_snapshot!(faults_of("src/framework/value.rs", "use crate::api::Client;"), @"src/framework/value.rs -> api::Client: framework may know only clock");
    insta::assert_snapshot!(faults_of("src/api/send.rs", "use crate::{clock, framework::{value, diag}};"), @"
    src/api/send.rs -> framework::diag: api may know only clock
    src/api/send.rs -> framework::value: api may know only clock
    ");
    insta::assert_snapshot!(faults_of("src/plugin/rpc/call.rs", "fn f() { crate::provider::data::new() }"), @"src/plugin/rpc/call.rs -> provider::data::new: plugin may know only framework, clock");
    insta::assert_snapshot!(faults_of("src/plugin/rpc/call.rs", "use super::super::super::api::Error;"), @"src/plugin/rpc/call.rs -> api::Error: plugin may know only framework, clock");
    insta::assert_snapshot!(faults_of("src/provider/data.rs", "use crate::resources::cluster;"), @"src/provider/data.rs -> resources::cluster: provider may know only framework, api, clock");
    insta::assert_snapshot!(faults_of("src/resources/cluster.rs", "use crate::provider::{wait, config::Settings};"), @"src/resources/cluster.rs -> provider::config::Settings: of the provider, objects may know only action, address, backup, client_address, client_creation, client_scopes, cluster_filter, cluster_view, data, errors, health, import_id, ip_allowlist, journal, listing, lookup, offered, selection, upgrade, validators, wait, wake");
    insta::assert_snapshot!(faults_of("src/resources/cluster.rs", "use super::other::model;"), @"src/resources/cluster.rs -> resources::other::model: objects do not know each other");
    insta::assert_snapshot!(faults_of("src/list_resources/cluster.rs", "use crate::resources::{cluster::found, other::model};"), @"src/list_resources/cluster.rs -> resources::other::model: list_resources may know only framework, api, provider");
    insta::assert_snapshot!(faults_of("src/resources/cluster/plan.rs", "use crate::resources::other;"), @"src/resources/cluster/plan.rs -> resources::other: objects do not know each other");
    insta::assert_snapshot!(faults_of("src/main.rs", "use terraform_provider_camunda::{api::Client, framework::value};"), @"
    src/main.rs -> api::Client: main may know only plugin, provider, clock, framework
    src/main.rs -> framework::value: of the framework, main may know only the server
    ");
    insta::assert_snapshot!(faults_of("src/clock.rs", "use crate::framework;"), @"src/clock.rs -> framework: clock may know only");
    insta::assert_snapshot!(faults_of("simulator/src/lib.rs", "use terraform_provider_camunda::api;"), @"simulator/src/lib.rs: the simulator does not know the provider");
}

#[test]
fn what_files_must_not_have_is_found() {
    insta::assert_snapshot!(faults_of("src/api/send.rs", "#[allow(dead_code)]\nfn f() { todo!() }"), @"
    src/api/send.rs: #[expect(…, reason = …)] instead of #[allow]
    src/api/send.rs: something is left to do
    ");
    insta::assert_snapshot!(faults_of("src/provider/config.rs", "fn f() { std::env::var(\"HOME\"); }"), @"src/provider/config.rs: the environment is read only in src/provider/environment.rs and src/plugin/environment.rs");
    insta::assert_snapshot!(faults_of("src/api/send.rs", &"\n".repeat(LONGEST)), @"src/api/send.rs: 601 lines; 600 are allowed, exceptions are listed in LONG_FILES");
    let headless = Source {
        path: "src/api/send.rs".to_owned(),
        text: "use std::fmt;".to_owned(),
    };
    insta::assert_snapshot!(faults(&[headless]).join("\n"), @"src/api/send.rs: does not open with //! and what it is for");
}

#[test]
fn allowed_edges_are_left_alone() {
    for (path, body) in [
        (
            "src/provider/registry.rs",
            "use crate::{data_sources, resources};",
        ),
        (
            "src/resources/cluster.rs",
            "use super::cluster::plan; crate::model! {}",
        ),
        (
            "src/resources/cluster/plan.rs",
            "use super::ClusterModel; use crate::provider::wait;",
        ),
        (
            "src/api/send.rs",
            "// crate::framework is not for us\nconst A: &str = \"crate::framework\";",
        ),
        (
            "src/provider/environment.rs",
            "fn f() { std::env::var(\"HOME\"); }",
        ),
        (
            "src/api/mod.rs",
            "#[cfg(test)]\nmod tests { fn f() { std::env::var(\"A\"); } }",
        ),
    ] {
        assert_eq!(faults_of(path, body), "", "{path}: {body}");
    }
}
