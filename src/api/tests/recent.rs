//! Reads that callers share: how many requests there are, and who may take whose answer.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::api::test_transport::{FakeService, Reply, free, within};
use crate::api::transport::FailureKind;
use crate::api::{CallContext, Client, Config, Credentials, SecretString, UpdateCluster};
use crate::clock::Clock;

fn cluster(name: &str) -> Reply {
    Reply::json(&format!(r#"{{"uuid":"a","name":"{name}"}}"#))
}

/// The name that a caller reads.
async fn name(client: &Client, context: &CallContext) -> Result<String, String> {
    let cluster = client.recent_cluster(context, "a").await;
    cluster
        .map(|cluster| cluster.name.clone())
        .map_err(|error| error.to_string())
}

fn rename() -> UpdateCluster {
    UpdateCluster {
        name: Some("b".to_owned()),
        ..UpdateCluster::default()
    }
}

#[tokio::test(start_paused = true)]
async fn all_who_ask_at_once_and_soon_after_share_one_answer() {
    let service = FakeService::answering([cluster("one")]);
    let client = service.client();
    let context = free();
    let names = futures(30, || name(&client, &context)).await;
    assert!(names.iter().all(|name| name.as_deref() == Ok("one")));
    tokio::time::advance(Duration::from_secs(9)).await;
    assert_eq!(name(&client, &context).await.as_deref(), Ok("one"));
    assert_eq!(service.api_calls(), ["GET /clusters/a"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_good_for_ten_seconds() {
    let service = FakeService::answering([cluster("one"), cluster("two")]);
    let client = service.client();
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("one"));
    tokio::time::advance(Duration::from_millis(10_001)).await;
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("two"));
}

/// However long the core takes for its refresh, it is one look at the organisation.
#[tokio::test(start_paused = true)]
async fn a_refresh_shares_what_it_has_read() {
    let service = FakeService::answering([cluster("one"), cluster("two"), cluster("three")]);
    let client = service.client();
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("one"));
    tokio::time::advance(Duration::from_secs(60)).await;
    let refresh = free().since(Clock::system().instant());
    assert_eq!(
        name(&client, &refresh).await.as_deref(),
        Ok("two"),
        "what was read before the refresh is not news"
    );
    for _ in 0..14 {
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(name(&client, &refresh).await.as_deref(), Ok("two"));
    }
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(name(&client, &refresh).await.as_deref(), Ok("three"));
}

/// Another process may have written meanwhile.
#[tokio::test(start_paused = true)]
async fn whoever_asks_as_of_now_takes_no_answer_from_before() {
    let slow = |name| cluster(name).after(Duration::from_secs(1));
    let service = FakeService::answering([slow("one"), slow("two"), slow("three"), slow("four")]);
    let client = service.client();
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("one"));
    let context = free().as_of_now();
    assert_eq!(name(&client, &context).await.as_deref(), Ok("two"));
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("two"));
    tokio::time::advance(Duration::from_secs(1)).await;
    let names = futures(20, || name(&client, &context)).await;
    assert!(names.iter().all(Result::is_ok), "{names:?}");
    // Two at most, however many ask at the same moment.
    assert!(service.api_calls().len() <= 4, "{:?}", service.api_calls());
}

#[tokio::test(start_paused = true)]
async fn whoever_has_waited_through_a_slow_read_takes_its_answer_or_the_next() {
    let slow = |name| cluster(name).after(Duration::from_secs(15));
    let service = FakeService::answering([slow("one"), slow("two")]);
    let client = service.client();
    let context = free();
    let names = futures(20, || name(&client, &context)).await;
    // The first asked before the others came, by a hair; nobody needs a third.
    assert!(names.iter().all(Result::is_ok), "{names:?}");
    assert!(service.api_calls().len() <= 2, "{:?}", service.api_calls());
}

#[tokio::test(start_paused = true)]
async fn no_answer_outlives_a_write() {
    let service = FakeService::answering([cluster("one"), Reply::status(204), cluster("two")]);
    let client = service.client();
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("one"));
    client
        .update_cluster(&free(), "a", &rename())
        .await
        .unwrap();
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("two"));
}

#[tokio::test(start_paused = true)]
async fn a_write_that_failed_counts_too() {
    let service = FakeService::answering([cluster("one"), Reply::status(500), cluster("two")]);
    let client = service.client();
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("one"));
    client
        .update_cluster(&free(), "a", &rename())
        .await
        .unwrap_err();
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("two"));
}

/// A read that was under way when a write began may have missed it.
#[tokio::test(start_paused = true)]
async fn what_was_read_while_a_write_went_on_is_not_kept() {
    let service = FakeService::answering([
        cluster("one").after(Duration::from_secs(3)),
        Reply::status(204),
        cluster("two"),
    ]);
    let client = service.client();
    let context = free();
    let (read, ()) = tokio::join!(name(&client, &context), async {
        service.clock.sleep(Duration::from_secs(1)).await;
        client
            .update_cluster(&context, "a", &rename())
            .await
            .unwrap();
    });
    assert_eq!(read.as_deref(), Ok("one"));
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("two"));
}

