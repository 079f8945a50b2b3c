//! `ImportResourceState`: as much state as a read needs to find an existing object.

use super::read::IMPORT_MARK;
use super::values::{fill_absent_blocks, null_write_only, settle_unknowns};
use super::{Call, Server};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::operation::ClientCapabilities;
use crate::framework::private::Private;
use crate::framework::provider::Provider;
use crate::framework::schema::IdentitySchema;
use crate::framework::value::Value;

/// How the user names the object.
#[derive(Debug, Clone)]
pub enum ImportTarget {
    /// By the import id of the resource type.
    Id(String),
    /// By identity.
    Identity(Value),
}

/// What a core asks for.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The resource type.
    pub type_name: String,
    /// Which object.
    pub target: ImportTarget,
    /// What the core understands.
    pub client: ClientCapabilities,
}

/// The beginning of a state; a read follows.
#[derive(Debug, Clone)]
pub struct ImportResponse {
    /// The state as far as it is known; `None` on errors.
    pub state: Option<Value>,
    /// The private state.
    pub private: Vec<u8>,
    /// The identity; null if it is not known yet.
    pub identity: Value,
    /// Messages.
    pub diagnostics: Diagnostics,
}

impl<P: Provider> Server<P> {
    /// Begins an import.
    pub async fn import_resource_state(
        &self,
        call: &Call,
        request: ImportRequest,
    ) -> ImportResponse {
        match self.begin_import(call, &request).await {
            Ok((state, identity)) => {
                let mut private = Private::default();
                private.set(IMPORT_MARK, true);
                ImportResponse {
                    state: Some(state),
                    private: private.encode(),
                    identity,
                    diagnostics: Diagnostics::new(),
                }
            }
            Err(diagnostic) => ImportResponse {
                state: None,
                private: Vec::new(),
                identity: Value::Null,
                diagnostics: diagnostic.into(),
            },
        }
    }

    async fn begin_import(
        &self,
        call: &Call,
        request: &ImportRequest,
    ) -> Result<(Value, Value), Diagnostic> {
        let type_name = &request.type_name;
        let (resource, schema) = self.resource_with_schema(type_name)?;
        let identity_schema = self.identity_schema(type_name)?;
        let mut state = match &request.target {
            ImportTarget::Id(id) => {
                let context = self.context(call, request.client)?;
                let mut state = resource.import(&context, id).await?;
                settle_unknowns(&mut state, &Value::Null);
                if is_blank(&state) {
                    return Err(Diagnostic::bug(
                        "Import without a result",
                        format!("The import id of a {type_name} was accepted, but not used."),
                    ));
                }
                state
            }
            ImportTarget::Identity(identity) => {
                check_identity(type_name, identity_schema, identity)?;
                let mut state = schema.block.empty();
                if let (Value::Object(state), Some(identity)) = (&mut state, identity.as_object()) {
                    state.extend(identity.clone());
                }
                state
            }
        };
        null_write_only(&schema.block, &mut state);
        fill_absent_blocks(&schema.block, &mut state);
        let identity = identity_schema.of_state(&state).unwrap_or(Value::Null);
        Ok((state, identity))
    }
}

/// Whether nothing at all is set in a state.
fn is_blank(state: &Value) -> bool {
    state
        .as_object()
        .is_none_or(|members| members.values().all(Value::is_null))
}

/// Whether an identity given by a user has every part that an import needs.
fn check_identity(
    type_name: &str,
    schema: &IdentitySchema,
    identity: &Value,
) -> Result<(), Diagnostic> {
    let missing: Vec<&str> = schema
        .attributes
        .iter()
        .filter(|attribute| {
            let value = identity.member(&attribute.name);
            attribute.required_for_import && (value.is_null() || value.as_str() == Some(""))
        })
        .map(|attribute| attribute.name.as_str())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Diagnostic::error(
        format!("Incomplete identity of a {type_name}"),
        format!(
            "The import's identity lacks a value for {}.",
            missing.join(", ")
        ),
    )
    .hint("Set every required attribute of the identity in the import block."))
}
