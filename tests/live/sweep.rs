//! Removes what live runs have left, by the prefix of its name, and nothing else. What has no name of
//! its own (backups, schedules, metrics endpoints, AWS PrivateLink) exists in clusters of the run alone
//! and goes with them.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::organisation::{Organisation, Refusal, part};
use crate::run::Run;
use crate::settings::{Settings, check_prefix};

/// How long the service may go on showing what was deleted.
const GONE_WITHIN: Duration = Duration::from_secs(300);

/// Something with the prefix.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Leftover {
    Cluster {
        id: String,
        name: String,
    },
    Client {
        cluster: String,
        id: String,
        name: String,
    },
    Secret {
        cluster: String,
        name: String,
    },
    /// All of a cluster's allowlist, by their descriptions.
    Entries {
        cluster: String,
        descriptions: Vec<String>,
    },
    Member {
        email: String,
    },
}

impl fmt::Display for Leftover {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster { id, name } => write!(formatter, "cluster {name} ({id})"),
            Self::Client { cluster, name, .. } => {
                write!(formatter, "client {name} of cluster {cluster}")
            }
            Self::Secret { cluster, name } => {
                write!(formatter, "connector secret {name} of cluster {cluster}")
            }
            Self::Entries {
                cluster,
                descriptions,
            } => {
                let descriptions = descriptions.join(", ");
                write!(
                    formatter,
                    "allowlist entries {descriptions} of cluster {cluster}"
                )
            }
            Self::Member { email } => write!(formatter, "member {email}"),
        }
    }
}

/// What a look has found, and where it could not look.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) leftovers: Vec<Leftover>,
    pub(crate) hidden: Vec<String>,
}

