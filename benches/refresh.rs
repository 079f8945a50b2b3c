//! What a plan of an organisation costs: calls to the API, wall time, and how much of that is
//! Terraform's own.
//!
//! ```text
//! cargo build --release --example from_memory && cargo bench --bench refresh [-- [--runs N] [--up-to N]]
//! ```
//!
//! A real Terraform plans a simulated organisation whose objects are in its state. The floor is the
//! same plan with a provider that answers from memory (`benches/floor/from_memory.rs`). The first
//! row has an API that takes 50 ms for each answer, and ten requests a second, as by default; the others,
//! of growing size up to `--up-to` objects, have an API that answers at once, and no such limit.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench prints, measures real time, and fails by panicking"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use camunda_simulator::seed::{self, credentials::FULL};
use camunda_simulator::{Fault, NewCluster, NewZeebeClient, Options, Simulator};

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-camunda");

/// How long the API takes in the first row.
const LATENCY: Duration = Duration::from_millis(50);

/// How many objects there are of each kind.
#[derive(Clone, Copy)]
struct Organisation {
    clusters: usize,
    secrets: usize,
    clients: usize,
    members: usize,
}

impl Organisation {
    /// `objects` in the usual proportions.
    fn of(objects: usize) -> Self {
        let clusters = (objects / 75).max(1);
        let clients = objects / 4;
        let members = objects / 15;
        let secrets = objects - clusters - clients - members;
        Self {
            clusters,
            secrets,
            clients,
            members,
        }
    }

    fn objects(self) -> usize {
        self.clusters + self.secrets + self.clients + self.members
    }
}

/// What a plan cost.
struct Figures {
    calls: usize,
    tokens: usize,
    ours: Duration,
    floor: Duration,
}

fn main() {
    let (runs, up_to) = arguments();
    let folder = Path::new(PROVIDER).parent().unwrap();
    let floor = folder.join("examples/from_memory");
    assert!(
        floor.exists(),
        "cargo build --release --example from_memory comes first"
    );

    let large = Organisation {
        clusters: 10,
        secrets: 500,
        clients: 200,
        members: 50,
    };
    let mut rows = vec![(large, LATENCY)];
    let sizes = [10, 100, 1_000, 5_000]
        .into_iter()
        .filter(|&size| size <= up_to);
    rows.extend(sizes.map(|size| (Organisation::of(size), Duration::ZERO)));

    println!(
        "| objects | in clusters | latency | calls | tokens | plan, s | floor, s | ratio | Terraform's share |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (organisation, latency) in rows {
        let figures = measure(organisation, latency, runs, &floor);
        let (ours, floor) = (figures.ours.as_secs_f64(), figures.floor.as_secs_f64());
        println!(
            "| {} | {} | {} ms | {} | {} | {ours:.2} | {floor:.2} | {:.2} | {:.0} % |",
            organisation.objects(),
            organisation.clusters,
            latency.as_millis(),
            figures.calls,
            figures.tokens,
            ours / floor,
            100.0 * floor / ours,
        );
    }
}

fn arguments() -> (usize, usize) {
    let (mut runs, mut up_to) = (5, 5_000);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || {
            let number = arguments.next().and_then(|number| number.parse().ok());
            number.unwrap_or_else(|| panic!("a number after {argument}"))
        };
        match argument.as_str() {
            // Given by cargo to every bench.
            "--bench" => {}
            "--runs" => runs = number(),
            "--up-to" => up_to = number(),
            _ => panic!("unknown argument {argument}"),
        }
    }
    (runs, up_to)
}

