//! What a cluster's state, requests and plans are made of, without a service.

use serde_json::json;

use super::*;
use crate::api::{Cluster as Remote, Parameters};
use crate::clock::Clock;
use crate::framework::object::ValueType as _;
use crate::framework::operation::ClientCapabilities;
use crate::framework::server::{ConfigureRequest, PlanRequest, PlanResponse, Server};
use crate::framework::value::Value;
use crate::provider::{Camunda, Environment};

/// A cluster with everything, as the service reports it.
fn whole() -> serde_json::Value {
    let named =
        |what: &str| json!({ "uuid": format!("{what}-id"), "name": format!("{what} name") });
    json!({
        "uuid": "c1",
        "name": "orders",
        "description": "Order processing",
        "ownerId": "o1",
        "created": "2026-01-02T03:04:05Z",
        "planType": named("plan"),
        "region": named("region"),
        "backupRegion": named("backup"),
        "generation": named("generation"),
        "channel": { "uuid": "channel-id", "name": "Stable" },
        "autoUpdate": true,
        "encryption": { "type": "Software" },
        "labels": ["a", "b"],
        "status": { "ready": "Healthy" },
        "links": { "console": "https://console.example.com", "zeebe": "zeebe.example.com" },
    })
}

fn remote(mut change: impl FnMut(&mut serde_json::Value)) -> Remote {
    let mut body = whole();
    change(&mut body);
    serde_json::from_value(body).unwrap()
}

fn without(member: &str) -> Remote {
    remote(|body| {
        body.as_object_mut().unwrap().remove(member);
    })
}

fn merged(mut state: ClusterModel, cluster: &Remote) -> ClusterModel {
    merge(&mut state, cluster, &Private::default());
    state
}

fn text(field: &Field<String>) -> &str {
    match field {
        Field::Known(text) => text,
        Field::Null => "null",
        Field::Unknown => "unknown",
    }
}

#[test]
fn a_reported_cluster_fills_an_empty_state() {
    let state = merged(ClusterModel::default(), &remote(|_| {}));
    for (field, expected) in [
        (&state.id, "c1"),
        (&state.name, "orders"),
        (&state.description, "Order processing"),
        (&state.channel, "channel-id"),
        (&state.channel_name, "Stable"),
        (&state.region, "region-id"),
        (&state.region_name, "region name"),
        (&state.plan_type, "plan-id"),
        (&state.plan_type_name, "plan name"),
        (&state.generation, "generation-id"),
        (&state.current_generation, "generation-id"),
        (&state.current_generation_name, "generation name"),
        (&state.encryption, "Software"),
        (&state.backup_region, "backup-id"),
        (&state.organization_id, "o1"),
        (&state.created_at, "2026-01-02T03:04:05Z"),
        (&state.stage_label, "null"),
    ] {
        assert_eq!(text(field), expected);
    }
    assert_eq!(state.auto_update, Field::Known(true));
    assert_eq!(
        state.labels,
        Field::Known(vec!["a".to_owned(), "b".to_owned()])
    );
    let links = state.links.known().unwrap();
    assert_eq!(text(&links.zeebe), "zeebe.example.com");
    assert_eq!(text(&links.operate), "null");
    assert_eq!(state.deletion_protection, Field::Known(false));
    assert_eq!(state.delete_on_create_timeout, Field::Known(false));
    assert!(state.hardware_packages.is_null() && state.timeouts.is_null());
}

/// A member that is missing in one answer is no news: neither drift nor, after creation, unknown.
#[test]
fn what_the_service_leaves_out_stays() {
    let before = merged(ClusterModel::default(), &remote(|_| {}));
    for member in [
        "ownerId",
        "created",
        "planType",
        "region",
        "backupRegion",
        "generation",
        "channel",
        "autoUpdate",
        "encryption",
    ] {
        let null = remote(|body| body[member] = serde_json::Value::Null);
        assert_eq!(
            merged(before.clone(), &without(member)).to_value(),
            before.to_value(),
            "{member} absent"
        );
        assert_eq!(
            merged(before.clone(), &null).to_value(),
            before.to_value(),
            "{member} null"
        );
    }
    let unknown = ClusterModel {
        backup_region: Field::Unknown,
        encryption: Field::Unknown,
        organization_id: Field::Unknown,
        timeouts: Field::Unknown,
        ..ClusterModel::default()
    };
    let bare: Remote = serde_json::from_value(json!({ "uuid": "c1", "name": "n" })).unwrap();
    let state = merged(unknown, &bare);
    assert!(state.backup_region.is_null() && state.encryption.is_null());
    assert!(state.organization_id.is_null() && state.timeouts.is_null());
    assert!(Value::is_wholly_known(&state.to_value()));
}

