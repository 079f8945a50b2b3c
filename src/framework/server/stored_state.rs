//! State that was stored earlier: by an older version, or by another provider.
//!
//! Works on JSON. Turning JSON into values of the schema is the caller's part, because that is a
//! matter of encoding; [`Server::adopt_stored_state`] completes what it has read.

use super::values::{fill_absent_blocks, null_write_only};
use super::{Kind, Server};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::value::Value;

/// What a core asks to be moved.
#[derive(Debug, Clone)]
pub struct MoveStateRequest {
    /// Full address of the provider that wrote the state, with or without a host.
    pub source_provider_address: String,
    /// The resource type in that provider.
    pub source_type_name: String,
    /// The state.
    pub source_state: serde_json::Value,
    /// The type it becomes.
    pub target_type_name: String,
}

/// JSON of the current schema: members that are missing are null, those too many are to be ignored.
#[derive(Debug, Clone)]
pub struct StoredStateResponse {
    /// The JSON; `None` on errors.
    pub state: Option<serde_json::Value>,
    /// Messages.
    pub diagnostics: Diagnostics,
}

impl StoredStateResponse {
    fn of(result: Result<serde_json::Value, Diagnostic>) -> Self {
        match result {
            Ok(state) => Self {
                state: Some(state),
                diagnostics: Diagnostics::new(),
            },
            Err(diagnostic) => Self {
                state: None,
                diagnostics: diagnostic.into(),
            },
        }
    }
}

impl<P: Provider> Server<P> {
    /// Brings a stored state to the current schema version, in one step from any older one.
    #[must_use]
    pub fn upgrade_resource_state(
        &self,
        type_name: &str,
        version: i64,
        state: serde_json::Value,
    ) -> StoredStateResponse {
        StoredStateResponse::of(self.upgraded(type_name, version, state))
    }

    fn upgraded(
        &self,
        type_name: &str,
        version: i64,
        state: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostic> {
        let (resource, schema) = self.resource_with_schema(type_name)?;
        check_readable(type_name, &state)?;
        if i64::try_from(schema.version) == Ok(version) {
            return Ok(state);
        }
        let upgrade = resource
            .upgrades()
            .into_iter()
            .find(|upgrade| i64::try_from(upgrade.from) == Ok(version))
            .ok_or_else(|| {
                Diagnostic::error(
                    format!("Stored state of a {type_name} has an unknown version"),
                    format!(
                        "The state was written under schema version {version}; this provider has \
                         version {} and no upgrade from that one.",
                        schema.version
                    ),
                )
                .hint("Use the version of the provider that wrote the state, or a newer one.")
            })?;
        check_result(type_name, (upgrade.upgrade)(state)?)
    }

    /// Takes over the state of another resource type.
    #[must_use]
    pub fn move_resource_state(&self, request: MoveStateRequest) -> StoredStateResponse {
        StoredStateResponse::of(self.moved(request))
    }

    fn moved(&self, request: MoveStateRequest) -> Result<serde_json::Value, Diagnostic> {
        let moves = self.resource(&request.target_type_name)?.moves();
        // Hosts differ between Terraform, OpenTofu and mirrors; some versions pass a wrong one.
        let mut parts = request.source_provider_address.rsplit('/');
        let source = match (parts.next(), parts.next()) {
            (Some(kind), Some(namespace)) => format!("{namespace}/{kind}"),
            _ => request.source_provider_address.clone(),
        };
        let accepted = moves.iter().find(|candidate| {
            candidate.provider == source && candidate.type_name == request.source_type_name
        });
        if let Some(accepted) = accepted {
            check_readable(&request.source_type_name, &request.source_state)?;
            return check_result(
                &request.target_type_name,
                (accepted.change)(request.source_state)?,
            );
        }
        let list: Vec<String> = moves
            .iter()
            .map(|source| format!("{} of {}", source.type_name, source.provider))
            .collect();
        Err(Diagnostic::error(
            format!("Cannot move state to a {}", request.target_type_name),
            format!(
                "State of {} of {source} cannot be taken over.",
                request.source_type_name
            ),
        )
        .hint(if list.is_empty() {
            "No other resource type can become this one. Use a removed block and an import block \
             instead."
                .to_owned()
        } else {
            format!("It can be taken over from: {}.", list.join(", "))
        }))
    }

    /// Completes a state that was read from storage: no write-only values, no null block
    /// collections.
    ///
    /// # Errors
    /// The provider has no such resource type.
    pub fn adopt_stored_state(&self, type_name: &str, state: &mut Value) -> Result<(), Diagnostic> {
        let schema = self.schema(Kind::Resource, type_name)?;
        null_write_only(&schema.block, state);
        fill_absent_blocks(&schema.block, state);
        Ok(())
    }

    /// The identity of an object with this state; null if it lacks a part.
    #[must_use]
    pub fn identity_of_state(&self, type_name: &str, state: &Value) -> Value {
        self.identity_schema(type_name)
            .ok()
            .and_then(|schema| schema.of_state(state))
            .unwrap_or(Value::Null)
    }
}

/// Whether a stored state is one at all.
fn check_readable(type_name: &str, state: &serde_json::Value) -> Result<(), Diagnostic> {
    if state.is_object() {
        return Ok(());
    }
    Err(Diagnostic::error(
        format!("Stored state of a {type_name} cannot be read"),
        "What the state file holds for it is not an object.",
    )
    .hint("The state file may have been edited by hand; restore it from a backup."))
}

/// Whether a change of a stored state made a state: cores would take anything else for an object
/// that is gone, and create it again.
fn check_result(
    type_name: &str,
    state: serde_json::Value,
) -> Result<serde_json::Value, Diagnostic> {
    if state.is_object() {
        return Ok(state);
    }
    Err(Diagnostic::bug(
        format!("Stored state of a {type_name} was lost"),
        "Bringing it to the current schema left nothing.",
    ))
}
