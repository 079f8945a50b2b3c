//! Tokens among processes: several sets of what a process has, one folder, one token service.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use crate::api::test_transport::{FakeService, Reply, SECRET, free, within};
use crate::api::{Client, Config, Credentials, Error, SecretString};
use crate::clock::Clock;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A machine: a folder, a clock, and what all its processes talk to.
struct Machine {
    cache: TempDir,
    service: FakeService,
}

impl Machine {
    fn new(tokens: impl IntoIterator<Item = Reply>) -> Self {
        let clock = Clock::starting_at("2026-10-02T10:00:00Z".parse().unwrap());
        let service = FakeService {
            clock,
            ..FakeService::answering((0..300).map(|_| Reply::json("[]")))
        };
        Self {
            cache: tempfile::tempdir().unwrap(),
            service: service.tokens(tokens),
        }
    }

    fn config(&self) -> Config {
        Config {
            token_folder: Some(self.cache.path().to_owned()),
            ..FakeService::config()
        }
    }

    /// A client in a process of its own.
    fn process(&self) -> Client {
        self.process_with(self.config())
    }

    fn process_with(&self, config: Config) -> Client {
        let process = FakeService {
            shared: Arc::default(),
            ..self.service.clone()
        };
        process.client_with(config)
    }

    /// One call each of `count` processes that start now.
    async fn processes(&self, count: usize) -> Vec<Result<(), Error>> {
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..count {
            let client = self.process();
            calls.spawn(async move { call(&client).await });
        }
        calls.join_all().await
    }

    fn asked(&self) -> usize {
        self.service.token_requests().len()
    }

    fn last_bearer(&self) -> Option<String> {
        self.service.api_requests().pop().unwrap().bearer
    }

    fn files(&self, ending: &str) -> Vec<PathBuf> {
        let folder = self.cache.path().join("tokens");
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let named = files.map(|file| file.path());
        named
            .filter(|path| path.to_string_lossy().ends_with(ending))
            .collect()
    }

    /// The distance of one token request to the next.
    fn distances(&self) -> Vec<Duration> {
        let asked = self.service.token_requests();
        asked.windows(2).map(|two| two[1].at - two[0].at).collect()
    }
}

async fn call(client: &Client) -> Result<(), Error> {
    client.list_clusters(&free()).await.map(drop)
}

