//! `camunda_cluster_backup`: a manual backup of a cluster, from its start until it is deleted or the
//! service lets it go.
//!
//! A backup cannot be changed: all that has a meaning to the service replaces it.

mod lifecycle;

use std::collections::BTreeMap;

use crate::api::{Backup, BackupStatus};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::resource::{Create, Delete, PlanChange, Read, Resource, Update};
use crate::framework::schema::{Attribute, IdentitySchema, Schema};
use crate::framework::types::Type;
use crate::provider::data::ProviderData;
use crate::provider::import_id::{self, Part};
use crate::provider::wait::{CreateDeleteTimeouts, Limits};

const TYPE_NAME: &str = "camunda_cluster_backup";

/// How long the operations may take unless the user says otherwise.
const LIMITS: Limits = Limits {
    create: "60m",
    update: "",
    delete: "10m",
};

/// Private state: the backup was begun by us and has not been seen complete yet.
const UNFINISHED: &str = "unfinished";

/// The attributes that change while a backup is being made.
const PROGRESS: [&str; 6] = [
    "status",
    "zeebe_status",
    "operate_status",
    "tasklist_status",
    "optimize_status",
    "completed_at",
];

/// The attributes that tell one backup from another.
const OF_THE_BACKUP: [&str; 5] = ["id", "name", "created_at", "generation", "generation_name"];

/// The resource type.
#[derive(Debug)]
pub struct ClusterBackup;

crate::model! {
    /// State, plan and configuration of a backup.
    pub struct ClusterBackupModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub triggers: Field<BTreeMap<String, String>>,
        pub name: Field<String>,
        pub status: Field<String>,
        pub zeebe_status: Field<String>,
        pub operate_status: Field<String>,
        pub tasklist_status: Field<String>,
        pub optimize_status: Field<String>,
        pub created_at: Field<String>,
        pub completed_at: Field<String>,
        pub generation: Field<String>,
        pub generation_name: Field<String>,
        pub timeouts: Field<CreateDeleteTimeouts>,
    }
}

impl Resource<ProviderData> for ClusterBackup {
    type Model = ClusterBackupModel;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Operations",
            permission_groups: &["Backups"],
            limits: "Enterprise plans only. The service takes a manual backup of a cluster every 15 \
                     minutes at most, and keeps the three most recent successful ones.",
            not_read_back: &["triggers"],
            destroy: "Deletes the backup. One that the service has let go already is fine.",
            availability: "",
            guides: &[],
        }
    }

    fn identity(&self) -> IdentitySchema {
        IdentitySchema::new()
            .required("cluster_id", "ID of the cluster.")
            .required("id", "ID of the backup.")
    }

    async fn plan(
        &self,
        _context: &Context<ProviderData>,
        change: &mut PlanChange<ClusterBackupModel>,
    ) {
        resume_unfinished(change);
    }

    async fn create(
        &self,
        context: &Context<ProviderData>,
        request: Create<ClusterBackupModel>,
    ) -> Outcome<ClusterBackupModel> {
        lifecycle::create(context, request).await
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        request: Read<ClusterBackupModel>,
    ) -> Outcome<ClusterBackupModel> {
        lifecycle::read(context, request).await
    }

    async fn update(
        &self,
        context: &Context<ProviderData>,
        request: Update<ClusterBackupModel>,
    ) -> Outcome<ClusterBackupModel> {
        lifecycle::update(context, request).await
    }

    async fn delete(
        &self,
        context: &Context<ProviderData>,
        request: Delete<ClusterBackupModel>,
    ) -> Diagnostics {
        lifecycle::delete(context, &request.state)
            .await
            .err()
            .into_iter()
            .collect()
    }

    async fn import(
        &self,
        _context: &Context<ProviderData>,
        id: &str,
    ) -> Result<ClusterBackupModel, Diagnostic> {
        let part = Part {
            attribute: "backup_id",
            example: "d4c3b2a1-0f9e-4d8c-b7a6-958473625140",
            found: "The data source camunda_cluster_backups lists the backups with their IDs.",
        };
        let (cluster_id, id) = import_id::in_cluster(TYPE_NAME, id, part)?;
        Ok(ClusterBackupModel {
            cluster_id: Field::Known(cluster_id),
            id: Field::Known(id),
            ..ClusterBackupModel::default()
        })
    }
}

