//! The guide to troubleshooting has every first line that the provider can say.
//!
//! They are taken from the sources: a text that is the first argument of a message, or is called
//! `summary`. What is filled in at run time is `…` in the guide.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const GUIDE: &str = include_str!("../docs/guides/troubleshooting.md");

/// What stands before a first line.
const INTRODUCTIONS: [&str; 6] = [
    "Diagnostic::error(",
    "Diagnostic::warning(",
    "Diagnostic::bug(",
    ".explain(",
    "let summary =",
    "Err((",
];

/// All sources of the provider, tests left out, by path.
fn sources(folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            if name != "tests" {
                sources(&path, found);
            }
        } else if name.ends_with(".rs") && name != "tests.rs" {
            let text = fs::read_to_string(&path).unwrap();
            let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
            found.insert(path.display().to_string(), text[..end].to_owned());
        }
    }
}

/// The string literal that `text` begins with, behind blanks, references and `format!`.
fn literal(text: &str) -> Option<String> {
    let text = text.trim_start().trim_start_matches('&');
    let text = text.strip_prefix("format!(").unwrap_or(text).trim_start();
    let text = text.strip_prefix('"')?;
    let mut literal = String::new();
    let mut characters = text.chars();
    loop {
        match characters.next()? {
            '"' => return Some(literal),
            '\\' => match characters.next()? {
                '\n' => {
                    let rest = characters.as_str().trim_start();
                    characters = rest.chars();
                }
                other => literal.push(other),
            },
            '{' => {
                literal.push('…');
                characters.by_ref().find(|character| *character == '}')?;
            }
            other => literal.push(other),
        }
    }
}

#[test]
fn every_first_line_is_explained() {
    let mut found = BTreeMap::new();
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    let mut missing = BTreeMap::new();
    let mut count = 0;
    for (path, text) in &found {
        for introduction in INTRODUCTIONS {
            for (position, _) in text.match_indices(introduction) {
                let Some(line) = literal(&text[position + introduction.len()..]) else {
                    continue;
                };
                // Not a sentence: a part of one, or the text of a log line.
                if !line.starts_with(|first: char| first.is_uppercase() || first == '…') {
                    continue;
                }
                count += 1;
                if !GUIDE.contains(&format!("`{line}")) {
                    missing.insert(line, path);
                }
            }
        }
    }
    assert!(count > 150, "only {count} first lines were found");
    assert!(
        missing.is_empty(),
        "not in docs/guides/troubleshooting.md: {missing:#?}"
    );
}
