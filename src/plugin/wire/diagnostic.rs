//! Diagnostics as the protocol writes them.

use super::path;
use super::proto::tfplugin6;
use super::proto::tfplugin6::diagnostic::Severity as ProtoSeverity;
use crate::framework::diag::{Diagnostic, Diagnostics, Severity};
use crate::plugin::visible;

/// The messages for `diagnostics`, in the same order.
#[must_use]
pub fn encode(diagnostics: Diagnostics) -> Vec<tfplugin6::Diagnostic> {
    diagnostics.into_iter().map(encode_one).collect()
}

fn encode_one(diagnostic: Diagnostic) -> tfplugin6::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => ProtoSeverity::Error,
        Severity::Warning => ProtoSeverity::Warning,
    };
    let detail = visible::text(diagnostic.full_detail());
    tfplugin6::Diagnostic {
        severity: severity.into(),
        summary: visible::line(diagnostic.summary),
        detail,
        // A path that the protocol cannot express at all is no path: the message is then shown for
        // the whole block.
        attribute: diagnostic
            .path
            .map(|path| path::encode(&path))
            .filter(|path| !path.steps.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::path::Path;

    #[test]
    fn everything_a_diagnostic_says_is_sent() {
        let path = Path::of("name");
        let sent = encode(Diagnostics::from_iter([
            Diagnostic::error("Name too long", "It has 51 characters.")
                .hint("Shorten it.")
                .at(path.clone()),
            Diagnostic::warning("Old argument", ""),
        ]));
        assert_eq!(
            sent,
            [
                tfplugin6::Diagnostic {
                    severity: 1,
                    summary: "Name too long".to_owned(),
                    detail: "It has 51 characters.\n\nShorten it.".to_owned(),
                    attribute: Some(super::path::encode(&path)),
                },
                tfplugin6::Diagnostic {
                    severity: 2,
                    summary: "Old argument".to_owned(),
                    detail: String::new(),
                    attribute: None,
                },
            ]
        );
    }

    #[test]
    fn what_the_service_says_cannot_drive_the_terminal() {
        let name = "orders\u{1b}[2J\nApply complete!";
        let sent = encode(
            Diagnostic::error(
                format!("Cannot read cluster {name}"),
                format!("Said: {name}"),
            )
            .hint("\u{1b}]0;title\u{7}")
            .into(),
        );
        assert_eq!(
            sent[0].summary,
            r"Cannot read cluster orders\u{1b}[2J\u{a}Apply complete!"
        );
        assert_eq!(
            sent[0].detail,
            "Said: orders\\u{1b}[2J\nApply complete!\n\n\\u{1b}]0;title\\u{7}"
        );
    }

    #[test]
    fn the_root_is_no_path() {
        let sent = encode(Diagnostic::error("a", "b").at(Path::root()).into());
        assert_eq!(sent[0].attribute, None);
    }
}
