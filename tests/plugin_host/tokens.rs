//! Many processes at once and the token service: how often it is asked, and what is left on the disk.

use std::path::Path;
use std::time::Duration;

use camunda_simulator::behaviour::TokenRateLimit;
use camunda_simulator::{Fault, Options, RetryAfter, Simulator, seed};
use jiff::Timestamp;
use tempfile::TempDir;
use terraform_provider_camunda::framework::value::Value;

use crate::BINARY;
use crate::plugin_client::{Ended, Launch, Plugin};
use crate::support::client::{Client, has_error, render};

const PROCESSES: usize = 20;

/// An organisation, and the cache folder of the user all processes run as.
struct Machine {
    simulator: Simulator,
    cache: TempDir,
}

impl Machine {
    fn new() -> Self {
        Self {
            simulator: Simulator::start(Options::default()).unwrap(),
            cache: tempfile::tempdir().unwrap(),
        }
    }

    fn launch(&self, secret: &str) -> Launch {
        self.launch_in(self.cache.path(), secret)
    }

    fn launch_in(&self, cache: &Path, secret: &str) -> Launch {
        Launch::new(BINARY)
            .env("TF_LOG", "TRACE")
            .env("CAMUNDA_CONSOLE_BASE_URL", self.simulator.url())
            .env("CAMUNDA_OAUTH_URL", self.simulator.token_url())
            .env("CAMUNDA_CONSOLE_OAUTH_AUDIENCE", self.simulator.audience())
            .env(
                "CAMUNDA_CONSOLE_CLIENT_ID",
                seed::credentials::FULL.client_id,
            )
            .env("CAMUNDA_CONSOLE_CLIENT_SECRET", secret)
            .env_remove("CAMUNDA_OAUTH_TOKEN")
            .env_remove("CAMUNDA_TOKEN_DISK_CACHE_DISABLE")
            .env("CAMUNDA_TOKEN_CACHE_DIR", cache)
    }

    /// One read in each of twenty processes at the same time; what each said, and its log.
    async fn storm(&self, secret: &str) -> Vec<(String, Ended)> {
        let mut readers = tokio::task::JoinSet::new();
        for _ in 0..PROCESSES {
            let launch = self.launch(secret);
            readers.spawn(async move {
                let plugin = launch.start().await;
                let said = read(&plugin).await;
                (said, plugin.shut_down().await)
            });
        }
        let outcomes = readers.join_all().await;
        for (said, ended) in &outcomes {
            assert!(ended.status.success());
            for secret in [secret, "eyJ"] {
                assert!(!said.contains(secret) && !ended.stderr.contains(secret));
            }
        }
        outcomes
    }

    fn asked(&self) -> Vec<Timestamp> {
        let requests = self.simulator.token_requests().into_iter();
        requests.map(|request| request.real_time).collect()
    }

    #[track_caller]
    fn assert_spaced(&self) {
        for pair in self.asked().windows(2) {
            let distance = pair[1].duration_since(pair[0]);
            assert!(distance.as_millis() >= 1000, "{distance:?}");
        }
    }
}

/// Reads one data source; the messages that came of it.
async fn read(plugin: &Plugin) -> String {
    let client = Client::over(plugin.provider().await).await;
    let diagnostics = client.configure_from_environment().await;
    assert!(!has_error(&diagnostics), "{}", render(&diagnostics));
    let (_, diagnostics) = client.read_data_source("camunda_channel", &channel()).await;
    render(&diagnostics)
}

/// The configuration of the data source.
fn channel() -> Value {
    let unset = [
        "id",
        "default_generation_id",
        "default_generation_name",
        "allowed_generations",
    ];
    let members = unset.map(|name| (name, Value::Null)).into_iter();
    Value::object(members.chain([("name", Value::from("Stable"))]))
}

