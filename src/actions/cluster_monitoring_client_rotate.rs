//! `camunda_cluster_monitoring_client_rotate`: puts an end to a password of a metrics endpoint. The new
//! one is thrown away: an action has no place for a secret.

use crate::api::MonitoringClient;
use crate::framework::action::{Action, Progress};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::provider::action::{begin, cluster_id};
use crate::provider::data::ProviderData;
use crate::provider::errors::{advise, no_such_cluster};
use crate::provider::validators;
use crate::provider::wait::{timeout, timeout_attribute};

/// How long it may take unless the user says otherwise.
const TIMEOUT: &str = "5m";

/// The action type.
#[derive(Debug)]
pub struct ClusterMonitoringClientRotate;

crate::model! {
    /// Configuration.
    pub struct ClusterMonitoringClientRotateConfig {
        pub cluster_id: Field<String>,
        pub username: Field<String>,
        pub id: Field<String>,
        pub timeout: Field<String>,
    }
}

type Config = ClusterMonitoringClientRotateConfig;

impl Action<ProviderData> for ClusterMonitoringClientRotate {
    type Config = Config;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_monitoring_client_rotate"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Puts an end to the password of credentials for a cluster's metrics endpoint: the service \
             makes a new one, and the one before is good for up to 5 minutes more.\n\n**Nobody gets the \
             new password.** The service tells it once, in its answer, and this action throws it away: \
             an action has no result and no state, and what it shows ends up in logs. So this is for \
             locking out whoever has a password that leaked. To hand out a new one \
             afterwards, rotate with `password_version` of `camunda_cluster_monitoring_client`, in whose \
             state the password is.\n\n**Not for credentials that a \
             `camunda_cluster_monitoring_client` manages:** the password in its state would be wrong \
             without anybody noticing, since the service does not show passwords. There, change \
             `password_version` instead.\n\nMakes sense by hand with `terraform apply -invoke`. Every \
             invocation makes a new password.",
            [
                cluster_id(),
                Attribute::string("username")
                    .optional()
                    .validate(validators::not_blank())
                    .description(
                        "User name of the credentials. Exactly one of this and `id` is needed.",
                    ),
                Attribute::string("id")
                    .optional()
                    .validate(validators::not_blank())
                    .description(
                        "ID of the credentials, a UUID. Exactly one of this and `username` is needed.",
                    ),
                timeout_attribute(TIMEOUT),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Operations",
            permission_groups: &["External Monitoring"],
            availability: "Needs Terraform 1.14. OpenTofu has no actions: another `password_version` of \
                           `camunda_cluster_monitoring_client` does the same, and keeps the new password.",
            guides: &[("Rotating credentials", "credential-rotation")],
            ..Facts::default()
        }
    }

    fn validate(&self, config: &Config) -> Diagnostics {
        let detail = match (&config.username, &config.id) {
            (Field::Null, Field::Null) => "Neither username nor id is set.",
            (Field::Known(_), Field::Known(_)) => "Both username and id are set.",
            _ => return Diagnostics::new(),
        };
        Diagnostic::error("Exactly one of username and id is needed", detail)
            .hint("Set exactly one of them.")
            .at(Path::of("username"))
            .into()
    }

    async fn invoke(
        &self,
        context: &Context<ProviderData>,
        config: Config,
        progress: Progress,
    ) -> Diagnostics {
        let rotated = rotate(context, &config, &progress).await;
        rotated.err().into_iter().collect()
    }
}

