//! Opening and closing an API client of one run.

use std::time::Duration;

use jiff::Timestamp;

use super::{ClusterClientModel, NAME_PREFIX, TIMEOUT};
use crate::api::{self, CallContext, Client, ClientConnection, CreatedZeebeClient};
use crate::framework::diag::{Diagnostic, Diagnostics, Severity};
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::private::Private;
use crate::provider::client_address;
use crate::provider::client_creation::{self, Order};
use crate::provider::client_scopes::{listed, mean_the_same};
use crate::provider::data::ProviderData;
use crate::provider::errors::{advise, no_such_cluster, refused_attribute};
use crate::provider::journal::Entry;
use crate::provider::wait::{Gave, timeout};

/// How long cleaning up may take. It goes on when the run is interrupted.
const LAST_CALL: Duration = Duration::from_secs(30);

/// Private data: what closing needs. Terraform closes with what opening has left, OpenTofu with what
/// the last renewal has; there is no renewal.
const CLUSTER_ID: &str = "cluster_id";
const CLIENT_ID: &str = "zeebe_client_id";
const NAME: &str = "name";

/// A client that is to be created, by the name that tells it from all others.
struct Wanted<'a> {
    cluster_id: &'a str,
    name: String,
    config: &'a ClusterClientModel,
}

impl Wanted<'_> {
    fn spoken(&self) -> String {
        format!("{:?} in cluster {}", self.name, self.cluster_id)
    }
}

pub(super) async fn open(
    context: &Context<ProviderData>,
    config: ClusterClientModel,
) -> Outcome<ClusterClientModel> {
    let data = &context.data;
    if let Err(unavailable) = data.client() {
        return unavailable.into_outcome(context);
    }
    let deadline = context.clock.instant() + timeout(&config.timeout, TIMEOUT);
    let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
    let client = match data.for_writing(&call).await {
        Ok(client) => client,
        Err(diagnostic) => return Outcome::failed(diagnostic),
    };
    let wanted = Wanted {
        cluster_id: config.cluster_id.as_str().unwrap_or_default(),
        name: unique_name(config.name_prefix.as_str(), context.clock.now()),
        config: &config,
    };
    let opened = async {
        let (created, entry) = create(context, client, &call, &wanted).await?;
        let connection = connect(context, client, &call, &wanted, &created.client_id);
        match connection.await {
            Ok(connection) => {
                data.held().keep(entry);
                Ok((created, connection))
            }
            Err(failed) => {
                Err(undo(context, client, &wanted, &created.client_id, entry, failed).await)
            }
        }
    };
    match opened.await {
        Ok((created, connection)) => {
            let Wanted {
                cluster_id, name, ..
            } = wanted;
            let mut private = Private::default();
            private.set(CLUSTER_ID, cluster_id);
            private.set(CLIENT_ID, &created.client_id);
            private.set(NAME, &name);
            let (result, warning) = result(config, name, created, connection);
            let mut outcome = Outcome::present(result, private);
            outcome.diagnostics.extend(warning);
            outcome
        }
        Err(diagnostic) => Outcome::failed(diagnostic),
    }
}

/// A name that nobody has had and nobody will have: two runs in the same second differ in letters.
fn unique_name(prefix: Option<&str>, now: Timestamp) -> String {
    let letters: String = (0..8).map(|_| fastrand::lowercase()).collect();
    let time = now.strftime("%Y%m%d%H%M%S");
    format!("{}{time}-{letters}", prefix.unwrap_or(NAME_PREFIX))
}

/// A call that has to get through whatever has happened before.
fn last_call(context: &Context<ProviderData>) -> CallContext {
    CallContext::default().with_deadline(context.clock.instant() + LAST_CALL)
}

/// What notes call the clients of runs: all of one cluster alike, so that the next run finds what a
/// killed one has left.
fn subject(data: &ProviderData, cluster_id: &str) -> String {
    format!(
        "ephemeral API client of the cluster {cluster_id} at {}",
        data.account()
    )
}

