//! `camunda_cluster_backups`: the backups of a cluster, manual and scheduled ones.

use crate::api::{Backup, CallContext};
use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::provider::data::ProviderData;
use crate::provider::selection;
use crate::provider::validators;

/// The data source.
#[derive(Debug)]
pub struct ClusterBackups;

crate::model! {
    /// The backups of a cluster.
    pub struct ClusterBackupsModel {
        pub cluster_id: Field<String>,
        pub status: Field<String>,
        pub backups: Field<Vec<ListedBackupModel>>,
    }
}

crate::model! {
    /// A backup.
    pub struct ListedBackupModel {
        pub id: Field<String>,
        pub name: Field<String>,
        pub status: Field<String>,
        pub created_at: Field<String>,
        pub completed_at: Field<String>,
        pub generation: Field<String>,
        pub generation_name: Field<String>,
    }
}

impl DataSource<ProviderData> for ClusterBackups {
    type Model = ClusterBackupsModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_backups"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name: &str, text: &str| Attribute::string(name).computed().description(text);
        Schema::new(
            "The backups of a cluster, manual and scheduled ones.",
            [
                Attribute::string("cluster_id")
                    .required()
                    .description("ID of the cluster."),
                Attribute::string("status")
                    .optional()
                    .validate(validators::not_blank())
                    .description(
                        "Only backups of this status: `In progress`, `Complete` or `Failed`.",
                    ),
                Attribute::nested(
                    "backups",
                    Nesting::List,
                    [
                        computed("id", "ID of the backup."),
                        computed("name", "Name of the backup. Names are not unique."),
                        computed(
                            "status",
                            "How far it has come: `In progress`, `Complete` or `Failed`.",
                        ),
                        computed("created_at", "When the backup was begun (RFC 3339, UTC)."),
                        computed(
                            "completed_at",
                            "When the backup came to its end (RFC 3339, UTC). Empty while it is in \
                             progress.",
                        ),
                        computed(
                            "generation",
                            "ID of the generation that the cluster ran then.",
                        ),
                        computed(
                            "generation_name",
                            "Name of the generation that the cluster ran then.",
                        ),
                    ],
                )
                .computed()
                .description("The backups, newest first."),
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

    async fn read(
        &self,
        context: &Context<ProviderData>,
        config: ClusterBackupsModel,
    ) -> Outcome<ClusterBackupsModel> {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = CallContext::new(context.cancellation.clone()).as_of_now();
        let cluster_id = config.cluster_id.as_str().unwrap_or_default();
        match client.recent_backups(&call, cluster_id).await {
            Ok(backups) => {
                let backups = Field::Known(selected(config.status.as_str(), &backups));
                Outcome::present(
                    ClusterBackupsModel { backups, ..config },
                    Default::default(),
                )
            }
            Err(error) => {
                let summary = format!("Cannot read the backups of cluster {cluster_id}");
                Outcome::failed(data.explain(summary, &error))
            }
        }
    }
}

/// The backups asked for, in the order promised.
fn selected(status: Option<&str>, backups: &[Backup]) -> Vec<ListedBackupModel> {
    let text = |text: Option<&str>| Field::from(text.map(str::to_owned));
    selection::backups(backups, status)
        .into_iter()
        .map(|backup| ListedBackupModel {
            id: Field::Known(backup.id.clone()),
            name: Field::Known(backup.name.clone()),
            status: Field::from(backup.status.as_ref().map(ToString::to_string)),
            created_at: text(backup.created_at()),
            completed_at: text(backup.completed_at()),
            generation: text(backup.generation_id.as_deref()),
            generation_name: text(backup.generation_name.as_deref()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_filtered_and_sorted() {
        let backups: Vec<Backup> = serde_json::from_str(
            r#"[
              {"uuid":"1","created":"2026-10-01T02:00:00Z","status":"Complete"},
              {"uuid":"4","created":"2026-10-03T02:00:00Z","status":"In progress"},
              {"uuid":"3","created":"2026-10-03T02:00:00Z","status":"Complete"},
              {"uuid":"0"}
            ]"#,
        )
        .unwrap();
        let ids = |status: Option<&str>| -> Vec<String> {
            selected(status, &backups)
                .into_iter()
                .filter_map(|backup| backup.id.into_known())
                .collect()
        };
        assert_eq!(ids(None), ["3", "4", "1", "0"]);
        assert_eq!(ids(Some("Complete")), ["3", "1"]);
        assert_eq!(ids(Some("complete")), [""; 0]);
    }
}
