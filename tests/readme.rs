//! What `README.md` and the pages beside it claim can be looked up: tests that are named are there, numbers
//! and versions are those of the tools, links lead somewhere. Commands and configurations in it are carried
//! out by `tests/acceptance/readme.rs`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::server::{Kind, Server};
use terraform_provider_camunda::provider::{Camunda, Environment};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The part of a page below a heading, up to the next one of that level.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let level = heading.split(' ').next().unwrap();
    let start = page
        .find(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("{heading} is not there"));
    let body = &page[start + heading.len() + 2..];
    let end = body.find(&format!("\n{level} ")).unwrap_or(body.len());
    &body[..end]
}

/// The cells of the rows of the first table, its head left out.
fn rows(section: &str) -> Vec<Vec<&str>> {
    let lines = section.lines().skip_while(|line| !line.starts_with('|'));
    let lines = lines.take_while(|line| line.starts_with('|'));
    lines
        .skip(2)
        .map(|line| {
            let line = line.trim().trim_matches('|');
            line.split('|').map(str::trim).collect()
        })
        .collect()
}

/// What the comments `<!-- name: … -->` in a text say.
fn notes<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let comments = text.split("<!--").skip(1);
    let comments = comments.filter_map(|rest| rest.split("-->").next());
    let notes = comments.filter_map(|comment| comment.trim().strip_prefix(name)?.strip_prefix(':'));
    notes
        .flat_map(|note| note.split(','))
        .map(str::trim)
        .collect()
}

// === The comparison ===

/// What is wrong with a test that a page names.
fn missing(test: &str) -> Option<String> {
    let Some((path, function)) = test.split_once("::") else {
        return Some(format!("{test}: path::function is asked for"));
    };
    let Ok(text) = fs::read_to_string(root().join(path)) else {
        return Some(format!("{path} is not there"));
    };
    let found = text
        .match_indices(&format!("fn {function}("))
        .any(|(position, _)| {
            // A test, and no helper: what makes it one stands in the lines right above it.
            let above = text[..position]
                .rsplit_once('\n')
                .map_or("", |(above, _)| above);
            let above = above.lines().rev().map(str::trim).take_while(|line| {
                ["///", "#[", "for_each_cli!"]
                    .iter()
                    .any(|start| line.starts_with(start))
            });
            let marks = ["#[test]", "#[tokio::test", "for_each_cli!"];
            above
                .collect::<Vec<_>>()
                .iter()
                .any(|line| marks.iter().any(|mark| line.starts_with(mark)))
        });
    (!found).then(|| format!("{path} has no test {function}"))
}

#[test]
fn every_row_of_the_comparison_names_its_test() {
    let readme = read("README.md");
    let comparison = section(&readme, "## Why this one");
    let rows = rows(comparison);
    assert!(rows.len() > 8, "{rows:#?}");
    let mut faults = Vec::new();
    for row in &rows {
        let [what, ours, peer, _console] = row[..] else {
            panic!("four cells: {row:?}");
        };
        assert!(!ours.is_empty(), "{what} claims nothing");
        if notes(what, "test").is_empty() {
            faults.push(format!("{what}: no test is named"));
        }
        // A claim about others says where it was read.
        if !peer.is_empty() && notes(peer, "peer").len() != 1 {
            faults.push(format!("{what}: where was this read? {peer}"));
        }
    }
    let tests = notes(comparison, "test");
    assert!(tests.len() > rows.len(), "{tests:?}");
    faults.extend(tests.into_iter().filter_map(missing));
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(comparison.contains("2026-"), "a comparison has a date");
}

#[test]
fn a_test_that_is_gone_is_missed() {
    let here = "tests/readme.rs::a_test_that_is_gone_is_missed";
    assert_eq!(missing(here), None);
    for gone in [
        "tests/readme.rs",
        "tests/nowhere.rs::it",
        "tests/readme.rs::no_such_test",
        // There, and no test.
        "tests/readme.rs::missing",
    ] {
        assert!(missing(gone).is_some(), "{gone}");
    }
}

#[test]
fn what_is_counted_is_there() {
    let provider = Camunda::new(Environment::default(), Clock::system(), || {});
    let server = Server::new(provider, Clock::system());
    let count = |kind| server.type_names(kind).len();
    let expected = format!(
        "{} resources, {} data sources, {} list resources, {} ephemeral resources, {} actions, {} functions",
        count(Kind::Resource),
        count(Kind::DataSource),
        count(Kind::ListResource),
        count(Kind::EphemeralResource),
        count(Kind::Action),
        server.functions().len()
    );
    let readme = read("README.md");
    assert!(
        section(&readme, "## Why this one").contains(&format!("| {expected} |")),
        "README.md should say: {expected}"
    );
}