#[test]
fn no_description_and_an_empty_one_are_the_same() {
    let with = |text: Field<String>| ClusterModel {
        description: text,
        ..ClusterModel::default()
    };
    let absent = without("description");
    let empty = remote(|body| body["description"] = json!(""));
    for cluster in [&absent, &empty] {
        assert_eq!(merged(with("".into()), cluster).description, "".into());
        assert!(merged(with(Field::Null), cluster).description.is_null());
        // Cleared elsewhere: drift.
        assert!(merged(with("text".into()), cluster).description.is_null());
    }
}

#[test]
fn a_configured_generation_is_kept_and_another_follows() {
    let state = ClusterModel {
        generation: "asked".into(),
        ..ClusterModel::default()
    };
    let with = |configured: bool| {
        let mut state = state.clone();
        let mut private = Private::default();
        private.set(GENERATION_CONFIGURED, configured);
        merge(&mut state, &remote(|_| {}), &private);
        assert_eq!(text(&state.current_generation), "generation-id");
        text(&state.generation).to_owned()
    };
    assert_eq!(with(true), "asked");
    assert_eq!(with(false), "generation-id");
    // State of another provider, or an import, does not say.
    assert_eq!(
        text(&merged(state.clone(), &remote(|_| {})).generation),
        "asked"
    );
}

/// Outside Stable the service drops `auto_update = true` without a word.
#[test]
fn a_dropped_wish_for_updates_is_no_drift() {
    let wish = |wish: Field<bool>| ClusterModel {
        auto_update: wish,
        ..ClusterModel::default()
    };
    let alpha = |reported: bool| {
        remote(|body| {
            body["autoUpdate"] = json!(reported);
            body["channel"]["name"] = json!("Alpha");
        })
    };
    let stable = remote(|body| body["autoUpdate"] = json!(false));
    let yes = Field::Known(true);
    let no = Field::Known(false);
    assert_eq!(merged(wish(yes), &alpha(false)).auto_update, yes);
    assert_eq!(merged(wish(no), &alpha(false)).auto_update, no);
    assert_eq!(merged(wish(no), &alpha(true)).auto_update, yes);
    assert_eq!(merged(wish(Field::Null), &alpha(false)).auto_update, no);
    assert_eq!(merged(wish(Field::Unknown), &alpha(false)).auto_update, no);
    assert_eq!(merged(wish(yes), &stable).auto_update, no);
}

fn settled() -> ClusterModel {
    ClusterModel {
        stage_label: "dev".into(),
        hardware_packages: Field::Known(2.into()),
        ..merged(ClusterModel::default(), &remote(|_| {}))
    }
}

