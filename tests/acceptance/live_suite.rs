//! The live suite (`tests/live`) as a user starts it, by `make`, with the variables that a user sets; only that what
//! listens at the address is a simulator: a program of its own, as strict as the service may be, with
//! answers that take their time.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{leftovers, wait};

/// Longer than a run takes on a busy machine.
const RUN_DEADLINE: Duration = Duration::from_secs(15 * 60);
const MOMENT: Duration = Duration::from_secs(20);

/// An organisation in use, with two clusters of others.
const SEED: &str = r#"
organizations:
  - id: b1d9c4a7-52f0-4f5e-8c39-7a2be0f6d3c8
    name: Example Ltd
    reservations: 4
    seats: 10
    client_limit: 10
    secret_limit: 10
    enterprise: true
    allowlist: true
credentials:
  - client_id: everything
    client_secret: s3cr3t.everything.EXAMPLE
    organization: b1d9c4a7-52f0-4f5e-8c39-7a2be0f6d3c8
  - client_id: clusters-alone
    client_secret: s3cr3t.clusters.EXAMPLE
    organization: b1d9c4a7-52f0-4f5e-8c39-7a2be0f6d3c8
    groups: [Cluster]
members:
  - { email: olivia@example.com, name: Olivia, roles: [owner] }
  - { email: ada@example.com, roles: [admin], invite_pending: true }
clusters:
  - name: production
    id: 6f1f2c0a-3a57-4c1e-9d20-1b7f5a3c9e44
    allowlist:
      - { ip: 203.0.113.0/24, description: office }
    clients:
      - { name: worker, client_id: worker, client_secret: s3cr3t.worker.EXAMPLE }
    connector_secrets:
      SMTP_PASSWORD: s3cr3t.smtp.EXAMPLE
    monitoring:
      - { username: grafana, password: s3cr3t.grafana.EXAMPLE }
  - name: staging
    id: 0c9a7f0e-7d3c-4b52-9d0e-6a1f5f4c2b11
"#;

/// What has to be as it was.
const KEPT: [&str; 6] = [
    "clusters",
    "zeebe_clients",
    "connector_secrets",
    "members",
    "monitoring",
    "backups",
];

/// The simulator, as a program of its own.
struct Service {
    process: Child,
    folder: TempDir,
    url: String,
}

