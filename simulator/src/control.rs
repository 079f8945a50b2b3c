//! The control surface under `/_simulator/`: looking into the simulator and steering it over HTTP,
//! from any language. Outside the path space of the API, never logged, never hit by faults.

mod connectivity;
mod secrets;

use std::{sync::Arc, time::Duration};

use axum::{body::to_bytes, extract::Request, response::Response};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    backups::NewBackup,
    clients::{NewZeebeClient, ZeebeClientChange},
    clock::{ClockMode, text},
    console::{ClusterChange, NewCluster},
    exchange::to_response,
    faults::FaultRule,
    members::MemberChange,
    seed::{Generation, Organization, Seed},
    shared::Shared,
};

const LARGEST_BODY: usize = 4 << 20;

/// What there is, for people who look at `/_simulator/`.
const INDEX: &[(&str, &str)] = &[
    ("GET /_simulator/", "this list"),
    (
        "GET /_simulator/state",
        "everything: clock, organization, clusters, tokens, switches, faults",
    ),
    (
        "POST /_simulator/reset",
        "back to the start; a body {\"seed\": …} starts from that seed",
    ),
    (
        "GET /_simulator/statistics",
        "counts of requests, tokens, faults, violations",
    ),
    (
        "GET /_simulator/requests?operation=ID&after=N",
        "the request log, secrets redacted",
    ),
    (
        "GET /_simulator/tokens",
        "the token requests, with time, address and outcome",
    ),
    (
        "GET /_simulator/violations",
        "what went against the contract",
    ),
    ("DELETE /_simulator/violations", "forgets them"),
    (
        "GET /_simulator/faults",
        "the rules in force, with counters",
    ),
    (
        "POST /_simulator/faults",
        "adds a rule {operation, path_contains, skip, times, fault}",
    ),
    ("DELETE /_simulator/faults", "removes all rules"),
    ("DELETE /_simulator/faults/ID", "removes a rule"),
    (
        "POST /_simulator/faults/ID/release",
        "lets requests go on that wait because of it",
    ),
    ("GET /_simulator/clock", "virtual time and its mode"),
    (
        "PUT /_simulator/clock",
        "changes the mode: {\"mode\": \"real\" | \"manual\" | {\"scaled\": 60} | {\"per_request\": 30}}",
    ),
    (
        "POST /_simulator/clock/advance",
        "{\"seconds\": N} of virtual time, {\"token_seconds\": N} for the token service",
    ),
    ("GET, PATCH /_simulator/behaviour", "the switches"),
    (
        "GET, PATCH /_simulator/organization",
        "limits and features of the organization",
    ),
    (
        "GET, POST /_simulator/clusters",
        "all clusters; adds one by hand",
    ),
    (
        "GET, PATCH, DELETE /_simulator/clusters/ID",
        "one cluster; changes or deletes it by hand",
    ),
    (
        "GET, POST /_simulator/clusters/ID/backups, DELETE …/backups/BACKUP",
        "the backups of a cluster; adds or deletes one by hand",
    ),
    (
        "PUT, DELETE /_simulator/clusters/ID/backups/schedule",
        "sets ({\"schedule\": \"0 2 * * *\"}) or removes the backup schedule by hand",
    ),
    (
        "GET, POST /_simulator/clusters/ID/clients",
        "the API clients of a cluster; adds one by hand",
    ),
    (
        "PATCH, DELETE /_simulator/clusters/ID/clients/CLIENT",
        "changes or deletes an API client by hand",
    ),
    (
        "GET, PUT, DELETE /_simulator/clusters/ID/connectivity",
        "secure connectivity; activates, changes or removes it by hand",
    ),
    (
        "GET, PUT, DELETE /_simulator/clusters/ID/monitoring, POST …/monitoring/clients, DELETE …/CLIENT",
        "the metrics endpoint; switches it by hand, adds ({\"username\": …}) or deletes credentials",
    ),
    (
        "GET /_simulator/clusters/ID/secrets, PUT, DELETE …/secrets/NAME",
        "the connector secrets of a cluster; sets ({\"value\": …}) or deletes one by hand",
    ),
    (
        "GET /_simulator/members, PUT, DELETE …/members/EMAIL",
        "the members; changes ({\"roles\": …, \"name\": …, \"invite_pending\": …}), adds or removes one by hand",
    ),
    (
        "POST /_simulator/tokens/expire | revoke | unblock",
        "ends all tokens; frees blocked addresses",
    ),
    (
        "POST /_simulator/clients/ID/revoke",
        "revokes client credentials",
    ),
    (
        "POST /_simulator/generations, DELETE /_simulator/generations/ID",
        "{channel, id, name, minor}: offers one, or no more",
    ),
    (
        "POST /_simulator/auto-updates",
        "runs the automatic updates",
    ),
];

