//! Backups of clusters: their wire types, their requests, and the calls.
//!
//! Must not know how a request is sent, what is done about an answer that got lost, nor how long a
//! caller wants to wait for a backup.

use std::sync::Arc;

use http::Method;
use serde::Deserialize;

use super::error::Error;
use super::lenient::{null_as_default, open_enum};
use super::request::{Repeat, Request};
use super::{CallContext, Client};

open_enum! {
    /// How far a backup, or a component's part of it, has come.
    BackupStatus {
        /// Being made.
        InProgress = "In progress",
        /// Good for nothing.
        Failed = "Failed",
        /// Usable.
        Complete = "Complete",
        /// The component has no part in it.
        NotApplicable = "-",
    }
}

/// A backup as the list of its cluster shows it, which is the only place that does.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Backup {
    /// Its key in every path.
    #[serde(rename = "uuid")]
    pub id: String,
    /// Chosen by the service; not known to be unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Time of its start, as the service writes it.
    #[serde(default)]
    pub created: Option<String>,
    /// Time of its end; may be empty before.
    #[serde(default)]
    pub completed: Option<String>,
    /// The whole of it.
    #[serde(default)]
    pub status: Option<BackupStatus>,
    /// Zeebe.
    #[serde(default)]
    pub zeebe_status: Option<BackupStatus>,
    /// Operate.
    #[serde(default)]
    pub operate_status: Option<BackupStatus>,
    /// Tasklist.
    #[serde(default)]
    pub tasklist_status: Option<BackupStatus>,
    /// Optimize.
    #[serde(default)]
    pub optimize_status: Option<BackupStatus>,
    /// Identifier of the generation that ran.
    #[serde(default, rename = "generationUuid")]
    pub generation_id: Option<String>,
    /// Its name.
    #[serde(default)]
    pub generation_name: Option<String>,
}

impl Backup {
    /// Time of its start; nothing where the service left it empty.
    #[must_use]
    pub fn created_at(&self) -> Option<&str> {
        self.created.as_deref().filter(|text| !text.is_empty())
    }

    /// Time of its end, once it has come.
    #[must_use]
    pub fn completed_at(&self) -> Option<&str> {
        self.completed.as_deref().filter(|text| !text.is_empty())
    }
}

pub(super) fn list_request(cluster_id: &str) -> Result<Request, Error> {
    Request::get("GetBackups", &["clusters", cluster_id, "backups"])
}

/// Never repeated blindly: every one is another backup, and three only are kept.
pub(super) fn create_request(cluster_id: &str) -> Result<Request, Error> {
    Request::new(
        "CreateBackup",
        Method::POST,
        &["clusters", cluster_id, "backups"],
        Repeat::Never,
    )
}

fn delete_request(cluster_id: &str, id: &str) -> Result<Request, Error> {
    Request::new(
        "DeleteBackup",
        Method::DELETE,
        &["clusters", cluster_id, "backups", id],
        Repeat::Safe,
    )
}

impl Client {
    /// All backups of a cluster, manual and scheduled ones. [`Error::is_not_found`] if there is no
    /// such cluster.
    pub async fn list_backups(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<Vec<Backup>, Error> {
        self.call(context, list_request(cluster_id)?).await
    }

    /// As [`Client::list_backups`], for readers who come in numbers: they share an answer, which may
    /// be some seconds old.
    pub async fn recent_backups(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<Arc<Vec<Backup>>, Error> {
        self.recent(context, list_request(cluster_id)?).await
    }

    /// Deletes a backup. [`Error::is_not_found`] if there is none, which is also what a repeated try
    /// after a lost answer meets.
    pub async fn delete_backup(
        &self,
        context: &CallContext,
        cluster_id: &str,
        id: &str,
    ) -> Result<(), Error> {
        // The answer is the record of what is gone: of no use to anybody.
        let _: Option<serde_json::Value> = self
            .call_for_anything(context, delete_request(cluster_id, id)?)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_answer_is_read_whole() {
        let backup: Backup = serde_json::from_str(
            r#"{"uuid":"b","name":"manual-20261002","created":"2026-10-02T10:00:00.000Z","completed":"",
                "status":"In progress","zeebeStatus":"Dreaming","operateStatus":"Complete",
                "tasklistStatus":"Failed","optimizeStatus":"-","generationUuid":"g",
                "generationName":"Camunda 8.8+gen22","incidentLink":"https://example.com"}"#,
        )
        .unwrap();
        assert_eq!(backup.status, Some(BackupStatus::InProgress));
        assert_eq!(
            backup.zeebe_status,
            Some(BackupStatus::Other("Dreaming".to_owned()))
        );
        assert_eq!(backup.optimize_status, Some(BackupStatus::NotApplicable));
        assert_eq!(backup.created_at(), Some("2026-10-02T10:00:00.000Z"));
        assert_eq!(backup.completed_at(), None);
        assert_eq!(backup.generation_id.as_deref(), Some("g"));
    }

    #[test]
    fn a_bare_answer_is_read_too() {
        let backup: Backup = serde_json::from_str(r#"{"uuid":"b","name":null}"#).unwrap();
        assert_eq!((backup.name.as_str(), backup.status), ("", None));
        assert_eq!(backup.created, None);
    }

    #[test]
    fn requests_say_what_the_contract_wants() {
        let said = |request: Request| format!("{} {}", request.method, request.path);
        assert_eq!(said(list_request("c").unwrap()), "GET /clusters/c/backups");
        let create = create_request("c").unwrap();
        assert!(create.body.is_none());
        assert_eq!(said(create), "POST /clusters/c/backups");
        assert_eq!(
            said(delete_request("c", "schedule/x").unwrap()),
            "DELETE /clusters/c/backups/schedule%2Fx"
        );
    }
}
