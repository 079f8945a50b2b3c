//! Starting an upgrade of a cluster: a request that must not go out twice, since a second one could go
//! a step further, and what to say when the service does not take it.

use super::data::ProviderData;
use super::errors::advise;
use super::wait::{Gave, Look, Wait};
use crate::api::{CallContext, Client, ClusterHealth, Error};
use crate::framework::diag::Diagnostic;
use crate::framework::path::Path;

/// The cluster before its upgrade.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    /// Its ID.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// ID of the generation it runs, if that is known.
    pub generation: Option<&'a str>,
    /// Name of the generation it runs, if that is known.
    pub generation_name: Option<&'a str>,
}

/// Why no upgrade has begun.
#[derive(Debug)]
pub enum NotStarted {
    /// The service refused it, or could not be asked.
    Refused(Error),
    /// The run was interrupted first.
    Interrupted,
    /// Time ran out; what was seen last.
    TimedOut(Option<String>),
}

/// Starts an upgrade, waiting while the cluster cannot take one, and returns the generation the
/// service has chosen, if it says so.
///
/// # Errors
/// No upgrade has begun.
pub async fn start(
    wait: &Wait,
    client: &Client,
    call: &CallContext,
    before: Before<'_>,
) -> Result<Option<String>, NotStarted> {
    let result = wait
        .until(|| async {
            match client.upgrade_cluster(call, before.id).await {
                Ok(upgrade) => Ok(Look::Done(Ok(upgrade.new_generation.map(|new| new.id)))),
                Err(error) if error.is_precondition_failed() => Ok(Look::NotYet(
                    "not in a state that can be upgraded".to_owned(),
                )),
                Err(error) if error.may_have_committed() => {
                    // A second request could go a step further: look first.
                    let cluster = client.get_cluster(call, before.id).await?;
                    let running = cluster
                        .generation
                        .as_ref()
                        .map(|running| running.id.as_str());
                    let moved = running != before.generation;
                    let updating = cluster.status.ready == Some(ClusterHealth::Updating);
                    Ok(if moved || updating {
                        Look::Done(Ok(None))
                    } else {
                        Look::NotYet("upgrade not accepted yet".to_owned())
                    })
                }
                Err(error) => Ok(Look::Done(Err(error))),
            }
        })
        .await;
    match result {
        Ok(outcome) | Err(Gave::Hopeless(outcome)) => outcome.map_err(NotStarted::Refused),
        Err(Gave::Failed(error)) => Err(NotStarted::Refused(error)),
        Err(Gave::Interrupted(_)) => Err(NotStarted::Interrupted),
        Err(Gave::TimedOut(last)) => Err(NotStarted::TimedOut(last)),
    }
}

impl NotStarted {
    /// Whether the service has nothing newer on offer for this cluster.
    #[must_use]
    pub fn is_nothing_newer(&self) -> bool {
        matches!(self, Self::Refused(error) if error.is_bad_request())
    }

    /// The message. `limit` is the argument that bounds the time.
    #[must_use]
    pub fn explain(self, data: &ProviderData, before: Before<'_>, limit: &str) -> Diagnostic {
        let summary = format!("Cannot upgrade cluster {:?}", before.name);
        match self {
            Self::Refused(error) => {
                let diagnostic = data.explain(summary, &error);
                if error.is_bad_request() {
                    let running = before.generation_name.unwrap_or("unnamed");
                    let id = before.generation.unwrap_or_default();
                    return advise(
                        diagnostic,
                        format!(
                            "The service has nothing newer on offer for this cluster. The API can \
                             neither downgrade a cluster nor upgrade it to a generation of choice. The \
                             cluster runs {running}: set generation = {id:?}."
                        ),
                    )
                    .at(Path::of("generation"));
                }
                if error.is_conflict() {
                    return advise(
                        diagnostic,
                        "The service holds the upgrade back for now; its words above say why. After an \
                         upgrade to a new minor version the next one has to wait for 24 hours.",
                    )
                    .at(Path::of("generation"));
                }
                diagnostic.at(Path::of("generation"))
            }
            Self::Interrupted => Diagnostic::error(
                summary,
                "The run was interrupted before the service had taken the upgrade.",
            )
            .hint("Apply again."),
            Self::TimedOut(last) => Diagnostic::error(
                summary,
                format!(
                    "The service did not take the upgrade within {limit}. Seen last: {}.",
                    last.as_deref().unwrap_or("nothing")
                ),
            )
            .hint(format!(
                "An upgrade needs a healthy cluster. Apply again when it is, or raise {limit}."
            )),
        }
    }
}
