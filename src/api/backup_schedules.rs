//! The backup schedule of a cluster: its wire types, its requests, and the calls.
//!
//! Must not know how a request is sent.

use std::sync::Arc;

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

/// Why a cluster got no schedule.
#[derive(Clone, Debug)]
pub enum ScheduleNotCreated {
    /// It has one, but not because of this request.
    There(BackupSchedule),
    /// The service refused, or nobody knows what it did.
    Failed(Error),
}

impl From<Error> for ScheduleNotCreated {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

#[derive(Serialize)]
struct PutSchedule<'a> {
    schedule: &'a str,
}

impl BackupSchedule {
    /// Whether it says the same as this text, however far its fields are apart.
    #[must_use]
    pub fn is(&self, cron: &str) -> bool {
        self.cron
            .split_ascii_whitespace()
            .eq(cron.split_ascii_whitespace())
    }
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

    /// As [`Client::get_backup_schedule`], for refreshes: a schedule that is not found is looked for
    /// twice.
    pub async fn recent_backup_schedule(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<Option<Arc<BackupSchedule>>, Error> {
        match self.recent(context, get_request(cluster_id)?).await {
            Ok(schedule) => Ok(Some(schedule)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Gives a cluster without schedule one. `before_sending` is called just before the request goes
    /// out.
    ///
    /// When the outcome of the request is unknown, a schedule in the same words, where there was none
    /// before, is the one that was asked for.
    pub async fn create_backup_schedule(
        &self,
        context: &CallContext,
        cluster_id: &str,
        cron: &str,
        before_sending: impl FnOnce() + Send,
    ) -> Result<(), ScheduleNotCreated> {
        let context = self.0.sender.bounded(context);
        if let Some(there) = self.get_backup_schedule(&context, cluster_id).await? {
            return Err(ScheduleNotCreated::There(there));
        }
        before_sending();
        let error = match self.put_backup_schedule(&context, cluster_id, cron).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_cancelled() || !error.may_have_committed() => {
                return Err(error.into());
            }
            Err(error) => error,
        };
        match self.get_backup_schedule(&context, cluster_id).await {
            Ok(Some(found)) if found.is(cron) => Ok(()),
            Ok(Some(_)) => Err(error.with_note("There is another one by now").into()),
            Ok(None) => Err(error.with_note("There is none so far").into()),
            Err(unread) => {
                let note = "Whether it was set all the same is not known";
                Err(error.with_note(note).with_cause(unread).into())
            }
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

    async fn create(replies: Vec<Reply>) -> (String, Vec<String>) {
        let service = FakeService::answering(replies);
        let client = service.client();
        let created = client
            .create_backup_schedule(&free(), "c", "0 2 * * *", || {})
            .await;
        let said = match created {
            Ok(()) => "created".to_owned(),
            Err(ScheduleNotCreated::There(there)) => format!("there: {}", there.cron),
            Err(ScheduleNotCreated::Failed(error)) => {
                format!("failed, in doubt: {}", error.may_have_committed())
            }
        };
        assert_eq!(service.unasked(), 0, "{said}");
        let calls = service.api_calls().into_iter();
        let methods = calls.map(|call| call.split(' ').next().unwrap_or_default().to_owned());
        (said, methods.collect())
    }

    /// What a 500 leaves open, a look settles.
    #[tokio::test(start_paused = true)]
    async fn what_may_have_been_set_is_looked_for() {
        let none = || Reply::status(404);
        let shows = |cron| Reply::json(&format!(r#"{{"schedule":"{cron}"}}"#));
        let lost = || Reply::status(500);
        let cases = [
            (vec![none(), Reply::status(200)], "created"),
            (vec![none(), lost(), shows("0  2 * * *")], "created"),
            (vec![none(), lost(), none()], "failed, in doubt: true"),
            (
                vec![none(), lost(), shows("0 3 * * *")],
                "failed, in doubt: true",
            ),
            (
                vec![none(), lost(), Reply::status(403)],
                "failed, in doubt: true",
            ),
            (vec![none(), Reply::status(400)], "failed, in doubt: false"),
            (vec![shows("0 2 * * *")], "there: 0 2 * * *"),
        ];
        for (replies, expected) in cases {
            let sent = replies.len();
            let (said, methods) = create(replies).await;
            assert_eq!(said, expected);
            assert_eq!(methods, ["GET", "PUT", "GET"][..sent]);
        }
    }
}
