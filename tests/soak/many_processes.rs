//! Two hundred processes one after another and side by side, as in a pipeline: they share one token, and
//! nothing is left of them but what they keep for each other.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::machine::{Machine, configure};
use crate::support::client::Client;
use crate::{bad_days, object};

/// Pipelines that run at the same time, each with a cluster of its own.
const PIPELINES: usize = 4;

/// The processes of each.
const PROCESSES: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_processes_leave_nothing_but_one_token() {
    let machine = Arc::new(Machine::new(Duration::from_secs(24 * 60 * 60)));
    let clusters: Vec<String> = (0..PIPELINES)
        .map(|number| machine.add_cluster(&format!("cluster-{number}")))
        .collect();
    // Schemas are the same for all.
    let first = machine.launch().start().await;
    let core = Client::over(first.provider().await).await;
    let mut kept = Vec::new();
    for process in 0..PROCESSES {
        let mut pipelines = JoinSet::new();
        for (number, cluster) in clusters.iter().cloned().enumerate() {
            let machine = Arc::clone(&machine);
            let cycle = process * PIPELINES + number;
            let core = core.clone();
            pipelines.spawn(async move {
                let plugin = machine.launch().start().await;
                let socket = plugin.socket();
                let client = core.on(plugin.provider().await);
                configure(&client).await;
                bad_days::strike(&machine.simulator, &cluster, cycle);
                object::live(&client, object::of(cycle), &cluster).await;
                drop(client);
                let ended = plugin.shut_down().await;
                assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
                assert!(!socket.exists(), "{socket:?}");
            });
        }
        pipelines.join_all().await;
        assert_eq!(
            machine.temporary_files().len(),
            1,
            "the socket of the first"
        );
        machine.simulator.faults().clear();
        if process == 10 {
            kept = machine.kept_files();
        }
    }
    drop(core);
    first.shut_down().await;
    assert_eq!(machine.temporary_files(), [""; 0]);
    assert_eq!(machine.kept_files(), kept, "no file for each process");
    let tokens = machine.simulator.token_requests();
    println!(
        "{} processes, {} token requests",
        PIPELINES * PROCESSES,
        tokens.len()
    );
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    machine.simulator.assert_clean();
}
