//! `SECURITY.md` claims nothing without a test, and what it says of the dependencies is done.
//!
//! Reads texts; what a claim means is the business of the test that it names.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(whole).unwrap_or_default()
}

/// What is wrong with a reference `path/to/file.rs::name_of_a_test`, if anything is.
fn fault(reference: &str, read: impl Fn(&str) -> String) -> Option<String> {
    let Some((path, name)) = reference.split_once("::") else {
        return Some(format!("{reference} is no reference to a test"));
    };
    let source = read(path);
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let declaration = |line: &&str| {
        let plain = line.strip_prefix("async ").unwrap_or(line);
        let rest = plain
            .strip_prefix("fn ")
            .and_then(|rest| rest.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with('('))
    };
    let Some(place) = lines.iter().position(declaration) else {
        return Some(format!("{reference} does not exist"));
    };
    // The attributes before it, and between them perhaps other attributes of several lines.
    let attributes = lines[..place]
        .iter()
        .rev()
        .take_while(|line| !line.is_empty() && **line != "}");
    let attributes: Vec<&str> = attributes.copied().collect();
    let is_test = attributes
        .iter()
        .any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"));
    // One test for each of several CLIs.
    let runs_on_clis = lines[place].contains("(cli: &Cli) on ");
    if attributes.iter().any(|line| line.starts_with("#[ignore")) {
        return Some(format!("{reference} is not run by itself"));
    }
    (!is_test && !runs_on_clis).then(|| format!("{reference} is no test"))
}

/// The rows of the tables about what holds: the claim, and the tests.
fn claims(text: &str) -> Vec<(&str, Vec<&str>)> {
    let (_, after) = text.split_once("## What holds").unwrap();
    let part = after.split("\n## ").next().unwrap();
    part.lines()
        .filter(|line| line.starts_with("| "))
        .filter(|line| !line.starts_with("| what holds |") && !line.starts_with("| ---"))
        .map(|line| {
            let mut cells = line.trim_matches('|').split(" | ");
            let claim = cells.next().unwrap().trim();
            let tests = cells.next().unwrap_or_default();
            (claim, tests.split('`').skip(1).step_by(2).collect())
        })
        .collect()
}

#[test]
fn every_claim_names_tests_that_exist() {
    let text = read("SECURITY.md");
    let claims = claims(&text);
    assert!(claims.len() > 30, "only {} claims were found", claims.len());
    let mut faults = Vec::new();
    for (claim, tests) in claims {
        if tests.is_empty() {
            faults.push(format!("nothing shows: {claim}"));
        }
        faults.extend(tests.into_iter().filter_map(|test| fault(test, read)));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn references_that_are_wrong_are_found() {
    let source = "
        #[test]
        fn good() {}

        #[tokio::test]
        #[ignore = \"run by another\"]
        async fn child() {}

        fn helper() {}

        cli_tests! { fn on_clis(cli: &Cli) on main { } }
        fn of_a_client(cli: &Cli) on main {
    ";
    let faults: Vec<String> = [
        "a.rs::good",
        "a.rs::of_a_client",
        "a.rs::child",
        "a.rs::helper",
        "a.rs::goo",
        "good",
    ]
    .iter()
    .filter_map(|reference| fault(reference, |_| source.to_owned()))
    .collect();
    insta::assert_snapshot!(faults.join("\n"), @"
    a.rs::child is not run by itself
    a.rs::helper is no test
    a.rs::goo does not exist
    good is no reference to a test
    ");
}

#[test]
fn no_code_of_ours_is_unsafe() {
    for manifest in ["Cargo.toml", "simulator/Cargo.toml"] {
        let text = read(manifest);
        assert!(text.contains("[lints]\nworkspace = true"), "{manifest}");
    }
    assert!(read("Cargo.toml").contains("\nunsafe_code = \"forbid\"\n"));
}

/// The lines of a target of the Makefile.
fn target(name: &str) -> String {
    let makefile = read("Makefile");
    let (_, rest) = makefile.split_once(&format!("\n{name}: ")).unwrap();
    rest.split("\n\n").next().unwrap().to_owned()
}

#[test]
fn dependencies_are_checked() {
    // By every change.
    assert!(read(".github/workflows/ci.yml").contains("run: .ci/run\n"));
    assert!(read(".ci/run").contains(" make lint\n"));
    let lint = target("lint");
    assert!(
        lint.contains("cargo-deny --locked --workspace check licenses bans sources"),
        "{lint}"
    );
    let rules = read("deny.toml");
    for rule in [
        "[licenses]\n",
        "unknown-registry = \"deny\"",
        "unknown-git = \"deny\"",
    ] {
        assert!(rules.contains(rule), "{rule}");
    }
    // Each week, and before a release.
    assert!(target("audit").contains("cargo-deny --locked --workspace check advisories"));
    let weekly = read(".github/workflows/audit.yml");
    assert!(weekly.contains("schedule:\n") && weekly.contains("run: make audit\n"));
    assert!(read(".github/workflows/release.yml").contains("run: make audit\n"));
}