/// One who reads while a write is under way does not spoil it for those who come after the write.
#[tokio::test(start_paused = true)]
async fn what_was_read_during_a_write_is_not_kept() {
    let service = FakeService::answering([
        Reply::status(204).after(Duration::from_secs(3)),
        cluster("one"),
        cluster("two"),
    ]);
    let client = service.client();
    let context = free();
    let (read, ()) = tokio::join!(
        async {
            service.clock.sleep(Duration::from_secs(1)).await;
            name(&client, &context).await
        },
        async {
            client
                .update_cluster(&context, "a", &rename())
                .await
                .unwrap()
        }
    );
    assert_eq!(read.as_deref(), Ok("one"));
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("two"));
}

/// Another provider block with other credentials works on the same organisation.
#[tokio::test(start_paused = true)]
async fn a_write_with_other_credentials_counts_too() {
    let service = FakeService::answering([
        cluster("one"),
        Reply::status(204),
        cluster("two"),
        cluster("three"),
    ]);
    let other = service.client_with(Config::new(Credentials::ClientSecret {
        client_id: "other".to_owned(),
        client_secret: SecretString::from("other-secret"),
    }));
    let client = service.client();
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("one"));
    other.update_cluster(&free(), "a", &rename()).await.unwrap();
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("two"));
    // What one may see the other need not.
    assert_eq!(name(&other, &free()).await.as_deref(), Ok("three"));
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_gives_up_hands_over() {
    let service = FakeService::answering([Reply::Hang, cluster("two")]);
    let client = service.client();
    let cancel = CancellationToken::new();
    let (patient, leader) = (free(), CallContext::new(cancel.clone()));
    let (first, second, ()) = tokio::join!(
        name(&client, &leader),
        async {
            service.clock.sleep(Duration::from_secs(1)).await;
            name(&client, &patient).await
        },
        async {
            service.clock.sleep(Duration::from_secs(2)).await;
            cancel.cancel();
        }
    );
    first.unwrap_err();
    assert_eq!(second.as_deref(), Ok("two"));
}

#[tokio::test(start_paused = true)]
async fn one_who_waits_for_a_leader_keeps_to_his_own_deadline() {
    let service = FakeService::answering([cluster("one").after(Duration::from_secs(20))]);
    let client = service.client();
    let context = free();
    let (first, second) = tokio::join!(name(&client, &context), async {
        service.clock.sleep(Duration::from_secs(1)).await;
        let begun = service.clock.instant();
        let read = name(&client, &within(Duration::from_secs(2))).await;
        (read, service.clock.instant() - begun)
    });
    assert_eq!(first.as_deref(), Ok("one"));
    second.0.unwrap_err();
    assert_eq!(second.1, Duration::from_secs(2));
}

/// A service in trouble is asked once for all who wait, and again by those who come later.
#[tokio::test(start_paused = true)]
async fn a_failure_is_for_those_who_waited_for_it() {
    let service = FakeService::answering([
        Reply::status(403).after(Duration::from_secs(1)),
        cluster("two"),
    ]);
    let client = service.client();
    let context = free();
    let names = futures(10, || name(&client, &context)).await;
    assert!(names.iter().all(Result::is_err), "{names:?}");
    assert_eq!(service.api_calls().len(), 1);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("two"));
}

/// What is not found leaves a state: one answer is not enough for that, two are.
#[tokio::test(start_paused = true)]
async fn what_is_not_found_is_looked_for_once_more() {
    let service = FakeService::answering([
        Reply::status(404),
        cluster("one"),
        Reply::status(404),
        Reply::status(404),
        Reply::status(404),
        Reply::status(403),
    ]);
    let client = service.client();
    let context = free();
    let names = futures(10, || name(&client, &context)).await;
    assert!(names.iter().all(|name| name.as_deref() == Ok("one")));
    assert_eq!(service.api_calls().len(), 2);
    for is_gone in [true, false] {
        tokio::time::advance(Duration::from_secs(10)).await;
        let error = client.recent_cluster(&context, "a").await.unwrap_err();
        assert_eq!(error.is_not_found(), is_gone, "{error}");
    }
    assert_eq!(service.unasked(), 0);
}

/// A write between the two looks counts for the second.
#[tokio::test(start_paused = true)]
async fn a_second_look_is_a_read_of_its_own() {
    let service = FakeService::answering([
        Reply::status(404),
        Reply::status(204),
        cluster("two").after(Duration::from_secs(1)),
    ]);
    let client = service.client();
    let context = free();
    let (read, ()) = tokio::join!(name(&client, &context), async {
        service.clock.sleep(Duration::from_millis(500)).await;
        client
            .update_cluster(&context, "a", &rename())
            .await
            .unwrap();
    });
    assert_eq!(read.as_deref(), Ok("two"));
    assert_eq!(name(&client, &free()).await.as_deref(), Ok("two"));
    assert_eq!(service.api_calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_tried_again_for_all() {
    let service = FakeService::answering([Reply::Fail(FailureKind::Lost), cluster("two")]);
    let client = service.client();
    let context = free();
    let names = futures(10, || name(&client, &context)).await;
    assert!(names.iter().all(|name| name.as_deref() == Ok("two")));
    assert_eq!(service.api_calls().len(), 2);
}

/// Runs the same work many times at once.
async fn futures<T, F: Future<Output = T>>(count: usize, work: impl Fn() -> F) -> Vec<T> {
    let mut running: Vec<_> = (0..count).map(|_| Box::pin(work())).collect();
    let mut done: Vec<Option<T>> = running.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (work, done) in running.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(result) = work.as_mut().poll(context)
            {
                *done = Some(result);
            }
        }
        if done.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}