#[test]
fn each_change_is_sent_alone() {
    type Edit = fn(&mut ClusterModel);
    let sent = |edit: Edit| {
        let mut plan = settled();
        edit(&mut plan);
        serde_json::to_string(&changes(&settled(), &plan)).unwrap()
    };
    let rows: [(Edit, &str); 9] = [
        (|_| {}, "{}"),
        (|plan| plan.name = "new".into(), r#"{"name":"new"}"#),
        (
            |plan| plan.description = "new".into(),
            r#"{"description":"new"}"#,
        ),
        (
            |plan| plan.description = Field::Null,
            r#"{"description":""}"#,
        ),
        (
            |plan| plan.stage_label = "prod".into(),
            r#"{"stageLabel":"prod"}"#,
        ),
        (|plan| plan.stage_label = Field::Null, "{}"),
        (
            |plan| plan.hardware_packages = Field::Known(3.into()),
            r#"{"numberOfAllocatedHwPackages":3}"#,
        ),
        (|plan| plan.hardware_packages = Field::Null, "{}"),
        (|plan| plan.deletion_protection = Field::Known(true), "{}"),
    ];
    for (edit, expected) in rows {
        assert_eq!(sent(edit), expected);
    }
    assert!(changes(&settled(), &settled()).is_empty());
    // Absent and empty are the same.
    let without = |description: Field<String>| ClusterModel {
        description,
        ..settled()
    };
    assert!(changes(&without(Field::Null), &without("".into())).is_empty());
}

#[test]
fn creation_sends_what_is_set_and_nothing_else() {
    let least = ClusterModel {
        name: "orders".into(),
        description: "".into(),
        channel: "channel".into(),
        region: "region".into(),
        plan_type: "plan".into(),
        auto_update: Field::Unknown,
        encryption: Field::Unknown,
        backup_region: Field::Unknown,
        ..ClusterModel::default()
    };
    let sent = |plan: &ClusterModel| {
        serde_json::to_string_pretty(&creation(plan, "generation".to_owned())).unwrap()
    };
    insta::assert_snapshot!(sent(&least), @r#"
    {
      "name": "orders",
      "planTypeId": "plan",
      "channelId": "channel",
      "generationId": "generation",
      "regionId": "region"
    }
    "#);
    let all = ClusterModel {
        description: "Order processing".into(),
        auto_update: Field::Known(false),
        stage_label: "dev".into(),
        encryption: "Software".into(),
        backup_region: "backup".into(),
        hardware_packages: Field::Known("1.5".parse().unwrap()),
        ..least
    };
    insta::assert_snapshot!(sent(&all), @r#"
    {
      "name": "orders",
      "planTypeId": "plan",
      "channelId": "channel",
      "generationId": "generation",
      "regionId": "region",
      "backupRegionId": "backup",
      "autoUpdate": false,
      "stageLabel": "dev",
      "encryption": "Software",
      "hardwarePackages": 1.5,
      "description": "Order processing"
    }
    "#);
}

#[test]
fn ids_are_told_from_names() {
    assert!(is_uuid("6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"));
    assert!(is_uuid("6F0F7C52-3A1E-4D0B-9B63-0C3F6C2A9E11"));
    for wrong in [
        "",
        "orders",
        "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e1",
        "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e111",
        "6f0f7c5203a1e-4d0b-9b63-0c3f6c2a9e11",
        "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e1g",
        " 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11",
    ] {
        assert!(!is_uuid(wrong), "{wrong}");
    }
}

#[test]
fn states_name_the_components_that_differ() {
    let of = |status: serde_json::Value| {
        lifecycle::states(&remote(|body| body["status"] = status.clone()))
    };
    assert_eq!(
        of(json!({ "ready": "Healthy", "zeebeStatus": "Healthy" })),
        "Healthy"
    );
    assert_eq!(
        of(
            json!({ "ready": "Creating", "zeebeStatus": "Healthy", "operateStatus": "Unhealthy", "tasklistStatus": "Creating" })
        ),
        "Creating (Zeebe Healthy, Operate Unhealthy)"
    );
    assert_eq!(of(json!({ "ready": "SomethingNew" })), "SomethingNew");
    assert_eq!(of(json!({})), "unknown");
}

fn texts(diagnostics: &Diagnostics) -> String {
    let texts: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| {
            let path = diagnostic.path.clone().unwrap_or_default();
            let severity = diagnostic.severity;
            let detail = diagnostic.full_detail();
            format!("{severity:?} [{path}] {}\n{detail}", diagnostic.summary)
        })
        .collect();
    texts.join("\n---\n")
}

#[test]
fn what_was_planned_is_kept_with_a_warning() {
    let plan = ClusterModel {
        name: "Orders ".into(),
        backup_region: Field::Unknown,
        encryption: Field::Null,
        ..settled()
    };
    let mut state = settled();
    let diagnostics = lifecycle::settle(&plan, &mut state);
    insta::assert_snapshot!(texts(&diagnostics), @r#"
    Warning [name] Camunda reports another name than asked for
    Asked for: "Orders "; reported: "orders".

    The next plan shows the difference.
    ---
    Warning [encryption] Camunda reports another encryption than asked for
    Asked for: nothing; reported: "Software".

    The next plan shows the difference.
    "#);
    assert_eq!(text(&state.name), "Orders ");
    assert_eq!(text(&state.backup_region), "backup-id");
    let mut same = settled();
    assert!(lifecycle::settle(&settled(), &mut same).is_empty());
    assert_eq!(same.to_value(), settled().to_value());
}

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

    Did you mean "0c9a7f0e-stable", the ID of "Stable"?

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

    Did you mean "gen-87", the ID of "Camunda 8.7+gen30"?

    Offered are: gen-88 (Camunda 8.8+gen22), gen-87 (Camunda 8.7+gen30).
    "#);
    insta::assert_snapshot!(check("backup_region", |planned| planned.backup_region = "backup-2".into()), @r#"
    Error [backup_region] Unknown backup location of this region
    "backup-2" is not the ID of a backup location of this region that this organisation can use.

    Did you mean "backup-1", the ID of "Belgium and Frankfurt"?

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

#[test]
fn durations_are_said_as_people_do() {
    let of = |milliseconds| spoken(Duration::from_millis(milliseconds));
    assert_eq!(of(400), "400 ms");
    assert_eq!(of(90_000), "90 s");
    assert_eq!(of(1_800_000), "30 min");
}
