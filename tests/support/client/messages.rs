//! Parts of messages: values there and back, and texts for snapshots.

use std::fmt::Write as _;

use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::wire::dynamic_value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::attribute_path::step::Selector;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::*;

/// The message for `value`.
pub fn message(value: &Value, ty: &Type) -> DynamicValue {
    dynamic_value::encode(value, ty).unwrap_or_else(|error| panic!("the test's own value: {error}"))
}

/// The value in a reply, which must be of its type and in MessagePack.
pub fn value(message: Option<&DynamicValue>, ty: &Type) -> Value {
    assert!(message.is_none_or(|message| message.json.is_empty()));
    dynamic_value::decode(message, ty).unwrap_or_else(|error| panic!("the reply: {error}"))
}

/// JSON as a state file has it.
pub fn raw_state(json: &str) -> RawState {
    RawState {
        json: json.to_owned().into(),
        ..RawState::default()
    }
}

/// Messages as text for snapshots: severity, summary, path, detail.
pub fn render(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let severity = match diagnostic.severity() {
            diagnostic::Severity::Error => "Error",
            diagnostic::Severity::Warning => "Warning",
            diagnostic::Severity::Invalid => "Invalid",
        };
        let _ = write!(text, "{severity}: {}", diagnostic.summary);
        if let Some(path) = &diagnostic.attribute {
            let _ = write!(text, "\n  at {}", path_text(path));
        }
        let _ = writeln!(text, "\n{}\n", diagnostic.detail);
    }
    text.truncate(text.trim_end().len());
    text
}

/// Whether one of the messages is an error.
pub fn has_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity() == diagnostic::Severity::Error)
}

/// A path as a user would write the reference.
pub fn path_text(path: &AttributePath) -> String {
    let mut text = String::new();
    for step in &path.steps {
        match step.selector.as_ref().expect("a step has a selector") {
            Selector::AttributeName(name) if text.is_empty() => text.push_str(name),
            Selector::AttributeName(name) => {
                let _ = write!(text, ".{name}");
            }
            Selector::ElementKeyString(key) => {
                let _ = write!(text, "[{key:?}]");
            }
            Selector::ElementKeyInt(index) => {
                let _ = write!(text, "[{index}]");
            }
        }
    }
    text
}
