//! `camunda_cluster_backup`: a backup of a cluster, manual or scheduled: by its ID, its name, or the
//! most recent complete one.

use crate::api::{Backup, BackupStatus, CallContext};
use crate::framework::data_source::DataSource;
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::provider::data::ProviderData;
use crate::provider::validators::closest;

/// The data source.
#[derive(Debug)]
pub struct ClusterBackup;

crate::model! {
    /// A backup.
    pub struct ClusterBackupModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub name: Field<String>,
        pub most_recent: Field<bool>,
        pub status: Field<String>,
        pub zeebe_status: Field<String>,
        pub operate_status: Field<String>,
        pub tasklist_status: Field<String>,
        pub optimize_status: Field<String>,
        pub created_at: Field<String>,
        pub completed_at: Field<String>,
        pub generation: Field<String>,
        pub generation_name: Field<String>,
    }
}

impl DataSource<ProviderData> for ClusterBackup {
    type Model = ClusterBackupModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_backup"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name: &str, text: &str| Attribute::string(name).computed().description(text);
        let part = |component: &str| {
            format!(
                "How far the part of {component} has come, in the same words; `-` if it has none."
            )
        };
        Schema::new(
            "A backup of a cluster, manual or scheduled. Exactly one of `id`, `name` and `most_recent` is \
             needed.",
            [
                Attribute::string("id")
                    .optional()
                    .computed()
                    .description("ID of the backup."),
                Attribute::string("cluster_id")
                    .required()
                    .description("ID of the cluster."),
                Attribute::string("name").optional().computed().description(
                    "Name of the backup. Names are not unique; where several backups have this one, it \
                     is an error.",
                ),
                Attribute::bool("most_recent").optional().description(
                    "Whether to take the complete backup that was begun last. Only `true` makes sense.",
                ),
                computed("status", "How far it has come: `In progress`, `Complete` or `Failed`."),
                computed("zeebe_status", &part("Zeebe")),
                computed("operate_status", &part("Operate")),
                computed("tasklist_status", &part("Tasklist")),
                computed("optimize_status", &part("Optimize")),
                computed("created_at", "When the backup was begun (RFC 3339, UTC)."),
                computed(
                    "completed_at",
                    "When the backup came to its end (RFC 3339, UTC). Empty while it is in progress.",
                ),
                computed("generation", "ID of the generation that the cluster ran then."),
                computed("generation_name", "Name of the generation that the cluster ran then."),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Operations",
            permission_groups: &["Backups"],
            ..Facts::default()
        }
    }

    fn validate(&self, config: &ClusterBackupModel) -> Diagnostics {
        let ClusterBackupModel {
            id,
            name,
            most_recent,
            ..
        } = config;
        if id.is_unknown() || name.is_unknown() || most_recent.is_unknown() {
            return Diagnostics::new();
        }
        let ways = [
            ("id", !id.is_null()),
            ("name", !name.is_null()),
            ("most_recent", most_recent.known() == Some(&true)),
        ];
        let set: Vec<&str> = ways
            .into_iter()
            .filter_map(|(name, set)| set.then_some(name))
            .collect();
        let (summary, detail) = match set[..] {
            [_] => return Diagnostics::new(),
            [] => (
                "Nothing to find the backup by",
                "None of id, name and most_recent = true is set.".to_owned(),
            ),
            _ => (
                "Several ways to find the backup",
                format!("Set are: {}.", set.join(", ")),
            ),
        };
        Diagnostic::error(summary, detail)
            .hint("Set exactly one of them.")
            .at(Path::of(set.last().copied().unwrap_or("id")))
            .into()
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        config: ClusterBackupModel,
    ) -> Outcome<ClusterBackupModel> {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = CallContext::new(context.cancellation.clone()).as_of_now();
        let cluster_id = config.cluster_id.as_str().unwrap_or_default();
        let backups = match client.recent_backups(&call, cluster_id).await {
            Ok(backups) => backups,
            Err(error) => {
                let summary = format!("Cannot read the backups of cluster {cluster_id}");
                return Outcome::failed(data.explain(summary, &error));
            }
        };
        match find(&config, &backups) {
            Ok(found) => Outcome::present(model(config, found), Default::default()),
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }
}

fn model(config: ClusterBackupModel, backup: &Backup) -> ClusterBackupModel {
    let word =
        |status: &Option<BackupStatus>| Field::from(status.as_ref().map(ToString::to_string));
    let text = |text: Option<&str>| Field::from(text.map(str::to_owned));
    ClusterBackupModel {
        id: Field::Known(backup.id.clone()),
        cluster_id: config.cluster_id,
        name: Field::Known(backup.name.clone()),
        most_recent: config.most_recent,
        status: word(&backup.status),
        zeebe_status: word(&backup.zeebe_status),
        operate_status: word(&backup.operate_status),
        tasklist_status: word(&backup.tasklist_status),
        optimize_status: word(&backup.optimize_status),
        created_at: text(backup.created_at()),
        completed_at: text(backup.completed_at()),
        generation: text(backup.generation_id.as_deref()),
        generation_name: text(backup.generation_name.as_deref()),
    }
}

/// The one backup that the configuration asks for.
fn find<'a>(config: &ClusterBackupModel, backups: &'a [Backup]) -> Result<&'a Backup, Diagnostic> {
    let cluster_id = config.cluster_id.as_str().unwrap_or_default();
    if config.most_recent.known() == Some(&true) {
        return backups
            .iter()
            .filter(|backup| backup.status == Some(BackupStatus::Complete))
            .max_by_key(|backup| (backup.created_at(), &backup.id))
            .ok_or_else(|| {
                Diagnostic::error(
                    format!("Cluster {cluster_id} has no complete backup"),
                    format!("Of its backups ({}), none is complete.", backups.len()),
                )
                .at(Path::of("most_recent"))
            });
    }
    let by_id = config.id.as_str();
    let wanted = by_id.or(config.name.as_str()).unwrap_or_default();
    let (attribute, what) = if by_id.is_some() {
        ("id", "ID")
    } else {
        ("name", "name")
    };
    let key = |backup: &'a Backup| {
        if by_id.is_some() {
            backup.id.as_str()
        } else {
            backup.name.as_str()
        }
    };
    let found: Vec<&Backup> = backups
        .iter()
        .filter(|backup| key(backup) == wanted)
        .collect();
    match found[..] {
        [one] => Ok(one),
        [] => {
            let mut diagnostic = Diagnostic::error(
                format!("No backup has the {what} {wanted:?}"),
                format!("Cluster {cluster_id} has no such backup."),
            )
            .at(Path::of(attribute));
            if let Some(close) = closest(wanted, backups.iter().map(key)) {
                diagnostic = diagnostic.hint(format!("Did you mean {close:?}?"));
            }
            Err(if backups.is_empty() {
                diagnostic.hint("The cluster has no backup at all.")
            } else {
                diagnostic.hint(format!("Its backups are: {}.", listed(backups.iter())))
            })
        }
        _ => Err(Diagnostic::error(
            format!("Several backups have the name {wanted:?}"),
            format!("They are: {}.", listed(found.into_iter())),
        )
        .hint("Set id instead.")
        .at(Path::of("name"))),
    }
}

