//! Creating, reading and deleting an API client.
//!
//! Once the service has told the secret, nothing that goes wrong may lose it. So what fails after
//! that ends with a warning, not an error: Terraform destroys in the next apply what was created with
//! an error.

use super::obtain::{Wanted, obtain, remove_abandoned, successor_subject};
use super::rotation::{self, LOST};
use super::{ClusterClientModel, LIMITS, composite_id, keys, scopes, spoken};
use crate::api::{self, CallContext, Client, ClientConnection, CreatedZeebeClient, ZeebeClient};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::private::Private;
use crate::framework::resource::{Create, Delete, Read};
use crate::provider::client_address;
use crate::provider::data::ProviderData;
use crate::provider::wait::Gave;

/// Private state: the client was created by us and has not been seen in the list yet.
pub(super) const UNLISTED: &str = "unlisted";

pub(super) async fn create(
    context: &Context<ProviderData>,
    request: Create<ClusterClientModel>,
) -> Outcome<ClusterClientModel> {
    let Create {
        plan, mut private, ..
    } = request;
    let deadline = context.clock.instant() + LIMITS.for_create(&plan.timeouts);
    let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
    let client = match context.data.for_writing(&call).await {
        Ok(client) => client,
        Err(diagnostic) => return Outcome::failed(diagnostic),
    };
    let wanted = Wanted {
        cluster_id: plan.cluster_id.as_str().unwrap_or_default(),
        name: plan.name.as_str().unwrap_or_default().to_owned(),
        scopes: &plan.scopes,
        replaces: None,
    };
    let (created, entry) = match obtain(&context.data, client, &call, wanted).await {
        Ok(obtained) => obtained,
        Err(diagnostic) => return Outcome::failed(diagnostic),
    };
    // What was kept with a client that this one replaces says nothing about it.
    rotation::forget(&mut private);
    let (state, warning) = state_of(plan, created, &mut private);
    let mut outcome = add_address(context, client, &call, state, private).await;
    outcome.diagnostics.extend(warning);
    // A run that was interrupted may have nobody left to take the answer: the note stays until the
    // client is read from a state.
    if !context.cancellation.is_cancelled() {
        entry.close();
    }
    outcome
}

/// What is known of a new client before anything else is read, and what is odd about it.
fn state_of(
    plan: ClusterClientModel,
    created: CreatedZeebeClient,
    private: &mut Private,
) -> (ClusterClientModel, Option<Diagnostic>) {
    let mut state = plan;
    private.set(UNLISTED, true);
    let warning = scopes::granted(&mut state, &created.permissions, private);
    let cluster_id = state.cluster_id.as_str().unwrap_or_default();
    let id = created
        .id
        .unwrap_or_else(|| composite_id(cluster_id, &created.client_id));
    state.id = Field::Known(id);
    state.secret = Field::Known(created.secret);
    state.zeebe_client_id = Field::Known(created.client_id);
    state.remote_name = Field::Null;
    state.previous_zeebe_client_id = Field::Null;
    state.zeebe_address = Field::Null;
    state.zeebe_authorization_server_url = Field::Null;
    (state, warning)
}

fn connect(state: &mut ClusterClientModel, connection: ClientConnection) {
    state.zeebe_address = connection.address.into();
    state.zeebe_authorization_server_url = connection.authorization_server_url.into();
}

/// Waits until the cluster can tell the address. Every way out has the client in the state.
async fn add_address(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    mut state: ClusterClientModel,
    private: Private,
) -> Outcome<ClusterClientModel> {
    let (cluster_id, client_id) = keys(&state);
    let result = client_address::wait_for(context, client, call, cluster_id, client_id).await;
    let seen =
        |last: Option<String>| last.map_or_else(String::new, |last| format!(" Seen last: {last}."));
    let happened = match result {
        Ok(connection) | Err(Gave::Hopeless(connection)) => {
            connect(&mut state, connection);
            return Outcome::present(state, private);
        }
        Err(Gave::TimedOut(last)) => format!(
            "Its cluster did not tell the address within timeouts.create.{}",
            seen(last)
        ),
        Err(Gave::Interrupted(last)) => format!(
            "The run was interrupted before its cluster had told the address.{}",
            seen(last)
        ),
        Err(Gave::Failed(error)) => {
            let explained = context.data.explain(String::new(), &error);
            format!("Its address could not be read: {}", explained.full_detail())
        }
    };
    let warning = Diagnostic::warning(
        format!("Address of API client {} is not known yet", spoken(&state)),
        format!("The client exists with the client ID {client_id}. {happened}"),
    )
    .hint(
        "Nothing is lost: the client and its secret are in the state, and the next plan or apply reads \
         the address. A cluster tells it while it is healthy: if it is suspended, wake it.",
    );
    Outcome::present(state, private).with(warning)
}

