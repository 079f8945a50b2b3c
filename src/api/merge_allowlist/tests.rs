//! Several processes and a hand at one list, on paused time: whatever the order, nobody's entry is
//! lost, and nobody's is touched.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::api::shared::Shared;
use crate::api::test_transport::{free, within};
use crate::api::transport::{Answer, Exchange, Transport};
use crate::api::{Config, Credentials, SecretString};
use crate::clock::Clock;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn entry(description: &str, ip: &str) -> AllowlistEntry {
    AllowlistEntry {
        ip: ip.to_owned(),
        description: description.to_owned(),
    }
}

/// The service: one list, and what happened to it.
#[derive(Clone)]
struct Service {
    list: Arc<Mutex<Option<Vec<AllowlistEntry>>>>,
    log: Arc<Mutex<Vec<String>>>,
    started: Instant,
}

impl Service {
    fn with(list: Option<&[AllowlistEntry]>) -> Self {
        Self {
            list: Arc::new(Mutex::new(list.map(<[_]>::to_vec))),
            log: Arc::default(),
            started: Clock::system().instant(),
        }
    }

    fn process(&self, name: &'static str) -> Process {
        Process {
            name,
            service: self.clone(),
            next: Arc::default(),
        }
    }

    /// `office=10.0.0.1 vpn=10.0.0.2`, sorted.
    fn shown(&self) -> String {
        let list = self.list.lock().unwrap().clone().unwrap_or_default();
        let mut entries: Vec<String> = list
            .iter()
            .map(|entry| format!("{}={}", entry.description, entry.ip))
            .collect();
        entries.sort();
        entries.join(" ")
    }

    /// At `time`, somebody in the Console does something to the list.
    async fn by_hand(&self, time: Duration, hand: impl FnOnce(&mut Vec<AllowlistEntry>)) {
        Clock::system().sleep_until(self.started + time).await;
        hand(self.list.lock().unwrap().as_mut().unwrap());
        self.log("hand", "changes the list");
    }

    fn log(&self, who: &str, what: &str) {
        let at = (Clock::system().instant() - self.started).as_millis();
        self.log.lock().unwrap().push(format!("{at} {who} {what}"));
    }

    fn log_text(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }

    fn count(&self, what: &str) -> usize {
        let log = self.log.lock().unwrap();
        log.iter().filter(|line| line.contains(what)).count()
    }
}

/// What comes over one request instead of an answer after a millisecond.
enum Mishap {
    /// It takes that long to arrive.
    Late(Duration),
    /// It is refused.
    Refused(u16),
    /// It is carried out, and an error says otherwise.
    Lied(u16),
}

/// One process: what its requests meet on their way.
#[derive(Clone)]
struct Process {
    name: &'static str,
    service: Service,
    next: Arc<Mutex<VecDeque<(Method, Mishap)>>>,
}

impl Process {
    fn client(&self) -> Client {
        let token = Credentials::AccessToken(SecretString::from("token"));
        Client::assemble(
            Config::new(token),
            Arc::new(self.clone()),
            Arc::<Shared>::default(),
            Clock::system(),
        )
        .unwrap()
    }

    /// The next request of this method meets with something.
    fn meets(self, method: Method, mishap: Mishap) -> Self {
        self.next.lock().unwrap().push_back((method, mishap));
        self
    }

    fn mishap(&self, method: &Method) -> Option<Mishap> {
        let mut next = self.next.lock().unwrap();
        let place = next.iter().position(|(of, _)| of == method)?;
        next.remove(place).map(|(_, mishap)| mishap)
    }
}

impl Transport for Process {
    fn exchange(&self, request: Request<Bytes>) -> Exchange<'_> {
        Box::pin(async move {
            let mishap = self.mishap(request.method());
            let way = match mishap {
                Some(Mishap::Late(late)) => late,
                _ => ms(1),
            };
            Clock::system().sleep(way).await;
            let answer = |status: u16, body: String| Answer {
                status: StatusCode::from_u16(status).unwrap(),
                headers: HeaderMap::new(),
                body: Bytes::from(body),
                fault: None,
            };
            if let Some(Mishap::Refused(status)) = mishap {
                self.service
                    .log(self.name, &format!("{} {status}", request.method()));
                return Ok(answer(status, String::new()));
            }
            let mut list = self.service.list.lock().unwrap();
            let (status, body) = if request.method() == Method::GET {
                let shown = serde_json::json!({ "uuid": "c1", "name": "c", "ipallowlist": *list });
                (200, shown.to_string())
            } else {
                let mut body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
                *list = serde_json::from_value(body["ipallowlist"].take()).unwrap();
                (204, String::new())
            };
            drop(list);
            self.service.log(self.name, request.method().as_str());
            let status = match mishap {
                Some(Mishap::Lied(status)) => status,
                _ => status,
            };
            Ok(answer(status, body))
        })
    }
}