fn refusal() -> Reply {
    Reply::status(401).body(r#"{"error":"access_denied","error_description":"Unauthorized"}"#)
}

fn too_many() -> Reply {
    Reply::status(429).body(r#"{"error_description":"Too Many Requests"}"#)
}

fn with_secret(machine: &Machine, secret: &str) -> Config {
    Config {
        credentials: Credentials::ClientSecret {
            client_id: "client-id".to_owned(),
            client_secret: SecretString::from(secret),
        },
        ..machine.config()
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_processes_ask_once_and_later_ones_not_at_all() {
    let machine = Machine::new([Reply::token("one", 3600).after(seconds(2))]);
    for outcome in machine.processes(20).await {
        outcome.unwrap();
    }
    assert_eq!(machine.asked(), 1);
    for outcome in machine.processes(20).await {
        outcome.unwrap();
    }
    assert_eq!(machine.asked(), 1);
    let bearers = machine.service.api_requests().into_iter();
    assert!(
        bearers
            .map(|seen| seen.bearer)
            .all(|bearer| bearer.as_deref() == Some("one"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_at_hand_takes_no_lock_and_a_client_alone_touches_no_file() {
    let machine = Machine::new([]);
    let client = machine.process();
    assert!(
        machine.files("").is_empty(),
        "nothing before the first call"
    );
    call(&client).await.unwrap();
    for lock in machine.files(".lock") {
        std::fs::remove_file(lock).unwrap();
    }
    call(&client).await.unwrap();
    call(&machine.process()).await.unwrap();
    assert!(machine.files(".lock").is_empty());
    assert_eq!(machine.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_folder_processes_know_nothing_of_each_other() {
    let machine = Machine::new([]);
    for _ in 0..2 {
        call(&machine.process_with(FakeService::config()))
            .await
            .unwrap();
    }
    assert_eq!(machine.asked(), 2);
    assert!(machine.files("").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_is_asked_about_once_by_all_and_a_changed_one_at_once() {
    let machine = Machine::new([refusal().after(seconds(1))]);
    for outcome in machine.processes(20).await {
        assert!(outcome.unwrap_err().is_token_refused());
    }
    Clock::system().sleep(seconds(30)).await;
    let error = call(&machine.process()).await.unwrap_err().to_string();
    assert!(
        error.contains("401 Unauthorized: Unauthorized (access_denied). That was 3")
            && error.contains("changed ones at once"),
        "{error}"
    );
    assert_eq!(machine.asked(), 1);
    let text = std::fs::read_to_string(&machine.files(".json")[0]).unwrap();
    assert!(!text.contains(SECRET));

    call(&machine.process_with(with_secret(&machine, "changed")))
        .await
        .unwrap();
    assert_eq!(machine.asked(), 2);
    Clock::system().sleep(seconds(91)).await;
    call(&machine.process()).await.unwrap();
    assert_eq!(machine.asked(), 3, "not remembered for ever");
}

#[tokio::test(start_paused = true)]
async fn a_pause_concerns_all_processes_and_all_credentials() {
    let machine = Machine::new([too_many().header("retry-after", "45")]);
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..20 {
        let client = machine.process_with(with_secret(&machine, &format!("secret {number}")));
        calls.spawn(async move { call(&client).await });
    }
    for outcome in calls.join_all().await {
        outcome.unwrap();
    }
    assert_eq!(machine.asked(), 21);
    let distances = machine.distances();
    assert!(distances[0] >= seconds(45), "{distances:?}");
    assert!(
        distances.iter().all(|distance| *distance >= seconds(1)),
        "{distances:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn under_a_storm_of_refusals_the_pauses_grow_for_all_together() {
    let machine = Machine::new((0..6).map(|_| too_many()));
    for outcome in machine.processes(20).await {
        outcome.unwrap();
    }
    assert_eq!(machine.asked(), 7);
    let distances: Vec<f64> = machine
        .distances()
        .iter()
        .map(Duration::as_secs_f64)
        .collect();
    for (distance, longest) in distances.iter().zip([2.0, 4.0, 8.0, 16.0, 32.0, 60.0]) {
        assert!(*distance >= longest / 2.0 - 0.01, "{distances:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_absurd_pause_ends_for_the_machine_before_it_does_for_the_process() {
    let machine = Machine::new([too_many().header("retry-after", "999999999999")]);
    call(&machine.process()).await.unwrap_err();
    let client = machine.process();
    let error = client
        .list_clusters(&within(seconds(60)))
        .await
        .unwrap_err();
    assert!(error.elapsed() < seconds(2));
    let error = error.to_string();
    assert!(
        error.contains("are paused. The next token request may be sent in 15 min"),
        "{error}"
    );
    assert!(
        error.contains("other jobs or programs there may be the cause"),
        "{error}"
    );
    assert_eq!(machine.asked(), 1);
    Clock::system().sleep(seconds(15 * 60)).await;
    call(&machine.process()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once_for_all() {
    let machine = Machine::new([Reply::token("old", 3600), Reply::token("new", 3600)]);
    let (one, two) = (machine.process(), machine.process());
    call(&one).await.unwrap();
    call(&two).await.unwrap();
    let third = machine.process();
    machine.service.first([Reply::status(401)]);
    call(&one).await.unwrap();
    machine.service.first([Reply::status(401)]);
    call(&two).await.unwrap();
    call(&third).await.unwrap();
    assert_eq!(machine.asked(), 2);
    assert_eq!(machine.last_bearer().as_deref(), Some("new"));

    // A fresh one that is refused as well is not replaced again and again, by nobody.
    machine.service.first([Reply::status(401)]);
    assert!(
        call(&machine.process())
            .await
            .unwrap_err()
            .is_unauthorized()
    );
    assert_eq!(machine.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_gone_from_the_file_before_another_is_there() {
    let machine = Machine::new([Reply::token("old", 3600), Reply::Hang]);
    let client = machine.process();
    call(&client).await.unwrap();
    machine.service.first([Reply::status(401)]);
    let outcome = client.list_clusters(&within(seconds(20))).await;
    outcome.unwrap_err();
    assert_eq!(machine.asked(), 2);
    for file in machine.files(".json") {
        assert!(!std::fs::read_to_string(file).unwrap().contains("old"));
    }
}

#[tokio::test(start_paused = true)]
async fn one_process_renews_early_while_others_use_what_they_have() {
    let machine = Machine::new([
        Reply::token("old", 1000),
        Reply::token("new", 1000).after(seconds(3)),
    ]);
    let processes: Vec<Client> = (0..10).map(|_| machine.process()).collect();
    for client in &processes {
        call(client).await.unwrap();
    }
    Clock::system().sleep(seconds(955)).await;
    let begun = machine.service.clock.instant();
    let mut calls = tokio::task::JoinSet::new();
    for client in processes.clone() {
        calls.spawn(async move { call(&client).await });
    }
    for outcome in calls.join_all().await {
        outcome.unwrap();
    }
    assert_eq!(machine.asked(), 2);
    let seen = machine.service.api_requests();
    let at_once = seen[10..]
        .iter()
        .filter(|seen| seen.at - begun < seconds(1));
    assert_eq!(at_once.count(), 9, "only the one who renews waits");
    for client in &processes {
        call(client).await.unwrap();
        assert_eq!(machine.last_bearer().as_deref(), Some("new"));
    }
    assert_eq!(machine.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_leaves_the_token_to_all() {
    for failure in [refusal, too_many, || Reply::status(503)] {
        let machine = Machine::new([Reply::token("old", 3000), failure()]);
        call(&machine.process()).await.unwrap();
        Clock::system().sleep(seconds(2851)).await;
        for outcome in machine.processes(10).await {
            outcome.unwrap();
        }
        assert_eq!(machine.last_bearer().as_deref(), Some("old"));
        for distance in machine.distances() {
            assert!(distance >= seconds(1));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_holder_who_goes_away_is_succeeded() {
    let machine = Machine::new([Reply::Hang, Reply::token("second", 3600)]);
    let holder = tokio::spawn({
        let client = machine.process();
        async move { call(&client).await }
    });
    while machine.asked() == 0 {
        Clock::system().sleep(Duration::from_millis(10)).await;
    }
    let waiter = tokio::spawn({
        let client = machine.process();
        async move { call(&client).await }
    });
    Clock::system().sleep(seconds(5)).await;
    assert_eq!(machine.asked(), 1);
    holder.abort();
    waiter.await.unwrap().unwrap();
    assert_eq!(machine.last_bearer().as_deref(), Some("second"));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_costs_a_request_and_no_run() {
    let machine = Machine::new([]);
    let start = machine.service.clock.now();
    call(&machine.process()).await.unwrap();
    for (jump, requests) in [(1800, 1), (-7200, 2), (400_000, 3), (-400_000, 4), (0, 5)] {
        let wall = start + jiff::SignedDuration::from_secs(jump);
        machine.service.clock.set_wall(wall);
        let begun = machine.service.clock.instant();
        call(&machine.process()).await.unwrap();
        assert_eq!(machine.asked(), requests, "{jump}");
        assert!(
            machine.service.clock.instant() - begun < seconds(3),
            "{jump}"
        );
        Clock::system().sleep(seconds(3)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn files_that_cannot_be_used_fail_no_run() {
    let machine = Machine::new([]);
    std::fs::write(machine.cache.path().join("tokens"), "in the way").unwrap();
    for count in 1..4 {
        call(&machine.process()).await.unwrap();
        assert_eq!(machine.asked(), count);
    }
}

#[tokio::test(start_paused = true)]
async fn a_torn_pace_file_counts_as_none() {
    let machine = Machine::new([]);
    call(&machine.process()).await.unwrap();
    for file in machine.files(".json") {
        std::fs::write(file, "{\"writ").unwrap();
    }
    call(&machine.process()).await.unwrap();
    assert_eq!(machine.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn where_tokens_come_from_is_counted() {
    let machine = Machine::new([]);
    call(&machine.process()).await.unwrap();
    let process = FakeService {
        shared: Arc::default(),
        ..machine.service.clone()
    };
    let client = process.client_with(machine.config());
    call(&client).await.unwrap();
    call(&client).await.unwrap();
    insta::assert_snapshot!(process.shared.statistics.summary(), @"requests: 2 (GetClusters 2); retries: 0; waits: 0, 0.0 s in all; reads shared: 0; tokens: 1 from memory, 1 from file, 0 requested");
}
