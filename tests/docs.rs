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

/// A page calls a guide what the guide calls itself.
#[test]
fn pages_link_to_guides_that_are_there() {
    let mut count = 0;
    for (path, text) in pages() {
        for (before, after) in text.match_indices("](../guides/").map(|(position, link)| {
            let (before, after) = text.split_at(position);
            (before, &after[link.len()..])
        }) {
            let title = before.rsplit('[').next().unwrap_or_default();
            let file = after.split(')').next().unwrap_or_default();
            let guide = fs::read_to_string(root().join("docs/guides").join(file))
                .unwrap_or_else(|error| panic!("{path} links to the guide {file}: {error}"));
            assert!(
                guide.contains(&format!("page_title: \"{title}\"\n")),
                "{path} calls the guide {file} {title:?}"
            );
            count += 1;
        }
    }
    assert!(count > 0, "pages link to guides");
}

/// Every guide is in the list of `README.md`, with the folder it is in.
#[test]
fn the_readme_names_the_guides() {
    let readme = read(&root().join("README.md"));
    let missing: Vec<String> = fs::read_dir(root().join("docs/guides"))
        .expect("there are guides")
        .map(|entry| entry.expect("the folder can be read").file_name())
        .map(|name| format!("](docs/guides/{})", name.to_string_lossy()))
        .filter(|link| !readme.contains(link))
        .collect();
    assert!(missing.is_empty(), "not in README.md: {missing:?}");
}

fn until_quote(text: &str) -> &str {
    text.split('"').next().unwrap_or_default()
}

/// The table in `README.md`: which objects need which permission group.
fn permission_table() -> String {
    let provider = Camunda::new(Environment::default(), Clock::system(), || {});
    let server = Server::new(provider, Clock::system());
    let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (kind, _) in KINDS {
        for type_name in server.type_names(kind) {
            let facts = server.facts(kind, type_name).expect("it is registered");
            for group in facts.permission_groups {
                groups.entry(group).or_default().insert(type_name);
            }
        }
    }
    let mut table = "| group | for |\n| --- | --- |\n".to_owned();
    for (group, objects) in groups {
        let objects: Vec<String> = objects.iter().map(|name| format!("`{name}`")).collect();
        table.push_str(&format!("| {group} | {} |\n", objects.join(", ")));
    }
    table
}

#[test]
fn the_readme_names_the_permission_groups() {
    const HEADING: &str = "### Permission groups\n";
    let path = root().join("README.md");
    let text = read(&path);
    let section = text.find(HEADING).expect("the section is there") + HEADING.len();
    let begin = section + text[section..].find("| group |").expect("a table follows");
    let end = text[begin..]
        .find("\n\n")
        .map_or(text.len(), |end| begin + end + 1);
    let table = permission_table();
    if std::env::var_os(WRITE).is_some() {
        let written = format!("{}{table}{}", &text[..begin], &text[end..]);
        fs::write(&path, written).expect("it can be written");
        return;
    }
    assert_eq!(
        text[begin..end],
        table,
        "README.md is behind: run `make docs`"
    );
}
