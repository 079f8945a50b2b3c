//! Every fault, on every request that makes something and on the first read after it: in the end
//! the service has what is configured, once, and nothing that was told only once is lost.
//!
//! Prints the matrix. Each cell is the life of one object: an apply with the fault, further applies
//! without it as a user would make them, an empty plan, and a destroy that leaves nothing.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/plugin_client.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod plugin_client;

mod cell;
mod creations;
mod faults;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use camunda_simulator::Fault;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use cell::{Life, Target, live};
use creations::Creation;

/// Lives led at a time: they mostly wait.
const AT_A_TIME: usize = 40;

/// More than any life takes, looks and timeouts included.
const LONGEST_LIFE: Duration = Duration::from_secs(55);

/// What is asked of the matrix at least.
const FEWEST_CELLS: usize = 700;

/// Which request of a creation is hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Creation,
    FirstRead,
}

/// Resource, place, fault.
type Key = (&'static str, Place, &'static str);

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_makes_a_thing_twice_or_loses_it() {
    let mut cells: Vec<(Key, Creation, Target, Fault)> = Vec::new();
    let healthy: Vec<_> = creations::ALL
        .iter()
        .map(|creation| (creation, tokio::spawn(live(*creation, None))))
        .collect();
    for (creation, healthy) in healthy {
        let healthy = healthy.await.unwrap_or_else(|error| panic!("{error}"));
        let healthy = healthy.unwrap_or_else(|why| panic!("{}: {why}", creation.type_name));
        assert_eq!((healthy.applies, healthy.carried_out), (1, 1));
        for place in [Place::Creation, Place::FirstRead] {
            let target = target(place, creation.operation, &healthy.requests);
            for (name, fault) in faults::all() {
                let key = (creation.type_name, place, name);
                cells.push((key, *creation, target.clone(), fault));
            }
        }
    }

    let turns = Arc::new(Semaphore::new(AT_A_TIME));
    let mut running = JoinSet::new();
    for (key, creation, target, fault) in cells {
        let turns = Arc::clone(&turns);
        running.spawn(async move {
            let _turn = turns.acquire_owned().await;
            let life = live(creation, Some((target, fault)));
            let result = tokio::time::timeout(LONGEST_LIFE, life).await;
            let over = |_| Err(format!("is not over after {LONGEST_LIFE:?}"));
            (key, result.unwrap_or_else(over))
        });
    }
    let mut results = BTreeMap::new();
    while let Some(done) = running.join_next().await {
        let (key, result) = done.unwrap_or_else(|error| panic!("a cell broke: {error}"));
        results.insert(key, result);
    }

    println!("{}", table(&results));
    assert!(results.len() >= FEWEST_CELLS, "{} cells", results.len());
    let mut wrong = String::new();
    for ((type_name, place, fault), result) in &results {
        if let Err(why) = result {
            let _ = writeln!(wrong, "{type_name}, {place:?}, {fault}: {why}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The request to hit, by what a creation without a fault has sent.
fn target(place: Place, operation: &str, requests: &[String]) -> Target {
    let made = requests.iter().position(|request| request == operation);
    let made = made.unwrap_or_else(|| panic!("no {operation} among {requests:?}"));
    let hit = match place {
        Place::Creation => made,
        Place::FirstRead => {
            let mut later = requests.iter().enumerate().skip(made + 1);
            let read = later.find(|(_, request)| request.starts_with("Get"));
            read.unwrap_or_else(|| panic!("no read after {operation} among {requests:?}"))
                .0
        }
    };
    let operation = requests[hit].clone();
    let earlier = requests[..hit].iter();
    let skip = earlier.filter(|request| **request == operation).count();
    Target { operation, skip }
}

/// One line per fault, two columns per resource: applies until all was right, and with `x2` and
/// more how often the creating request was carried out.
fn table(results: &BTreeMap<Key, Result<Life, String>>) -> String {
    let columns: Vec<(&str, Place)> = creations::ALL
        .iter()
        .flat_map(|creation| {
            let name = creation.type_name;
            [(name, Place::Creation), (name, Place::FirstRead)]
        })
        .collect();
    let mut text = String::from(
        "\nApplies until the service has what is configured, once. W: hits the creating request; R: \
         the first read after it. *n: the creating request was carried out n times, the earlier \
         objects being gone. !: wrong.\n\n",
    );
    let width = 24;
    let _ = write!(text, "| {:width$} |", "fault");
    for (name, place) in &columns {
        let short = name.trim_start_matches("camunda_");
        let short = short.trim_start_matches("cluster_");
        let letter = if *place == Place::Creation { 'W' } else { 'R' };
        let _ = write!(text, " {short} {letter} |");
    }
    let _ = writeln!(text);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (fault, _) in faults::all() {
        let _ = write!(text, "| {fault:width$} |");
        for (name, place) in &columns {
            let (cell, count) = match &results[&(*name, *place, fault)] {
                Ok(life) if life.carried_out > 1 => {
                    let applies = life.applies;
                    (format!("{applies}*{}", life.carried_out), right(applies))
                }
                Ok(life) => (life.applies.to_string(), right(life.applies)),
                Err(_) => ("!".to_owned(), "wrong".to_owned()),
            };
            *counts.entry(count).or_default() += 1;
            let short = name.trim_start_matches("camunda_");
            let short = short.trim_start_matches("cluster_");
            let _ = write!(text, " {cell:>0$} |", short.len() + 2);
        }
        let _ = writeln!(text);
    }
    let _ = write!(text, "\n{} cells", results.len());
    for (count, cells) in counts {
        let _ = write!(text, "; {count}: {cells}");
    }
    text.push('\n');
    text
}

fn right(applies: usize) -> String {
    format!("right after {applies}")
}
