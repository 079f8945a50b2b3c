//! `camunda_cluster_wake`: wakes a cluster that the service has put to sleep. One that is awake is
//! fine.

use crate::framework::action::{Action, Progress};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::framework::schema::Schema;
use crate::provider::action::{OnCluster, cluster_id, narrated};
use crate::provider::data::ProviderData;
use crate::provider::health::{Ended, Waited, is_healthy, states};
use crate::provider::wait::{timeout, timeout_attribute};
use crate::provider::wake::{is_asleep, until_awake};

/// How long it may take unless the user says otherwise. Camunda speaks of 5 to 10 minutes.
const TIMEOUT: &str = "30m";

/// The action type.
#[derive(Debug)]
pub struct ClusterWake;

crate::model! {
    /// Configuration.
    pub struct ClusterWakeConfig {
        pub cluster_id: Field<String>,
        pub timeout: Field<String>,
    }
}

impl Action<ProviderData> for ClusterWake {
    type Config = ClusterWakeConfig;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_wake"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Wakes a suspended cluster and waits until it is healthy. A cluster that is awake is left \
             alone; one that is just starting, updating or resuming is waited for.\n\nCamunda suspends \
             clusters of the Free Trial that are idle, and documents 5 to 10 minutes until one is \
             awake again. Process data is lost in the sleep; API clients, connector secrets and the IP \
             allowlist are not.\n\nMakes sense before something that needs the cluster: by \
             `before_create` and `before_update` of that resource, or by hand with `terraform apply \
             -invoke`. An invocation that was interrupted or killed can be repeated at any time.",
            [cluster_id(), timeout_attribute(TIMEOUT)],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Clusters",
            permission_groups: &["Cluster"],
            availability: "Needs Terraform 1.14. OpenTofu has no actions: set `keep_awake` on the \
                           `camunda_cluster`, which does the same in the next apply.",
            ..Facts::default()
        }
    }

    async fn invoke(
        &self,
        context: &Context<ProviderData>,
        config: ClusterWakeConfig,
        progress: Progress,
    ) -> Diagnostics {
        let woken = wake(context, &config, &progress).await;
        woken.err().into_iter().collect()
    }
}

async fn wake(
    context: &Context<ProviderData>,
    config: &ClusterWakeConfig,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let id = config.cluster_id.as_str().unwrap_or_default();
    let allowed = timeout(&config.timeout, TIMEOUT);
    let summary = format!("Cannot wake cluster {id}");
    let OnCluster {
        client,
        call,
        wait,
        cluster,
    } = OnCluster::begin(context, id, allowed, summary).await?;
    let name = cluster.name.as_str();
    let subject = format!("cluster {name:?}");
    if is_healthy(&cluster) {
        progress
            .report(format!("{subject} is awake already: Healthy"))
            .await;
        return Ok(());
    }
    let doing = if is_asleep(&cluster) {
        "waking it"
    } else {
        "waiting for it"
    };
    progress
        .report(format!("{subject} is {}: {doing}", states(&cluster)))
        .await;
    let ended = narrated(&context.clock, progress, &subject, |told| async {
        until_awake(&wait.telling(told), client, &call, &cluster).await
    })
    .await
    .map_err(|error| {
        context
            .data
            .explain(format!("Cannot wake cluster {name:?}"), &error)
    })?;
    match ended {
        Ended::Healthy(_) => {
            tracing::info!(id, name, "woke a cluster");
            progress
                .report(format!("{subject} is awake: Healthy"))
                .await;
            Ok(())
        }
        ended => Err(ended.explain(
            &context.data,
            Waited {
                name,
                allowed,
                limit: "timeout",
                gone: "Check cluster_id.",
                out_of_time: "The service goes on by itself. Invoke the action again to go on waiting, \
                              or raise timeout.",
                interrupted: "The service goes on by itself. Invoke the action again to go on waiting.",
            },
        )),
    }
}
