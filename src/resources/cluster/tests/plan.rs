//! What planning a cluster decides, refuses and says.

use serde_json::json;

use super::{settled, texts};
use crate::api::Parameters;
use crate::clock::Clock;
use crate::framework::object::{Field, ValueType as _};
use crate::framework::operation::ClientCapabilities;
use crate::framework::private::Private;
use crate::framework::server::{ConfigureRequest, PlanRequest, PlanResponse, Server};
use crate::framework::value::Value;
use crate::provider::{Camunda, Environment};
use crate::resources::cluster::{ClusterModel, UNFINISHED, at, plan, schema};

/// A plan without a way to the API: what is checked against the catalogue is left out.
async fn planned(
    prior: Option<&ClusterModel>,
    config: Option<&ClusterModel>,
    private: &Private,
) -> PlanResponse {
    let provider = Camunda::new(Environment::default(), Clock::system(), || {});
    let server = Server::new(provider, Clock::system());
    let configured = server.configure_provider(ConfigureRequest {
        config: Value::object::<&str>([]),
        terraform_version: "1.14.0".to_owned(),
        client: ClientCapabilities::default(),
    });
    assert!(configured.is_empty(), "{configured:?}");
    let value = |model: Option<&ClusterModel>| model.map_or(Value::Null, |model| model.to_value());
    // As a core proposes it: computed members that configuration leaves out come from the state.
    let proposed = match (prior, config) {
        (Some(prior), Some(config)) => {
            let mut proposed = config.to_value();
            let schema = schema();
            for attribute in &schema.block.attributes {
                let path = at(&attribute.name);
                let place = proposed.get_mut(&path).unwrap();
                if attribute.computed && place.is_null() {
                    *place = prior.to_value().member(&attribute.name).clone();
                }
            }
            proposed
        }
        _ => value(config),
    };
    let request = PlanRequest {
        type_name: "camunda_cluster".to_owned(),
        prior_state: value(prior),
        proposed_new_state: proposed,
        config: value(config),
        prior_private: private.encode(),
        prior_identity: Value::Null,
        client: ClientCapabilities::default(),
    };
    server.plan_resource_change(&server.call(), request).await
}

/// The configuration behind [`settled`].
fn config() -> ClusterModel {
    ClusterModel {
        name: "orders".into(),
        description: "Order processing".into(),
        channel: "channel-id".into(),
        region: "region-id".into(),
        plan_type: "plan-id".into(),
        stage_label: "dev".into(),
        hardware_packages: Field::Known(2.into()),
        ..ClusterModel::default()
    }
}

/// Members the plan leaves open.
fn unknown(plan: &PlanResponse) -> Vec<String> {
    let members = plan.planned_state.as_object().unwrap();
    members
        .iter()
        .filter(|(_, value)| value.is_unknown())
        .map(|(name, _)| name.clone())
        .collect()
}

#[tokio::test]
async fn an_unchanged_configuration_plans_nothing() {
    let plan = planned(Some(&settled()), Some(&config()), &Private::default()).await;
    assert!(plan.diagnostics.is_empty(), "{}", texts(&plan.diagnostics));
    assert_eq!(plan.planned_state, settled().to_value());
}

#[tokio::test]
async fn a_new_name_leaves_nothing_open() {
    let renamed = ClusterModel {
        name: "new".into(),
        ..config()
    };
    let plan = planned(Some(&settled()), Some(&renamed), &Private::default()).await;
    assert!(plan.diagnostics.is_empty() && plan.requires_replace.is_empty());
    assert_eq!(unknown(&plan), Vec::<String>::new());
}

#[tokio::test]
async fn what_cannot_be_changed_replaces() {
    type Edit = fn(&mut ClusterModel);
    let rows: [(Edit, &str); 5] = [
        (|config| config.channel = "x".into(), "channel"),
        (|config| config.region = "x".into(), "region"),
        (|config| config.plan_type = "x".into(), "plan_type"),
        (|config| config.encryption = "External".into(), "encryption"),
        (|config| config.backup_region = "x".into(), "backup_region"),
    ];
    for (edit, name) in rows {
        let mut config = config();
        edit(&mut config);
        let plan = planned(Some(&settled()), Some(&config), &Private::default()).await;
        assert_eq!(plan.requires_replace, [at(name)], "{name}");
    }
}

