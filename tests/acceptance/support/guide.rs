//! A guide as something that can be carried out: its fenced blocks, in their order.

use super::{Cli, Run, Workspace, cli::Kind};

/// A fenced block of a guide.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    /// The last heading above it.
    pub(crate) heading: &'a str,
    /// What stands behind the opening fence.
    pub(crate) language: &'a str,
    pub(crate) text: String,
}

/// All blocks of a guide.
pub(crate) fn blocks(guide: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut heading = "";
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            found.push(Block {
                heading,
                language,
                text: inside.join("\n") + "\n",
            });
        } else if line.starts_with('#') {
            heading = line.trim_start_matches('#').trim();
        }
    }
    found
}

impl Block<'_> {
    /// The file that the block is, which its first line names.
    fn file(&self) -> &str {
        let first = self.text.lines().next().unwrap_or_default();
        let name = first.strip_prefix("# ").unwrap_or_default();
        let is_name = name.contains('.') && !name.contains(' ');
        assert!(is_name, "which file is this? {self:?}");
        name
    }

    /// Whether a reader with this CLI carries it out.
    fn concerns(&self, cli: &Cli) -> bool {
        concerns(self.heading, cli)
    }
}

/// Whether what stands under a heading is for this CLI. One that names versions, such as `Functions
/// (Terraform 1.8 and later, OpenTofu 1.7 and later)`, is for these.
fn concerns(heading: &str, cli: &Cli) -> bool {
    match heading {
        "With Terraform" => return cli.kind == Kind::Terraform,
        "With OpenTofu" => return cli.kind == Kind::OpenTofu,
        _ => {}
    }
    let mut names_versions = false;
    for (kind, name) in [
        (Kind::Terraform, "Terraform 1."),
        (Kind::OpenTofu, "OpenTofu 1."),
    ] {
        let Some((_, rest)) = heading.split_once(name) else {
            continue;
        };
        let since = rest.split(" and later").next().unwrap_or_default();
        let minor = since
            .parse()
            .unwrap_or_else(|_| panic!("from which version on? {heading:?}"));
        if cli.kind == kind && cli.version >= (1, minor, 0) {
            return true;
        }
        names_versions = true;
    }
    !names_versions
}

/// Headings decide by the CLI, and one that cannot be understood is no reason to leave anything out.
#[test]
fn headings_say_whom_they_concern() {
    let all = ["terraform-1.10.5", "terraform-1.15.5", "tofu-1.6.2"].map(Cli::named);
    for (heading, expected) in [
        ("Check", [true, true, true]),
        ("With Terraform", [true, true, false]),
        ("With OpenTofu", [false, false, true]),
        ("With Terraform 1.14 and later", [false, true, false]),
        (
            "A value (Terraform 1.11 and later, OpenTofu 1.11 and later)",
            [false, true, false],
        ),
        ("A value (OpenTofu 1.6 and later)", [false, false, true]),
        (
            "With OpenTofu, and Terraform before 1.14",
            [true, true, true],
        ),
    ] {
        let found = all.each_ref().map(|cli| concerns(heading, cli));
        assert_eq!(found, expected, "{heading}");
    }
    let unclear = std::panic::catch_unwind(|| concerns("With Terraform 1.x", &all[0]));
    assert!(unclear.is_err());
}

/// Carries out a guide: commands are run, files are written, and what a guide shows as output has to
/// be in the output of the commands before it, line by line. `...` stands for what a reader fills in
/// or for what is left out.
#[track_caller]
pub(crate) fn follow(workspace: &Workspace, cli: &Cli, guide: &str) {
    let mut last: Option<Run> = None;
    let mut count = 0;
    for block in blocks(guide) {
        if !block.concerns(cli) {
            continue;
        }
        match block.language {
            "shell" => {
                let is_to_fill_in =
                    |line: &&str| line.starts_with("export ") && line.ends_with("=...");
                let lines: Vec<&str> = block
                    .text
                    .lines()
                    .filter(|line| !is_to_fill_in(line))
                    .collect();
                let run = workspace.shell(&lines.join("\n"));
                assert!(run.status.success(), "under {:?}\n{run}", block.heading);
                last = Some(run);
                count += 1;
            }
            "text" => {
                let run = last.as_ref().expect("output comes after commands");
                for line in block.text.lines().filter(|line| !line.trim().is_empty()) {
                    for part in line.split("...") {
                        run.expect_output_containing(part.trim());
                    }
                }
            }
            _ => {
                workspace.write(block.file(), &block.text);
            }
        }
    }
    assert!(count > 0, "a guide has commands");
}
