//! One cell of the matrix: an organisation and a machine of its own, and the life of one object as a
//! core would lead it, with a new process of the provider for every command. Knows neither which
//! operation nor which fault it is about.

use camunda_simulator::seed::credentials::FULL;
use camunda_simulator::{Fault, NewCluster, Options, Simulator, seed};
use tempfile::TempDir;
use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::Diagnostic;
use terraform_provider_camunda::provider::environment as variable;

use crate::creations::Creation;
use crate::faults::REQUEST_TIMEOUT;
use crate::plugin_client::{Launch, Plugin};
use crate::support::client::config::{completed, proposed};
use crate::support::client::{Client, Instance, Reply, has_error, render};

/// Applies after which everything has to be right: the one with the fault, and those without.
const APPLIES: usize = 3;

/// How long creating, changing and deleting may take each: more than the looks after a lost answer
/// need, less than the longest `Retry-After`.
const TIMEOUT: &str = "25s";

/// Which request the fault hits: the one of that operation after so many others of it.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) operation: String,
    pub(crate) skip: usize,
}

/// How a life went.
#[derive(Debug, Clone, Default)]
pub(crate) struct Life {
    /// Applies until there was nothing left to do.
    pub(crate) applies: usize,
    /// Requests of the creating operation that were carried out.
    pub(crate) carried_out: usize,
    /// What the applies said.
    pub(crate) said: Vec<String>,
    /// The operations up to the end of the refresh after the first apply, in order.
    pub(crate) requests: Vec<String>,
}

/// What a core keeps of the object.
struct Kept {
    instance: Instance,
    is_tainted: bool,
}

/// What an apply came to.
#[derive(PartialEq, Eq)]
enum Applied {
    /// There was nothing to do.
    Nothing,
    /// Something was done.
    Changes,
    Failed,
}

struct Cell {
    creation: Creation,
    simulator: Simulator,
    cluster: String,
    machine: TempDir,
}

/// A process of the provider, as one command of a core starts it.
struct Command {
    client: Client,
    plugin: Plugin,
}

/// Leads the life of one object, with or without a fault.
pub(crate) async fn live(
    creation: Creation,
    fault: Option<(Target, Fault)>,
) -> Result<Life, String> {
    let simulator = Simulator::start(Options::default()).map_err(|error| error.to_string())?;
    // On AWS, where clusters have everything.
    let cluster = simulator.add_cluster(NewCluster {
        region: seed::REGION_FRANKFURT.to_owned(),
        ..NewCluster::default()
    });
    (creation.furnish)(&simulator, &cluster);
    let cell = Cell {
        creation,
        simulator,
        cluster,
        machine: tempfile::tempdir().map_err(|error| error.to_string())?,
    };
    let before = cell.remote();
    if let Some((target, fault)) = fault {
        let rule = cell.simulator.faults().on(&target.operation);
        rule.skip(target.skip as u64).inject(fault);
    }
    let mut life = Life::default();
    let result = cell.lead(&mut life, before).await;
    result.map_err(|what| format!("{what}\n  said: {}", life.said.join("\n  ")))?;
    Ok(life)
}

impl Cell {
    async fn lead(&self, life: &mut Life, before: Vec<String>) -> Result<(), String> {
        let mut has_struck = false;
        let mut kept = Kept {
            instance: Instance::none(),
            is_tainted: false,
        };
        let command = loop {
            let command = self.command().await;
            let applied = self.apply(&command.client, &mut kept, &mut life.said).await;
            if life.applies <= 1 {
                let requests = self.simulator.requests().into_iter();
                life.requests = requests.filter_map(|request| request.operation).collect();
            }
            if applied == Applied::Nothing {
                break command;
            }
            command.end().await;
            life.applies += 1;
            if life.applies > APPLIES {
                return Err("is not as configured after the last apply".to_owned());
            }
            let mut armed = self.simulator.faults().list().into_iter();
            has_struck |= armed.len() > 0 && armed.all(|armed| armed.fired > 0);
            if has_struck {
                self.simulator.faults().clear();
            }
        };
        let mut armed = self.simulator.faults().list().into_iter();
        if !armed.all(|armed| armed.fired > 0) {
            return Err("the fault hit no request".to_owned());
        }
        self.simulator.faults().clear();
        let made = self.simulator.requests_of(self.creation.operation);
        life.carried_out = made.iter().filter(|request| request.carried_out).count();

        // What is configured is there once, with all that was told about it.
        let mut expected = before.clone();
        expected.extend((self.creation.stored)(&kept.instance.state));
        expected.sort();
        let remote = self.remote();
        if remote != expected {
            return Err(format!(
                "the service has {remote:?}, should be {expected:?}"
            ));
        }

        let said = self.destroy(&command.client, &kept).await;
        command.end().await;
        if has_error(&said) {
            return Err(format!("cannot be destroyed: {}", render(&said)));
        }
        let left = self.remote();
        if left != before {
            return Err(format!(
                "destroyed, the service has {left:?} instead of {before:?}"
            ));
        }
        let violations = self.simulator.violations();
        if !violations.is_empty() {
            return Err(format!("the contract was violated: {violations:?}"));
        }
        Ok(())
    }

