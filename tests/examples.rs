//! The examples as files: every object has its own in the layout of the registries, and what is in them
//! can be published. That they can be applied is shown by the acceptance tests.

use std::collections::BTreeSet;
use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::server::{Kind, Server};
use terraform_provider_camunda::provider::{Camunda, Environment};

/// The folder of a kind of objects, and the files that each of them has.
const KINDS: [(Kind, &str, &[&str]); 5] = [
    (
        Kind::Resource,
        "resources",
        &[
            "resource.tf",
            "import.sh",
            "import-by-string-id.tf",
            "import-by-identity.tf",
        ],
    ),
    (Kind::DataSource, "data-sources", &["data-source.tf"]),
    (
        Kind::EphemeralResource,
        "ephemeral-resources",
        &["ephemeral-resource.tf"],
    ),
    (
        Kind::ListResource,
        "list-resources",
        &["list-resource.tfquery.hcl"],
    ),
    (Kind::Action, "actions", &["action.tf"]),
];

/// The blocks of TEST-NET-1 to 3, which RFC 5737 sets aside for documentation.
const DOCUMENTATION: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("examples are text")
}

/// Every file of the examples, with its text.
fn files() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for name in names_in(folder) {
            let path = folder.join(name);
            if path.is_dir() {
                walk(&path, found);
            } else {
                let text = read(&path);
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), &mut found);
    found
}

#[test]
fn every_object_has_a_folder_and_every_folder_an_object() {
    let provider = Camunda::new(Environment::default(), Clock::system(), || {});
    let server = Server::new(provider, Clock::system());
    let mut wrong = Vec::new();
    let mut compare = |kind: &str, names: BTreeSet<String>, files: &[&str]| {
        let folder = root().join(kind);
        let there = names_in(&folder);
        for name in names.symmetric_difference(&there) {
            wrong.push(format!("{kind}/{name}: no folder, or no such object"));
        }
        for name in names.intersection(&there) {
            for file in files {
                if !folder.join(name).join(file).exists() {
                    wrong.push(format!("{kind}/{name}/{file} is missing"));
                }
            }
        }
    };
    for (kind, folder, files) in KINDS {
        let names = server.type_names(kind).into_iter().map(str::to_owned);
        compare(folder, names.collect(), files);
    }
    let functions = server.functions().iter();
    let names = functions.map(|(name, _)| (*name).to_owned()).collect();
    compare("functions", names, &["function.tf"]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Nobody's addresses, and no value of a secret.
#[test]
fn nothing_in_them_belongs_to_anybody() {
    let mut wrong = Vec::new();
    for (path, text) in files() {
        for (number, line) in text.lines().enumerate() {
            let place = format!("{}:{}: {line}", path.display(), number + 1);
            let words = line.split(|c: char| !(c.is_ascii_digit() || c == '.'));
            for address in words.filter_map(|word| word.parse::<Ipv4Addr>().ok()) {
                let [first, second, third, _] = address.octets();
                if !DOCUMENTATION.contains(&[first, second, third]) && !address.is_loopback() {
                    wrong.push(format!("{place}: {address} is not for documentation"));
                }
            }
            let words = line.split(|c: char| !(c.is_alphanumeric() || ".-_+@".contains(c)));
            for mail in
                words.filter(|word| word.split_once('@').is_some_and(|(a, _)| !a.is_empty()))
            {
                let versioned = line.trim_start().starts_with("- uses: ");
                if !mail.ends_with("@example.com") && !versioned {
                    wrong.push(format!("{place}: {mail} is not at example.com"));
                }
            }
            let assigned = line
                .split_once(" = ")
                .map(|(name, value)| (name.trim(), value));
            if let Some(("value" | "value_wo" | "client_secret" | "password", value)) = assigned
                && value.starts_with('"')
                && !value.starts_with("\"https://")
                && !value.contains("${")
            {
                wrong.push(format!("{place}: a secret in clear"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a page shows is named alike on all of them; further ones of a page say what they are.
#[test]
fn the_first_of_a_page_is_called_example() {
    for (_, folder, stem) in KINDS.map(|(kind, folder, files)| (kind, folder, files[0])) {
        for name in names_in(&root().join(folder)) {
            let text = read(&root().join(folder).join(&name).join(stem));
            assert!(
                text.contains(&format!("\"{name}\" \"example\" {{")),
                "{folder}/{name}"
            );
        }
    }
}
