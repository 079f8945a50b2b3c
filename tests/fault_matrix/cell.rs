//! One cell of the matrix: an organisation and a machine of its own, and the life of one object as a
//! core would lead it. Knows neither which operation nor which fault it is about.

use std::collections::BTreeMap;

use camunda_simulator::seed::credentials::FULL;
use camunda_simulator::{Fault, NewCluster, Options, Simulator};
use tempfile::TempDir;
use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::Diagnostic;
use terraform_provider_camunda::provider::environment as variable;
use terraform_provider_camunda::provider::{Camunda, Environment};

use crate::creations::Creation;
use crate::faults::REQUEST_TIMEOUT;
use crate::support::client::{Client, Instance, Reply, has_error, render};

/// Applies after which everything has to be right: the one with the fault, and two without.
const ROUNDS: usize = 3;

/// How long creating, changing and deleting may take each: more than the looks after a lost answer
/// need, less than the longest `Retry-After`.
const TIMEOUT: &str = "25s";

/// Which request the fault hits: the one of that operation after so many others of it.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) operation: String,
    pub(crate) skip: u64,
}

/// How a life went.
#[derive(Debug, Clone)]
pub(crate) struct Life {
    /// Applies until everything was right.
    pub(crate) applies: usize,
    /// Requests of the creating operation that were carried out.
    pub(crate) carried_out: usize,
    /// What the applies said.
    pub(crate) said: Vec<String>,
    /// The operations up to the end of the first read, in order.
    pub(crate) requests: Vec<String>,
}

/// What a core keeps of the object.
struct Kept {
    instance: Instance,
    is_tainted: bool,
}

struct Cell {
    creation: Creation,
    simulator: Simulator,
    cluster: String,
    machine: TempDir,
}

/// Leads the life of one object, with or without a fault.
pub(crate) async fn live(
    creation: Creation,
    fault: Option<(Target, Fault)>,
) -> Result<Life, String> {
    let simulator = Simulator::start(Options::default()).map_err(|error| error.to_string())?;
    let cluster = simulator.add_cluster(NewCluster::default());
    (creation.furnish)(&simulator, &cluster);
    let cell = Cell {
        creation,
        simulator,
        cluster,
        machine: tempfile::tempdir().map_err(|error| error.to_string())?,
    };
    let before = cell.remote();
    let is_faulty = fault.is_some();
    if let Some((target, fault)) = fault {
        let rule = cell.simulator.faults().on(&target.operation);
        rule.skip(target.skip).inject(fault);
    }
    let mut life = Life {
        applies: 0,
        carried_out: 0,
        said: Vec::new(),
        requests: Vec::new(),
    };
    let mut kept = Kept {
        instance: Instance::none(),
        is_tainted: false,
    };
    let mut is_right = false;
    while life.applies < ROUNDS && !is_right {
        if cell.has_struck() {
            cell.simulator.faults().clear();
        }
        life.applies += 1;
        is_right = cell.apply(&mut kept, &mut life.said).await;
        if life.applies == 1 {
            // The refresh of a plan, in whose way the fault may still be.
            let client = cell.client().await;
            cell.refresh(&client, &mut kept, &mut life.said).await;
            let requests = cell.simulator.requests().into_iter();
            life.requests = requests.filter_map(|request| request.operation).collect();
        }
    }
    if is_faulty && !cell.has_struck() {
        return Err("the fault hit no request".to_owned());
    }
    cell.simulator.faults().clear();
    let failed = |what: &str, life: &Life| format!("{what}\n  said: {}", life.said.join("\n  "));
    if !is_right {
        return Err(failed("no apply succeeded", &life));
    }
    let made = cell.simulator.requests_of(creation.operation);
    life.carried_out = made.iter().filter(|request| request.carried_out).count();

    // What is configured is there once, the state knows it, and nothing is left to do.
    let client = cell.client().await;
    if !cell.refresh(&client, &mut kept, &mut life.said).await {
        return Err(failed("cannot be read in the end", &life));
    }
    let mut expected = before.clone();
    expected.extend((creation.stored)(&kept.instance.state));
    expected.sort();
    let remote = cell.remote();
    if remote != expected {
        let what = format!("the service has {remote:?}, should be {expected:?}");
        return Err(failed(&what, &life));
    }
    let config = cell.config(&client);
    let proposed = proposed(&config, &kept.instance.state);
    let name = creation.type_name;
    let plan = client.plan(name, &kept.instance, &config, &proposed).await;
    if has_error(&plan.diagnostics) || plan.planned.state != kept.instance.state {
        return Err(failed("the last plan is not empty", &life));
    }

    let said = cell.destroy(&client, &kept).await;
    if has_error(&said) {
        return Err(format!("cannot be destroyed: {}", render(&said)));
    }
    let left = cell.remote();
    if left != before {
        return Err(format!(
            "destroyed, the service has {left:?} instead of {before:?}"
        ));
    }
    let violations = cell.simulator.violations();
    if !violations.is_empty() {
        return Err(format!("the contract was violated: {violations:?}"));
    }
    Ok(life)
}

