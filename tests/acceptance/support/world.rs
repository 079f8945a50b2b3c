//! A project folder together with a simulated organisation: what almost every test begins with.

use std::time::Duration;

use camunda_simulator::seed::{self, Login};
use camunda_simulator::{Options, Simulator};

use super::{Cli, Service, Workspace};

/// A workspace whose environment leads the provider to a simulator of its own.
pub(crate) struct World {
    /// The project and the CLI.
    pub(crate) workspace: Workspace,
    /// The organisation.
    pub(crate) simulator: Simulator,
}

impl World {
    /// A lenient organisation in which nobody waits: time moves on with every request.
    pub(crate) fn new(cli: &Cli) -> Self {
        Self::with(cli, Options::default())
    }

    /// An organisation of choice.
    pub(crate) fn with(cli: &Cli, options: Options) -> Self {
        let simulator = Simulator::start(options).expect("the simulator starts");
        let mut workspace = Workspace::new(cli);
        workspace.lead_to(&Service::simulated(&simulator, &seed::credentials::FULL));
        Self {
            workspace,
            simulator,
        }
    }

    /// Makes the provider use other credentials from now on.
    pub(crate) fn log_in(&mut self, login: &Login) -> &mut Self {
        self.workspace
            .set("CAMUNDA_CONSOLE_CLIENT_ID", login.client_id)
            .set("CAMUNDA_CONSOLE_CLIENT_SECRET", login.client_secret);
        self
    }

    /// Writes a configuration with one cluster `camunda_cluster.it`. `more` goes into its block and
    /// wins over what is there by default.
    pub(crate) fn write_cluster(&self, name: &str, more: &str) -> &Self {
        let default = |attribute: &str, value: &str| {
            let given = more
                .lines()
                .any(|line| line.trim_start().starts_with(&format!("{attribute} ")));
            if given {
                String::new()
            } else {
                format!("  {attribute} = {value:?}\n")
            }
        };
        let body = [
            default("name", name),
            default("channel", seed::CHANNEL_STABLE),
            default("plan_type", seed::PLAN_ADVANCED),
            default("region", seed::REGION_BELGIUM),
        ]
        .concat();
        self.write(&format!(
            "resource \"camunda_cluster\" \"it\" {{\n{body}{more}\n}}\n"
        ))
    }

    /// Writes `main.tf`: the provider's requirements and `content`.
    pub(crate) fn write(&self, content: &str) -> &Self {
        self.workspace.write_main(content);
        self
    }

    /// The one cluster there is.
    pub(crate) fn cluster_id(&self) -> String {
        let clusters = self.simulator.clusters();
        assert_eq!(clusters.len(), 1, "exactly one cluster: {clusters:#?}");
        clusters[0].id.clone()
    }

    /// Waits until the simulator has had `count` requests of an operation.
    pub(crate) fn wait_for(&self, operation: &str, count: u64) {
        let seen = self
            .simulator
            .wait_for_request(operation, count, Duration::from_secs(60));
        assert!(seen, "{count} requests of {operation} within a minute");
    }

    /// The end of a good test: the organisation is empty, the contract was kept, nothing runs on.
    pub(crate) fn finish_empty(self) {
        let left = self.simulator.clusters();
        assert!(left.is_empty(), "clusters are left over: {left:#?}");
        self.finish();
    }

    /// The end of a test: the contract was kept, nothing runs on.
    pub(crate) fn finish(self) {
        self.simulator.assert_clean();
        self.workspace.finish();
    }
}