    async fn command(&self) -> Command {
        let plugin = Launch::new(env!("CARGO_BIN_EXE_terraform-provider-camunda"))
            .plain()
            .env_remove(variable::ACCESS_TOKEN)
            .env(variable::API_URL, self.simulator.url())
            .env(variable::TOKEN_URL, self.simulator.token_url())
            .env(variable::AUDIENCE, self.simulator.audience())
            .env(variable::CLIENT_ID, FULL.client_id)
            .env(variable::CLIENT_SECRET, FULL.client_secret)
            .env(variable::POLL_INTERVAL, "20ms")
            .env(variable::TOKEN_CACHE_DIR, self.machine.path())
            .start()
            .await;
        let client = Client::over(plugin.provider().await).await;
        let block = completed(
            client.provider_type(),
            vec![
                ("max_retries", 2.into()),
                ("request_timeout", REQUEST_TIMEOUT.into()),
                ("requests_per_second", 1_000.into()),
            ],
        );
        let said = client.configure(&block).await;
        assert!(said.is_empty(), "{}", render(&said));
        Command { client, plugin }
    }

    fn config(&self, client: &Client) -> Value {
        let ty = client.resource_type(self.creation.type_name);
        let mut members = (self.creation.config)(&self.cluster);
        if let Type::Object(types) = ty
            && let Some(Type::Object(limits)) = types.get("timeouts")
        {
            let limits = limits.keys().map(|name| (name.clone(), TIMEOUT.into()));
            members.push(("timeouts", Value::object(limits)));
        }
        completed(ty, members)
    }

    fn remote(&self) -> Vec<String> {
        let mut remote = (self.creation.remote)(&self.simulator, &self.cluster);
        remote.sort();
        remote
    }

    /// Refreshes, plans and carries the plan out.
    async fn apply(&self, client: &Client, kept: &mut Kept, said: &mut Vec<String>) -> Applied {
        let name = self.creation.type_name;
        if !kept.instance.state.is_null() {
            let reply: Reply = client.read(name, &kept.instance).await;
            note(&reply.diagnostics, said);
            if has_error(&reply.diagnostics) {
                return Applied::Failed;
            }
            kept.instance = reply.instance;
        }
        if kept.is_tainted && !kept.instance.state.is_null() {
            let diagnostics = self.destroy(client, kept).await;
            note(&diagnostics, said);
            if has_error(&diagnostics) {
                return Applied::Failed;
            }
            kept.instance = Instance::none();
        }
        kept.is_tainted = false;
        let config = self.config(client);
        let proposed = proposed(&config, &kept.instance.state);
        let plan = client.plan(name, &kept.instance, &config, &proposed).await;
        note(&plan.diagnostics, said);
        if has_error(&plan.diagnostics) {
            return Applied::Failed;
        }
        if plan.planned.state == kept.instance.state {
            return Applied::Nothing;
        }
        let replaced = &plan.requires_replace;
        assert!(replaced.is_empty(), "nothing has changed: {replaced:?}");
        let is_new = kept.instance.state.is_null();
        let prior = &kept.instance.state;
        let reply = client.apply(name, prior, &config, &plan.planned).await;
        note(&reply.diagnostics, said);
        kept.instance = reply.instance;
        if !has_error(&reply.diagnostics) {
            return Applied::Changes;
        }
        // What fails while it is created is tainted, if there is anything.
        kept.is_tainted = is_new && !kept.instance.state.is_null();
        Applied::Failed
    }

    async fn destroy(&self, client: &Client, kept: &Kept) -> Vec<Diagnostic> {
        let name = self.creation.type_name;
        let nothing = &Value::Null;
        let plan = client.plan(name, &kept.instance, nothing, nothing).await;
        if has_error(&plan.diagnostics) {
            return plan.diagnostics;
        }
        let state = &kept.instance.state;
        let reply = client.apply(name, state, nothing, &plan.planned).await;
        reply.diagnostics
    }
}

impl Command {
    /// Ends the process as a core does at the end of a command.
    async fn end(self) {
        drop(self.client);
        self.plugin.shut_down().await;
    }
}

fn note(diagnostics: &[Diagnostic], said: &mut Vec<String>) {
    if !diagnostics.is_empty() {
        said.push(render(diagnostics));
    }
}