impl Cell {
    /// A new process of the provider on the same machine.
    async fn client(&self) -> Client {
        let environment = Environment::with([
            (variable::API_URL, self.simulator.url()),
            (variable::TOKEN_URL, self.simulator.token_url()),
            (variable::AUDIENCE, self.simulator.audience()),
            (variable::CLIENT_ID, FULL.client_id.to_owned()),
            (variable::CLIENT_SECRET, FULL.client_secret.to_owned()),
            (variable::POLL_INTERVAL, "20ms".to_owned()),
            (
                variable::TOKEN_CACHE_DIR,
                self.machine.path().to_string_lossy().into_owned(),
            ),
        ]);
        let provider = Camunda::new(environment, Clock::system(), || ());
        let client = Client::connect(provider, Clock::system()).await;
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
        client
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

    fn has_struck(&self) -> bool {
        let faults = self.simulator.faults().list();
        faults.iter().all(|armed| armed.fired > 0)
    }

    /// Refreshes, plans and carries the plan out. False if any of it failed.
    async fn apply(&self, kept: &mut Kept, said: &mut Vec<String>) -> bool {
        let client = self.client().await;
        if !self.refresh(&client, kept, said).await {
            return false;
        }
        if kept.is_tainted {
            let diagnostics = self.destroy(&client, kept).await;
            note(&diagnostics, said);
            if has_error(&diagnostics) {
                return false;
            }
            *kept = Kept {
                instance: Instance::none(),
                is_tainted: false,
            };
        }
        let name = self.creation.type_name;
        let config = self.config(&client);
        let proposed = proposed(&config, &kept.instance.state);
        let plan = client.plan(name, &kept.instance, &config, &proposed).await;
        note(&plan.diagnostics, said);
        if has_error(&plan.diagnostics) {
            return false;
        }
        if plan.planned.state == kept.instance.state {
            return true;
        }
        assert!(
            plan.requires_replace.is_empty(),
            "nothing was configured anew: {:?}",
            plan.requires_replace
        );
        let is_new = kept.instance.state.is_null();
        let prior = &kept.instance.state;
        let reply = client.apply(name, prior, &config, &plan.planned).await;
        note(&reply.diagnostics, said);
        let failed = has_error(&reply.diagnostics);
        // What fails while it is created is tainted, if there is anything.
        kept.is_tainted = failed && is_new && !reply.instance.state.is_null();
        kept.instance = reply.instance;
        !failed
    }

    /// Reads the object if there is one. False if that failed.
    async fn refresh(&self, client: &Client, kept: &mut Kept, said: &mut Vec<String>) -> bool {
        if kept.instance.state.is_null() {
            return true;
        }
        let name = self.creation.type_name;
        let reply: Reply = client.read(name, &kept.instance).await;
        note(&reply.diagnostics, said);
        if has_error(&reply.diagnostics) {
            return false;
        }
        kept.instance = reply.instance;
        kept.is_tainted &= !kept.instance.state.is_null();
        true
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

fn note(diagnostics: &[Diagnostic], said: &mut Vec<String>) {
    if !diagnostics.is_empty() {
        said.push(render(diagnostics));
    }
}

/// An object of the type with these members, and null for the others.
fn completed(ty: &Type, members: Vec<(&str, Value)>) -> Value {
    let Type::Object(types) = ty else {
        panic!("the type of a block is an object");
    };
    let mut all: BTreeMap<String, Value> = types
        .keys()
        .map(|name| (name.clone(), Value::Null))
        .collect();
    for (name, member) in members {
        let known = all.insert(name.to_owned(), member);
        assert!(known.is_some(), "there is no {name}");
    }
    Value::Object(all)
}

/// Configuration completed from the prior state, as a core does it with what can be computed.
fn proposed(config: &Value, prior: &Value) -> Value {
    let Value::Object(members) = config else {
        return Value::Null;
    };
    let members = members.iter().map(|(name, member)| {
        let member = if member.is_null() {
            prior.member(name)
        } else {
            member
        };
        (name.clone(), member.clone())
    });
    Value::object(members)
}
