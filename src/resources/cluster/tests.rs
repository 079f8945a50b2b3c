//! What a cluster's state, requests and plans are made of, without a service.

mod plan;

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::api::Cluster as Remote;
use crate::framework::object::ValueType as _;
use crate::framework::value::Value;
use crate::provider::health::{spoken, states};

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
fn states_name_the_components_that_differ() {
    let of = |status: serde_json::Value| states(&remote(|body| body["status"] = status.clone()));
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
    let diagnostics = settle::settle(&plan, &mut state);
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
    assert!(settle::settle(&settled(), &mut same).is_empty());
    assert_eq!(same.to_value(), settled().to_value());
}

#[test]
fn durations_are_said_as_people_do() {
    let of = |milliseconds| spoken(Duration::from_millis(milliseconds));
    assert_eq!(of(400), "400 ms");
    assert_eq!(of(90_000), "90 s");
    assert_eq!(of(1_800_000), "30 min");
}
