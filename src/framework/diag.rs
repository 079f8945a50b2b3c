//! Diagnostics: what a user is told, and where in the configuration it belongs.

use super::path::Path;

/// How serious a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The operation failed, in whole or in part.
    Error,
    /// Something the reader can and should change.
    Warning,
}

/// One message for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether it is an error.
    pub severity: Severity,
    /// One line that names the object, without a full stop.
    pub summary: String,
    /// What happened, on what, and why.
    pub detail: String,
    /// What to do next; each is printed as a paragraph of its own after the detail.
    pub hints: Vec<String>,
    /// The argument at fault, if it is a single one.
    pub path: Option<Path>,
}

impl Diagnostic {
    /// An error.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            summary: summary.into(),
            detail: detail.into(),
            hints: Vec::new(),
            path: None,
        }
    }

    /// A warning.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(summary, detail)
        }
    }

    /// An error that only a mistake in this provider can cause.
    pub fn bug(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::error(summary, detail).hint(
            "This is a bug in the provider. Please report it with the configuration that led here.",
        )
    }

    /// The same message with the argument it is about.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.path = Some(path);
        self
    }

    /// The same message with one more paragraph that says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The detail and the hints as one text.
    #[must_use]
    pub fn full_detail(&self) -> String {
        let mut text = self.detail.clone();
        for hint in &self.hints {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(hint);
        }
        text
    }
}

/// The messages of one operation, in the order they arose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No messages.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message, unless the very same is there already.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// Whether any message is an error.
    #[must_use]
    pub fn has_error(&self) -> bool {
        self.0
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is no message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages, oldest first.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// The same messages, each path taken to start at `prefix`.
    #[must_use]
    pub fn below(self, prefix: &Path) -> Self {
        Self(
            self.0
                .into_iter()
                .map(|mut diagnostic| {
                    diagnostic.path = Some(match diagnostic.path {
                        Some(path) => prefix.join(&path),
                        None => prefix.clone(),
                    });
                    diagnostic
                })
                .collect(),
        )
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(diagnostics: I) -> Self {
        let mut collected = Self::new();
        collected.extend(diagnostics);
        collected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cause_is_told_once() {
        let mut diagnostics = Diagnostics::new();
        diagnostics.push(Diagnostic::error("a", "b"));
        diagnostics.push(Diagnostic::error("a", "b"));
        diagnostics.push(Diagnostic::warning("a", "b"));
        assert_eq!(diagnostics.iter().count(), 2);
        assert!(diagnostics.has_error());
    }

    #[test]
    fn hints_are_paragraphs_after_the_detail() {
        let diagnostic = Diagnostic::error("Summary", "Detail.")
            .hint("Do this.")
            .hint("Or that.");
        insta::assert_snapshot!(diagnostic.full_detail(), @r"
        Detail.

        Do this.

        Or that.
        ");
    }
}
