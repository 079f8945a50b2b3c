//! Lists `camunda_cluster_backup`: the backups of a cluster, or of all clusters.

use crate::api::{Backup, BackupStatus};
use crate::framework::diag::Diagnostics;
use crate::framework::docs::Facts;
use crate::framework::list::{ListItem, ListItems, ListRequest, ListResource};
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::framework::schema::{Attribute, Schema};
use crate::provider::data::ProviderData;
use crate::provider::listing::{self, Listing, Place};
use crate::provider::selection;
use crate::provider::validators;
use crate::resources::cluster_backup::{self, ClusterBackupModel};

/// The list resource.
#[derive(Debug)]
pub struct ClusterBackup;

crate::model! {
    /// Which backups.
    pub struct BackupFilter {
        pub cluster_id: Field<String>,
        pub status: Field<String>,
    }
}

impl ListResource<ProviderData> for ClusterBackup {
    type Config = BackupFilter;
    type Model = ClusterBackupModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_backup"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Finds the backups of a cluster or of all clusters, manual and scheduled ones, the newest \
             of each cluster first.\n\nThink twice before you import one: backups do not stay for ever, \
             and the plan after one has vanished takes another one. Scheduled backups are better left \
             to `camunda_cluster_backup_schedule`.",
            [
                listing::cluster_id(),
                Attribute::string("status")
                    .optional()
                    .validate(validators::not_blank())
                    .description(
                        "Only backups of this status: `In progress`, `Complete` or `Failed`.",
                    ),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Operations",
            permission_groups: &["Backups"],
            limits: "Enterprise plans only.",
            availability: listing::AVAILABILITY,
            ..Facts::default()
        }
    }

    async fn list(
        &self,
        context: &Context<ProviderData>,
        request: ListRequest<BackupFilter>,
        items: &mut ListItems<ClusterBackupModel>,
    ) -> Diagnostics {
        let filter = &request.config;
        let begun = Listing::begin(context, "backups", &filter.cluster_id).await;
        let (mut listing, places) = match begun {
            Ok(begun) => begun,
            Err(diagnostic) => return diagnostic.into(),
        };
        for place in &places {
            let (api, call) = (listing.client, &listing.call);
            let backups = match api.recent_backups(call, &place.id).await {
                Ok(backups) => backups,
                Err(error) if listing.goes_on_without(place, &error) => continue,
                Err(_) => break,
            };
            for backup in selection::backups(&backups, filter.status.as_str()) {
                let item = ListItem {
                    state: cluster_backup::found(&place.id, backup),
                    display_name: display_name(backup, place),
                    diagnostics: Diagnostics::new(),
                };
                if !items.push(item).await {
                    return listing.end();
                }
            }
        }
        listing.end()
    }
}

/// Names are not unique: the time and the status tell which one it is.
fn display_name(backup: &Backup, place: &Place) -> String {
    let facts: Vec<&str> = [
        backup.created_at(),
        backup.status.as_ref().map(BackupStatus::as_str),
    ]
    .into_iter()
    .flatten()
    .collect();
    let name = Some(&*backup.name).filter(|name| !name.is_empty());
    let name = format!("{} of {place}", name.unwrap_or("backup"));
    if facts.is_empty() {
        return name;
    }
    format!("{name} ({})", facts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_a_person_recognises() {
        let place = Place {
            id: "orders".to_owned(),
            cluster: None,
        };
        let shown = |json: &str| display_name(&serde_json::from_str(json).unwrap(), &place);
        assert_eq!(
            shown(r#"{"uuid":"1","name":"b7","created":"2026-10-03T02:00:00Z","status":"Failed"}"#),
            "b7 of orders (2026-10-03T02:00:00Z, Failed)"
        );
        assert_eq!(shown(r#"{"uuid":"1"}"#), "backup of orders");
    }
}