/// A new client, and the note about it.
async fn create(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    wanted: &Wanted<'_>,
) -> Result<(CreatedZeebeClient, Entry), Diagnostic> {
    let data = &context.data;
    let Wanted {
        cluster_id,
        name,
        config,
    } = wanted;
    let subject = subject(data, cluster_id);
    let leftovers = client_creation::remove_abandoned(data, client, call, cluster_id, &subject, "");
    if let Err((name, error)) = leftovers.await {
        // That hinders nobody; the next run tries again.
        tracing::warn!(cluster_id, name, %error, "cannot delete the API client of a killed run");
    }
    let order = Order {
        cluster_id,
        name,
        scopes: &config.scopes,
        subject: &subject,
    };
    let mut not_there = match client_creation::create(data, client, call, order, |_| ()).await {
        Ok(created) => return Ok(created),
        Err(not_there) => not_there,
    };
    let mut found_later = false;
    if not_there.error.may_have_committed() {
        // The name is ours alone: whoever has it is what came of the request.
        let removed = client
            .remove_abandoned_client(&last_call(context), cluster_id, name, None, &[])
            .await;
        match removed {
            Ok(true) => {
                found_later = true;
                not_there.error = not_there.error.with_may_have_committed(false);
            }
            Ok(false) => {}
            Err(error) => {
                tracing::debug!(%error, "cannot look for an API client without an answer")
            }
        }
    }
    let diagnostic = not_created(data, wanted, &not_there.settle());
    Err(if found_later {
        advise(
            diagnostic,
            "An API client of this name was there in the end, and has been deleted again.",
        )
    } else {
        diagnostic
    })
}

/// Why there is no client.
fn not_created(data: &ProviderData, wanted: &Wanted<'_>, error: &api::Error) -> Diagnostic {
    let summary = format!("Cannot create API client {}", wanted.spoken());
    let diagnostic = data.explain(summary, error);
    if error.may_have_committed() {
        let advice = "If an API client of this name is there, it is of no use to anybody: the next run on \
                      this machine that opens one in this cluster deletes it, or you do in the Console.";
        return advise(diagnostic, advice);
    }
    if error.is_not_found() {
        return no_such_cluster(diagnostic);
    }
    match refused_attribute(error, &[("permission", "scopes"), ("name", "name_prefix")]) {
        Some(attribute) => diagnostic.at(Path::of(attribute)),
        None => diagnostic,
    }
}

/// Where the client connects to, for a run that is still there to take it.
async fn connect(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    wanted: &Wanted<'_>,
    client_id: &str,
) -> Result<ClientConnection, Diagnostic> {
    let cluster_id = wanted.cluster_id;
    let waited = client_address::wait_for(context, client, call, cluster_id, client_id).await;
    let summary = format!("Cannot open API client {}", wanted.spoken());
    let seen =
        |last: Option<String>| last.map_or_else(String::new, |last| format!(" Seen last: {last}."));
    match waited {
        Ok(connection) | Err(Gave::Hopeless(connection))
            if !context.cancellation.is_cancelled() =>
        {
            Ok(connection)
        }
        Ok(_) | Err(Gave::Hopeless(_)) => {
            Err(Diagnostic::error(summary, "The run was interrupted."))
        }
        Err(Gave::Interrupted(last)) => Err(Diagnostic::error(
            summary,
            format!(
                "The run was interrupted before the cluster had told its address.{}",
                seen(last)
            ),
        )),
        Err(Gave::TimedOut(last)) => Err(Diagnostic::error(
            summary,
            format!(
                "The cluster did not tell its address within the timeout of {}.{}",
                wanted.config.timeout.as_str().unwrap_or(TIMEOUT),
                seen(last)
            ),
        )
        .hint(
            "A cluster tells it while it is healthy: if it is suspended, wake it. If it takes longer to start, raise timeout.",
        )),
        Err(Gave::Failed(error)) => Err(context.data.explain(summary, &error)),
    }
}