impl Service {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let seed = folder.path().join("organization.yaml");
        fs::write(&seed, SEED).unwrap();
        let ready = folder.path().join("url");
        let program = Path::new(env!("CARGO_BIN_EXE_terraform-provider-camunda"))
            .with_file_name("camunda-simulator");
        let process = Command::new(&program)
            .args([
                "--listen",
                "127.0.0.1:0",
                "--clock",
                "scaled=60",
                "--strict",
            ])
            .args(["--fault", "*=slow,milliseconds=50,times=all"])
            .arg("--seed")
            .arg(&seed)
            .arg("--ready-file")
            .arg(&ready)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let mut service = Self {
            process,
            folder,
            url: String::new(),
        };
        let url = wait::until(MOMENT, || fs::read_to_string(&ready).ok());
        service.url = url.expect("the simulator starts");
        service
    }

    /// What it tells of itself.
    fn look(&self, what: &str) -> Value {
        let url = format!("{}/_simulator/{what}", self.url);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let said = runtime.block_on(async { client.get(url).send().await?.text().await });
        serde_json::from_str(&said.unwrap()).unwrap()
    }

    fn kept(&self) -> Vec<Value> {
        let state = self.look("state");
        KEPT.iter().map(|name| state[*name].clone()).collect()
    }

    /// All is as it was before.
    #[track_caller]
    fn assert_kept(&self, before: &[Value]) {
        let same = wait::until(MOMENT, || (self.kept() == before).then_some(()));
        assert!(same.is_some(), "{:#?}\nis not\n{before:#?}", self.kept());
    }

    /// How often a token was asked for. None was refused.
    fn token_requests(&self) -> usize {
        let requests = self.look("tokens");
        let requests = requests.as_array().unwrap();
        for request in requests {
            assert_eq!(request["outcome"], "issued", "{requests:#?}");
        }
        requests.len()
    }

    /// Names in the organisation that begin so.
    fn names(&self, prefix: &str) -> Vec<String> {
        let state = self.look("state");
        let lists = ["clusters", "zeebe_clients", "connector_secrets"];
        let all = lists
            .iter()
            .flat_map(|list| state[*list].as_array().cloned());
        let names = all
            .flatten()
            .map(|it| it["name"].as_str().unwrap_or_default().to_owned());
        names.filter(|name| name.starts_with(prefix)).collect()
    }

    /// `make` with the variables that a user sets for the service, and these.
    fn make(&self, target: &str, client: &str, more: &[(&str, &str)]) -> Make {
        let secret = match client {
            "everything" => "s3cr3t.everything.EXAMPLE",
            _ => "s3cr3t.clusters.EXAMPLE",
        };
        let token_url = format!("{}/oauth/token", self.url);
        let set = [
            ("TF_ACC", "1"),
            ("CAMUNDA_CONSOLE_CLIENT_ID", client),
            ("CAMUNDA_CONSOLE_CLIENT_SECRET", secret),
            ("CAMUNDA_CONSOLE_BASE_URL", &self.url),
            ("CAMUNDA_OAUTH_URL", &token_url),
            // Sixty times as fast as the real one: looks are as much closer together.
            ("CAMUNDA_POLL_INTERVAL", "200ms"),
        ];
        let output = self.folder.path().join("output");
        Make::start(target, set.iter().chain(more), &output)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // The error would be that it has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `make` and everything below it.
struct Make {
    process: Child,
    output: PathBuf,
}

impl Make {
    fn start<'a>(
        target: &str,
        set: impl Iterator<Item = &'a (&'a str, &'a str)>,
        output: &Path,
    ) -> Self {
        let file = File::create(output).unwrap();
        let mut command = Command::new("make");
        command
            .args(["--no-print-directory", target])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file);
        // What this test's own runner has set is nothing that a user has.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let foreign = [
                "CAMUNDA_",
                "TF_",
                "NEXTEST",
                "CARGO_PKG_",
                "CARGO_BIN_",
                "CARGO_MANIFEST_",
                "MAKE",
                "MFLAGS",
                "TEST",
            ];
            if foreign.iter().any(|start| text.starts_with(start)) {
                command.env_remove(&name);
            }
        }
        command.envs(set.copied());
        Self {
            process: command.spawn().unwrap(),
            output: output.to_owned(),
        }
    }

    fn said(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.output).unwrap()).into_owned()
    }

    /// Waits for the end: whether it was a good one, and what was said.
    #[track_caller]
    fn end(mut self) -> (bool, String) {
        let status = wait::until(RUN_DEADLINE, || self.process.try_wait().unwrap());
        let said = self.said();
        let status = status.unwrap_or_else(|| panic!("it does not end:\n{said}"));
        (status.success(), said)
    }

    #[track_caller]
    fn end_well(self) -> String {
        let (good, said) = self.end();
        assert!(good, "{said}");
        said
    }

    /// Kills it and all below it, as when a machine of CI is taken away.
    fn kill(&mut self) {
        let mut stopped = BTreeSet::new();
        loop {
            let all = below(self.process.id());
            let new: Vec<u32> = all.difference(&stopped).copied().collect();
            if new.is_empty() {
                break;
            }
            // First stopped: whoever is killed has no children any more by which they could be found.
            for id in new {
                leftovers::signal("STOP", id, false);
                stopped.insert(id);
            }
        }
        let folders: BTreeSet<PathBuf> = stopped.iter().filter_map(|id| workspace(*id)).collect();
        for id in stopped {
            leftovers::signal("KILL", id, false);
        }
        let _ = self.process.wait();
        for folder in folders {
            // It may have been removed by its owner just before.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

impl Drop for Make {
    fn drop(&mut self) {
        if let Ok(None) = self.process.try_wait() {
            self.kill();
        }
    }
}

/// A process and all below it.
fn below(id: u32) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        found.insert(id);
        let threads = fs::read_dir(format!("/proc/{id}/task"));
        for thread in threads.into_iter().flatten().flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            open.extend(
                children
                    .split_whitespace()
                    .filter_map(|id| id.parse::<u32>().ok()),
            );
        }
    }
    found
}