fn measure(organisation: Organisation, latency: Duration, runs: usize, floor: &Path) -> Figures {
    let simulator = Simulator::start(Options::default()).unwrap();
    let project = Project::new(&simulator);
    let mut configuration = furnish(&simulator, organisation);
    if latency.is_zero() {
        // What a plan costs, and not how long it waits so as to be polite.
        configuration += "provider \"camunda\" {\n requests_per_second = 1000\n}\n";
    }
    project.write(&configuration);
    project.run(Path::new(PROVIDER), &["apply", "-auto-approve"]);
    if !latency.is_zero() {
        simulator
            .faults()
            .on("*")
            .always()
            .inject(Fault::slow(latency));
    }

    let mut figures = Figures {
        calls: 0,
        tokens: 0,
        ours: Duration::ZERO,
        floor: Duration::ZERO,
    };
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let (requests, tokens) = (simulator.requests().len(), simulator.token_requests().len());
        ours.push(project.plan(Path::new(PROVIDER)));
        figures.tokens = simulator.token_requests().len() - tokens;
        figures.calls = simulator.requests().len() - requests - figures.tokens;
        floors.push(project.plan(floor));
    }
    (figures.ours, figures.floor) = (median(ours), median(floors));
    figures
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Makes the objects, and returns a configuration that imports them.
fn furnish(simulator: &Simulator, organisation: Organisation) -> String {
    let clusters: Vec<(String, String)> = (0..organisation.clusters)
        .map(|number| {
            let name = format!("cluster-{number}");
            let new = NewCluster {
                name: name.clone(),
                ..NewCluster::default()
            };
            (name, simulator.add_cluster(new))
        })
        .collect();
    let cluster_of = |number: usize| clusters[number % clusters.len()].1.as_str();
    let clients = (0..organisation.clients).map(|number| {
        let (name, cluster) = (format!("client-{number}"), cluster_of(number));
        let new = NewZeebeClient {
            name: name.clone(),
            ..NewZeebeClient::default()
        };
        let id = simulator.add_zeebe_client(cluster, new);
        (name, format!("{cluster}/{id}"))
    });
    let secrets = (0..organisation.secrets).map(|number| {
        let (name, cluster) = (format!("SECRET_{number}"), cluster_of(number));
        assert!(simulator.set_connector_secret(cluster, &name, &name));
        let id = format!("{cluster}/{name}");
        (name, id)
    });
    let members = (0..organisation.members).map(|number| {
        let email = format!("member-{number}@example.com");
        simulator.set_member(&email, &["developer"]);
        (email.clone(), email)
    });
    let cluster = format!(
        "name = each.key\n channel = {:?}\n plan_type = {:?}\n region = {:?}",
        seed::CHANNEL_STABLE,
        seed::PLAN_ADVANCED,
        seed::REGION_BELGIUM,
    );
    let child = "cluster_id = split(\"/\", each.value)[0]\n name = each.key\n";
    [
        imported("cluster", &cluster, clusters.iter().cloned()),
        imported(
            "cluster_client",
            &format!("{child} scopes = [\"Zeebe\"]"),
            clients,
        ),
        imported(
            "cluster_connector_secret",
            &format!("{child} value = each.key"),
            secrets,
        ),
        imported(
            "organization_member",
            "email = each.key\n roles = [\"developer\"]",
            members,
        ),
    ]
    .concat()
}

/// Objects of one type by name, with their import ids.
fn imported(noun: &str, body: &str, objects: impl Iterator<Item = (String, String)>) -> String {
    let mut text = format!("locals {{\n {noun} = {{\n");
    for (name, id) in objects {
        writeln!(text, "  {name:?} = {id:?}").unwrap();
    }
    write!(
        text,
        " }}\n}}\nresource \"camunda_{noun}\" \"it\" {{\n for_each = local.{noun}\n {body}\n}}\nimport {{\n \
         for_each = local.{noun}\n to = camunda_{noun}.it[each.key]\n id = each.value\n}}\n"
    )
    .unwrap();
    text
}

/// A folder with a configuration, and what commands in it need.
struct Project<'a> {
    folder: tempfile::TempDir,
    simulator: &'a Simulator,
    terraform: PathBuf,
}

impl<'a> Project<'a> {
    fn new(simulator: &'a Simulator) -> Self {
        let terraform = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/terraform-1.11.4");
        assert!(terraform.exists(), "`make tools` comes first");
        Self {
            folder: tempfile::tempdir().unwrap(),
            simulator,
            terraform,
        }
    }

    fn write(&self, content: &str) {
        let header = "terraform {\n required_providers {\n  camunda = {\n   source = \
                      \"camunda-rs/camunda\"\n  }\n }\n}\n";
        let path = self.folder.path().join("main.tf");
        fs::write(path, format!("{header}{content}")).unwrap();
    }

    /// The time of a plan without changes.
    fn plan(&self, provider: &Path) -> Duration {
        let started = Instant::now();
        self.run(provider, &["plan", "-detailed-exitcode", "-lock=false"]);
        started.elapsed()
    }

    fn run(&self, provider: &Path, arguments: &[&str]) {
        // An override names a folder, and the file in it has a fixed name.
        let name = provider.file_stem().unwrap().to_str().unwrap();
        let folder = self.folder.path().join(name);
        let link = folder.join("terraform-provider-camunda");
        if !link.exists() {
            fs::create_dir_all(&folder).unwrap();
            std::os::unix::fs::symlink(provider, &link).unwrap();
        }
        let settings = self.folder.path().join(format!("{name}.tfrc"));
        let text = format!(
            "provider_installation {{\n dev_overrides {{\n  \"camunda-rs/camunda\" = {folder:?}\n }}\n}}\n"
        );
        fs::write(&settings, text).unwrap();
        let output = Command::new(&self.terraform)
            .args(arguments)
            .current_dir(self.folder.path())
            .env("TF_CLI_CONFIG_FILE", settings)
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env("CAMUNDA_CONSOLE_BASE_URL", self.simulator.url())
            .env("CAMUNDA_OAUTH_URL", self.simulator.token_url())
            .env("CAMUNDA_CONSOLE_OAUTH_AUDIENCE", self.simulator.audience())
            .env("CAMUNDA_CONSOLE_CLIENT_ID", FULL.client_id)
            .env("CAMUNDA_CONSOLE_CLIENT_SECRET", FULL.client_secret)
            .env("CAMUNDA_TOKEN_CACHE_DIR", self.folder.path().join("tokens"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{arguments:?} with {name}: {}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
    }
}