#[tokio::test]
async fn a_new_generation_upgrades_in_place() {
    let newer = ClusterModel {
        generation: "newer".into(),
        ..config()
    };
    let plan = planned(Some(&settled()), Some(&newer), &Private::default()).await;
    assert!(
        plan.requires_replace.is_empty(),
        "{:?}",
        plan.requires_replace
    );
    assert_eq!(
        unknown(&plan),
        ["current_generation", "current_generation_name"]
    );
    // Asking for what runs already, after an automatic update, changes nothing remotely.
    let behind = ClusterModel {
        generation: "older".into(),
        ..settled()
    };
    let running = ClusterModel {
        generation: "generation-id".into(),
        ..config()
    };
    let plan = planned(Some(&behind), Some(&running), &Private::default()).await;
    assert_eq!(unknown(&plan), Vec::<String>::new());
}

#[tokio::test]
async fn an_unfinished_cluster_is_gone_on_with() {
    let mut private = Private::default();
    private.set(UNFINISHED, true);
    let plan = planned(Some(&settled()), Some(&config()), &private).await;
    assert_eq!(unknown(&plan), ["links"]);
}

#[tokio::test]
async fn a_protected_cluster_is_neither_destroyed_nor_replaced() {
    let protected = ClusterModel {
        deletion_protection: Field::Known(true),
        ..settled()
    };
    let none = Private::default();
    let destroy = planned(Some(&protected), None, &none).await;
    insta::assert_snapshot!(texts(&destroy.diagnostics), @r#"
    Error [deletion_protection] Cluster "orders" is protected against deletion
    Its state says deletion_protection = true, so it is neither destroyed nor replaced.

    To delete it all the same: set deletion_protection = false and apply; then repeat this.
    "#);
    // The prior state decides, so switching it off in the same plan does not help.
    let elsewhere = ClusterModel {
        region: "x".into(),
        ..config()
    };
    let replace = planned(Some(&protected), Some(&elsewhere), &none).await;
    insta::assert_snapshot!(texts(&replace.diagnostics), @r#"
    Error [deletion_protection] Cluster "orders" is protected against deletion
    Its state says deletion_protection = true, so it is neither destroyed nor replaced.

    To delete it all the same: set deletion_protection = false and apply; then repeat this.

    The plan replaces the cluster because of: region.
    "#);
    let switched_off = planned(Some(&protected), Some(&config()), &none).await;
    assert!(switched_off.diagnostics.is_empty());
    assert!(
        planned(Some(&settled()), None, &none)
            .await
            .diagnostics
            .is_empty()
    );
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_said() {
    let removed = ClusterModel {
        stage_label: Field::Null,
        hardware_packages: Field::Null,
        ..config()
    };
    let plan = planned(Some(&settled()), Some(&removed), &Private::default()).await;
    insta::assert_snapshot!(texts(&plan.diagnostics), @"
    Warning [stage_label] Removing stage_label does not reset it
    The API can change stage_label but not take it back: the cluster keeps the last value, and Terraform no longer looks after it.

    Set it to the value you want instead of removing it.
    ---
    Warning [hardware_packages] Removing hardware_packages does not reset it
    The API can change hardware_packages but not take it back: the cluster keeps the last value, and Terraform no longer looks after it.

    Set it to the value you want instead of removing it.
    ");
}

#[tokio::test]
async fn automatic_updates_are_switched_in_the_console() {
    let with = |wish: bool| ClusterModel {
        auto_update: Field::Known(wish),
        ..config()
    };
    let none = Private::default();
    let stable = planned(Some(&settled()), Some(&with(false)), &none).await;
    insta::assert_snapshot!(texts(&stable.diagnostics), @"
    Error [auto_update] Automatic updates cannot be switched by the API
    The cluster has auto_update = true, the configuration says false. The API takes this setting only when a cluster is created.

    Either change it in the Console, on the cluster's settings page: the next plan is then empty.

    Or replace the cluster with all its data: mark it with `terraform taint` (or `tofu taint`) and apply. With -replace alone this check would come first.
    ");
    // Where the setting has no effect, neither has changing it.
    let alpha = ClusterModel {
        channel_name: "Alpha".into(),
        auto_update: Field::Known(false),
        ..settled()
    };
    let plan = planned(Some(&alpha), Some(&with(true)), &none).await;
    insta::assert_snapshot!(texts(&plan.diagnostics), @r#"
    Warning [auto_update] auto_update has no effect in this channel
    The service updates clusters automatically only in the channel "Stable"; this cluster is in "Alpha".

    Remove auto_update, or set it to false.
    "#);
    let kept = ClusterModel {
        auto_update: Field::Known(true),
        ..alpha
    };
    let plan = planned(Some(&kept), Some(&with(true)), &none).await;
    assert!(plan.diagnostics.is_empty(), "{}", texts(&plan.diagnostics));
    assert_eq!(plan.planned_state, kept.to_value());
    let plan = planned(Some(&kept), Some(&with(false)), &none).await;
    assert!(plan.diagnostics.is_empty(), "{}", texts(&plan.diagnostics));
}

fn catalogue() -> Parameters {
    let named = |id: &str, name: &str| json!({ "uuid": id, "name": name });
    serde_json::from_value(json!({
        "channels": [{
            "uuid": "0c9a7f0e-stable",
            "name": "Stable",
            "allowedGenerations": [named("gen-88", "Camunda 8.8+gen22"), named("gen-87", "Camunda 8.7+gen30")],
        }, { "uuid": "1d8b6a1f-alpha", "name": "Alpha" }],
        "clusterPlanTypes": [named("plan-1", "Advanced"), named("plan-2", "Trial")],
        "regions": [{
            "uuid": "2e7c5b20-belgium",
            "name": "Belgium, Europe (europe-west1)",
            "backups": [{ "uuid": "backup-1", "regions": [
                { "id": "europe-west1", "label": "Belgium" }, { "id": "europe-west3", "label": "Frankfurt" }
            ] }],
        }],
    }))
    .unwrap()
}

#[test]
fn what_is_not_offered_is_refused_with_what_is() {
    let check = |name: &str, edit: fn(&mut ClusterModel)| {
        let mut planned = ClusterModel {
            channel: "0c9a7f0e-stable".into(),
            region: "2e7c5b20-belgium".into(),
            plan_type: "plan-1".into(),
            generation: "gen-88".into(),
            backup_region: "backup-1".into(),
            ..ClusterModel::default()
        };
        edit(&mut planned);
        let found = plan::check(&catalogue().into(), &planned, name);
        texts(&found.into_iter().collect())
    };
    let names = [
        "channel",
        "region",
        "plan_type",
        "generation",
        "backup_region",
    ];
    for name in names {
        assert_eq!(check(name, |_| {}), "", "{name}");
        assert_eq!(
            check(name, |planned| *planned = ClusterModel::default()),
            "",
            "{name}"
        );
    }
    // By a name where an ID belongs, and by an ID that is almost right.
    insta::assert_snapshot!(check("region", |planned| planned.region = "europe-west1".into()), @r#"
    Error [region] Unknown region
    "europe-west1" is not the ID of a region that this organisation can use.

    Did you mean "2e7c5b20-belgium", the ID of "Belgium, Europe (europe-west1)"?

    Offered are: 2e7c5b20-belgium (Belgium, Europe (europe-west1)).
    "#);
    insta::assert_snapshot!(check("channel", |planned| planned.channel = "0c9a7f0e-stabel".into()), @r#"
    Error [channel] Unknown channel
    "0c9a7f0e-stabel" is not the ID of a channel that this organisation can use.

    Offered are: 0c9a7f0e-stable (Stable), 1d8b6a1f-alpha (Alpha).
    "#);
    insta::assert_snapshot!(check("plan_type", |planned| planned.plan_type = "zzz".into()), @r#"
    Error [plan_type] Unknown plan type
    "zzz" is not the ID of a plan type that this organisation can use.

    Offered are: plan-1 (Advanced), plan-2 (Trial).
    "#);
    insta::assert_snapshot!(check("generation", |planned| planned.generation = "gen-86".into()), @r#"
    Error [generation] Unknown generation of this channel
    "gen-86" is not the ID of a generation of this channel that this organisation can use.

    Offered are: gen-88 (Camunda 8.8+gen22), gen-87 (Camunda 8.7+gen30).
    "#);
    insta::assert_snapshot!(check("backup_region", |planned| planned.backup_region = "backup-2".into()), @r#"
    Error [backup_region] Unknown backup location of this region
    "backup-2" is not the ID of a backup location of this region that this organisation can use.

    Offered are: backup-1 (Belgium and Frankfurt).
    "#);
    // A channel that is not offered, or offers nothing, says nothing about generations.
    assert_eq!(
        check("generation", |planned| planned.channel = "other".into()),
        ""
    );
    assert_eq!(
        check("generation", |planned| planned.channel =
            "1d8b6a1f-alpha".into()),
        ""
    );
}
