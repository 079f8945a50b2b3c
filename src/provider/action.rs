//! What all actions share: the cluster they are about, their time, and telling the user how far they
//! are. Knows no single action.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::watch;

use super::data::ProviderData;
use super::errors::no_such_cluster;
use super::health::spoken;
use super::validators;
use super::wait::Wait;
use crate::api::{CallContext, Client, Cluster};
use crate::clock::Clock;
use crate::framework::action::Progress;
use crate::framework::diag::Diagnostic;
use crate::framework::operation::Context;
use crate::framework::schema::Attribute;

/// The longest silence while something is waited for.
const AT_LEAST_EVERY: Duration = Duration::from_secs(30);

/// The attribute that names the cluster.
#[must_use]
pub fn cluster_id() -> Attribute {
    Attribute::string("cluster_id")
        .required()
        .validate(validators::not_blank())
        .description("ID of the cluster.")
}

/// The client, which may write, and the bounds of every call and every wait of an action.
///
/// # Errors
/// There is no way to the API.
pub async fn begin(
    context: &Context<ProviderData>,
    allowed: Duration,
) -> Result<(&Client, CallContext, Wait), Diagnostic> {
    let deadline = context.clock.instant() + allowed;
    let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
    let client = context.data.for_writing(&call).await?;
    Ok((client, call, Wait::new(context, deadline)))
}

/// An action under way: the way to the API, its time, and the cluster as it was found.
#[derive(Debug)]
pub struct OnCluster<'a> {
    /// The client, which may write.
    pub client: &'a Client,
    /// Bounds of every call.
    pub call: CallContext,
    /// Bounds of every wait.
    pub wait: Wait,
    /// The cluster.
    pub cluster: Cluster,
}

impl<'a> OnCluster<'a> {
    /// Finds the cluster. `summary` says what cannot be done if that fails.
    ///
    /// # Errors
    /// There is no way to the API, or no such cluster.
    pub async fn begin(
        context: &'a Context<ProviderData>,
        cluster_id: &str,
        allowed: Duration,
        summary: String,
    ) -> Result<Self, Diagnostic> {
        let (client, call, wait) = begin(context, allowed).await?;
        let cluster = client
            .get_cluster(&call, cluster_id)
            .await
            .map_err(|error| {
                let diagnostic = context.data.explain(summary, &error);
                if error.is_not_found() {
                    return no_such_cluster(diagnostic);
                }
                diagnostic
            })?;
        Ok(Self {
            client,
            call,
            wait,
            cluster,
        })
    }
}

/// Does `work`, and shows what it is told on the way: at once when it changes, and at least every half
/// minute, so that nobody takes a long wait for the end of the world.
pub async fn narrated<T, F>(
    clock: &Clock,
    progress: &Progress,
    subject: &str,
    work: impl FnOnce(watch::Sender<String>) -> F,
) -> T
where
    F: Future<Output = T>,
{
    let started = clock.instant();
    let (told, mut heard) = watch::channel(String::new());
    let mut work = pin!(work(told));
    loop {
        tokio::select! {
            biased;
            result = &mut work => return result,
            Ok(()) = heard.changed() => {
                let seen = heard.borrow_and_update().clone();
                progress.report(format!("{subject}: {seen}")).await;
            }
            () = clock.sleep(AT_LEAST_EVERY) => {
                let seen = heard.borrow().clone();
                let spent = spoken(clock.instant().saturating_duration_since(started));
                let seen = if seen.is_empty() { "not looked at yet" } else { &seen };
                progress.report(format!("{subject}: still {seen}, after {spent}")).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc;

    /// What is shown while `work` runs.
    async fn shown<F: Future<Output = ()>>(
        work: impl FnOnce(Clock, watch::Sender<String>) -> F,
    ) -> Vec<String> {
        let clock = Clock::system();
        let (sender, mut lines) = mpsc::channel(100);
        let progress = Progress::to(sender);
        narrated(&clock, &progress, "cluster \"orders\"", |told| {
            work(clock.clone(), told)
        })
        .await;
        drop(progress);
        let mut shown = Vec::new();
        while let Some(line) = lines.recv().await {
            shown.push(line);
        }
        shown
    }

    #[tokio::test(start_paused = true)]
    async fn changes_are_told_at_once_and_silence_ends_after_half_a_minute() {
        let lines = shown(|clock, told| async move {
            clock.sleep(Duration::from_secs(31)).await;
            let _ = told.send("Resuming".to_owned());
            clock.sleep(Duration::from_secs(65)).await;
            let _ = told.send("Healthy".to_owned());
            clock.sleep(Duration::from_secs(1)).await;
        });
        insta::assert_snapshot!(lines.await.join("\n"), @r#"
        cluster "orders": still not looked at yet, after 30 s
        cluster "orders": Resuming
        cluster "orders": still Resuming, after 61 s
        cluster "orders": still Resuming, after 91 s
        cluster "orders": Healthy
        "#);
    }

    /// Who has nothing more to tell does not end the work, nor keep a processor busy.
    #[tokio::test(start_paused = true)]
    async fn work_may_outlive_what_it_tells() {
        let lines = shown(|clock, told| async move {
            drop(told);
            clock.sleep(Duration::from_secs(40)).await;
        });
        insta::assert_snapshot!(lines.await.join("\n"), @r#"cluster "orders": still not looked at yet, after 30 s"#);
    }
}
