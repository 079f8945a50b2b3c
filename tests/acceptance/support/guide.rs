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
        match self.heading {
            "With Terraform" => cli.kind == Kind::Terraform,
            "With OpenTofu" => cli.kind == Kind::OpenTofu,
            _ => true,
        }
    }
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