/// The folder of the workspace that a process belongs to.
fn workspace(id: u32) -> Option<PathBuf> {
    let environment = fs::read(format!("/proc/{id}/environ")).ok()?;
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let mut variables = environment.split('\0');
    let mark = variables.find_map(|it| it.strip_prefix(leftovers::MARK)?.strip_prefix('='))?;
    Some(PathBuf::from(mark))
}

/// Everything that can be said is, and the organisation is as it was.
#[test]
fn a_whole_run_leaves_nothing() {
    let service = Service::start();
    let before = service.kept();
    let more = [
        ("CAMUNDA_TEST_MAIL_DOMAIN", "example.com"),
        ("CAMUNDA_TEST_REGION", "Frankfurt, Europe (eu-central-1)"),
        (
            "CAMUNDA_TEST_AWS_PRINCIPAL",
            "arn:aws:iam::111122223333:root",
        ),
    ];
    let said = service.make("test-live", "everything", &more).end_well();
    assert!(said.contains("nothing is left behind"), "{said}");
    assert!(!said.contains("left out"), "{said}");
    assert!(said.contains(" 12 passed"), "{said}");
    // Tests tidy up after themselves: what is left for the sweeper is what they share.
    let swept = said
        .lines()
        .filter(|line| line.starts_with("sweep: removed"));
    let swept: Vec<&str> = swept.collect();
    assert!(
        matches!(&*swept, [one] if one.contains("-shared (")),
        "{swept:#?}"
    );
    assert!(service.token_requests() <= 2, "{}", service.look("tokens"));
    assert_eq!(service.look("violations"), Value::Array(Vec::new()));
    service.assert_kept(&before);
}

/// A run that is killed leaves things behind, and the sweeper removes them.
#[test]
fn a_killed_run_is_swept() {
    let service = Service::start();
    let before = service.kept();
    let prefix = "tf-acc-killed-";
    let more = [("CAMUNDA_TEST_PREFIX", prefix)];
    let mut run = service.make("test-live", "everything", &more);
    let halfway = wait::until(RUN_DEADLINE, || {
        let over = run.process.try_wait().unwrap().is_some();
        // Both clusters of the run, and something in one of them.
        (over || service.names(prefix).len() >= 3).then_some(!over)
    });
    let said = run.said();
    run.kill();
    assert_eq!(halfway, Some(true), "{said}");
    let left = service.names(prefix);
    assert!(left.contains(&format!("{prefix}shared")), "{left:?}");

    let said = service.make("sweep", "everything", &more).end_well();
    assert!(
        said.contains("sweep: removed: cluster tf-acc-killed-shared ("),
        "{said}"
    );
    service.assert_kept(&before);
    assert_eq!(service.names(prefix), [""; 0]);
    // The sweeper has found the token of the run.
    assert!(service.token_requests() <= 2, "{}", service.look("tokens"));
    let said = service.make("sweep", "everything", &more).end_well();
    assert!(
        said.contains("nothing is left") && !said.contains("removed"),
        "{said}"
    );
}

