//! Planning a cluster, beyond what its schema says: what cannot be done is refused before anything
//! is changed.

use std::sync::Arc;

use super::backup_first::Step;
use super::{ASLEEP, ClusterModel, GENERATION_CONFIGURED, UNFINISHED, at, takes_auto_updates};
use crate::api::Parameters;
use crate::framework::diag::Diagnostic;
use crate::framework::operation::Context;
use crate::framework::resource::PlanChange;
use crate::provider::data::ProviderData;
use crate::provider::offered::not_offered;

/// Completes or refuses a plan.
pub(super) async fn plan(context: &Context<ProviderData>, change: &mut PlanChange<ClusterModel>) {
    protect(change);
    announce_backup_of_the_end(change);
    let planned = match change.planned() {
        Ok(Some(planned)) => planned,
        Ok(None) => return,
        Err(error) => {
            change.diagnostics.push(error.into());
            return;
        }
    };
    if let Some(config) = &change.config {
        let configured = !config.generation.is_null();
        change.private.set(GENERATION_CONFIGURED, configured);
    }
    if !change.is_create() && !change.is_replace() {
        keep_auto_update(change);
        plan_upgrade(change, &planned);
        resume_unfinished(change);
        wake(change);
        warn_of_what_stays(change);
        if change.changes("stage_label") {
            // The service probably shows the stage among the labels.
            change.set_unknown("labels");
        }
    }
    if change.diagnostics.has_error() {
        return;
    }
    let wanted = if change.is_create() || change.is_replace() {
        &[
            "channel",
            "region",
            "plan_type",
            "generation",
            "backup_region",
        ][..]
    } else if change.changes("generation") {
        &["generation"][..]
    } else {
        &[][..]
    };
    // Only what the user has written: what a cluster has by itself says nothing about the one that
    // takes its place.
    let Some(config) = &change.config else {
        return;
    };
    if wanted.is_empty() {
        return;
    }
    let catalogue = context.data.catalogue_for_checks(&context.cancellation);
    if let Some(catalogue) = catalogue.await {
        for name in wanted {
            if let Some(diagnostic) = check(&catalogue, config, name) {
                change.diagnostics.push(diagnostic);
            }
        }
        let creates = change.is_create() || change.is_replace();
        if creates && planned.auto_update.known() == Some(&true) {
            let channel = planned
                .channel
                .as_str()
                .and_then(|id| catalogue.channels.iter().find(|channel| channel.id == id))
                .map(|channel| channel.name.as_str());
            if !takes_auto_updates(channel) {
                let warning = no_auto_updates(channel.unwrap_or_default());
                change.diagnostics.push(warning);
            }
        }
    }
}

/// Refuses to destroy or replace a protected cluster. The prior state decides: switching the
/// protection off takes an apply of its own.
fn protect(change: &mut PlanChange<ClusterModel>) {
    let Some(prior) = &change.prior else {
        return;
    };
    let protected = prior.deletion_protection.known() == Some(&true);
    if !protected || !(change.is_destroy() || change.is_replace()) {
        return;
    }
    let name = prior.name.as_str().unwrap_or_default().to_owned();
    let because: Vec<String> = change
        .replace_paths()
        .iter()
        .map(ToString::to_string)
        .collect();
    let mut diagnostic = refused_deletion(&name);
    if !because.is_empty() {
        diagnostic = diagnostic.hint(format!(
            "The plan replaces the cluster because of: {}.",
            because.join(", ")
        ));
    }
    change.diagnostics.push(diagnostic);
}

/// Says that a backup is taken before the cluster is destroyed. The prior state decides here, too: a
/// destroy has no configuration.
fn announce_backup_of_the_end(change: &mut PlanChange<ClusterModel>) {
    let Some(prior) = &change.prior else {
        return;
    };
    let ends = change.is_destroy() || change.is_replace();
    if ends && Step::Destroy.is_in(&prior.backup_before) {
        let name = prior.name.as_str().unwrap_or_default();
        let warning = Step::Destroy.announce(name);
        change.diagnostics.push(warning);
    }
}

/// The message for a protected cluster, in planning and, once more, in deletion.
pub(super) fn refused_deletion(name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Cluster {name:?} is protected against deletion"),
        "Its state says deletion_protection = true, so it is neither destroyed nor replaced.",
    )
    .hint("To delete it all the same: set deletion_protection = false and apply; then repeat this.")
    .at(at("deletion_protection"))
}

/// The warning about a wish the service drops.
fn no_auto_updates(channel: &str) -> Diagnostic {
    Diagnostic::warning(
        "auto_update has no effect in this channel",
        format!(
            "The service updates clusters automatically only in the channel \"Stable\"; this cluster \
             is in {channel:?}."
        ),
    )
    .hint("Remove auto_update, or set it to false.")
    .at(at("auto_update"))
}

