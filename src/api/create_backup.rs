//! Taking a backup exactly once, also on days when answers get lost.
//!
//! The service knows no key and no name for it: a second POST makes a second backup, which pushes
//! out an older one. So a POST whose outcome is unknown is followed by a look at the list, and the
//! one backup that was not there before is ours. A schedule may take one at the same moment, and
//! nothing tells the two apart: then nobody's guess is taken. Must not know how requests are sent.

use std::time::Duration;

use super::backups::{Backup, create_request, list_request};
use super::error::{Error, ErrorKind};
use super::request::Request;
use super::{CallContext, Client};

/// Waits between the looks for a backup whose creation was not answered. How soon a new one is
/// listed is not documented.
const LOOKS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// Time granted for looking even when the caller's is over.
const TIME_FOR_A_LOOK: Duration = Duration::from_secs(5);

/// Whether a backup was refused because the last one was taken too recently. The status for it is
/// not published: only the text tells.
#[must_use]
pub fn comes_too_soon(error: &Error) -> bool {
    let refused = error.is_conflict()
        || error.is_bad_request()
        || error.is_forbidden()
        || error.is_rate_limited();
    let text = error.server_message().unwrap_or_default().to_lowercase();
    let words = ["too recent", "too soon", "too early", "minutes", "hour"];
    refused && words.iter().any(|word| text.contains(word))
}

impl Client {
    /// Starts a backup of a cluster and returns its record at once; it is still being made then.
    /// `before_sending` sees the backups there are, just before the request goes out.
    ///
    /// When the outcome of the request is unknown, the list is looked at several times, and the one
    /// backup that was not there before is taken for the one created. Only when the service itself
    /// said to come back later (429, 503) and none has appeared is the request sent again. Backups of
    /// the same cluster are begun one after another in this process.
    ///
    /// An error with [`Error::may_have_committed`] means that a backup may exist that nobody knows
    /// of; [`ErrorKind::Ambiguous`], that there is more than one candidate.
    pub async fn create_backup(
        &self,
        context: &CallContext,
        cluster_id: &str,
        before_sending: impl FnOnce(&[Backup]) + Send,
    ) -> Result<Backup, Error> {
        let sender = &self.0.sender;
        let request = create_request(cluster_id)?;
        let context = sender.bounded(context);
        let subject = format!("backup of {cluster_id}");
        let _turn = self.turn(&context, &request, subject).await?;

        let before = self.list_backups(&context, cluster_id).await?;
        before_sending(&before);
        let known: Vec<String> = before.into_iter().map(|backup| backup.id).collect();
        let mut tries = 0;
        loop {
            let error = match self.call(&context, request.clone()).await {
                Ok(backup) => return Ok(backup),
                Err(error) if comes_too_soon(&error) => {
                    return Err(error.with_may_have_committed(false));
                }
                Err(error) if error.may_have_committed() && !error.is_cancelled() => error,
                Err(error) => return Err(error),
            };
            let found = self
                .find_begun(&context, &request, cluster_id, &known, &error)
                .await?;
            if let Some(backup) = found {
                tracing::debug!(
                    backup.id,
                    "found the backup whose creation was not answered"
                );
                return Ok(backup);
            }
            tries += 1;
            if !error.is_come_back_later() || tries > sender.retry.max_retries {
                return Err(error.with_note("The list of backups shows no new one"));
            }
        }
    }