/// Serves a request to the control surface.
pub(crate) async fn serve(shared: Arc<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return to_response(Problem::new(413, "The body is too large.").into());
    };
    let path = parts.uri.path().trim_start_matches("/_simulator");
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let input = Input {
        shared: &shared,
        query: parts.uri.query().unwrap_or_default(),
        body: &body,
    };
    let answer = input
        .dispatch(parts.method.as_str(), &segments)
        .and_then(|value| match shared.save(false) {
            Ok(()) => Ok(value),
            Err(problem) => Err(Problem::new(500, format!("The simulator {problem:#}."))),
        });
    let answer = answer.map_or_else(Answer::from, |value| Answer::json(&value));
    to_response(answer)
}

struct Problem {
    status: u16,
    message: String,
}

impl Problem {
    fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    fn unless(found: bool, what: &str) -> Result<Value, Self> {
        if found {
            Ok(json!({}))
        } else {
            Err(Self::new(404, format!("There is no such {what}.")))
        }
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        Self::json_with(problem.status, &json!({ "message": problem.message }))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSchedule {
    schedule: String,
}

struct Input<'a> {
    shared: &'a Shared,
    query: &'a str,
    body: &'a [u8],
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Reset {
    seed: Option<Seed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    mode: ClockMode,
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Advance {
    seconds: f64,
    token_seconds: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    channel: String,
    id: String,
    name: String,
    minor: String,
}

impl Input<'_> {
    fn dispatch(&self, method: &str, segments: &[&str]) -> Result<Value, Problem> {
        let shared = self.shared;
        match (method, segments) {
            ("GET", []) => Ok(INDEX
                .iter()
                .map(|(call, meaning)| json!({ "call": call, "meaning": meaning }))
                .collect()),
            ("GET", ["state"]) => Ok(self.state()),
            ("POST", ["reset"]) => self.reset(),
            ("GET", ["statistics"]) => Ok(json!(shared.statistics())),
            ("GET", ["requests"]) => self.requests(),
            ("GET", ["violations"]) => Ok(json!(shared.journal.violations())),
            ("DELETE", ["violations"]) => Ok(json!(shared.journal.take_violations())),
            ("GET", ["clock"]) => Ok(self.clock()),
            ("PUT", ["clock"]) => {
                let mode = self.json::<SetClock>()?.mode;
                mode.check().map_err(|problem| Problem::new(400, problem))?;
                shared.clock.set_mode(mode);
                Ok(self.clock())
            }
            ("POST", ["clock", "advance"]) => self.advance(),
            ("GET", ["behaviour"]) => Ok(shared.world(|world, _| json!(world.behaviour))),
            ("PATCH", ["behaviour"]) => {
                let changes: Value = self.json()?;
                shared
                    .world(|world, _| world.change_behaviour(&changes))
                    .map_err(|error| Problem::new(400, error.to_string()))?;
                Ok(shared.world(|world, _| json!(world.behaviour)))
            }
            (_, ["organization"]) => self.organization(method),
            (_, ["faults", rest @ ..]) => self.faults(method, rest),
            (_, ["clusters", cluster, "backups", rest @ ..]) => self.backups(method, cluster, rest),
            (_, ["clusters", cluster, "clients", rest @ ..]) => {
                self.zeebe_clients(method, cluster, rest)
            }
            (_, ["clusters", cluster, "connectivity"]) => self.connectivity(method, cluster),
            (_, ["clusters", cluster, "monitoring", rest @ ..]) => {
                self.monitoring(method, cluster, rest)
            }
            (_, ["clusters", cluster, "secrets", rest @ ..]) => {
                self.connector_secrets(method, cluster, rest)
            }
            (_, ["clusters", rest @ ..]) => self.clusters(method, rest),
            (_, ["members", rest @ ..]) => self.members(method, rest),
            (_, ["tokens", rest @ ..]) => self.tokens(method, rest),
            ("POST", ["clients", id, "revoke"]) => self.revoke_client(id),
            (_, ["generations", rest @ ..]) => self.generations(method, rest),
            ("POST", ["auto-updates"]) => {
                let started = shared.world(|world, now| world.run_auto_updates(now));
                Ok(json!({ "started": started }))
            }
            _ => Err(nothing_here()),
        }
    }

    fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(self.body).map_err(|error| Problem::new(400, error.to_string()))
    }

    fn query(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    fn state(&self) -> Value {
        let clock = self.clock();
        self.shared.world(|world, _| {
            json!({
                "clock": clock,
                "organizations": world.seed.organizations,
                "clusters": world.clusters,
                "zeebe_clients": world.zeebe_clients,
                "members": world.members,
                "connector_secrets": world.connector_secrets,
                "secure_connectivity": world.secure_connectivity,
                "monitoring": world.monitoring,
                "backups": world.backups.all,
                "backup_schedules": world.backups.schedules,
                "restores": world.backups.restores,
                "valid_tokens": world.tokens.valid(),
                "behaviour": world.behaviour,
                "faults": world.faults.list(),
            })
        })
    }

    fn reset(&self) -> Result<Value, Problem> {
        let reset = if self.body.is_empty() {
            Reset::default()
        } else {
            self.json()?
        };
        if let Some(seed) = &reset.seed {
            seed.check()
                .map_err(|error| Problem::new(400, error.to_string()))?;
        }
        self.shared.reset(reset.seed);
        Ok(json!({}))
    }

    fn requests(&self) -> Result<Value, Problem> {
        let operation = self.query("operation");
        let after = match self.query("after") {
            Some(number) => number
                .parse()
                .map_err(|_| Problem::new(400, "`after` is not a number."))?,
            None => 0,
        };
        let mut requests = self.shared.journal.requests();
        requests.retain(|request| {
            request.order > after && (operation.is_none() || request.operation == operation)
        });
        Ok(json!(requests))
    }

    fn clock(&self) -> Value {
        let clock = &self.shared.clock;
        json!({ "now": text(clock.now()), "mode": clock.mode() })
    }

    fn advance(&self) -> Result<Value, Problem> {
        let advance: Advance = self.json()?;
        let duration = |seconds: f64| {
            Duration::try_from_secs_f64(seconds)
                .map_err(|_| Problem::new(400, "Time only moves forward."))
        };
        let (virtual_time, token_time) =
            (duration(advance.seconds)?, duration(advance.token_seconds)?);
        self.shared.clock.advance(virtual_time);
        self.shared
            .world(|world, _| world.tokens.advance(token_time));
        Ok(self.clock())
    }

    fn organization(&self, method: &str) -> Result<Value, Problem> {
        let shared = self.shared;
        let current = shared.world(|world, _| json!(world.seed.first_organization()));
        match method {
            "GET" => Ok(current),
            "PATCH" => {
                let (Value::Object(mut all), Value::Object(changes)) = (current, self.json()?)
                else {
                    return Err(Problem::new(400, "The body is not an object."));
                };
                all.extend(changes);
                let changed: Organization = serde_json::from_value(all.into())
                    .map_err(|error| Problem::new(400, error.to_string()))?;
                let answer = json!(changed);
                shared.world(|world, _| world.seed.organizations[0] = changed);
                Ok(answer)
            }
            _ => Err(nothing_here()),
        }
    }

    fn faults(&self, method: &str, rest: &[&str]) -> Result<Value, Problem> {
        let shared = self.shared;
        let number = |id: &str| {
            id.parse()
                .map_err(|_| Problem::new(404, "There is no such fault."))
        };
        match (method, rest) {
            ("GET", []) => Ok(shared.world(|world, _| json!(world.faults.list()))),
            ("POST", []) => {
                let rule: FaultRule = self.json()?;
                rule.check().map_err(|problem| Problem::new(400, problem))?;
                let id = shared.world(|world, _| world.faults.add(rule));
                Ok(json!({ "id": id }))
            }
            ("DELETE", []) => {
                shared.world(|world, _| world.faults.clear());
                Ok(json!({}))
            }
            ("DELETE", [id]) => {
                let id = number(id)?;
                Problem::unless(shared.world(|world, _| world.faults.remove(id)), "fault")
            }
            ("POST", [id, "release"]) => {
                let id = number(id)?;
                Problem::unless(shared.world(|world, _| world.faults.release(id)), "fault")
            }
            _ => Err(nothing_here()),
        }
    }

    fn clusters(&self, method: &str, rest: &[&str]) -> Result<Value, Problem> {
        let shared = self.shared;
        match (method, rest) {
            ("GET", []) => Ok(shared.world(|world, _| json!(world.clusters))),
            ("POST", []) => {
                let new: NewCluster = self.json()?;
                let id = shared.world(|world, now| world.add_cluster(new, now));
                Ok(json!({ "id": id }))
            }
            ("GET", [id]) => shared
                .world(|world, now| {
                    let mut clusters = world.clusters.iter();
                    clusters
                        .find(|cluster| cluster.id == *id && cluster.exists(now))
                        .map(|cluster| json!(cluster))
                })
                .ok_or_else(|| Problem::new(404, "There is no such cluster.")),
            ("PATCH", [id]) => {
                let change: ClusterChange = self.json()?;
                let found = shared.world(|world, now| world.change_cluster(id, change, now));
                Problem::unless(found, "cluster")
            }
            ("DELETE", [id]) => {
                let found = shared.world(|world, now| world.delete_cluster(id, now));
                Problem::unless(found, "cluster")
            }
            _ => Err(nothing_here()),
        }
    }

    fn backups(&self, method: &str, cluster: &str, rest: &[&str]) -> Result<Value, Problem> {
        let shared = self.shared;
        match (method, rest) {
            ("GET", []) => Ok(shared.world(|world, _| {
                let backups: Vec<_> = world.backups.of(cluster).collect();
                json!(backups)
            })),
            ("POST", []) => {
                let new: NewBackup = self.json()?;
                let id = shared.world(|world, now| world.add_backup(cluster, new, now));
                Ok(json!({ "id": id }))
            }
            ("PUT", ["schedule"]) => {
                let NewSchedule { schedule } = self.json()?;
                let fine = shared
                    .world(|world, now| world.set_backup_schedule(cluster, Some(&schedule), now));
                fine.then(|| json!({}))
                    .ok_or_else(|| Problem::new(400, "That is no schedule."))
            }
            ("DELETE", ["schedule"]) => {
                shared.world(|world, now| world.set_backup_schedule(cluster, None, now));
                Ok(json!({}))
            }
            ("DELETE", [id]) => {
                Problem::unless(shared.world(|world, _| world.delete_backup(id)), "backup")
            }
            _ => Err(nothing_here()),
        }
    }

    fn zeebe_clients(&self, method: &str, cluster: &str, rest: &[&str]) -> Result<Value, Problem> {
        let shared = self.shared;
        match (method, rest) {
            ("GET", []) => Ok(shared.world(|world, _| json!(world.zeebe_clients_of(cluster)))),
            ("POST", []) => {
                let new: NewZeebeClient = self.json()?;
                shared
                    .world(|world, now| world.add_zeebe_client(cluster, new, now))
                    .map(|id| json!({ "client_id": id }))
                    .ok_or_else(|| Problem::new(404, "There is no such cluster."))
            }
            ("PATCH", [id]) => {
                let change: ZeebeClientChange = self.json()?;
                let found = shared.world(|world, _| world.change_zeebe_client(cluster, id, change));
                Problem::unless(found, "client")
            }
            ("DELETE", [id]) => {
                let found = shared.world(|world, _| world.delete_zeebe_client(cluster, id));
                Problem::unless(found, "client")
            }
            _ => Err(nothing_here()),
        }
    }

    fn members(&self, method: &str, rest: &[&str]) -> Result<Value, Problem> {
        let shared = self.shared;
        match (method, rest) {
            ("GET", []) => Ok(shared.world(|world, _| json!(world.first_members()))),
            ("PUT", [email]) => {
                let change: MemberChange = self.json()?;
                shared.world(|world, _| world.change_member(email, change));
                Ok(json!({}))
            }
            ("DELETE", [email]) => Problem::unless(
                shared.world(|world, _| world.delete_member(email)),
                "member",
            ),
            _ => Err(nothing_here()),
        }
    }

    fn tokens(&self, method: &str, rest: &[&str]) -> Result<Value, Problem> {
        let shared = self.shared;
        let count = match (method, rest) {
            ("GET", []) => return Ok(json!(shared.journal.token_requests())),
            ("POST", ["expire"]) => shared.world(|world, _| world.tokens.expire_all()),
            ("POST", ["revoke"]) => shared.world(|world, _| world.tokens.revoke_all(None)),
            ("POST", ["unblock"]) => {
                shared.world(|world, _| world.tokens.unblock());
                return Ok(json!({}));
            }
            _ => return Err(nothing_here()),
        };
        Ok(json!({ "tokens": count }))
    }

    fn revoke_client(&self, id: &str) -> Result<Value, Problem> {
        let found = self.shared.world(|world, _| world.revoke_client(id));
        Problem::unless(found, "client")
    }

    fn generations(&self, method: &str, rest: &[&str]) -> Result<Value, Problem> {
        match (method, rest) {
            ("POST", []) => {
                let release: Release = self.json()?;
                let generation = Generation {
                    id: release.id,
                    name: release.name,
                    minor: release.minor,
                };
                let found = self
                    .shared
                    .world(|world, _| world.release_generation(&release.channel, generation));
                Problem::unless(found, "channel")
            }
            ("DELETE", [id]) => {
                self.shared.world(|world, _| world.withdraw_generation(id));
                Ok(json!({}))
            }
            _ => Err(nothing_here()),
        }
    }
}

fn nothing_here() -> Problem {
    Problem::new(
        404,
        "There is nothing here. GET /_simulator/ lists what there is.",
    )
}
