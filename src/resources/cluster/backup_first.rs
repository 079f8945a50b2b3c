//! The backup that `backup_before` asks for: taken before the cluster is upgraded or destroyed, which
//! does not happen unless the backup is complete.

use std::collections::BTreeSet;
use std::time::Duration;

use super::at;
use crate::api::{CallContext, Client};
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::provider::backup::{Order, spoken, take};
use crate::provider::data::ProviderData;
use crate::provider::journal::Entry;
use crate::provider::wait::Wait;

/// The words that `backup_before` takes.
pub(super) const STEPS: [&str; 2] = ["upgrade", "destroy"];

/// What a backup is taken before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Upgrade,
    Destroy,
}

/// A backup that is complete.
#[derive(Debug)]
pub(super) struct Taken {
    /// What tells the user of it.
    pub(super) message: Diagnostic,
    /// For a run after this one, in case this one does not get to the end. To be closed when it does.
    pub(super) note: Entry,
}

impl Step {
    /// Whether a backup is to be taken before it.
    pub(super) fn is_in(self, backup_before: &Field<BTreeSet<String>>) -> bool {
        let word = match self {
            Self::Upgrade => STEPS[0],
            Self::Destroy => STEPS[1],
        };
        backup_before
            .known()
            .is_some_and(|steps| steps.contains(word))
    }

    /// The warning in the plan.
    pub(super) fn announce(self, name: &str) -> Diagnostic {
        let diagnostic = match self {
            Self::Upgrade => Diagnostic::warning(
                format!("Cluster {name:?} is backed up before its upgrade"),
                "As backup_before says, the apply takes a backup first, waits until it is complete, and \
                 changes nothing unless it is. That may take as long as timeouts.update says, in \
                 addition to the upgrade.",
            ),
            Self::Destroy => Diagnostic::warning(
                format!("Cluster {name:?} is backed up before it is destroyed"),
                "As backup_before says, the apply takes a backup first, waits until it is complete, and \
                 destroys nothing unless it is. That may take as long as timeouts.update says, in \
                 addition to the deletion.",
            )
            .hint(
                "The backup is no way back: the service deletes the backups of a cluster together with \
                 it.",
            ),
        };
        diagnostic.at(at("backup_before"))
    }

    /// Takes the backup, in a time of its own.
    pub(super) async fn back_up(
        self,
        context: &Context<ProviderData>,
        client: &Client,
        (cluster_id, name): (&str, &str),
        allowed: Duration,
    ) -> Result<Taken, Diagnostic> {
        let deadline = context.clock.instant() + allowed;
        let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
        let wait = Wait::new(context, deadline);
        let order = Order {
            cluster_id,
            purpose: match self {
                Self::Upgrade => "before an upgrade",
                Self::Destroy => "before its end",
            },
            limit: "timeouts.update",
            again: "Apply again soon to go on with the same backup, or raise timeouts.update.",
            undone: match self {
                Self::Upgrade => {
                    "The cluster was not changed. To do without a backup, take \"upgrade\" out of \
                     backup_before."
                }
                Self::Destroy => {
                    "The cluster was not destroyed. To do without a backup, take \"destroy\" out of \
                     backup_before and apply; then repeat this."
                }
            },
        };
        let (backup, note) = take(context, client, &call, &wait, order)
            .await
            .map_err(|diagnostic| diagnostic.at(at("backup_before")))?;
        let spoken = spoken(cluster_id, &backup);
        let id = &backup.id;
        let message = match self {
            Self::Upgrade => Diagnostic::warning(
                format!("Cluster {name:?} was backed up before its upgrade"),
                format!(
                    "Backup {spoken} with the ID {id} is complete. The service keeps the three most \
                     recent manual backups."
                ),
            ),
            Self::Destroy => Diagnostic::warning(
                format!("Cluster {name:?} was backed up before it was destroyed"),
                format!(
                    "Backup {spoken} with the ID {id} is complete. The service deletes it together with \
                     the cluster."
                ),
            ),
        };
        Ok(Taken { message, note })
    }
}