async fn rotate(
    context: &Context<ProviderData>,
    config: &Config,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let data = &context.data;
    let cluster_id = config.cluster_id.as_str().unwrap_or_default();
    let (client, call, _) = begin(context, timeout(&config.timeout, TIMEOUT)).await?;
    let cannot = |who: &str| {
        format!("Cannot rotate the password of monitoring client {who} in cluster {cluster_id}")
    };
    let asked_for = config.username.as_str().or(config.id.as_str());
    let asked_for = format!("{:?}", asked_for.unwrap_or_default());
    let monitoring = client
        .get_monitoring(&call, cluster_id)
        .await
        .map_err(|error| {
            let diagnostic = data.explain(cannot(&asked_for), &error);
            if error.is_not_found() {
                return no_such_cluster(diagnostic);
            }
            diagnostic
        })?;
    let MonitoringClient { id, username, .. } = one_of(&monitoring.clients, config)
        .map_err(|(attribute, why)| not_found(&cannot(&asked_for), attribute, why))?;
    let subject = format!("monitoring client {username:?} of cluster {cluster_id}");
    progress
        .report(format!("{subject}: asking for a new password"))
        .await;
    // The answer is dropped with the password in it.
    match client.rotate_monitoring_client(&call, cluster_id, id).await {
        Ok(_) => {
            tracing::info!(
                cluster_id,
                id,
                "rotated the password of a monitoring client"
            );
            progress
                .report(format!(
                    "{subject}: has a new password, which nobody knows; the one before is good for up \
                     to 5 minutes more"
                ))
                .await;
            Ok(())
        }
        Err(error) => {
            let diagnostic = data.explain(cannot(&format!("{username:?}")), &error);
            if error.may_have_committed() {
                return Err(advise(
                    diagnostic,
                    "Whether the password was changed all the same is not known. Invoke the action again \
                     to be sure that the one before has ended.",
                ));
            }
            Err(diagnostic)
        }
    }
}

/// The credentials that the configuration names; else the argument at fault, and why.
fn one_of<'a>(
    clients: &'a [MonitoringClient],
    config: &Config,
) -> Result<&'a MonitoringClient, (&'static str, String)> {
    if let Some(id) = config.id.as_str() {
        let mut clients = clients.iter();
        let found = clients.find(|client| client.id.eq_ignore_ascii_case(id));
        return found.ok_or((
            "id",
            "The cluster has no credentials of this ID.".to_owned(),
        ));
    }
    let username = config.username.as_str().unwrap_or_default();
    let found: Vec<&MonitoringClient> = clients
        .iter()
        .filter(|client| client.username == username)
        .collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let names: Vec<String> = clients
                .iter()
                .map(|client| format!("{:?}", client.username))
                .collect();
            let there = if names.is_empty() {
                "It has none at all.".to_owned()
            } else {
                format!("It has: {}.", names.join(", "))
            };
            let why = format!("The cluster has no credentials of this user name. {there}");
            Err(("username", why))
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|client| client.id.as_str()).collect();
            let why = format!(
                "Several credentials have this user name; their IDs are {}. Name one by id.",
                ids.join(", ")
            );
            Err(("username", why))
        }
    }
}

fn not_found(summary: &str, attribute: &str, why: String) -> Diagnostic {
    Diagnostic::error(summary, why)
        .hint("Nothing was changed.")
        .at(Path::of(attribute))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients(names: &[(&str, &str)]) -> Vec<MonitoringClient> {
        let client = |(id, username): &(&str, &str)| MonitoringClient {
            id: (*id).to_owned(),
            username: (*username).to_owned(),
            created: None,
        };
        names.iter().map(client).collect()
    }

    fn by(username: Option<&str>, id: Option<&str>) -> Config {
        Config {
            username: username.map(str::to_owned).into(),
            id: id.map(str::to_owned).into(),
            ..Config::default()
        }
    }

    #[test]
    fn one_is_found_and_none_is_guessed() {
        let there = clients(&[("1", "prom"), ("2", "grafana"), ("3", "grafana")]);
        let find = |config: Config| match one_of(&there, &config) {
            Ok(client) => client.id.clone(),
            Err((attribute, why)) => format!("{attribute}: {why}"),
        };
        let found = [
            find(by(Some("prom"), None)),
            find(by(None, Some("3"))),
            find(by(Some("prometheus"), None)),
            find(by(Some("grafana"), None)),
            find(by(None, Some("4"))),
        ];
        insta::assert_snapshot!(found.join("\n"), @r#"
        1
        3
        username: The cluster has no credentials of this user name. It has: "prom", "grafana", "grafana".
        username: Several credentials have this user name; their IDs are 2, 3. Name one by id.
        id: The cluster has no credentials of this ID.
        "#);
    }

    #[test]
    fn exactly_one_of_name_and_id() {
        let action = ClusterMonitoringClientRotate;
        let faults = |config: &Config| action.validate(config).iter().count();
        assert_eq!(faults(&by(None, None)), 1);
        assert_eq!(faults(&by(Some("a"), Some("b"))), 1);
        assert_eq!(faults(&by(Some("a"), None)), 0);
        let unknown = Config {
            username: Field::Unknown,
            ..by(None, Some("b"))
        };
        assert_eq!(faults(&unknown), 0);
    }
}
