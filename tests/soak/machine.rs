//! A simulated service, and the folder in which a machine keeps what processes leave to each other.

use std::fs;
use std::path::Path;
use std::time::Duration;

use camunda_simulator::seed::credentials::FULL;
use camunda_simulator::{NewCluster, Options, Simulator, seed};
use tempfile::TempDir;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::provider::environment as variable;

use crate::plugin_client::{Launch, Process};
use crate::support::client::config::completed;
use crate::support::client::{Client, render};

pub(crate) struct Machine {
    pub(crate) simulator: Simulator,
    folder: TempDir,
}

impl Machine {
    /// A service whose tokens live so long.
    pub(crate) fn new(lifetime: Duration) -> Self {
        let mut options = Options::default();
        options.behaviour.tokens.lifetime = lifetime;
        let folder = tempfile::tempdir().unwrap();
        for name in ["cache", "temporary"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        // As the provider would make it: a folder that others can enter is not believed.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::Permissions::from_mode(0o700);
            fs::set_permissions(folder.path().join("cache"), mode).unwrap();
        }
        Self {
            simulator: Simulator::start(options).unwrap(),
            folder,
        }
    }

    pub(crate) fn add_cluster(&self, name: &str) -> String {
        self.simulator.add_cluster(NewCluster {
            name: name.to_owned(),
            // On AWS, where clusters have everything.
            region: seed::REGION_FRANKFURT.to_owned(),
            ..NewCluster::default()
        })
    }

    /// How the provider is started on this machine.
    pub(crate) fn launch(&self) -> Launch {
        Launch::new(env!("CARGO_BIN_EXE_terraform-provider-camunda"))
            .env_remove(variable::ACCESS_TOKEN)
            .env(variable::API_URL, self.simulator.url())
            .env(variable::TOKEN_URL, self.simulator.token_url())
            .env(variable::AUDIENCE, self.simulator.audience())
            .env(variable::CLIENT_ID, FULL.client_id)
            .env(variable::CLIENT_SECRET, FULL.client_secret)
            .env(variable::POLL_INTERVAL, "20ms")
            .env(variable::TOKEN_CACHE_DIR, self.folder.path().join("cache"))
            .env("TMPDIR", self.folder.path().join("temporary"))
    }

    /// What processes have left in the folder for temporary files.
    pub(crate) fn temporary_files(&self) -> Vec<String> {
        names(&self.folder.path().join("temporary"))
    }

    /// What they keep on purpose.
    pub(crate) fn kept_files(&self) -> Vec<String> {
        names(&self.folder.path().join("cache"))
    }
}

/// Configures the provider at the other end, as every command of a core does.
pub(crate) async fn configure(client: &Client) {
    let block = completed(
        client.provider_type(),
        vec![
            ("max_retries", Value::from(4)),
            ("request_timeout", "1s".into()),
            ("requests_per_second", 1_000.into()),
        ],
    );
    let said = client.configure(&block).await;
    assert!(said.is_empty(), "{}", render(&said));
}

/// The memory of a process that is in use, in KiB, and how many file descriptors it has open.
pub(crate) fn holdings(process: &Process) -> (u64, usize) {
    let folder = format!("/proc/{}", process.id());
    let status = fs::read_to_string(format!("{folder}/status")).unwrap();
    let memory = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.trim().strip_suffix(" kB"))
        .map(|number| number.trim().parse().unwrap());
    let descriptors = fs::read_dir(format!("{folder}/fd")).unwrap().count();
    (memory.unwrap(), descriptors)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
