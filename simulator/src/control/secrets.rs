//! What people do in the console to connector secrets, over the control surface.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Input, Problem, nothing_here};

/// The value of a secret that is set by hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewValue {
    value: String,
}

impl Input<'_> {
    pub(super) fn connector_secrets(
        &self,
        method: &str,
        cluster: &str,
        rest: &[&str],
    ) -> Result<Value, Problem> {
        let shared = self.shared;
        match (method, rest) {
            ("GET", []) => Ok(shared.world(|world, _| json!(world.connector_secrets_of(cluster)))),
            ("PUT", [name]) => {
                let NewValue { value } = self.json()?;
                let found = shared
                    .world(|world, now| world.set_connector_secret(cluster, name, &value, now));
                Problem::unless(found, "cluster")
            }
            ("DELETE", [name]) => {
                let found = shared.world(|world, _| world.delete_connector_secret(cluster, name));
                Problem::unless(found, "secret")
            }
            _ => Err(nothing_here()),
        }
    }
}
