//! The columns of the matrix: every operation that makes something, and how to see what there is.
//! One entry of [`ALL`] per operation.

use std::time::Duration;

use camunda_simulator::{NewBackup, NewZeebeClient, Simulator, seed};
use terraform_provider_camunda::framework::value::Value;

/// An operation that makes something.
#[derive(Clone, Copy)]
pub(crate) struct Creation {
    /// Its `operationId`.
    pub(crate) operation: &'static str,
    /// The resource that uses it.
    pub(crate) type_name: &'static str,
    /// What is configured, in the cluster of this id; `timeouts` and what is null are added.
    pub(crate) config: fn(&str) -> Vec<(&'static str, Value)>,
    /// Makes by hand, in the organisation or the cluster, what has to be there before and afterwards.
    pub(crate) furnish: fn(&Simulator, &str),
    /// What the service has, one text for each object, with what it tells only once.
    pub(crate) remote: fn(&Simulator, &str) -> Vec<String>,
    /// The same texts from a state.
    pub(crate) stored: fn(&Value) -> Vec<String>,
}

/// How long something takes that is waited for: the time that passes with two requests.
const SOON: Duration = Duration::from_secs(60);

pub(crate) const ALL: &[Creation] = &[
    Creation {
        operation: "CreateCluster",
        type_name: "camunda_cluster",
        config: |_| {
            vec![
                ("name", "made".into()),
                ("channel", seed::CHANNEL_STABLE.into()),
                ("plan_type", seed::PLAN_ADVANCED.into()),
                ("region", seed::REGION_BELGIUM.into()),
            ]
        },
        furnish: |_, _| {},
        remote: |simulator, _| {
            let clusters = simulator.clusters().into_iter();
            clusters
                .filter(|cluster| cluster.deletion.is_none())
                .map(|cluster| format!("{} {}", cluster.id, cluster.name))
                .collect()
        },
        stored: |state| vec![texts(state, &["id", "name"])],
    },
    Creation {
        operation: "CreateClient",
        type_name: "camunda_cluster_client",
        config: |cluster| {
            let scopes = Value::set(["Zeebe".into(), "Secrets".into()]);
            vec![
                ("cluster_id", cluster.into()),
                ("name", "made".into()),
                ("scopes", scopes),
            ]
        },
        furnish: |simulator, cluster| {
            simulator.add_zeebe_client(cluster, NewZeebeClient::default());
        },
        remote: |simulator, cluster| {
            let clients = simulator.zeebe_clients(cluster).into_iter();
            clients
                .map(|client| format!("{} {} {}", client.client_id, client.name, client.secret))
                .collect()
        },
        stored: |state| vec![texts(state, &["zeebe_client_id", "name", "secret"])],
    },
    Creation {
        operation: "CreateSecret",
        type_name: "camunda_cluster_connector_secret",
        config: |cluster| {
            vec![
                ("cluster_id", cluster.into()),
                ("name", "MADE".into()),
                ("value", "the value".into()),
            ]
        },
        furnish: |simulator, cluster| {
            simulator.set_connector_secret(cluster, "BEFORE", "another value");
        },
        remote: |simulator, cluster| {
            let secrets = simulator.connector_secrets(cluster).into_iter();
            secrets
                .map(|(name, value)| format!("{name} {value}"))
                .collect()
        },
        stored: |state| vec![texts(state, &["name", "value"])],
    },
    Creation {
        operation: "UpdateMembers",
        type_name: "camunda_organization_member",
        config: |_| {
            let roles = Value::set(["developer".into()]);
            vec![("email", "made@example.com".into()), ("roles", roles)]
        },
        furnish: |_, _| {},
        remote: |simulator, _| {
            let members = simulator.members().into_iter();
            members
                .map(|member| format!("{} {}", member.email, member.roles.join(",")))
                .collect()
        },
        stored: |state| {
            vec![format!(
                "{} {}",
                text(state, "email"),
                joined(state, "roles")
            )]
        },
    },
    Creation {
        operation: "UpdateIpAllowlist",
        type_name: "camunda_cluster_ip_allowlist_entry",
        config: |cluster| {
            let ranges = Value::set(["203.0.113.0/24".into()]);
            vec![
                ("cluster_id", cluster.into()),
                ("description", "made".into()),
                ("cidrs", ranges),
            ]
        },
        furnish: |simulator, cluster| {
            simulator.allow(cluster, "198.51.100.7", "before");
        },
        remote: allowlist,
        stored: |state| vec![entry(state)],
    },
    Creation {
        operation: "UpdateIpAllowlist",
        type_name: "camunda_cluster_ip_allowlist",
        config: |cluster| {
            let entry = |range: &str, description: &str| {
                let ranges = Value::set([range.into()]);
                Value::object([("cidrs", ranges), ("description", description.into())])
            };
            let entries = [entry("198.51.100.7", "one"), entry("203.0.113.0/24", "two")];
            vec![
                ("cluster_id", cluster.into()),
                ("entries", Value::set(entries)),
            ]
        },
        furnish: |_, _| {},
        remote: allowlist,
        stored: |state| elements(state, "entries").iter().map(entry).collect(),
    },
    Creation {
        operation: "CreateBackup",
        type_name: "camunda_cluster_backup",
        config: |cluster| vec![("cluster_id", cluster.into())],
        furnish: |simulator, cluster| {
            simulator.change_behaviour(|all| {
                all.durations.backup = SOON;
                // A second backup would show, were there one.
                all.durations.backup_pace = Duration::ZERO;
            });
            simulator.add_backup(cluster, NewBackup::default());
        },
        remote: |simulator, cluster| {
            let backups = simulator.backups(cluster).into_iter();
            backups
                .map(|backup| format!("{} {}", backup.id, backup.name))
                .collect()
        },
        stored: |state| vec![texts(state, &["id", "name"])],
    },
    Creation {
        operation: "UpdateSchedule",
        type_name: "camunda_cluster_backup_schedule",
        config: |cluster| vec![("cluster_id", cluster.into()), ("cron", "0 2 * * *".into())],
        furnish: |_, _| {},
        remote: |simulator, cluster| simulator.backup_schedule(cluster).into_iter().collect(),
        stored: |state| vec![text(state, "cron")],
    },
    Creation {
        operation: "ActivateSecureConnectivity",
        type_name: "camunda_cluster_secure_connectivity",
        config: |cluster| {
            let principals = Value::set(["arn:aws:iam::111122223333:root".into()]);
            vec![
                ("cluster_id", cluster.into()),
                ("allowed_principals", principals),
                ("allowed_regions", Value::set(["eu-central-1".into()])),
            ]
        },
        furnish: |simulator, _| {
            simulator.change_behaviour(|all| {
                all.durations.private_link = SOON;
                all.durations.private_link_removal = SOON;
            });
        },
        remote: |simulator, cluster| {
            let found = simulator.secure_connectivity(cluster).into_iter();
            found
                .map(|found| {
                    let principals = found.allowed_principals.join(",");
                    let regions = found.allowed_regions.join(",");
                    format!("{} {principals} {regions}", found.service_name)
                })
                .collect()
        },
        stored: |state| {
            let principals = joined(state, "allowed_principals");
            let regions = joined(state, "allowed_regions");
            let service = text(state, "service_name");
            vec![format!("{service} {principals} {regions}")]
        },
    },
    Creation {
        operation: "ActivateMonitoring",
        type_name: "camunda_cluster_monitoring",
        config: |cluster| vec![("cluster_id", cluster.into())],
        furnish: |_, _| {},
        remote: |simulator, cluster| {
            let clients = simulator.monitoring_clients(cluster);
            clients
                .map(|clients| format!("on, {} clients", clients.len()))
                .into_iter()
                .collect()
        },
        stored: |state| {
            assert!(!state.member("metrics_url").is_null(), "{state:?}");
            vec!["on, 0 clients".to_owned()]
        },
    },
    Creation {
        operation: "CreateMonitoringClient",
        type_name: "camunda_cluster_monitoring_client",
        config: |cluster| vec![("cluster_id", cluster.into()), ("username", "made".into())],
        furnish: |simulator, cluster| {
            simulator.set_monitoring(cluster, true);
            simulator.add_monitoring_client(cluster, "before");
        },
        remote: |simulator, cluster| {
            let clients = simulator.monitoring_clients(cluster).into_iter().flatten();
            clients
                .map(|client| format!("{} {} {}", client.uuid, client.username, client.password))
                .collect()
        },
        stored: |state| vec![texts(state, &["id", "username", "password"])],
    },
];

fn allowlist(simulator: &Simulator, cluster: &str) -> Vec<String> {
    let entries = simulator.allowlist(cluster).into_iter();
    entries
        .map(|entry| format!("{} {}", entry.ip, entry.description))
        .collect()
}

fn entry(value: &Value) -> String {
    format!("{} {}", joined(value, "cidrs"), text(value, "description"))
}

fn text(value: &Value, name: &str) -> String {
    let text = value.member(name).as_str().unwrap_or("(nothing)");
    text.to_owned()
}

fn texts(value: &Value, names: &[&str]) -> String {
    let texts: Vec<String> = names.iter().map(|name| text(value, name)).collect();
    texts.join(" ")
}

fn joined(value: &Value, name: &str) -> String {
    let elements = elements(value, name);
    let texts: Vec<&str> = elements.iter().filter_map(Value::as_str).collect();
    texts.join(",")
}

fn elements(value: &Value, name: &str) -> Vec<Value> {
    match value.member(name) {
        Value::Set(elements) => elements.iter().cloned().collect(),
        Value::List(elements) => elements.clone(),
        _ => Vec::new(),
    }
}
