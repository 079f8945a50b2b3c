//! What the API tells everybody, without a token: the addresses that the service calls from.

use serde_json::json;

use crate::{
    answer::{Answer, Refusal},
    world::{Call, Handler},
};

pub(crate) const OPERATIONS: &[(&str, Handler)] = &[("GetMeta", ranges)];

/// Addresses that Web Modeler calls from.
pub const WEB_MODELER_RANGES: [&str; 2] = ["192.0.2.10/32", "192.0.2.11/32"];

#[expect(clippy::unnecessary_wraps, reason = "the shape of a handler")]
fn ranges(_: &mut Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::json(&json!({ "web-modeler": WEB_MODELER_RANGES })))
}
