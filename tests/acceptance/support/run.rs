//! What a command said and how it ended, with the assertions on it. Knows how Terraform and OpenTofu
//! draw their messages (colours, boxes, wrapped lines) and takes that away.

use std::process::ExitStatus;

/// A command that has ended.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// The command line, for messages.
    pub(crate) command: String,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Standard output and error, one line per paragraph; see [`unfold`].
    pub(crate) fn text(&self) -> String {
        unfold(&format!("{}\n{}", self.stdout, self.stderr))
    }

    /// Whether the output has these words, however it breaks its lines.
    pub(crate) fn says(&self, words: &str) -> bool {
        collapse(&self.text()).contains(&collapse(words))
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }

    #[track_caller]
    pub(crate) fn expect_code(&self, code: i32) -> &Self {
        assert_eq!(
            self.status.code(),
            Some(code),
            "expected exit code {code}\n{self}"
        );
        self
    }

    #[track_caller]
    pub(crate) fn expect_success(&self) -> &Self {
        self.expect_code(0)
    }

    /// Failed in good order: exit code 1, neither a signal nor a crash.
    #[track_caller]
    pub(crate) fn expect_failure(&self) -> &Self {
        assert!(!self.says("panic:"), "crashed\n{self}");
        self.expect_code(1)
    }

    #[track_caller]
    pub(crate) fn expect_failure_containing(&self, words: &str) -> &Self {
        self.expect_failure().expect_output_containing(words)
    }

    #[track_caller]
    pub(crate) fn expect_output_containing(&self, words: &str) -> &Self {
        assert!(self.says(words), "expected the words: {words}\n{self}");
        self
    }

    #[track_caller]
    pub(crate) fn expect_output_without(&self, words: &str) -> &Self {
        assert!(!self.says(words), "unwanted words: {words}\n{self}");
        self
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "--- {} ({})\n--- stdout\n{}\n--- stderr\n{}",
            self.command, self.status, self.stdout, self.stderr
        )
    }
}

fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Undoes the drawing: no colours, no boxes, a wrapped paragraph on one line, a blank line between
/// paragraphs.
pub(crate) fn unfold(drawn: &str) -> String {
    let plain = without_escapes(drawn);
    let mut paragraphs: Vec<Vec<&str>> = vec![Vec::new()];
    for line in plain.lines() {
        // One end of a box is the end of a message.
        let inner = line.trim_start_matches(['│', '╷', '╵']).trim();
        if inner.is_empty() {
            paragraphs.push(Vec::new());
        } else if let Some(paragraph) = paragraphs.last_mut() {
            paragraph.push(inner);
        }
    }
    let lines: Vec<String> = paragraphs
        .iter()
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| collapse(&paragraph.join(" ")))
        .collect();
    lines.join("\n\n")
}

/// Takes out ANSI control sequences: ESC, `[`, parameters, one letter.
pub(crate) fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = match after.find(|letter: char| ('@'..='~').contains(&letter)) {
            Some(end) => &after[end + 1..],
            None => "",
        };
    }
    plain.push_str(rest);
    plain
}