async fn add(client: &Client, description: &str, ip: &str) -> Result<(), MergeError> {
    let entry = entry(description, ip);
    client.add_ip_allowlist_entry(&free(), "c1", &entry).await
}

#[tokio::test(start_paused = true)]
async fn a_change_is_read_written_and_looked_at_twice() {
    let service = Service::with(Some(&[entry("office", "10.0.0.1")]));
    let client = service.process("a").client();
    add(&client, "vpn", "10.0.0.2").await.unwrap();
    assert_eq!(service.shown(), "office=10.0.0.1 vpn=10.0.0.2");
    insta::assert_snapshot!(service.log_text(), @r"
    1 a GET
    2 a PUT
    3 a GET
    2503 a GET
    ");
}

#[tokio::test(start_paused = true)]
async fn what_is_as_wanted_is_not_written() {
    let service = Service::with(Some(&[entry("office", "10.0.0.1/32, 10.0.1.7/24")]));
    let client = service.process("a").client();
    let same = entry("office", "10.0.1.0/24,10.0.0.1");
    client
        .put_ip_allowlist_entry(&free(), "c1", &same)
        .await
        .unwrap();
    client
        .remove_ip_allowlist_entry(&free(), "c1", "vpn")
        .await
        .unwrap();
    assert_eq!((service.count("GET"), service.count("PUT")), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn an_entry_is_changed_in_its_place_and_removed_alone() {
    let list = [
        entry("office", "10.0.0.1"),
        entry("vpn", "10.0.0.2"),
        // Two under one description are one to us.
        entry("vpn", "10.0.0.3"),
        entry("", "10.0.0.4"),
    ];
    let service = Service::with(Some(&list));
    let client = service.process("a").client();
    let changed = entry("vpn", "10.0.0.9");
    client
        .put_ip_allowlist_entry(&free(), "c1", &changed)
        .await
        .unwrap();
    let there = service.list.lock().unwrap().clone().unwrap();
    assert_eq!(there, [list[0].clone(), changed, list[3].clone()]);
    client
        .remove_ip_allowlist_entry(&free(), "c1", "vpn")
        .await
        .unwrap();
    assert_eq!(service.shown(), "=10.0.0.4 office=10.0.0.1");
}

#[tokio::test(start_paused = true)]
async fn the_changes_of_a_process_go_together() {
    let service = Service::with(Some(&[]));
    let client = service.process("a").client();
    let mut all = JoinSet::new();
    for index in 0..30 {
        let client = client.clone();
        all.spawn(async move { add(&client, &format!("{index:02}"), "10.0.0.1").await });
    }
    while let Some(result) = all.join_next().await {
        result.unwrap().unwrap();
    }
    let there = service.list.lock().unwrap().clone().unwrap();
    assert_eq!(there.len(), 30);
    // The first one by itself, all others together.
    assert_eq!(service.count("PUT"), 2, "{}", service.log_text());
    assert!(service.count("GET") <= 8, "{}", service.log_text());
}

/// B reads before A writes and writes before A does: A overwrites B, which notices.
#[tokio::test(start_paused = true)]
async fn another_writer_between_read_and_write_is_not_lost() {
    let service = Service::with(Some(&[]));
    let a = service
        .process("a")
        .meets(Method::PUT, Mishap::Late(ms(100)))
        .client();
    let b = service.process("b").client();
    let (first, second) = tokio::join!(add(&a, "a", "10.0.0.1"), add(&b, "b", "10.0.0.2"));
    first.unwrap();
    second.unwrap();
    assert_eq!(service.shown(), "a=10.0.0.1 b=10.0.0.2");
    assert_eq!(service.count("b PUT"), 2, "{}", service.log_text());
}

#[tokio::test(start_paused = true)]
async fn another_writer_between_write_and_first_look_is_noticed() {
    let service = Service::with(Some(&[]));
    let client = service
        .process("a")
        .meets(Method::GET, Mishap::Late(ms(1)))
        .meets(Method::GET, Mishap::Late(ms(100)))
        .client();
    let (added, ()) = tokio::join!(
        add(&client, "a", "10.0.0.1"),
        service.by_hand(ms(50), |list| *list = vec![entry("hand", "10.0.0.9")])
    );
    added.unwrap();
    assert_eq!(service.shown(), "a=10.0.0.1 hand=10.0.0.9");
    assert_eq!(service.count("PUT"), 2, "{}", service.log_text());
}

#[tokio::test(start_paused = true)]
async fn another_writer_after_the_first_look_is_noticed() {
    let service = Service::with(Some(&[]));
    let client = service.process("a").client();
    let (added, ()) = tokio::join!(
        add(&client, "a", "10.0.0.1"),
        service.by_hand(ms(900), |list| *list = vec![entry("hand", "10.0.0.9")])
    );
    added.unwrap();
    assert_eq!(service.shown(), "a=10.0.0.1 hand=10.0.0.9");
    // Merged again, and then looked at as after a first write.
    assert_eq!(service.count("PUT"), 2, "{}", service.log_text());
    let end = Clock::system().instant() - service.started;
    assert!(end >= ms(5_000), "{end:?}: {}", service.log_text());
}

#[tokio::test(start_paused = true)]
async fn a_removal_that_somebody_undoes_unknowingly_is_repeated() {
    let service = Service::with(Some(&[entry("a", "10.0.0.1")]));
    let client = service.process("a").client();
    let context = free();
    let (removed, ()) = tokio::join!(
        client.remove_ip_allowlist_entry(&context, "c1", "a"),
        service.by_hand(ms(900), |list| {
            *list = vec![entry("a", "10.0.0.1"), entry("hand", "10.0.0.9")];
        })
    );
    removed.unwrap();
    assert_eq!(service.shown(), "hand=10.0.0.9");
}

#[tokio::test(start_paused = true)]
async fn many_processes_and_a_hand_lose_nothing() {
    let service = Service::with(Some(&[]));
    let mut all = JoinSet::new();
    for (process, late) in [("a", 3), ("b", 40), ("c", 700)] {
        let client = service
            .process(process)
            .meets(Method::PUT, Mishap::Late(ms(late)))
            .meets(Method::PUT, Mishap::Late(ms(2 * late)))
            .client();
        for index in 0..10 {
            let client = client.clone();
            let description = format!("{process}{index}");
            all.spawn(async move { add(&client, &description, "10.0.0.1").await });
        }
    }
    service
        .by_hand(ms(100), |list| list.push(entry("hand", "10.0.0.9")))
        .await;
    while let Some(result) = all.join_next().await {
        result.unwrap().unwrap();
    }
    let there = service.list.lock().unwrap().clone().unwrap();
    // What the hand did was overwritten by who had read before it: nobody can see that.
    let ours = there.iter().filter(|entry| entry.description != "hand");
    assert_eq!(ours.count(), 30, "{}", service.log_text());
}

#[tokio::test(start_paused = true)]
async fn a_list_too_old_to_be_written_is_read_again() {
    let service = Service::with(Some(&[]));
    let client = service
        .process("a")
        .meets(Method::PUT, Mishap::Refused(503))
        .meets(Method::PUT, Mishap::Refused(503))
        .meets(Method::PUT, Mishap::Refused(503))
        .client();
    let (added, ()) = tokio::join!(
        add(&client, "a", "10.0.0.1"),
        service.by_hand(ms(5), |list| list.push(entry("hand", "10.0.0.9")))
    );
    added.unwrap();
    // Every write that was sent was made from a list at most a second old.
    let log = service.log.lock().unwrap().clone();
    let mut read = 0;
    for line in &log {
        let (at, what) = line.split_once(' ').unwrap();
        let at: u64 = at.parse().unwrap();
        if what == "a GET" {
            read = at;
        }
        assert!(!what.starts_with("a PUT") || at - read <= 1_001, "{log:#?}");
    }
    assert_eq!(service.count("PUT"), 4);
}

#[tokio::test(start_paused = true)]
async fn a_taken_description_and_a_hidden_list_are_left_alone() {
    let service = Service::with(Some(&[entry("vpn", "10.0.0.1")]));
    let client = service.process("a").client();
    let taken = add(&client, "vpn", "10.0.0.1").await.unwrap_err();
    assert!(matches!(taken, MergeError::Taken(entry) if entry.ip == "10.0.0.1"));
    let hidden = Service::with(None);
    let client = hidden.process("a").client();
    let error = add(&client, "vpn", "10.0.0.1").await.unwrap_err();
    assert!(matches!(error, MergeError::Hidden));
    let error = client
        .remove_ip_allowlist_entry(&free(), "c1", "vpn")
        .await
        .unwrap_err();
    assert!(matches!(error, MergeError::Hidden));
    assert_eq!(service.count("PUT") + hidden.count("PUT"), 0);
}

#[tokio::test(start_paused = true)]
async fn our_own_entry_does_not_take_the_description() {
    let service = Service::with(Some(&[]));
    let client = service
        .process("a")
        .meets(Method::PUT, Mishap::Lied(503))
        .meets(Method::PUT, Mishap::Refused(503))
        .meets(Method::PUT, Mishap::Refused(503))
        .client();
    add(&client, "a", "10.0.0.1").await.unwrap();
    assert_eq!(service.shown(), "a=10.0.0.1");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_told_to_all_who_wait_and_not_repeated() {
    let service = Service::with(Some(&[]));
    let client = service
        .process("a")
        .meets(Method::PUT, Mishap::Refused(403))
        .meets(Method::PUT, Mishap::Refused(500))
        .client();
    let (first, second, third) = tokio::join!(
        add(&client, "a", "10.0.0.1"),
        add(&client, "b", "10.0.0.1"),
        add(&client, "c", "10.0.0.1")
    );
    assert!(matches!(first, Err(MergeError::Api(error)) if error.is_forbidden()));
    for result in [second, third] {
        assert!(matches!(result, Err(MergeError::Api(error)) if error.may_have_committed()));
    }
    assert_eq!(service.count("PUT"), 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_takes_nobody_along() {
    let service = Service::with(Some(&[]));
    let client = service
        .process("a")
        .meets(Method::GET, Mishap::Late(ms(5_000)))
        .client();
    let impatient = CallContext::new(CancellationToken::new());
    let (cancelled, patient, ()) = tokio::join!(
        async {
            let entry = entry("impatient", "10.0.0.1");
            client
                .add_ip_allowlist_entry(&impatient, "c1", &entry)
                .await
        },
        async {
            Clock::system().sleep(ms(10)).await;
            add(&client, "patient", "10.0.0.2").await
        },
        async {
            Clock::system().sleep(ms(100)).await;
            impatient.cancel.cancel();
        }
    );
    assert!(matches!(cancelled, Err(MergeError::Api(error)) if error.is_cancelled()));
    patient.unwrap();
    assert_eq!(service.shown(), "patient=10.0.0.2");
}

#[tokio::test(start_paused = true)]
async fn an_end_after_the_write_says_that_it_was_written() {
    let service = Service::with(Some(&[]));
    let client = service.process("a").client();
    let wanted = entry("a", "10.0.0.1");
    let error = client
        .add_ip_allowlist_entry(&within(ms(1_000)), "c1", &wanted)
        .await
        .unwrap_err();
    assert!(matches!(error, MergeError::Unverified(error) if error.is_deadline_exceeded()));
    assert_eq!(service.shown(), "a=10.0.0.1");
}

#[tokio::test(start_paused = true)]
async fn somebody_who_overwrites_again_and_again_is_named() {
    let service = Service::with(Some(&[]));
    let client = service.process("a").client();
    let wanted = entry("a", "10.0.0.1");
    let context = within(ms(12_000));
    let stubborn = async {
        for second in 1..12 {
            service.by_hand(ms(second * 1_000), Vec::clear).await;
        }
    };
    let (added, ()) = tokio::join!(
        client.add_ip_allowlist_entry(&context, "c1", &wanted),
        stubborn
    );
    assert!(matches!(added, Err(MergeError::Overwritten(times)) if times > 1));
}

#[tokio::test(start_paused = true)]
async fn whole_lists_wait_for_those_who_merge() {
    let service = Service::with(Some(&[]));
    let client = service
        .process("a")
        .meets(Method::PUT, Mishap::Late(ms(500)))
        .client();
    let context = within(ms(2_000));
    let wanted = entry("a", "10.0.0.1");
    let (_, replaced) = tokio::join!(
        client.add_ip_allowlist_entry(&context, "c1", &wanted),
        async {
            Clock::system().sleep(ms(10)).await;
            client.replace_ip_allowlist(&free(), "c1", &[]).await
        }
    );
    replaced.unwrap();
    let log = service.log_text();
    assert!(log.starts_with("1 a GET\n501 a PUT\n502 a PUT"), "{log}");
}
