//! `camunda_cluster_backup_create`: takes a backup of a cluster now, and waits until it is complete.

use crate::framework::action::{Action, Progress};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::framework::schema::Schema;
use crate::provider::action::{begin, cluster_id, narrated};
use crate::provider::backup::{Order, spoken, take};
use crate::provider::data::ProviderData;
use crate::provider::wait::{timeout, timeout_attribute};

/// How long it may take unless the user says otherwise.
const TIMEOUT: &str = "60m";

/// The action type.
#[derive(Debug)]
pub struct ClusterBackupCreate;

crate::model! {
    /// Configuration.
    pub struct ClusterBackupCreateConfig {
        pub cluster_id: Field<String>,
        pub timeout: Field<String>,
    }
}

impl Action<ProviderData> for ClusterBackupCreate {
    type Config = ClusterBackupCreateConfig;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_backup_create"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Takes a manual backup of a cluster and waits until it is complete. A backup that fails is \
             an error. The cluster has to be healthy.\n\nThe last line that the action shows names the \
             backup and its ID. No state holds it: the service keeps the three most recent successful \
             ones, and the data source `camunda_cluster_backups` lists them. For a backup that Terraform \
             looks after, use the resource `camunda_cluster_backup`; for backups that come regularly, \
             `camunda_cluster_backup_schedule`.\n\nMakes sense before a change: by `before_update` of the \
             resource that is changed, or by hand with `terraform apply -invoke`. Every invocation takes \
             another backup, with one exception: after one that was killed, interrupted or out of time, \
             the next invocation on the same machine goes on with the backup there is, unless it has \
             failed or the service would take a new one again.",
            [cluster_id(), timeout_attribute(TIMEOUT)],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Operations",
            permission_groups: &["Backups"],
            limits: "Enterprise plans only. The service takes a manual backup of a cluster every 15 \
                     minutes at most.",
            availability: "Needs Terraform 1.14. OpenTofu has no actions: use the resource \
                           `camunda_cluster_backup`, with `triggers` that change when another one is \
                           due, or `backup_before` of `camunda_cluster`.",
            ..Facts::default()
        }
    }

    async fn invoke(
        &self,
        context: &Context<ProviderData>,
        config: ClusterBackupCreateConfig,
        progress: Progress,
    ) -> Diagnostics {
        let taken = back_up(context, &config, &progress).await;
        taken.err().into_iter().collect()
    }
}

async fn back_up(
    context: &Context<ProviderData>,
    config: &ClusterBackupCreateConfig,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let cluster_id = config.cluster_id.as_str().unwrap_or_default();
    let (client, call, wait) = begin(context, timeout(&config.timeout, TIMEOUT)).await?;
    let subject = format!("cluster {cluster_id}");
    progress
        .report(format!("{subject}: asking for a backup"))
        .await;
    let order = Order {
        cluster_id,
        purpose: "by an action",
        limit: "timeout",
        again: "Invoke the action again to go on waiting for it, or raise timeout.",
        undone: "",
    };
    let (backup, note) = narrated(&context.clock, progress, &subject, |told| {
        let wait = wait.telling(told);
        let call = &call;
        async move { take(context, client, call, &wait, order).await }
    })
    .await?;
    note.close();
    progress
        .report(format!(
            "backup {} is complete, with the ID {}",
            spoken(cluster_id, &backup),
            backup.id
        ))
        .await;
    Ok(())
}
