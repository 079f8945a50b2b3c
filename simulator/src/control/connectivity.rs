//! What people do in the console to secure connectivity and monitoring, over the control surface.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Input, Problem, nothing_here};
use crate::connectivity::ConnectivityChange;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    username: String,
}

impl Input<'_> {
    pub(super) fn connectivity(&self, method: &str, cluster: &str) -> Result<Value, Problem> {
        let shared = self.shared;
        match method {
            "GET" => Ok(shared.world(|world, _| json!(world.secure_connectivity.get(cluster)))),
            "PUT" => {
                let change = if self.body.is_empty() {
                    ConnectivityChange::default()
                } else {
                    self.json()?
                };
                let found =
                    shared.world(|world, now| world.set_secure_connectivity(cluster, change, now));
                Problem::unless(found, "cluster")
            }
            "DELETE" => {
                let found =
                    shared.world(|world, _| world.secure_connectivity.remove(cluster).is_some());
                Problem::unless(found, "secure connectivity")
            }
            _ => Err(nothing_here()),
        }
    }

    pub(super) fn monitoring(
        &self,
        method: &str,
        cluster: &str,
        rest: &[&str],
    ) -> Result<Value, Problem> {
        let shared = self.shared;
        match (method, rest) {
            ("GET", []) => Ok(shared.world(|world, _| json!(world.monitoring.get(cluster)))),
            ("PUT" | "DELETE", []) => {
                let active = method == "PUT";
                let found = shared.world(|world, now| world.set_monitoring(cluster, active, now));
                Problem::unless(found, "cluster")
            }
            ("POST", ["clients"]) => {
                let NewUser { username } = self.json()?;
                shared
                    .world(|world, now| world.add_monitoring_client(cluster, &username, now))
                    .map(|uuid| json!({ "uuid": uuid }))
                    .ok_or_else(|| Problem::new(404, "Monitoring is not active."))
            }
            ("DELETE", ["clients", uuid]) => {
                let found = shared.world(|world, _| world.delete_monitoring_client(cluster, uuid));
                Problem::unless(found, "monitoring client")
            }
            _ => Err(nothing_here()),
        }
    }
}
