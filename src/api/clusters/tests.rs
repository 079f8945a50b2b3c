//! How clusters look on the wire.

use super::*;
use crate::api::Parameters;

const FULL: &str = r#"{
  "uuid": "6f0f7c52", "name": "orders-prod", "description": "Order handling", "ownerId": "b1d9c4a7",
  "created": "2026-10-02T08:15:30.000Z",
  "planType": {"uuid": "p", "name": "Advanced", "extra": 1}, "region": {"uuid": "r", "name": "Belgium"},
  "backupRegion": {"uuid": "b", "name": "Germany"}, "channel": {"uuid": "c", "name": "Stable"},
  "generation": {"uuid": "g", "id": "another member", "name": null}, "autoUpdate": true,
  "encryption": {"type": "Quantum", "status": "Ready"}, "labels": ["prod"],
  "ipallowlist": [{"ip": "203.0.113.0/24", "description": "office"}], "ipwhitelist": null,
  "status": {"ready": "Healthy", "zeebeStatus": "Dreaming", "brandNewStatus": 7},
  "links": {"zeebe": "6f0f7c52.bru-2.zeebe.camunda.io", "newComponent": {}}, "k8sContext": "x"
}"#;

#[test]
fn a_full_answer_is_read_whole() {
    let cluster: Cluster = serde_json::from_str(FULL).unwrap();
    assert_eq!(
        cluster.created(),
        Some("2026-10-02T08:15:30Z".parse().unwrap())
    );
    assert_eq!(
        cluster.encryption.as_ref().unwrap().encryption_type,
        Some(EncryptionType::from("Quantum"))
    );
    assert_eq!(
        cluster.status.zeebe_status,
        Some(ClusterHealth::Other("Dreaming".to_owned()))
    );
    insta::assert_debug_snapshot!(cluster, @r#"
    Cluster {
        id: "6f0f7c52",
        name: "orders-prod",
        description: Some(
            "Order handling",
        ),
        organization_id: Some(
            "b1d9c4a7",
        ),
        created_at: Some(
            "2026-10-02T08:15:30.000Z",
        ),
        plan_type: Some(
            NamedRef {
                id: "p",
                name: "Advanced",
            },
        ),
        region: Some(
            NamedRef {
                id: "r",
                name: "Belgium",
            },
        ),
        backup_region: Some(
            NamedRef {
                id: "b",
                name: "Germany",
            },
        ),
        generation: Some(
            NamedRef {
                id: "g",
                name: "",
            },
        ),
        channel: Some(
            NamedRef {
                id: "c",
                name: "Stable",
            },
        ),
        auto_update: Some(
            true,
        ),
        encryption: Some(
            ClusterEncryption {
                encryption_type: Some(
                    Other(
                        "Quantum",
                    ),
                ),
                primary_key_arn: None,
                secondary_key_arn: None,
                status: Some(
                    "Ready",
                ),
            },
        ),
        ip_allowlist: Some(
            [
                AllowlistEntry {
                    ip: "203.0.113.0/24",
                    description: "office",
                },
            ],
        ),
        labels: [
            "prod",
        ],
        status: ClusterStatus {
            ready: Some(
                Healthy,
            ),
            zeebe_status: Some(
                Other(
                    "Dreaming",
                ),
            ),
            operate_status: None,
            tasklist_status: None,
            optimize_status: None,
            connectors_status: None,
        },
        links: ClusterLinks {
            console: None,
            connectors: None,
            identity: None,
            oauth: None,
            operate: None,
            optimize: None,
            tasklist: None,
            zeebe: Some(
                "6f0f7c52.bru-2.zeebe.camunda.io",
            ),
        },
    }
    "#);
}

#[test]
fn almost_everything_may_be_missing_or_null() {
    let bare: Cluster = serde_json::from_str(r#"{"uuid": "u", "name": "n"}"#).unwrap();
    let nulls: Cluster = serde_json::from_str(
        r#"{"uuid": "u", "name": "n", "description": null, "ownerId": null, "created": null, "planType": null,
            "region": null, "backupRegion": null, "channel": null, "generation": null, "autoUpdate": null,
            "encryption": null, "labels": null, "ipallowlist": null, "status": null, "links": null}"#,
    )
    .unwrap();
    assert_eq!(bare, nulls);
    assert_eq!(
        (&bare.status.ready, &bare.ip_allowlist, bare.created()),
        (&None, &None, None)
    );
    let odd: Cluster = serde_json::from_str(
        r#"{"uuid": "u", "name": "n", "created": "yesterday", "status": {"ready": null}}"#,
    )
    .unwrap();
    assert_eq!((odd.created(), odd.status.ready), (None, None));
    assert!(
        serde_json::from_str::<Cluster>(r#"{"name": "n"}"#).is_err(),
        "nothing works without the key"
    );
}

/// "Not shown to us" is not "empty".
#[test]
fn an_empty_allowlist_is_not_a_missing_one() {
    let read = |list: &str| -> Cluster {
        serde_json::from_str(&format!(r#"{{"uuid": "u", "name": "n"{list}}}"#)).unwrap()
    };
    assert_eq!(read("").ip_allowlist, None);
    assert_eq!(read(r#", "ipallowlist": null"#).ip_allowlist, None);
    assert_eq!(
        read(r#", "ipallowlist": []"#).ip_allowlist,
        Some(Vec::new())
    );
    assert_eq!(
        read(r#", "ipwhitelist": [{"ip": "1.2.3.4"}]"#).ip_allowlist,
        None
    );
}

#[test]
fn every_word_of_an_open_enumeration_survives() {
    for word in ClusterHealth::KNOWN
        .iter()
        .chain(&["", "healthy", "Ångström"])
    {
        assert_eq!(ClusterHealth::from(*word).as_str(), *word);
    }
    assert!(!matches!(
        ClusterHealth::from("Maintenance"),
        ClusterHealth::Other(_)
    ));
}

fn text(request: &Request) -> String {
    let body = request.body.as_deref().unwrap_or_default();
    let body = std::str::from_utf8(body).unwrap();
    format!(
        "{} {} {} {:?} {body}",
        request.operation, request.method, request.path, request.repeat
    )
}

fn minimal() -> CreateCluster {
    CreateCluster {
        name: "orders".to_owned(),
        plan_type_id: "p".to_owned(),
        channel_id: "c".to_owned(),
        generation_id: "g".to_owned(),
        region_id: "r".to_owned(),
        backup_region_id: None,
        auto_update: None,
        stage_label: None,
        encryption: None,
        hardware_packages: None,
        description: None,
    }
}

/// Members that are not set are left out, never sent as null: the service declares its requests
/// closed.
#[test]
fn requests_as_they_are_sent() {
    let full = CreateCluster {
        backup_region_id: Some("b".to_owned()),
        auto_update: Some(false),
        stage_label: Some("prod".to_owned()),
        encryption: Some(EncryptionType::External),
        hardware_packages: Some(2.0),
        description: Some("\"quoted\"".to_owned()),
        ..minimal()
    };
    let everything = UpdateCluster {
        name: Some("new".to_owned()),
        description: Some(String::new()),
        stage_label: Some("dev".to_owned()),
        hardware_packages: Some(1.5),
    };
    let requests = [
        list_request(),
        get_request("6f/..?#"),
        create_request(&minimal()),
        create_request(&full),
        update_request("id", &UpdateCluster::default()),
        update_request("id", &everything),
        delete_request("id"),
        upgrade_request("id"),
        wake_request("id"),
        crate::api::parameters::get_request(),
    ];
    let lines: Vec<String> = requests
        .into_iter()
        .map(|request| text(&request.unwrap()))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    GetClusters GET /clusters Safe 
    GetCluster GET /clusters/6f%2F..%3F%23 Safe 
    CreateCluster POST /clusters Never {"name":"orders","planTypeId":"p","channelId":"c","generationId":"g","regionId":"r"}
    CreateCluster POST /clusters Never {"name":"orders","planTypeId":"p","channelId":"c","generationId":"g","regionId":"r","backupRegionId":"b","autoUpdate":false,"stageLabel":"prod","encryption":"External","hardwarePackages":2,"description":"\"quoted\""}
    UpdateCluster PATCH /clusters/id Safe {}
    UpdateCluster PATCH /clusters/id Safe {"name":"new","description":"","stageLabel":"dev","numberOfAllocatedHwPackages":1.5}
    DeleteCluster DELETE /clusters/id Safe 
    UpgradeCluster PUT /clusters/id/upgrade Never 
    Wake PUT /clusters/id/wake Safe 
    GetParameters GET /clusters/parameters Safe
    "#);
    assert!(UpdateCluster::default().is_empty() && !everything.is_empty());
}

/// Without this check, deleting the cluster "" would be `DELETE /clusters/`.
#[test]
fn no_identifier_reaches_another_operation() {
    for id in ["", ".", ".."] {
        for request in [
            get_request(id),
            delete_request(id),
            upgrade_request(id),
            wake_request(id),
        ] {
            assert_eq!(
                request.unwrap_err().kind(),
                crate::api::ErrorKind::InvalidRequest
            );
        }
    }
    // An identifier that reads like an operation of its own meets the operation's answer, which is
    // no cluster.
    assert!(
        serde_json::from_str::<Cluster>(r#"{"channels":[],"clusterPlanTypes":[],"regions":[]}"#)
            .is_err()
    );
}

#[test]
fn the_catalogue_is_read_leniently() {
    let full = r#"{
      "channels": [{"uuid": "c", "name": "Stable", "defaultGeneration": {"uuid": "g", "name": "Camunda 8.9+gen3"},
        "allowedGenerations": [{"uuid": "g", "name": "Camunda 8.9+gen3", "classification": "brandNew"}, {"uuid": "h"}]},
        {"uuid": "d", "name": "Alpha", "defaultGeneration": null, "allowedGenerations": null}],
      "clusterPlanTypes": [{"uuid": "p", "name": "Advanced"}],
      "regions": [{"uuid": "r", "name": "Belgium", "provider": "gcp",
        "backups": [{"uuid": "b", "regions": [{"id": "europe-west1", "label": "Belgium"}]}]}, {"uuid": "s", "backups": null}],
      "unknown": true
    }"#;
    insta::assert_debug_snapshot!(serde_json::from_str::<Parameters>(full).unwrap(), @r#"
    Parameters {
        channels: [
            Channel {
                id: "c",
                name: "Stable",
                default_generation: Some(
                    NamedRef {
                        id: "g",
                        name: "Camunda 8.9+gen3",
                    },
                ),
                allowed_generations: [
                    Generation {
                        id: "g",
                        name: "Camunda 8.9+gen3",
                        classification: Some(
                            "brandNew",
                        ),
                    },
                    Generation {
                        id: "h",
                        name: "",
                        classification: None,
                    },
                ],
            },
            Channel {
                id: "d",
                name: "Alpha",
                default_generation: None,
                allowed_generations: [],
            },
        ],
        plan_types: [
            NamedRef {
                id: "p",
                name: "Advanced",
            },
        ],
        regions: [
            Region {
                id: "r",
                name: "Belgium",
                provider: Some(
                    "gcp",
                ),
                backup_locations: [
                    BackupLocation {
                        id: "b",
                        regions: [
                            CloudRegion {
                                id: "europe-west1",
                                label: "Belgium",
                            },
                        ],
                    },
                ],
            },
            Region {
                id: "s",
                name: "",
                provider: None,
                backup_locations: [],
            },
        ],
    }
    "#);
    let empty: Parameters = serde_json::from_str(r#"{"channels": null}"#).unwrap();
    assert_eq!(empty, Parameters::default());
}
