//! `camunda_cluster_upgrade`: upgrades a cluster to what the service offers. One that runs it already
//! is fine.

use crate::api::{Cluster, NamedRef};
use crate::framework::action::{Action, Progress};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::provider::action::{OnCluster, cluster_id, narrated};
use crate::provider::data::ProviderData;
use crate::provider::health::{Ended, Expected, Waited, is_healthy, states, until_healthy};
use crate::provider::offered::not_offered;
use crate::provider::upgrade::{self, Before};
use crate::provider::wait::{timeout, timeout_attribute};

/// How long it may take unless the user says otherwise.
const TIMEOUT: &str = "60m";

/// The action type.
#[derive(Debug)]
pub struct ClusterUpgrade;

crate::model! {
    /// Configuration.
    pub struct ClusterUpgradeConfig {
        pub cluster_id: Field<String>,
        pub generation: Field<String>,
        pub timeout: Field<String>,
    }
}

impl Action<ProviderData> for ClusterUpgrade {
    type Config = ClusterUpgradeConfig;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_upgrade"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Upgrades a cluster to the newest generation that the service offers for it, and waits until \
             it is healthy again. A cluster that runs it already is left alone.\n\nThere is no way \
             back: the service cannot downgrade. It takes no backup by itself; take one before with \
             `camunda_cluster_backup_create`. After an upgrade to a new minor version, the service \
             refuses the next one for 24 hours. Clusters in the Alpha channel cannot be \
             upgraded.\n\nMakes sense by hand with `terraform apply -invoke`, or by `before_update` or \
             `after_update` of a resource that decides when. A `camunda_cluster` that sets `generation` is \
             better upgraded by a new value there; one without follows what runs, without a \
             difference. An invocation that was interrupted or killed can be repeated at any time: it \
             goes on waiting.",
            [
                cluster_id(),
                Attribute::string("generation").optional().description(
                    "ID of the generation that has to run in the end. A cluster that runs it is left \
                     alone. The service alone chooses the target of an upgrade, the newest one on \
                     offer: if that is another one, the cluster is upgraded all the same, and the \
                     action fails. An ID that the channel does not offer is refused before anything is \
                     changed. Left out, whatever is newest will do.",
                ),
                timeout_attribute(TIMEOUT),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Clusters",
            permission_groups: &["Cluster"],
            availability: "Needs Terraform 1.14. OpenTofu has no actions: a new value of `generation` on \
                           the `camunda_cluster` does the same.",
            ..Facts::default()
        }
    }

    async fn invoke(
        &self,
        context: &Context<ProviderData>,
        config: ClusterUpgradeConfig,
        progress: Progress,
    ) -> Diagnostics {
        let upgraded = upgrade(context, &config, &progress).await;
        upgraded.err().into_iter().collect()
    }
}

async fn upgrade(
    context: &Context<ProviderData>,
    config: &ClusterUpgradeConfig,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let data = &context.data;
    let id = config.cluster_id.as_str().unwrap_or_default();
    let wanted = config.generation.as_str();
    let allowed = timeout(&config.timeout, TIMEOUT);
    let summary = format!("Cannot upgrade cluster {id}");
    let OnCluster {
        client,
        call,
        wait,
        mut cluster,
    } = OnCluster::begin(context, id, allowed, summary).await?;
    let name = cluster.name.clone();
    let subject = format!("cluster {name:?}");
    let waited = Waited {
        name: &name,
        allowed,
        limit: "timeout",
        gone: "Check cluster_id.",
        out_of_time: "The service finishes what it has begun. Invoke the action again to go on waiting, \
                      or raise timeout.",
        interrupted: "The service finishes what it has begun. Invoke the action again to go on waiting.",
    };
    let healthy = async |generation: Option<&str>, doing: &str| {
        progress.report(format!("{subject}: {doing}")).await;
        let ended = narrated(&context.clock, progress, &subject, |told| {
            let wait = wait.clone().telling(told);
            let (client, call) = (&client, &call);
            async move {
                let expected = Expected {
                    generation,
                    ..Expected::of(id)
                };
                until_healthy(&wait, client, call, expected).await
            }
        })
        .await;
        match ended {
            Ended::Healthy(cluster) => Ok(*cluster),
            ended => Err(ended.explain(data, waited)),
        }
    };
    if !is_healthy(&cluster) {
        // Perhaps an upgrade is under way, of this action or somebody else's: what comes of it counts.
        let doing = format!("is {}, waiting for it", states(&cluster));
        cluster = healthy(None, &doing).await?;
    }
    let running = named(cluster.generation.as_ref());
    if wanted.is_some() && wanted == cluster.generation.as_ref().map(|it| it.id.as_str()) {
        progress
            .report(format!("{subject} runs {running} already"))
            .await;
        return Ok(());
    }
    check(context, &config.generation, &cluster).await?;
    let before = Before {
        id,
        name: &name,
        generation: cluster.generation.as_ref().map(|it| it.id.as_str()),
        generation_name: cluster.generation.as_ref().map(|it| it.name.as_str()),
    };
    progress
        .report(format!("{subject} runs {running}: asking for the upgrade"))
        .await;
    let started = narrated(&context.clock, progress, &subject, |told| {
        let wait = wait.clone().telling(told);
        let (client, call) = (&client, &call);
        async move { upgrade::start(&wait, client, call, before).await }
    })
    .await;
    let generation = match started {
        Ok(generation) => generation,
        Err(refused) if wanted.is_none() && refused.is_nothing_newer() => {
            progress
                .report(format!(
                    "{subject} runs {running}: the service offers nothing newer"
                ))
                .await;
            return Ok(());
        }
        Err(refused) => return Err(refused.explain(data, before, "timeout")),
    };
    let upgraded = healthy(generation.as_deref(), "the upgrade has begun").await?;
    let running = named(upgraded.generation.as_ref());
    tracing::info!(id, name, generation = running, "upgraded a cluster");
    match (&upgraded.generation, wanted) {
        (Some(now), Some(wanted)) if now.id != wanted => Err(Diagnostic::error(
            format!("Cluster {name:?} was upgraded to another generation than asked for"),
            format!(
                "The service chooses the target of an upgrade. It chose {} ({}), the action asks for \
                 {wanted}.",
                now.id, now.name
            ),
        )
        .hint(format!(
            "Set generation = {:?}, or leave it out. The cluster is healthy.",
            now.id
        ))
        .at(Path::of("generation"))),
        _ => {
            progress
                .report(format!("{subject} is healthy and runs {running}"))
                .await;
            Ok(())
        }
    }
}

/// Refuses a generation that the cluster's channel does not have, while nothing is changed.
async fn check(
    context: &Context<ProviderData>,
    generation: &Field<String>,
    cluster: &Cluster,
) -> Result<(), Diagnostic> {
    let (Some(_), Some(channel)) = (generation.as_str(), &cluster.channel) else {
        return Ok(());
    };
    let catalogue = context.data.catalogue_for_checks(&context.cancellation);
    let Some(catalogue) = catalogue.await else {
        return Ok(());
    };
    let offered: Vec<(String, String)> = catalogue
        .channels
        .iter()
        .filter(|other| other.id == channel.id)
        .flat_map(|channel| &channel.allowed_generations)
        .map(|generation| (generation.id.clone(), generation.name.clone()))
        .collect();
    let noun = "generation of this channel";
    not_offered("generation", noun, generation, &offered).map_or(Ok(()), Err)
}

fn named(generation: Option<&NamedRef>) -> String {
    generation.map_or_else(
        || "an unnamed generation".to_owned(),
        |generation| generation.name.clone(),
    )
}
