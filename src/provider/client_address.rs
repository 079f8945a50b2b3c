//! Where an API client connects to: told by its cluster, and only while that is healthy.

use std::sync::atomic::{AtomicU32, Ordering};

use super::data::ProviderData;
use super::wait::{Gave, Look, Wait};
use crate::api::{CallContext, Client, ClientConnection};
use crate::framework::operation::Context;

/// Looks in a row that may find no client right after it was created.
const UNSEEN_AT_FIRST: u32 = 5;

/// Waits, as long as `call` may take, until the cluster tells the address of a client that was just
/// created.
///
/// # Errors
/// See [`Gave`].
pub async fn wait_for(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    cluster_id: &str,
    client_id: &str,
) -> Result<ClientConnection, Gave<ClientConnection>> {
    let deadline = call.deadline.unwrap_or_else(|| context.clock.instant());
    let wait = Wait::new(context, deadline);
    let unseen = AtomicU32::new(0);
    wait.until(|| async {
        match client
            .get_client_connection(call, cluster_id, client_id)
            .await
        {
            Ok(connection) => Ok(Look::Done(connection)),
            Err(error) if error.is_precondition_failed() => {
                let said = error.server_message().unwrap_or("the cluster is not ready");
                Ok(Look::NotYet(said.trim_end_matches('.').to_owned()))
            }
            Err(error)
                if error.is_not_found()
                    && unseen.fetch_add(1, Ordering::Relaxed) < UNSEEN_AT_FIRST =>
            {
                Ok(Look::NotYet("not visible yet".to_owned()))
            }
            Err(error) => Err(error),
        }
    })
    .await
}