impl Found {
    /// A list, or a note that it is not for these credentials or not in the plan. Anything else that
    /// goes wrong must not pass for an empty list.
    fn read(
        &mut self,
        organisation: &Organisation,
        what: &str,
        path: &str,
    ) -> Result<Value, String> {
        match organisation.get(path) {
            Ok(found) => Ok(found),
            Err(Refusal { status: 403, text }) => {
                self.hidden.push(format!("{what}: {text}"));
                Ok(Value::Null)
            }
            // Deleted since it was listed.
            Err(Refusal { status: 404, .. }) => Ok(Value::Null),
            Err(refusal) => Err(format!("{what} cannot be listed: {refusal}")),
        }
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Everything whose name begins with the prefix.
pub(crate) fn find(organisation: &Organisation, prefix: &str) -> Result<Found, String> {
    check_prefix(prefix)?;
    let ours = |value: &Value| value.as_str().is_some_and(|name| name.starts_with(prefix));
    let mut found = Found::default();
    let clusters = found.read(organisation, "clusters", "/clusters")?;
    for cluster in items(&clusters) {
        let id = text(&cluster["uuid"]);
        if ours(&cluster["name"]) {
            // All that is in it goes with it.
            let name = text(&cluster["name"]);
            found.leftovers.push(Leftover::Cluster { id, name });
            continue;
        }
        let path = format!("/clusters/{id}");
        let (what, list) = (
            format!("clients of cluster {id}"),
            format!("{path}/clients"),
        );
        let clients = found.read(organisation, &what, &list)?;
        for client in items(&clients).filter(|client| ours(&client["name"])) {
            found.leftovers.push(Leftover::Client {
                cluster: id.clone(),
                id: text(&client["clientId"]),
                name: text(&client["name"]),
            });
        }
        let (what, list) = (
            format!("connector secrets of cluster {id}"),
            format!("{path}/secrets"),
        );
        let secrets = found.read(organisation, &what, &list)?;
        for (name, _) in secrets.as_object().into_iter().flatten() {
            if name.starts_with(prefix) {
                let (cluster, name) = (id.clone(), name.clone());
                found.leftovers.push(Leftover::Secret { cluster, name });
            }
        }
        let descriptions: Vec<String> = items(&cluster["ipallowlist"])
            .filter(|entry| ours(&entry["description"]))
            .map(|entry| text(&entry["description"]))
            .collect();
        if !descriptions.is_empty() {
            found.leftovers.push(Leftover::Entries {
                cluster: id,
                descriptions,
            });
        }
    }
    let members = found.read(organisation, "members", "/members")?;
    for member in items(&members) {
        // Addresses may come back in another case than they were given in.
        let email = text(&member["email"]);
        if email.to_lowercase().starts_with(prefix) {
            found.leftovers.push(Leftover::Member { email });
        }
    }
    Ok(found)
}

fn remove(organisation: &Organisation, leftover: &Leftover, prefix: &str) -> Result<(), Refusal> {
    match leftover {
        Leftover::Cluster { id, .. } => organisation.delete(&format!("/clusters/{id}")),
        Leftover::Client { cluster, id, .. } => {
            organisation.delete(&format!("/clusters/{cluster}/clients/{}", part(id)))
        }
        Leftover::Secret { cluster, name } => {
            organisation.delete(&format!("/clusters/{cluster}/secrets/{}", part(name)))
        }
        Leftover::Entries { cluster, .. } => {
            // The list is written as a whole: what others have added since is read again just before.
            let path = format!("/clusters/{cluster}");
            let list = organisation.get(&path)?["ipallowlist"].clone();
            let theirs: Vec<&Value> = items(&list)
                .filter(|entry| {
                    let description = entry["description"].as_str().unwrap_or_default();
                    !description.starts_with(prefix)
                })
                .collect();
            let body = json!({ "ipallowlist": theirs });
            organisation.put(&format!("{path}/ipallowlist"), &body)?;
            Ok(())
        }
        Leftover::Member { email } => organisation.delete(&format!("/members/{}", part(email))),
    }
}

/// Removes everything with the prefix, tells each by `say`, and looks until nothing is left. The error
/// says what is.
pub(crate) fn sweep(
    organisation: &Organisation,
    prefix: &str,
    mut say: impl FnMut(String),
) -> Result<(), String> {
    let mut removed: Vec<Leftover> = Vec::new();
    let mut refused: Vec<String> = Vec::new();
    let end = organisation.eventually(GONE_WITHIN, || {
        let found = match find(organisation, prefix) {
            Ok(found) => found,
            Err(fault) => return Some(Err(fault)),
        };
        if removed.is_empty() && refused.is_empty() {
            for hidden in &found.hidden {
                say(format!("not looked at: {hidden}"));
            }
        }
        refused.clear();
        for leftover in &found.leftovers {
            // What was removed may be shown for a while.
            if removed.contains(leftover) {
                continue;
            }
            match remove(organisation, leftover, prefix) {
                Ok(()) => {
                    say(format!("removed: {leftover}"));
                    removed.push(leftover.clone());
                }
                Err(refusal) => refused.push(format!("{leftover}: {refusal}")),
            }
        }
        found.leftovers.is_empty().then_some(Ok(()))
    });
    if let Some(end) = end {
        return end;
    }
    let left = find(organisation, prefix)?.leftovers;
    let left: Vec<String> = left.iter().map(Leftover::to_string).collect();
    Err(format!(
        "still there after {} minutes: {}\n{}",
        GONE_WITHIN.as_secs() / 60,
        left.join("; "),
        refused.join("\n")
    ))
}

/// What `make sweep` runs, and `make test-live` at its end.
#[test]
#[ignore = "removes things from a real organisation: make sweep"]
fn by_hand() {
    let settings = Settings::of_process();
    let organisation = Run::of(&settings).enter(&settings);
    println!("sweep: what begins with {:?}", settings.prefix);
    sweep(&organisation, &settings.prefix, |line| {
        println!("sweep: {line}")
    })
    .unwrap();
    println!("sweep: nothing is left");
}

#[cfg(test)]
mod tests {
    use camunda_simulator::seed::{Login, credentials};
    use camunda_simulator::{Behaviour, ClockMode, NewCluster, NewZeebeClient, Options, Simulator};

    use super::*;

    const OURS: &str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
    const THEIRS: &str = "1b2c3d4e-5f60-4b7c-9d8e-0f1a2b3c4d5e";

    /// The organisation as somebody sees it.
    fn enter(simulator: &Simulator, login: &Login) -> Organisation {
        let variables = [
            ("TF_ACC", "1".to_owned()),
            ("CAMUNDA_CONSOLE_CLIENT_ID", login.client_id.to_owned()),
            (
                "CAMUNDA_CONSOLE_CLIENT_SECRET",
                login.client_secret.to_owned(),
            ),
            ("CAMUNDA_CONSOLE_BASE_URL", simulator.url()),
            ("CAMUNDA_OAUTH_URL", simulator.token_url()),
            ("CAMUNDA_CONSOLE_OAUTH_AUDIENCE", simulator.audience()),
            ("CAMUNDA_POLL_INTERVAL", "20ms".to_owned()),
            ("CAMUNDA_TEST_PREFIX", "tf-acc-1".to_owned()),
            ("CAMUNDA_TEST_FOLDER", "/nowhere".to_owned()),
            ("CAMUNDA_TEST_CLI", "terraform-1.11.4".to_owned()),
        ];
        let look = |name: &str| {
            let mut variables = variables.iter();
            variables
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.clone())
        };
        let settings = Settings::read(look).unwrap_or_else(|fault| panic!("{fault}"));
        let (token, _) = crate::organisation::request_token(&settings).unwrap();
        Organisation::new(&settings, &token)
    }

    fn cluster(id: &str, name: &str) -> NewCluster {
        NewCluster {
            id: Some(id.to_owned()),
            name: name.to_owned(),
            ..NewCluster::default()
        }
    }

    /// Everything twice: with the prefix, and with a name that is nearly the same.
    fn organisation_with_leftovers() -> Simulator {
        let options = Options {
            behaviour: Behaviour {
                tokens: camunda_simulator::behaviour::TokenBehaviour::default(),
                ..Behaviour::strict()
            },
            clock: ClockMode::Scaled(60.0),
            ..Options::default()
        };
        let simulator = Simulator::start(options).unwrap();
        simulator.add_cluster(cluster(OURS, "tf-acc-1-orders"));
        simulator.add_cluster(cluster(THEIRS, "not-tf-acc-1"));
        for id in [OURS, THEIRS] {
            for name in ["tf-acc-1-workers", "tf-acc-2-workers"] {
                let new = NewZeebeClient {
                    name: name.to_owned(),
                    ..NewZeebeClient::default()
                };
                simulator.add_zeebe_client(id, new);
            }
            for name in ["tf-acc-1-KEY", "TF-ACC-1-KEY"] {
                assert!(simulator.set_connector_secret(id, name, "hunter2"));
            }
            assert!(simulator.allow(id, "192.0.2.1", "tf-acc-1-office"));
            assert!(simulator.allow(id, "192.0.2.2, 192.0.2.3", " tf-acc-1"));
        }
        simulator.set_member("TF-acc-1-ada@example.com", &["admin"]);
        simulator.set_member("ada+tf-acc-1@example.com", &["admin"]);
        simulator
    }

    /// All there is, one line each.
    fn all(simulator: &Simulator) -> String {
        let mut lines = Vec::new();
        for cluster in simulator.clusters() {
            lines.push(format!("cluster {}", cluster.name));
            let clients = simulator.zeebe_clients(&cluster.id).into_iter();
            lines.extend(clients.map(|it| format!("client {}", it.name)));
            let secrets = simulator.connector_secrets(&cluster.id).into_keys();
            lines.extend(secrets.map(|name| format!("secret {name}")));
            let entries = simulator.allowlist(&cluster.id).into_iter();
            lines.extend(entries.map(|it| format!("entry {:?} {}", it.description, it.ip)));
        }
        let members = simulator.members().into_iter();
        lines.extend(members.map(|it| format!("member {}", it.email)));
        lines.join("\n")
    }

    #[test]
    fn leftovers_go_and_all_else_stays() {
        let simulator = organisation_with_leftovers();
        let organisation = enter(&simulator, &credentials::FULL);
        let mut said = Vec::new();
        sweep(&organisation, "tf-acc-1", |line| said.push(line)).unwrap();
        insta::assert_snapshot!(said.join("\n"), @"
        removed: cluster tf-acc-1-orders (0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d)
        removed: client tf-acc-1-workers of cluster 1b2c3d4e-5f60-4b7c-9d8e-0f1a2b3c4d5e
        removed: connector secret tf-acc-1-KEY of cluster 1b2c3d4e-5f60-4b7c-9d8e-0f1a2b3c4d5e
        removed: allowlist entries tf-acc-1-office of cluster 1b2c3d4e-5f60-4b7c-9d8e-0f1a2b3c4d5e
        removed: member TF-acc-1-ada@example.com
        ");
        insta::assert_snapshot!(all(&simulator), @r#"
        cluster not-tf-acc-1
        client tf-acc-2-workers
        secret TF-ACC-1-KEY
        entry " tf-acc-1" 192.0.2.2, 192.0.2.3
        member owner@example.com
        member admin@example.com
        member ada+tf-acc-1@example.com
        "#);
        simulator.assert_clean();
    }

    #[test]
    fn nothing_with_the_prefix_is_nothing_to_do() {
        let simulator = organisation_with_leftovers();
        let before = all(&simulator);
        let organisation = enter(&simulator, &credentials::FULL);
        let none = |line: String| panic!("{line}");
        sweep(&organisation, "tf-acc-9", none).unwrap();
        assert_eq!(all(&simulator), before);
    }

    #[test]
    fn short_prefixes_are_refused_before_anything_is_read() {
        let simulator = organisation_with_leftovers();
        let before = all(&simulator);
        let organisation = enter(&simulator, &credentials::FULL);
        for prefix in ["", "tf-ac", "a b c d e f"] {
            let none = |line: String| panic!("{line}");
            assert!(
                sweep(&organisation, prefix, none)
                    .unwrap_err()
                    .contains("prefix")
            );
        }
        assert_eq!(simulator.requests_of("GetClusters").len(), 0);
        assert_eq!(all(&simulator), before);
    }

    /// Whoever may not see everything is told so, and cleans what they may.
    #[test]
    fn what_cannot_be_seen_is_named() {
        let simulator = organisation_with_leftovers();
        let organisation = enter(&simulator, &credentials::CLUSTER);
        let mut said = Vec::new();
        sweep(&organisation, "tf-acc-1", |line| said.push(line)).unwrap();
        insta::assert_snapshot!(said.join("\n"), @"
        not looked at: clients of cluster 1b2c3d4e-5f60-4b7c-9d8e-0f1a2b3c4d5e: GET /clusters/1b2c3d4e-5f60-4b7c-9d8e-0f1a2b3c4d5e/clients: The client lacks the permission get of the group Zeebe Client.
        not looked at: connector secrets of cluster 1b2c3d4e-5f60-4b7c-9d8e-0f1a2b3c4d5e: GET /clusters/1b2c3d4e-5f60-4b7c-9d8e-0f1a2b3c4d5e/secrets: The client lacks the permission get of the group Connector Secrets.
        not looked at: members: GET /members: The client lacks the permission get of the group Members.
        removed: cluster tf-acc-1-orders (0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d)
        ");
    }

    /// A look that fails is no empty list.
    #[test]
    fn a_look_that_fails_is_an_error() {
        let simulator = organisation_with_leftovers();
        let faults = simulator.faults();
        let broken = camunda_simulator::Fault::status(400);
        faults.on("GetSecrets").always().inject(broken);
        let organisation = enter(&simulator, &credentials::FULL);
        let fault = sweep(&organisation, "tf-acc-1", |_| {}).unwrap_err();
        assert!(fault.starts_with("connector secrets of cluster"), "{fault}");
    }
}