const RIGHT: &str = seed::credentials::FULL.client_secret;
const WRONG: &str = "s3cr3t.wrong.0Aa1Bb2CEXAMPLE";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_cold_processes_ask_once_and_twenty_warm_ones_not_at_all() {
    let machine = Machine::new();
    let mut sources = Vec::new();
    for _ in 0..2 {
        for (said, ended) in machine.storm(RIGHT).await {
            assert_eq!(said, "");
            let summary = ended
                .stderr
                .lines()
                .find(|line| line.contains("requests: 1"));
            let summary = summary.expect("the log ends with a summary").to_owned();
            assert!(summary.contains("\"@level\":\"info\""), "{summary}");
            sources.push(summary.contains("1 from file, 0 requested"));
        }
        assert_eq!(machine.asked().len(), 1);
    }
    assert_eq!(sources.iter().filter(|from_file| !**from_file).count(), 1);
    machine.simulator.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_processes_with_a_wrong_secret_ask_once() {
    let machine = Machine::new();
    for (said, _) in machine.storm(WRONG).await {
        assert!(said.contains("refused the credentials"), "{said}");
    }
    assert_eq!(machine.asked().len(), 1);
    // The right one is tried at once.
    let plugin = machine.launch(RIGHT).start().await;
    assert_eq!(read(&plugin).await, "");
    assert_eq!(machine.asked().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_processes_in_a_storm_of_refusals_never_ask_twice_in_a_second() {
    let machine = Machine::new();
    machine.simulator.change_behaviour(|behaviour| {
        behaviour.tokens.rate_limit = Some(TokenRateLimit {
            block: Duration::from_secs(60),
            send_retry_after: false,
        });
    });
    let faults = machine.simulator.faults();
    faults
        .on("IssueToken")
        .inject(Fault::too_many_requests(RetryAfter::Seconds(2)));
    faults
        .on("IssueToken")
        .inject(Fault::too_many_requests(RetryAfter::garbage()));
    faults
        .on("IssueToken")
        .inject(Fault::too_many_requests(None));
    for (said, _) in machine.storm(RIGHT).await {
        assert_eq!(said, "");
    }
    assert_eq!(machine.asked().len(), 4);
    machine.assert_spaced();
    let outcomes = machine.simulator.token_requests();
    assert!(
        outcomes
            .iter()
            .all(|request| request.outcome != "rate_limited")
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_in_mid_request_holds_nobody_up() {
    let machine = Machine::new();
    machine
        .simulator
        .faults()
        .on("IssueToken")
        .inject(Fault::held_answer());
    let victim = machine.launch(RIGHT).start().await;
    let client = Client::over(victim.provider().await).await;
    client.configure_from_environment().await;
    // Nobody will be there to answer.
    let asking =
        tokio::spawn(async move { client.read_data_source("camunda_channel", &channel()).await });
    let asked = tokio::task::block_in_place(|| {
        machine
            .simulator
            .wait_for_request("IssueToken", 1, Duration::from_secs(30))
    });
    assert!(asked);
    let waiting = machine.launch(RIGHT).start().await;
    let (said, ()) = tokio::join!(read(&waiting), async {
        waiting
            .process
            .stderr_line("waiting for another process")
            .await;
        assert_eq!(machine.asked().len(), 1, "it waits for the lock");
        victim.process.signal("KILL");
    });
    assert_eq!(said, "");
    assert_eq!(machine.asked().len(), 2);
    asking.await.unwrap_err();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_wrong_with_the_cache_folder_the_run_succeeds_and_nothing_leaks() {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    type Spoil<'a> = (&'a str, &'a dyn Fn(&Path));

    let machine = Machine::new();
    let mode =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let spoil: [Spoil<'_>; 5] = [
        ("a file in its place", &|cache| {
            fs::write(cache, "").unwrap()
        }),
        ("a link", &|cache| {
            let elsewhere = cache.with_extension("elsewhere");
            fs::create_dir(&elsewhere).unwrap();
            symlink(elsewhere, cache).unwrap();
        }),
        ("open to everybody", &|cache| {
            fs::create_dir(cache).unwrap();
            mode(cache, 0o777);
        }),
        // To root everything can be written; a read-only one is then simply used.
        ("read-only", &|cache| {
            fs::create_dir(cache).unwrap();
            mode(cache, 0o500);
        }),
        ("another user's", &|cache| {
            fs::create_dir(cache).unwrap();
            // Fails for others than root, for whom it stays an ordinary folder.
            let _ = std::os::unix::fs::chown(cache, Some(12_345), None);
        }),
    ];
    for (name, spoil) in spoil {
        let cache = machine.cache.path().join(name);
        spoil(&cache);
        let plugin = machine.launch_in(&cache, RIGHT).start().await;
        assert_eq!(read(&plugin).await, "", "{name}");
        assert!(plugin.shut_down().await.status.success(), "{name}");
    }
    for path in walk(machine.cache.path()) {
        let text = fs::read(&path).unwrap_or_default();
        let holds_token = String::from_utf8_lossy(&text).contains("eyJ");
        let open = fs::metadata(&path).unwrap().permissions().mode() & 0o077 != 0;
        assert!(!(holds_token && open), "{}", path.display());
    }
}

#[cfg(unix)]
fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().unwrap().is_dir() {
            found.extend(walk(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}