/// The first release takes these words out.
#[test]
fn nothing_is_published_yet() {
    let changelog = read("CHANGELOG.md");
    let released = changelog
        .lines()
        .filter(|line| line.starts_with("## ") && !line.ends_with("(Unreleased)"))
        .count();
    let readme = read("README.md");
    for words in [
        "Not published yet",
        "once it is published",
        "| not yet | yes",
    ] {
        assert_eq!(readme.contains(words), released == 0, "{words:?}");
    }
}

// === What it runs on ===

/// The versions of a kind of CLI that `make tools` fetches.
fn pinned(kind: &str) -> Vec<String> {
    let pins: Value = serde_json::from_str(&read("tools/pins.json")).unwrap();
    let tools = pins["tools"].as_array().unwrap().iter();
    let tools = tools.filter(|tool| tool["kind"] == kind);
    tools
        .map(|tool| tool["version"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_clis_are_those_of_the_tests() {
    let readme = read("README.md");
    let rows = rows(section(&readme, "## What it runs on"));
    let tested = rows.iter().find(|row| row[0] == "tested").unwrap();
    let (terraform, opentofu) = (pinned("terraform"), pinned("opentofu"));
    assert_eq!(tested[1], terraform.join(", "));
    assert_eq!(tested[2], opentofu.join(", "));

    // And the tests run on these: the macro for every CLI names them all.
    let matrix = read("tests/acceptance/support/matrix.rs");
    let list = matrix.split("macro_rules! with_every_cli").nth(1).unwrap();
    let list = list.split("macro_rules!").next().unwrap();
    let words = list.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    let run: BTreeSet<String> = words
        .filter(|word| word.starts_with("terraform_") || word.starts_with("tofu_"))
        .map(str::to_owned)
        .collect();
    let name = |kind: &str, version: &String| format!("{kind}_{}", version.replace('.', "_"));
    let pins: BTreeSet<String> = terraform
        .iter()
        .map(|version| name("terraform", version))
        .chain(opentofu.iter().map(|version| name("tofu", version)))
        .collect();
    assert_eq!(run, pins);

    let words = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve", "thirteen",
    ];
    let count = format!("on {} CLIs", words[pins.len()]);
    assert!(readme.contains(&count), "README.md should say: {count}");
}

/// The provider's page, which is generated, has the same versions and says what to do below them.
#[test]
fn features_are_those_of_the_provider_s_page() {
    let (readme, page) = (read("README.md"), read("docs/index.md"));
    let of_page = rows(section(&page, "## Versions of Terraform and OpenTofu"));
    assert!(of_page.len() > 5);
    let of_page: Vec<Vec<&str>> = of_page.iter().map(|row| row[..3].to_vec()).collect();
    let of_readme = rows(section(&readme, "## What it runs on"));
    assert_eq!(of_readme[1..], of_page);
}

#[test]
fn platforms_are_those_of_the_release() {
    let workflow = read(".github/workflows/release.yml");
    let targets: BTreeSet<&str> = workflow
        .split("{ target: ")
        .skip(1)
        .filter_map(|rest| rest.split(',').next())
        .collect();
    let mut platforms: Vec<(&str, &str)> = Vec::new();
    for target in &targets {
        let machine = match target.split('-').next().unwrap() {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        let system = match *target {
            linux if linux.contains("linux") => "Linux",
            apple if apple.contains("apple") => "macOS",
            _ => "Windows",
        };
        platforms.push((system, machine));
    }
    platforms.sort_unstable();
    let readme = read("README.md");
    let sentence = section(&readme, "## What it runs on")
        .split("Archives are made for")
        .nth(1);
    let sentence = sentence.unwrap().split("\n\n").next().unwrap();
    let mut said: Vec<(&str, &str)> = Vec::new();
    for (system, rest) in ["Linux", "macOS", "Windows"]
        .into_iter()
        .filter_map(|system| Some((system, sentence.split(&format!("{system} (")).nth(1)?)))
    {
        let inside = rest.split(')').next().unwrap();
        let machines = inside.split('`').skip(1).step_by(2);
        said.extend(machines.map(|machine| (system, machine)));
    }
    said.sort_unstable();
    assert_eq!(said, platforms);
    assert!(readme.contains(&format!("| {} | more, FreeBSD", platforms.len())));
    // The workflow waits for as many archives, and the tool knows all targets.
    assert_eq!(
        workflow.matches(&format!("-eq {}", targets.len())).count(),
        2
    );
    let tool = read("tools/release.py");
    for target in targets {
        assert!(tool.contains(&format!("\"{target}\": (")), "{target}");
    }
}

// === Links and commands ===

/// Pages that people read in the repository or in a registry.
fn pages() -> Vec<String> {
    let guides = fs::read_dir(root().join("docs/guides")).unwrap();
    let guides = guides.map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        format!("docs/guides/{name}")
    });
    let mut pages: Vec<String> = [
        "README.md",
        "ARCHITECTURE.md",
        "BENCHMARKS.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/index.md",
        "examples/adopt/README.md",
        "examples/complete/README.md",
        "simulator/README.md",
    ]
    .map(str::to_owned)
    .into();
    pages.extend(guides);
    pages
}

/// The name that a heading has in links: lower case, blanks as hyphens, punctuation gone.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let letters = heading.chars().filter_map(|letter| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        letter => letter.is_alphanumeric().then_some(letter),
    });
    letters.collect()
}