fn listed<'a>(backups: impl Iterator<Item = &'a Backup>) -> String {
    let mut there: Vec<String> = backups
        .map(|backup| format!("{:?} ({})", backup.name, backup.id))
        .collect();
    there.sort_unstable();
    there.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backups() -> Vec<Backup> {
        serde_json::from_str(
            r#"[
              {"uuid":"1","name":"nightly","created":"2026-10-01T02:00:00Z","status":"Complete"},
              {"uuid":"2","name":"release","created":"2026-10-02T02:00:00Z","status":"Complete"},
              {"uuid":"3","name":"nightly","created":"2026-10-03T02:00:00Z","status":"Failed"}
            ]"#,
        )
        .unwrap()
    }

    fn found(config: ClusterBackupModel, backups: &[Backup]) -> Result<String, String> {
        let config = ClusterBackupModel {
            cluster_id: "c1".into(),
            ..config
        };
        find(&config, backups)
            .map(|backup| backup.id.clone())
            .map_err(|error| {
                let path = error.path.clone().unwrap_or_default();
                format!("[{path}] {}\n{}", error.summary, error.full_detail())
            })
    }

    fn by_id(id: &str) -> ClusterBackupModel {
        ClusterBackupModel {
            id: id.into(),
            ..ClusterBackupModel::default()
        }
    }

    fn by_name(name: &str) -> ClusterBackupModel {
        ClusterBackupModel {
            name: name.into(),
            ..ClusterBackupModel::default()
        }
    }

    fn most_recent() -> ClusterBackupModel {
        ClusterBackupModel {
            most_recent: Field::Known(true),
            ..ClusterBackupModel::default()
        }
    }

    #[test]
    fn backups_are_found_in_every_way() {
        assert_eq!(found(by_id("3"), &backups()).unwrap(), "3");
        assert_eq!(found(by_name("release"), &backups()).unwrap(), "2");
        assert_eq!(found(most_recent(), &backups()).unwrap(), "2");
    }

    #[test]
    fn what_is_not_found_is_said_with_what_there_is() {
        insta::assert_snapshot!(found(by_name("relase"), &backups()).unwrap_err(), @r#"
        [name] No backup has the name "relase"
        Cluster c1 has no such backup.

        Did you mean "release"?

        Its backups are: "nightly" (1), "nightly" (3), "release" (2).
        "#);
        insta::assert_snapshot!(found(by_name("nightly"), &backups()).unwrap_err(), @r#"
        [name] Several backups have the name "nightly"
        They are: "nightly" (1), "nightly" (3).

        Set id instead.
        "#);
        insta::assert_snapshot!(found(by_id("x"), &[]).unwrap_err(), @r#"
        [id] No backup has the ID "x"
        Cluster c1 has no such backup.

        The cluster has no backup at all.
        "#);
        insta::assert_snapshot!(found(most_recent(), &backups()[2..]).unwrap_err(), @"
        [most_recent] Cluster c1 has no complete backup
        Of its backups (1), none is complete.
        ");
    }

    #[test]
    fn exactly_one_way_is_needed() {
        let said = |config: ClusterBackupModel| -> Vec<String> {
            ClusterBackup
                .validate(&config)
                .iter()
                .map(|it| format!("{}: {}", it.summary, it.detail))
                .collect()
        };
        assert_eq!(said(by_id("1")), [""; 0]);
        assert_eq!(said(most_recent()), [""; 0]);
        let unknown = ClusterBackupModel {
            id: Field::Unknown,
            ..most_recent()
        };
        assert_eq!(said(unknown), [""; 0]);
        assert_eq!(
            said(ClusterBackupModel {
                most_recent: Field::Known(false),
                ..ClusterBackupModel::default()
            }),
            ["Nothing to find the backup by: None of id, name and most_recent = true is set."]
        );
        let both = ClusterBackupModel {
            name: "a".into(),
            ..by_id("1")
        };
        assert_eq!(
            said(both),
            ["Several ways to find the backup: Set are: id, name."]
        );
    }
}