    /// Finds the backup that an earlier process has asked for and did not live to see. `id` is its
    /// identifier, if that was known; else it is the one that is none of those in `known`.
    ///
    /// [`ErrorKind::Ambiguous`]: more than one backup could be it.
    pub async fn find_abandoned_backup(
        &self,
        context: &CallContext,
        cluster_id: &str,
        id: Option<&str>,
        known: &[String],
    ) -> Result<Option<Backup>, Error> {
        let backups = match self.list_backups(context, cluster_id).await {
            Err(error) if error.is_not_found() => return Ok(None),
            listed => listed?,
        };
        if let Some(id) = id {
            return Ok(backups.into_iter().find(|backup| backup.id == id));
        }
        only_new(backups, known).map_err(|several| {
            let error = self.0.sender.error(
                ErrorKind::Ambiguous,
                &match list_request(cluster_id) {
                    Ok(request) => request,
                    Err(error) => return error,
                },
            );
            error.with_may_have_committed(true).with_note(format!(
                "An earlier run was killed while it took this backup, and several backups could be \
                 the one: {several}. Import the right one"
            ))
        })
    }

    /// Looks for the backup that a POST which ended in `error` may have begun.
    async fn find_begun(
        &self,
        context: &CallContext,
        request: &Request,
        cluster_id: &str,
        known: &[String],
        error: &Error,
    ) -> Result<Option<Backup>, Error> {
        let sender = &self.0.sender;
        // Even with the time used up, one look is worth it: what is found can be remembered.
        let grace = sender.clock.instant() + TIME_FOR_A_LOOK;
        let deadline = context
            .deadline
            .map_or(grace, |deadline| deadline.max(grace));
        let context = CallContext {
            cancel: context.cancel.clone(),
            deadline: Some(deadline),
        };
        let looks = if error.is_come_back_later() {
            &LOOKS[..2]
        } else {
            &LOOKS[..]
        };
        for wait in looks {
            if sender.clock.instant() + *wait > deadline {
                break;
            }
            sender
                .run(&context, request, sender.clock.sleep(*wait))
                .await
                .map_err(|stop| error.clone().with_cause(stop))?;
            let backups = self
                .list_backups(&context, cluster_id)
                .await
                .map_err(|unread| {
                    error
                        .clone()
                        .with_note(
                            "Whether a backup was begun all the same could not be found out: the \
                             list of backups could not be read",
                        )
                        .with_cause(unread)
                })?;
            let found = only_new(backups, known).map_err(|several| {
                sender
                    .error(ErrorKind::Ambiguous, request)
                    .with_may_have_committed(true)
                    .with_effort(error.attempts(), error.elapsed())
                    .with_note(format!(
                        "The answer was lost, and there are several new backups: {several}. Somebody \
                         else, or the schedule, has taken one at the same time"
                    ))
                    .with_cause(error.clone())
            })?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

/// The one backup that is none of those known, if there is one; the identifiers where there are
/// several.
fn only_new(mut backups: Vec<Backup>, known: &[String]) -> Result<Option<Backup>, String> {
    backups.retain(|backup| !known.contains(&backup.id));
    if backups.len() > 1 {
        let ids: Vec<&str> = backups.iter().map(|backup| backup.id.as_str()).collect();
        return Err(ids.join(", "));
    }
    Ok(backups.pop())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::test_transport::{FakeService, Reply, free};
    use crate::api::transport::FailureKind;

    fn backup(id: &str) -> String {
        format!(r#"{{"uuid":"{id}","name":"manual","status":"In progress"}}"#)
    }

    fn list(ids: &[&str]) -> Reply {
        let backups: Vec<String> = ids.iter().map(|id| backup(id)).collect();
        Reply::json(&format!("[{}]", backups.join(",")))
    }

    fn lost() -> Reply {
        Reply::Fail(FailureKind::Lost)
    }

    async fn create(service: &FakeService) -> Result<String, Error> {
        let client = service.client();
        let created = client.create_backup(&free(), "c", |_| ()).await?;
        Ok(created.id)
    }

    fn posts(service: &FakeService) -> usize {
        let calls = service.api_calls();
        calls.iter().filter(|call| call.starts_with("POST")).count()
    }

    #[tokio::test(start_paused = true)]
    async fn an_answered_creation_takes_one_post() {
        let service = FakeService::answering([list(&["old"]), Reply::json(&backup("new"))]);
        let mut seen = Vec::new();
        let created = service
            .client()
            .create_backup(&free(), "c", |before| seen.extend(before.to_vec()))
            .await
            .unwrap();
        assert_eq!((created.id.as_str(), seen[0].id.as_str()), ("new", "old"));
        let body = &service.api_requests()[1].body;
        assert!(body.is_empty(), "{body}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_answer_finds_the_new_backup() {
        let service = FakeService::answering([
            list(&["old"]),
            lost(),
            list(&["old"]),
            list(&["old", "new"]),
        ]);
        assert_eq!(create(&service).await.unwrap(), "new");
        assert_eq!(posts(&service), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn two_new_backups_are_nobodys() {
        let service = FakeService::answering([list(&[]), lost(), list(&["a", "b"])]);
        let error = create(&service).await.unwrap_err();
        assert!(error.may_have_committed());
        assert_eq!(error.kind(), ErrorKind::Ambiguous);
        insta::assert_snapshot!(error, @"the outcome of POST /clusters/c/backups cannot be told. The answer was lost, and there are several new backups: a, b. Somebody else, or the schedule, has taken one at the same time");
    }

    #[tokio::test(start_paused = true)]
    async fn a_backup_that_never_appears_is_not_asked_for_again() {
        let service = FakeService::answering([
            list(&[]),
            Reply::status(500),
            list(&[]),
            list(&[]),
            list(&[]),
            list(&[]),
        ]);
        let error = create(&service).await.unwrap_err();
        assert!(error.may_have_committed());
        assert_eq!((posts(&service), service.unasked()), (1, 0));
        insta::assert_snapshot!(error, @"api.cloud.camunda.io answered POST /clusters/c/backups with 500 Internal Server Error. The list of backups shows no new one");
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_told_to_come_back_looks_first() {
        let service = FakeService::answering([
            list(&[]),
            Reply::status(429),
            list(&[]),
            list(&[]),
            Reply::json(&backup("new")),
        ]);
        assert_eq!(create(&service).await.unwrap(), "new");
        assert_eq!(posts(&service), 2);
        let service = FakeService::answering([list(&[]), Reply::status(429), list(&["new"])]);
        assert_eq!(create(&service).await.unwrap(), "new");
        assert_eq!(posts(&service), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_because_of_the_pace_is_final() {
        for status in [400, 403, 409, 429] {
            let refusal = Reply::status(status).body("The last backup was taken too recently.");
            let service = FakeService::answering([list(&[]), refusal]);
            let error = create(&service).await.unwrap_err();
            assert!(
                comes_too_soon(&error) && !error.may_have_committed(),
                "{status}"
            );
            assert_eq!(service.unasked(), 0);
        }
        let service = FakeService::answering([list(&[]), Reply::status(403)]);
        assert!(!comes_too_soon(&create(&service).await.unwrap_err()));
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_killed_run_has_begun_is_found() {
        let find = |service: FakeService, id: Option<&'static str>| async move {
            let known = ["old".to_owned()];
            let client = service.client();
            let found = client.find_abandoned_backup(&free(), "c", id, &known).await;
            found.map(|backup| backup.map(|backup| backup.id))
        };
        let found = |id: &str| Some(id.to_owned());
        let service = FakeService::answering([list(&["old", "new"])]);
        assert_eq!(find(service, None).await.unwrap(), found("new"));
        let service = FakeService::answering([list(&["old", "new", "other"])]);
        assert_eq!(find(service, Some("other")).await.unwrap(), found("other"));
        let service = FakeService::answering([list(&["old"])]);
        assert_eq!(find(service, None).await.unwrap(), None);
        let service = FakeService::answering([Reply::status(404)]);
        assert_eq!(find(service, None).await.unwrap(), None);
        let service = FakeService::answering([list(&["a", "b"])]);
        let error = find(service, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Ambiguous);
    }
}