fn keep_auto_update(change: &mut PlanChange<ClusterModel>) {
    let (Some(prior), Some(config)) = (&change.prior, &change.config) else {
        return;
    };
    let channel = prior.channel_name.as_str();
    if !takes_auto_updates(channel) {
        if config.auto_update.known() == Some(&true) && change.has_changes() {
            let warning = no_auto_updates(channel.unwrap_or_default());
            change.diagnostics.push(warning);
        }
        return;
    }
    if let (Some(before), Some(wanted)) = (prior.auto_update.known(), config.auto_update.known())
        && before != wanted
    {
        change.diagnostics.push(
            Diagnostic::error(
                "Automatic updates cannot be switched by the API",
                format!(
                    "The cluster has auto_update = {before}, the configuration says {wanted}. The \
                     API takes this setting only when a cluster is created."
                ),
            )
            .hint(
                "Either change it in the Console, on the cluster's settings page: the next plan is \
                 then empty.",
            )
            .hint(
                "Or replace the cluster with all its data: mark it with `terraform taint` (or `tofu \
                 taint`) and apply. With -replace alone this check would come first.",
            )
            .at(at("auto_update")),
        );
    }
}

fn plan_upgrade(change: &mut PlanChange<ClusterModel>, planned: &ClusterModel) {
    let Some(prior) = &change.prior else {
        return;
    };
    if !change.changes("generation") {
        return;
    }
    let running = &prior.current_generation;
    let already_runs = planned.generation.known().is_some() && planned.generation == *running;
    if !already_runs {
        if Step::Upgrade.is_in(&planned.backup_before) {
            let name = prior.name.as_str().unwrap_or_default();
            let warning = Step::Upgrade.announce(name);
            change.diagnostics.push(warning);
        }
        change.set_unknown("current_generation");
        change.set_unknown("current_generation_name");
    }
}

/// A cluster that was created but has not been seen healthy: the next apply waits for it.
fn resume_unfinished(change: &mut PlanChange<ClusterModel>) {
    if change.private.get::<bool>(UNFINISHED) == Some(true) {
        change.set_unknown("links");
    }
}

/// A cluster that was found asleep and is to be kept awake: the next apply wakes it.
fn wake(change: &mut PlanChange<ClusterModel>) {
    let (Some(prior), Some(config)) = (&change.prior, &change.config) else {
        return;
    };
    let asleep = change.private.get::<bool>(ASLEEP) == Some(true);
    if !asleep || config.keep_awake.known() != Some(&true) {
        return;
    }
    let name = prior.name.as_str().unwrap_or_default();
    let warning = Diagnostic::warning(
        format!("Cluster {name:?} is asleep and will be woken"),
        "The service has suspended the cluster. As keep_awake says, the apply wakes it and waits until \
         it is healthy; Camunda documents 5 to 10 minutes for that. The process data that the cluster \
         held is lost.",
    )
    .at(at("keep_awake"));
    change.diagnostics.push(warning);
    // Something has to change, or nothing would be applied. These are the service's alone, and few look
    // at them.
    change.set_unknown("labels");
}

fn warn_of_what_stays(change: &mut PlanChange<ClusterModel>) {
    let (Some(prior), Some(config)) = (&change.prior, &change.config) else {
        return;
    };
    let removed = [
        (
            "stage_label",
            prior.stage_label.known().is_some() && config.stage_label.is_null(),
        ),
        (
            "hardware_packages",
            prior.hardware_packages.known().is_some() && config.hardware_packages.is_null(),
        ),
    ];
    for (name, removed) in removed {
        if removed {
            change.diagnostics.push(
                Diagnostic::warning(
                    format!("Removing {name} does not reset it"),
                    format!(
                        "The API can change {name} but not take it back: the cluster keeps the last \
                         value, and Terraform no longer looks after it."
                    ),
                )
                .hint("Set it to the value you want instead of removing it.")
                .at(at(name)),
            );
        }
    }
}

/// What is wrong with an attribute that names something of the catalogue.
pub(super) fn check(
    catalogue: &Arc<Parameters>,
    config: &ClusterModel,
    name: &str,
) -> Option<Diagnostic> {
    let pairs = |list: &[crate::api::NamedRef]| -> Vec<(String, String)> {
        list.iter()
            .map(|item| (item.id.clone(), item.name.clone()))
            .collect()
    };
    let channel = config
        .channel
        .as_str()
        .and_then(|id| catalogue.channels.iter().find(|channel| channel.id == id));
    let region = config
        .region
        .as_str()
        .and_then(|id| catalogue.regions.iter().find(|region| region.id == id));
    let (field, noun, offered) = match name {
        "channel" => (
            &config.channel,
            "channel",
            catalogue
                .channels
                .iter()
                .map(|channel| (channel.id.clone(), channel.name.clone()))
                .collect(),
        ),
        "region" => (
            &config.region,
            "region",
            catalogue
                .regions
                .iter()
                .map(|region| (region.id.clone(), region.name.clone()))
                .collect(),
        ),
        "plan_type" => (&config.plan_type, "plan type", pairs(&catalogue.plan_types)),
        "generation" => (
            &config.generation,
            "generation of this channel",
            channel?
                .allowed_generations
                .iter()
                .map(|generation| (generation.id.clone(), generation.name.clone()))
                .collect::<Vec<_>>(),
        ),
        "backup_region" => (
            &config.backup_region,
            "backup location of this region",
            region?
                .backup_locations
                .iter()
                .map(|location| {
                    let names: Vec<&str> =
                        location.regions.iter().map(|r| r.label.as_str()).collect();
                    (location.id.clone(), names.join(" and "))
                })
                .collect(),
        ),
        _ => return None,
    };
    not_offered(name, noun, field, &offered)
}