/// What the organisation, the credentials, the user or the CLI do not give is said, and is no failure.
#[test]
fn what_is_not_offered_is_left_out() {
    let service = Service::start();
    let cluster = "6f1f2c0a-3a57-4c1e-9d20-1b7f5a3c9e44";
    let more = [
        ("CAMUNDA_TEST_CLUSTER_ID", cluster),
        ("CAMUNDA_TEST_CLI", "tofu-1.6.2"),
        ("TEST", "member|allowlist|connectivity|client::client|looks"),
    ];
    let before = service.kept();
    let said = service
        .make("test-live", "clusters-alone", &more)
        .end_well();
    let skipped = said.split("live: left out:\n").nth(1).expect(&said);
    let prefix = said.split("begins with ").nth(1).expect(&said);
    let prefix = prefix.split(';').next().unwrap_or_default();
    let skipped = skipped.replace(prefix, "[prefix]");
    insta::assert_snapshot!(skipped, @r#"
      allowlist (all): it would change the cluster of CAMUNDA_TEST_CLUSTER_ID for others; without that variable the run makes a cluster of its own
      client (camunda_cluster_client.it): Cannot create API client "[prefix]client" in cluster 6f1f2c0a-3a57-4c1e-9d20-1b7f5a3c9e44. 127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Zeebe Client.
      data_sources (camunda_activity): Cannot read the activity log. 127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Activity.
      data_sources (camunda_cluster_clients): Cannot read the API clients of cluster 6f1f2c0a-3a57-4c1e-9d20-1b7f5a3c9e44. 127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Zeebe Client.
      data_sources (camunda_cluster_ip_allowlist): Cannot read the IP allowlist of cluster 6f1f2c0a-3a57-4c1e-9d20-1b7f5a3c9e44. The service leaves the IP allowlist out of what it shows of the cluster. Either the organisation's plan lacks the feature, or the credentials lack the permission group "IP allowlist". That says nothing about what the list holds.
      data_sources (camunda_organization_members): Cannot read the members of the organisation. 127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Members.
      ephemeral_client (all): tofu-1.6.2: Ephemeral needs Terraform 1.10.0, OpenTofu 1.11.0
      member (all): CAMUNDA_TEST_MAIL_DOMAIN is not set: a domain of yours, to whose addresses invitations go
      query (all): tofu-1.6.2: ListResources needs Terraform 1.14.0, OpenTofu has no version with it
      secure_connectivity (all): CAMUNDA_TEST_AWS_PRINCIPAL is not set: the ARN that may connect, of an account of yours
    live: done; nothing is left behind
    "#);
    service.assert_kept(&before);
}

/// Nothing is done by accident, and everything that is missing is named.
#[test]
fn what_is_missing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("output");
    let said = |target: &str, set: &[(&str, &str)]| {
        let (good, said) = Make::start(target, set.iter(), &output).end();
        assert!(!good, "{said}");
        let ours = said
            .lines()
            .filter(|line| line.starts_with("live: ") || line.contains("the prefix"));
        ours.map(str::trim_start).collect::<Vec<_>>().join("\n")
    };
    let id = ("CAMUNDA_CONSOLE_CLIENT_ID", "somebody");
    let secret = ("CAMUNDA_CONSOLE_CLIENT_SECRET", "something");
    let all = [
        said("test-live", &[id, secret]),
        said("test-live", &[("TF_ACC", "1"), id]),
        said("sweep", &[id, secret]),
        said("sweep", &[id, secret, ("CAMUNDA_TEST_PREFIX", "tf")]),
    ];
    insta::assert_snapshot!(all.join("\n\n"), @r#"
    live: not run: TF_ACC=1 is not set. These tests make and delete clusters in a real organisation, which takes time and may cost money; CONTRIBUTING.md ("Live") says more.

    live: CAMUNDA_CONSOLE_CLIENT_SECRET is not set: API credentials of the organisation, from the Console under Organization > Administration API

    live: CAMUNDA_TEST_PREFIX is not set: what begins with it is removed; a run prints its prefix

    the prefix "tf" has 2 characters, and needs 6 at least: what begins with it is deleted, and a shorter one could begin somebody's names.
    live: the sweep has failed (see above)
    "#);
}
