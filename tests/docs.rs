//! The registry pages in `docs/` are what the schemas and the examples make of them. Set
//! `CAMUNDA_WRITE_DOCS` (or run `make docs`) to write them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::docs::{
    Examples, Page, PageKind, file_name, function_page, index_page, object_page,
};
use terraform_provider_camunda::framework::server::{Kind, Server};
use terraform_provider_camunda::provider::{Camunda, Environment, page};

const WRITE: &str = "CAMUNDA_WRITE_DOCS";

const KINDS: [(Kind, PageKind); 5] = [
    (Kind::Resource, PageKind::Resource),
    (Kind::DataSource, PageKind::DataSource),
    (Kind::EphemeralResource, PageKind::EphemeralResource),
    (Kind::ListResource, PageKind::ListResource),
    (Kind::Action, PageKind::Action),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files of an example's folder whose names begin with `stem`, in alphabetical order, the one of
/// just that name first.
fn examples(folder: &str, stem: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root().join("examples").join(folder)) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(stem) && (name.ends_with(".tf") || name.ends_with(".hcl"))
        })
        .collect();
    files.sort_by_key(|path| (path.to_string_lossy().len(), path.clone()));
    files.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("examples are text")
}

/// Every generated page, by its path below `docs/`.
fn pages() -> BTreeMap<String, String> {
    let provider = Camunda::new(Environment::default(), Clock::system(), || {});
    let server = Server::new(provider, Clock::system());
    let schema = server.provider_schema();
    let mut pages = BTreeMap::from([(
        "index.md".to_owned(),
        index_page(
            "Camunda",
            schema,
            &examples("provider", "provider"),
            &page::sections(schema),
        ),
    )]);
    for (kind, page_kind) in KINDS {
        for type_name in server.type_names(kind) {
            let folder = format!("{}/{type_name}", page_kind.folder());
            let stem = match kind {
                Kind::Resource => "resource",
                Kind::DataSource => "data-source",
                Kind::EphemeralResource => "ephemeral-resource",
                Kind::ListResource => "list-resource",
                Kind::Action => "action",
            };
            let one = |name: &str| {
                let path = root().join("examples").join(&folder).join(name);
                path.exists().then(|| read(&path))
            };
            let is_resource = kind == Kind::Resource;
            let page = Page {
                kind: page_kind,
                type_name,
                schema: server.schema(kind, type_name).expect("it is registered"),
                identity: is_resource
                    .then(|| server.identity_schema(type_name).expect("it is registered")),
                facts: server.facts(kind, type_name).expect("it is registered"),
                examples: Examples {
                    usage: examples(&folder, stem),
                    import_by_identity: one("import-by-identity.tf"),
                    import_by_id: one("import-by-string-id.tf"),
                    import_command: one("import.sh"),
                },
            };
            let path = format!("{}/{}", page_kind.folder(), file_name(type_name));
            pages.insert(path, object_page(&page));
        }
    }
    for (name, function) in server.functions() {
        let usage = examples(&format!("functions/{name}"), "function");
        pages.insert(
            format!("functions/{name}.md"),
            function_page(name, &function.signature(), &usage),
        );
    }
    pages
}

/// Every page that is there, guides left out, by its path below `docs/`.
fn committed() -> BTreeSet<String> {
    fn walk(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
        let Ok(entries) = fs::read_dir(folder) else {
            return;
        };
        for entry in entries {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let place = format!("{prefix}{name}");
            if path.is_dir() {
                walk(&path, &format!("{place}/"), found);
            } else if !place.starts_with("guides/") {
                found.insert(place);
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(&root().join("docs"), "", &mut found);
    found
}

#[test]
fn pages_are_what_schemas_and_examples_say() {
    let pages = pages();
    let docs = root().join("docs");
    let stale: Vec<String> = committed()
        .into_iter()
        .filter(|path| !pages.contains_key(path))
        .collect();
    if std::env::var_os(WRITE).is_some() {
        for path in stale {
            fs::remove_file(docs.join(path)).expect("a page can be removed");
        }
        for (path, text) in &pages {
            let path = docs.join(path);
            fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
            fs::write(path, text).expect("a page can be written");
        }
        return;
    }
    let changed: Vec<&String> = pages
        .iter()
        .filter(|(path, text)| fs::read_to_string(docs.join(path)).ok().as_ref() != Some(*text))
        .map(|(path, _)| path)
        .collect();
    assert!(
        changed.is_empty() && stale.is_empty(),
        "docs/ is behind: run `make docs` and read the difference.\nchanged: {changed:?}\nnot generated: {stale:?}"
    );
}

/// What the registries demand of a page.
#[test]
fn pages_keep_to_the_limits_of_the_registries() {
    for (path, text) in pages() {
        assert!(text.len() < 500_000, "{path} is cut off by the registry");
        assert!(text.starts_with("---\npage_title: \""), "{path}");
        assert!(!text.contains("\n\n\n"), "{path} has empty lines too many");
        let anchors: BTreeSet<&str> = text.split("<a id=\"").skip(1).map(until_quote).collect();
        for link in text.split("](#").skip(1) {
            let anchor = link.split(')').next().unwrap_or_default();
            assert!(
                anchors.contains(anchor),
                "{path} links to #{anchor}, which is not there"
            );
        }
    }
}

fn until_quote(text: &str) -> &str {
    text.split('"').next().unwrap_or_default()
}
