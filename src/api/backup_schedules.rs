//! The backup schedule of a cluster: its wire types, its requests, and the calls.
//!
//! Must not know how a request is sent.

use http::Method;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::request::{Repeat, Request};
use super::{CallContext, Client};

/// When backups of a cluster are taken. There is one schedule per cluster at most.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct BackupSchedule {
    /// Five-field cron text, in UTC.
    #[serde(rename = "schedule")]
    pub cron: String,
}

#[derive(Serialize)]
struct PutSchedule<'a> {
    schedule: &'a str,
}

fn path(cluster_id: &str) -> [&str; 4] {
    ["clusters", cluster_id, "backups", "schedule"]
}

fn get_request(cluster_id: &str) -> Result<Request, Error> {
    Request::get("GetSchedule", &path(cluster_id))
}

fn put_request(cluster_id: &str, cron: &str) -> Result<Request, Error> {
    Request::new(
        "UpdateSchedule",
        Method::PUT,
        &path(cluster_id),
        Repeat::Safe,
    )?
    .json(&PutSchedule { schedule: cron })
}

fn delete_request(cluster_id: &str) -> Result<Request, Error> {
    Request::new(
        "DeleteSchedule",
        Method::DELETE,
        &path(cluster_id),
        Repeat::Safe,
    )
}

impl Client {
    /// The backup schedule of a cluster. `None`: there is none, or no such cluster; the service
    /// answers both alike.
    pub async fn get_backup_schedule(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<Option<BackupSchedule>, Error> {
        match self.call(context, get_request(cluster_id)?).await {
            Ok(schedule) => Ok(Some(schedule)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sets the backup schedule of a cluster, in the place of the one there may be.
    /// [`Error::is_bad_request`]: it is no cron text of five fields, or too frequent.
    pub async fn put_backup_schedule(
        &self,
        context: &CallContext,
        cluster_id: &str,
        cron: &str,
    ) -> Result<(), Error> {
        // The answer says what was sent.
        let _: Option<serde_json::Value> = self
            .call_for_anything(context, put_request(cluster_id, cron)?)
            .await?;
        Ok(())
    }

    /// Removes the backup schedule of a cluster; the backups stay. Succeeds also when there is none.
    pub async fn delete_backup_schedule(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<(), Error> {
        match self
            .call_for_nothing(context, delete_request(cluster_id)?)
            .await
        {
            Err(error) if error.is_not_found() => Ok(()),
            deleted => deleted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::test_transport::{FakeService, Reply, free};

    #[test]
    fn requests_say_what_the_contract_wants() {
        let said = |request: &Request| format!("{} {}", request.method, request.path);
        let place = "/clusters/c/backups/schedule";
        assert_eq!(said(&get_request("c").unwrap()), format!("GET {place}"));
        let put = put_request("c", "0 2 * * *").unwrap();
        assert_eq!(said(&put), format!("PUT {place}"));
        assert_eq!(
            put.body.as_deref(),
            Some(&br#"{"schedule":"0 2 * * *"}"#[..])
        );
        let delete = delete_request("c").unwrap();
        assert_eq!(said(&delete), format!("DELETE {place}"));
    }

    #[tokio::test(start_paused = true)]
    async fn not_found_is_none() {
        let service = FakeService::answering([
            Reply::json(r#"{"name":"nightly","schedule":"0 2 * * *"}"#),
            Reply::status(404),
            Reply::status(403),
            Reply::status(404),
        ]);
        let client = service.client();
        let schedule = client.get_backup_schedule(&free(), "c").await.unwrap();
        assert_eq!(schedule.unwrap().cron, "0 2 * * *");
        let none = client.get_backup_schedule(&free(), "c").await.unwrap();
        assert_eq!(none, None);
        let error = client.get_backup_schedule(&free(), "c").await.unwrap_err();
        assert!(error.is_forbidden());
        client.delete_backup_schedule(&free(), "c").await.unwrap();
    }
}
