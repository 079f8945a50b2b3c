//! Values in messages, with a message for the user where they cannot be converted.

use bytes::Bytes;

use super::super::wire::error::Error;
use super::super::wire::proto::tfplugin6::{DynamicValue, RawState, ResourceIdentityData};
use super::super::wire::{dynamic_value, json};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::provider::Provider;
use crate::framework::schema::IdentitySchema;
use crate::framework::server::{Kind, Server, StoredStateResponse};
use crate::framework::types::Type;
use crate::framework::value::Value;

/// The value of type `ty` in `message`; null if there is no message. `what` names it, as in "prior
/// state of camunda_cluster".
pub(super) fn decode(
    message: Option<&DynamicValue>,
    ty: &Type,
    what: &str,
) -> Result<Value, Diagnostic> {
    dynamic_value::decode(message, ty).map_err(|error| malformed(what, error))
}

/// The message for `value`, which is of type `ty`. If it is not, there is no message, and
/// `diagnostics` says so.
pub(super) fn encode(
    value: &Value,
    ty: &Type,
    what: &str,
    diagnostics: &mut Diagnostics,
) -> Option<DynamicValue> {
    match dynamic_value::encode(value, ty) {
        Ok(message) => Some(message),
        Err(error) => {
            diagnostics.push(unsendable(what, &error));
            None
        }
    }
}

/// The identity in `message`; null if there is none.
pub(super) fn decode_identity(
    message: Option<&ResourceIdentityData>,
    schema: &IdentitySchema,
    type_name: &str,
) -> Result<Value, Diagnostic> {
    let data = message.and_then(|message| message.identity_data.as_ref());
    decode(
        data,
        &schema.object_type(),
        &format!("identity of {type_name}"),
    )
}

/// The message for `identity`; none if it is null, because cores take that for "no identity".
pub(super) fn encode_identity(
    identity: &Value,
    schema: &IdentitySchema,
    type_name: &str,
    diagnostics: &mut Diagnostics,
) -> Option<ResourceIdentityData> {
    if identity.is_null() {
        return None;
    }
    let what = format!("identity of {type_name}");
    let data = encode(identity, &schema.object_type(), &what, diagnostics)?;
    Some(ResourceIdentityData {
        identity_data: Some(data),
    })
}

/// The JSON of a stored state.
pub(super) fn stored_json(
    state: Option<&RawState>,
    what: &str,
) -> Result<serde_json::Value, Diagnostic> {
    let json = state.map(|state| state.json.as_ref()).unwrap_or_default();
    if json.is_empty() {
        return Err(Diagnostic::error(
            format!("Missing {what}"),
            format!(
                "The {what} was not sent as JSON. State that was last written before Terraform \
                 0.12 is not supported."
            ),
        ));
    }
    json::parse(json).map_err(|error| malformed(what, error))
}

/// The state of `type_name` in the JSON that an upgrade or a move has produced, completed to what
/// the current schema demands. No value: the diagnostics say why.
pub(super) fn adopt<P: Provider>(
    server: &Server<P>,
    type_name: &str,
    stored: StoredStateResponse,
) -> (Option<Value>, Diagnostics) {
    let mut diagnostics = stored.diagnostics;
    let adopted = stored.state.map(|state| {
        let ty = server.schema(Kind::Resource, type_name)?.object_type();
        let mut value = json::from_json(&state, &ty, json::Mode::Lenient)
            .map_err(|error| malformed(&format!("stored state of {type_name}"), error))?;
        if value.is_null() {
            // A core would take the object for gone and plan to create another.
            return Err(Diagnostic::bug(
                format!("Stored state of {type_name} was lost"),
                "Its conversion to the current schema version left nothing.",
            ));
        }
        server.adopt_stored_state(type_name, &mut value)?;
        Ok(value)
    });
    match adopted {
        Some(Ok(value)) => (Some(value), diagnostics),
        Some(Err(diagnostic)) => {
            diagnostics.push(diagnostic);
            (None, diagnostics)
        }
        None => (None, diagnostics),
    }
}

/// The message for a value that was sent and cannot be read.
pub(super) fn malformed(what: &str, error: Error) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        format!("Malformed {what}"),
        format!("The {what} does not fit the provider's schema: {error}."),
    )
    .hint(
        "Make sure that everybody uses the same version of the provider. If they do, please report \
         this as a bug of the provider.",
    );
    if error.path.is_root() {
        diagnostic
    } else {
        diagnostic.at(error.path)
    }
}

fn unsendable(what: &str, error: &Error) -> Diagnostic {
    Diagnostic::bug(
        format!("Invalid {what}"),
        format!("The {what} that the provider made does not fit its own schema: {error}."),
    )
}

/// The private data of an ephemeral resource; absent when there is none.
pub(super) fn private(private: Vec<u8>) -> Option<Bytes> {
    (!private.is_empty()).then(|| private.into())
}

/// A point in time. Nanoseconds count forward also before 1970.
pub(super) fn timestamp(time: jiff::Timestamp) -> prost_types::Timestamp {
    const NANOSECONDS: i128 = 1_000_000_000;
    let nanoseconds = time.as_nanosecond();
    prost_types::Timestamp {
        seconds: i64::try_from(nanoseconds.div_euclid(NANOSECONDS)).unwrap_or(i64::MAX),
        nanos: i32::try_from(nanoseconds.rem_euclid(NANOSECONDS)).unwrap_or(0),
    }
}