pub(super) async fn read(
    context: &Context<ProviderData>,
    request: Read<ClusterClientModel>,
) -> Outcome<ClusterClientModel> {
    let Read {
        mut state,
        mut private,
        ..
    } = request;
    let data = &context.data;
    let client = match data.client() {
        Ok(client) => client,
        Err(unavailable) => return unavailable.into_outcome(context),
    };
    let call = context.data.refresh(&context.cancellation);
    let (cluster_id, client_id) = keys(&state);
    let (cluster_id, client_id) = (cluster_id.to_owned(), client_id.to_owned());
    let failed = |state: &ClusterClientModel, error: &api::Error| {
        let summary = format!("Cannot read API client {}", spoken(state));
        Outcome::failed(data.explain(summary, error))
    };
    let clients = match client.recent_clients(&call, &cluster_id).await {
        Ok(clients) => clients,
        Err(error) if error.is_not_found() => {
            tracing::info!(
                cluster_id,
                client_id,
                "the cluster of the API client is gone"
            );
            return Outcome::absent();
        }
        Err(error) => return failed(&state, &error),
    };
    if let Err(error) =
        rotation::read_others(client, &call, &mut state, &mut private, &clients).await
    {
        return failed(&state, &error);
    }
    let listed = clients.iter().find(|it| it.client_id == client_id);
    match listed {
        Some(found) => {
            data.journal().has_arrived(&client_id);
            merge(&mut state, found, &mut private);
        }
        // How soon a new client is listed is not documented, and its secret is at stake.
        None if private.get(UNLISTED) == Some(true) => {}
        None => return gone(state, private),
    }
    identify(&mut state);
    if listed.is_none() || state.zeebe_address.known().is_none() {
        match read_address(client, &call, &mut state).await {
            Ok(false) if listed.is_none() => return gone(state, private),
            Ok(_) => {}
            Err(error) => return failed(&state, &error),
        }
    }
    Outcome::present(state, private)
}

/// The state of a client that an import has just read, without what the list does not show: see
/// [`read_address`].
#[must_use]
pub fn found(cluster_id: &str, client: &ZeebeClient) -> ClusterClientModel {
    let mut state = ClusterClientModel {
        cluster_id: cluster_id.into(),
        zeebe_client_id: client.client_id.as_str().into(),
        ..ClusterClientModel::default()
    };
    merge(&mut state, client, &mut Private::default());
    identify(&mut state);
    state
}

/// Takes over what the list shows.
fn merge(state: &mut ClusterClientModel, client: &ZeebeClient, private: &mut Private) {
    private.remove(UNLISTED);
    private.remove(LOST);
    rotation::take_over_name(state, &client.name);
    scopes::merge(&mut state.scopes, &client.permissions, private);
}

/// Fills in what every state has.
fn identify(state: &mut ClusterClientModel) {
    if state.id.known().is_none() {
        let (cluster_id, client_id) = keys(state);
        state.id = Field::Known(composite_id(cluster_id, client_id));
    }
    if state.timeouts.is_unknown() {
        state.timeouts = Field::Null;
    }
}

/// Reads the address, if the cluster is healthy enough to tell it. Returns whether there is such a
/// client.
///
/// # Errors
/// It cannot be read.
pub async fn read_address(
    client: &Client,
    call: &CallContext,
    state: &mut ClusterClientModel,
) -> Result<bool, api::Error> {
    let (cluster_id, client_id) = keys(state);
    let connection = client.get_client_connection(call, cluster_id, client_id);
    match connection.await {
        Ok(connection) => connect(state, connection),
        // Another day.
        Err(error) if error.is_precondition_failed() => {}
        Err(error) if error.is_not_found() => return Ok(false),
        Err(error) => return Err(error),
    }
    Ok(true)
}

/// The client is gone. Where another of its clients is left, the state stays: it is all that knows of
/// that one, and of those who still use it.
fn gone(state: ClusterClientModel, mut private: Private) -> Outcome<ClusterClientModel> {
    let (cluster_id, client_id) = keys(&state);
    tracing::info!(cluster_id, client_id, "the API client is gone");
    if !rotation::has_others(&state, &private) {
        return Outcome::absent();
    }
    private.set(LOST, true);
    Outcome::present(state, private)
}

pub(super) async fn delete(
    context: &Context<ProviderData>,
    request: Delete<ClusterClientModel>,
) -> Diagnostics {
    let Delete { state, private } = request;
    let data = &context.data;
    let call = CallContext::new(context.cancellation.clone());
    let client = match data.for_writing(&call).await {
        Ok(client) => client,
        Err(diagnostic) => return diagnostic.into(),
    };
    let (cluster_id, client_id) = keys(&state);
    // A rotation that was killed may have left a client that no state knows.
    let subject = successor_subject(data, cluster_id, client_id);
    if let Err(diagnostic) = remove_abandoned(data, client, &call, cluster_id, &subject, "").await {
        return diagnostic.into();
    }
    // The current one last: as long as it is there, so is the state.
    for id in rotation::others(&state, &private)
        .iter()
        .map(String::as_str)
        .chain([client_id])
    {
        match client.delete_client(&call, cluster_id, id).await {
            Err(error) if !error.is_not_found() => {
                let summary = format!("Cannot delete API client {}", spoken(&state));
                return data.explain(summary, &error).into();
            }
            _ => tracing::info!(cluster_id, client_id = id, "deleted an API client"),
        }
    }
    Diagnostics::new()
}