/// Deletes a client that could not be opened, and says what became of it.
async fn undo(
    context: &Context<ProviderData>,
    client: &Client,
    wanted: &Wanted<'_>,
    client_id: &str,
    entry: Entry,
    failed: Diagnostic,
) -> Diagnostic {
    let deleted = client
        .delete_client(&last_call(context), wanted.cluster_id, client_id)
        .await;
    let advice = match deleted {
        Err(error) if !error.is_not_found() => {
            let undeleted = context.data.explain(String::new(), &error);
            format!(
                "The API client exists with the client ID {client_id} and could not be deleted: {} The \
                 next run on this machine that opens one in this cluster deletes it, or you do in the \
                 Console.",
                undeleted.detail
            )
        }
        _ => {
            entry.close();
            "The API client that was created has been deleted again.".to_owned()
        }
    };
    told_last(failed, advice)
}

/// What a core gets, and what is odd about it. It insists on what is configured.
fn result(
    config: ClusterClientModel,
    name: String,
    created: CreatedZeebeClient,
    connection: ClientConnection,
) -> (ClusterClientModel, Option<Diagnostic>) {
    let granted = created.permissions.into_iter().collect();
    let asked = config.scopes.known();
    let warning = asked
        .filter(|asked| !mean_the_same(asked, &granted))
        .map(|asked| {
            Diagnostic::warning(
                format!("API client {name:?} was granted other scopes than asked for"),
                format!(
                    "Asked for: {}; granted: {}.",
                    listed(asked),
                    listed(&granted)
                ),
            )
            .hint("Set scopes to what the cluster knows.")
            .at(Path::of("scopes"))
        });
    let scopes = match asked {
        Some(asked) => asked.clone(),
        None => granted,
    };
    let result = ClusterClientModel {
        name: Field::Known(name),
        scopes: Field::Known(scopes),
        secret: Field::Known(created.secret),
        zeebe_client_id: Field::Known(created.client_id),
        zeebe_address: connection.address.into(),
        zeebe_authorization_server_url: connection.authorization_server_url.into(),
        ..config
    };
    (result, warning)
}

pub(super) async fn close(context: &Context<ProviderData>, private: &Private) -> Diagnostics {
    let text = |key| private.get::<String>(key).unwrap_or_default();
    let (cluster_id, client_id) = (text(CLUSTER_ID), text(CLIENT_ID));
    if client_id.is_empty() {
        // Nothing was opened.
        return Diagnostics::new();
    }
    let data = &context.data;
    let failed = match data.client() {
        Err(unavailable) => unavailable.into_diagnostic(),
        Ok(client) => {
            let call = last_call(context);
            match client.delete_client(&call, &cluster_id, &client_id).await {
                Err(error) if !error.is_not_found() => data.explain(String::new(), &error),
                _ => {
                    tracing::info!(cluster_id, client_id, "deleted an API client of this run");
                    data.held().release(&client_id);
                    return Diagnostics::new();
                }
            }
        }
    };
    let failed = told_last(
        failed,
        "Until it is deleted, whoever knows its secret can use it. The next run on this machine that opens \
         one in this cluster deletes it, or you do in the Console.",
    );
    Diagnostic {
        severity: Severity::Warning,
        summary: format!("API client {:?} is left over", text(NAME)),
        detail: format!(
            "It could not be deleted from cluster {cluster_id}, where it has the client ID {client_id}. \
             {}",
            failed.detail
        ),
        ..failed
    }
    .into()
}

/// Adds advice to a message, before the request at its end if that is an API's.
fn told_last(diagnostic: Diagnostic, advice: impl Into<String>) -> Diagnostic {
    let is_request = |hint: &String| hint.starts_with('(');
    if diagnostic.hints.last().is_some_and(is_request) {
        advise(diagnostic, advice)
    } else {
        diagnostic.hint(advice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_and_when_and_fit() {
        let now: Timestamp = "2026-10-02T08:00:00Z".parse().unwrap();
        let name = unique_name(None, now);
        assert!(
            name.starts_with("terraform-ephemeral-20261002080000-"),
            "{name}"
        );
        assert_ne!(name, unique_name(None, now));
        let prefix = "p".repeat(super::super::LONGEST_PREFIX);
        assert_eq!(unique_name(Some(&prefix), now).len(), 50);
    }
}
