//! One process in debug mode, and a thousand runs that attach to it, eight at a time.

use std::sync::Arc;
use std::time::Duration;

use terraform_provider_camunda::plugin::wire::proto::tfplugin6::provider_client::ProviderClient;
use tokio::task::JoinSet;

use crate::machine::{Machine, configure, holdings};
use crate::plugin_client::{HandshakeLine, Process, patiently};
use crate::support::client::Client;
use crate::{bad_days, object};

/// Who attaches at the same time, each with a cluster of their own.
const USERS: usize = 8;

/// The runs of each of them between two looks at the process.
const RUNS: usize = 25;

/// How often the process is looked at.
const LOOKS: usize = 5;

/// How long a token lives: several times shorter than the test takes.
const TOKEN_LIFETIME: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_runs_leave_a_process_as_it_was() {
    let machine = Arc::new(Machine::new(TOKEN_LIFETIME));
    let launch = machine.launch().plain().arg("-debug");
    let (mut process, _) = launch.env_remove("TF_PLUGIN_MAGIC_COOKIE").spawn();
    let address = Arc::new(attach_to(&mut process).await);
    let clusters: Vec<String> = (0..USERS)
        .map(|user| machine.add_cluster(&format!("cluster-{user}")))
        .collect();

    let channel = address.connect(None).await.unwrap();
    let client = ProviderClient::new(channel).max_decoding_message_size(usize::MAX);
    let core = Client::over(client).await;

    // What a process acquires once, it acquires here: schemas, buffers, threads.
    round(&machine, &address, &core, &clusters, 0).await;
    let (first_memory, first_descriptors) = settled(&process, None).await;
    println!("runs  memory, KiB  descriptors  token requests");
    for look in 1..=LOOKS {
        if look > 1 {
            round(&machine, &address, &core, &clusters, (look - 1) * RUNS).await;
        }
        let (memory, descriptors) = settled(&process, Some(first_descriptors)).await;
        let tokens = machine.simulator.token_requests().len();
        println!(
            "{:4}  {memory:11}  {descriptors:11}  {tokens:14}",
            look * RUNS * USERS
        );
        // Three kibibytes lost in each run would be more than that.
        assert!(
            memory < first_memory + GROWTH,
            "{first_memory} KiB have become {memory} KiB"
        );
    }

    for cluster in &clusters {
        for type_name in object::QUICK {
            let left = (object::named(type_name).remote)(&machine.simulator, cluster);
            assert_eq!(left, [""; 0], "{type_name}");
        }
    }
    let requests = machine.simulator.token_requests();
    for pair in requests.windows(2) {
        let distance = pair[0].real_time.duration_until(pair[1].real_time);
        assert!(
            distance.unsigned_abs() >= TOKEN_LIFETIME / 2,
            "a token was asked for although one was at hand: {pair:?}"
        );
    }
    machine.simulator.assert_clean();

    process.signal("TERM");
    let ended = process.ended().await;
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert_eq!(machine.temporary_files(), [""; 0]);
}

/// How much more memory a process may have after some hundreds of runs than after the first ones, in
/// KiB: what an allocator needs for its own order.
const GROWTH: u64 = 2 * 1_024;

/// The runs of all users, from the run of this number on.
async fn round(
    machine: &Arc<Machine>,
    address: &Arc<HandshakeLine>,
    core: &Client,
    clusters: &[String],
    from: usize,
) {
    let mut users = JoinSet::new();
    for (user, cluster) in clusters.iter().cloned().enumerate() {
        let (machine, address) = (Arc::clone(machine), Arc::clone(address));
        let core = core.clone();
        users.spawn(async move {
            for run in from..from + RUNS {
                // A command of a core connects anew.
                let client = attach(&address, &core).await;
                configure(&client).await;
                bad_days::strike(&machine.simulator, &cluster, run * USERS + user);
                object::live(&client, object::of(run), &cluster).await;
            }
        });
    }
    users.join_all().await;
    machine.simulator.faults().clear();
}

/// Attaches as one more command of a core does, which knows the schemas.
async fn attach(address: &HandshakeLine, core: &Client) -> Client {
    let channel = address.connect(None).await.unwrap();
    core.on(ProviderClient::new(channel).max_decoding_message_size(usize::MAX))
}

/// What the process holds once the connections of all who have left are closed.
async fn settled(process: &Process, descriptors: Option<usize>) -> (u64, usize) {
    let mut last = holdings(process);
    patiently(async {
        loop {
            tokio::task::yield_now().await;
            let now = holdings(process);
            let is_settled = match descriptors {
                Some(expected) => now.1 <= expected,
                None => now.1 == last.1,
            };
            last = now;
            if is_settled {
                break;
            }
        }
    })
    .await;
    last
}

/// Where to attach to, from what the process prints for a person.
async fn attach_to(process: &mut Process) -> HandshakeLine {
    loop {
        let line = process.stdout_line().await;
        assert!(!line.is_empty(), "ended without an address");
        let Some(json) = line.split('\'').nth(1) else {
            continue;
        };
        let providers: serde_json::Value = serde_json::from_str(json).unwrap();
        let entry = &providers["registry.terraform.io/camunda-rs/camunda"];
        return HandshakeLine {
            host_protocol: 1,
            plugin_protocol: 6,
            network: entry["Addr"]["Network"].as_str().unwrap().to_owned(),
            address: entry["Addr"]["String"].as_str().unwrap().to_owned(),
            transport: "grpc".to_owned(),
            certificate: None,
            multiplexing: None,
        };
    }
}