/// Why a link leads nowhere.
fn broken(page: &str, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() {
        root().join(page)
    } else {
        root().join(page).parent().unwrap().join(path)
    };
    if !target.exists() {
        return Some(format!("{page}: {link} is not there"));
    }
    if fragment.is_empty() {
        return None;
    }
    let text = fs::read_to_string(&target).unwrap_or_default();
    let has = text
        .lines()
        .any(|line| line.starts_with('#') && anchor(line) == fragment)
        || text.contains(&format!("<a id=\"{fragment}\">"));
    (!has).then(|| format!("{page}: {link} names no heading"))
}

#[test]
fn links_lead_somewhere() {
    let mut faults = Vec::new();
    let mut count = 0;
    for page in pages() {
        let text = read(&page);
        for rest in text.split("](").skip(1) {
            let link = rest.split(')').next().unwrap_or_default();
            count += 1;
            faults.extend(broken(&page, link));
        }
    }
    assert!(count > 25, "only {count} links were found");
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_broken_link_is_found() {
    assert_eq!(broken("README.md", "docs/index.md#settings"), None);
    assert_eq!(
        broken("docs/guides/getting-started.md", "../index.md"),
        None
    );
    assert_eq!(broken("README.md", "https://example.com/nowhere"), None);
    for link in ["docs/nowhere.md", "docs/index.md#nowhere", "#nowhere"] {
        assert!(broken("README.md", link).is_some(), "{link}");
    }
}

/// Of a Makefile: the targets that `make` lists.
fn targets() -> BTreeSet<String> {
    let makefile = read("Makefile");
    let listed = makefile
        .lines()
        .filter(|line| line.contains(":") && line.contains("## "));
    let names = listed.filter_map(|line| line.split(':').next());
    let targets = names.filter(|name| {
        name.chars()
            .all(|letter| letter.is_ascii_lowercase() || letter == '-')
    });
    targets.map(str::to_owned).collect()
}

#[test]
fn what_is_to_be_made_can_be_made() {
    let targets = targets();
    assert!(targets.len() > 10, "{targets:?}");
    let mut named = BTreeSet::new();
    for page in pages() {
        for (position, _) in read(&page).match_indices("make ") {
            let text = read(&page);
            // A command and not the verb: in code, by itself or behind a variable.
            let before = &text[..position];
            let line = before.rsplit('\n').next().unwrap();
            let in_code = line.matches('`').count() % 2 == 1;
            let in_block = before.matches("\n```").count() % 2 == 1;
            if !(in_code || in_block && line.is_empty()) {
                continue;
            }
            let word: String = text[position + 5..]
                .chars()
                .take_while(|letter| letter.is_ascii_lowercase() || *letter == '-')
                .collect();
            assert!(targets.contains(&word), "{page}: make {word}");
            named.insert(word);
        }
    }
    for needed in ["demo", "test", "build", "release"] {
        assert!(named.contains(needed), "nobody says `make {needed}`");
    }
}

/// Whoever looks for a way to install it finds only those that tests carry out.
#[test]
fn no_other_way_to_install_is_promised() {
    // Who develops it installs tools of its own choice.
    for page in pages().iter().filter(|page| *page != "CONTRIBUTING.md") {
        let text = read(page);
        for untested in ["cargo install", "brew install", "docker run"] {
            assert!(!text.contains(untested), "{page}: {untested}");
        }
    }
}

#[test]
fn the_picture_is_described() {
    let readme = read("README.md");
    let (before, _) = readme.split_once("](assets/quickstart.svg)").unwrap();
    let described = before.rsplit("![").next().unwrap();
    assert!(described.len() > 60, "{described}");
    assert!(Path::new(&root().join("assets/quickstart.svg")).exists());
}