/// Goes on waiting for a backup that was not complete when an earlier run ended. One that has failed
/// since is replaced, as it would have been had that run seen it.
fn resume_unfinished(change: &mut PlanChange<ClusterBackupModel>) {
    let stays = !change.is_create() && !change.is_destroy() && !change.is_replace();
    if !stays || change.private.get::<bool>(UNFINISHED) != Some(true) {
        return;
    }
    let failed = change
        .prior
        .as_ref()
        .and_then(|prior| prior.status.as_str())
        .is_some_and(|status| status == BackupStatus::Failed.as_str());
    for name in PROGRESS {
        change.set_unknown(name);
    }
    if failed {
        for name in OF_THE_BACKUP {
            change.set_unknown(name);
        }
        change.require_replace(Path::of("status"));
    }
}

/// The state of a backup that an import has just read.
#[must_use]
pub fn found(cluster_id: &str, backup: &Backup) -> ClusterBackupModel {
    let mut state = ClusterBackupModel {
        cluster_id: cluster_id.into(),
        ..ClusterBackupModel::default()
    };
    merge(&mut state, backup);
    state
}

/// Takes over what the service shows.
fn merge(state: &mut ClusterBackupModel, backup: &Backup) {
    let word =
        |status: &Option<BackupStatus>| Field::from(status.as_ref().map(ToString::to_string));
    let text = |text: Option<&str>| Field::from(text.map(str::to_owned));
    state.id = Field::Known(backup.id.clone());
    state.name = Field::Known(backup.name.clone());
    state.status = word(&backup.status);
    state.zeebe_status = word(&backup.zeebe_status);
    state.operate_status = word(&backup.operate_status);
    state.tasklist_status = word(&backup.tasklist_status);
    state.optimize_status = word(&backup.optimize_status);
    state.created_at = text(backup.created_at());
    state.completed_at = text(backup.completed_at());
    state.generation = text(backup.generation_id.as_deref());
    state.generation_name = text(backup.generation_name.as_deref());
}

fn schema() -> Schema {
    let computed = |name: &str, text: &str| {
        Attribute::string(name)
            .computed()
            .use_state()
            .description(text)
    };
    let part = |component: &str| {
        format!("How far the part of {component} has come, in the same words; `-` if it has none.")
    };
    Schema::new(
        "A manual backup of a cluster.\n\nCreation waits until the backup is complete. One that was \
         interrupted or ran out of time leaves the backup in the state, and the next apply goes on \
         waiting.\n\n**A manual backup does not stay for ever.** The service keeps the three most recent \
         successful ones of a cluster; the oldest vanishes with the next success. The plan after that \
         proposes to take the backup anew. For backups that come regularly, use \
         `camunda_cluster_backup_schedule`; for one before every change, give `triggers` what the \
         change is made of.\n\nThe cluster has to be healthy.",
        [
            computed("id", "ID of the backup."),
            Attribute::string("cluster_id")
                .required()
                .requires_replace()
                .description("ID of the cluster. Changing it takes another backup."),
            Attribute::map("triggers", Type::String)
                .optional()
                .requires_replace()
                .description(
                    "Any values. When one of them changes, the backup is deleted and another one is \
                     taken. To keep the old one until then, set `create_before_destroy`.",
                ),
            computed("name", "Name, chosen by the service. Names are not unique."),
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
            LIMITS.attribute(),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_that_has_not_come_is_null() {
        let backup: Backup = serde_json::from_str(
            r#"{"uuid":"b","name":"n","created":"2026-10-02T10:00:00.000Z","completed":"",
                "status":"In progress","zeebeStatus":"Complete","optimizeStatus":"-"}"#,
        )
        .unwrap();
        let mut state = ClusterBackupModel {
            completed_at: Field::Unknown,
            tasklist_status: Field::Unknown,
            ..ClusterBackupModel::default()
        };
        merge(&mut state, &backup);
        assert_eq!(state.completed_at, Field::Null);
        assert_eq!(state.tasklist_status, Field::Null);
        assert_eq!(state.status.as_str(), Some("In progress"));
        assert_eq!(state.optimize_status.as_str(), Some("-"));
        assert_eq!(state.created_at.as_str(), Some("2026-10-02T10:00:00.000Z"));
    }
}
