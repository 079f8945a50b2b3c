//! Objects of random schemas and their lives.
//!
//! A life is a schema and some changes of configuration. Every change is planned while parts are
//! unknown, planned again and applied when they are known; after that the next plan is empty, a read
//! finds what was applied, and stored states mean what they meant. In between somebody else changes
//! the object, or an apply goes wrong half-way. In the end the object is imported and destroyed.

mod fixture;
mod schemas;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use core_oracle::choices::{Choices, check};
use core_oracle::generate::{self, Openness};
use core_oracle::{Applied, Core, Failure, Instance, Plan, Planned, Value};
use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::server::Server;
use terraform_provider_camunda::plugin::rpc::ProviderService;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::provider_server::ProviderServer;

use self::fixture::{Fixture, Remote, TYPE_NAME};
use crate::cases;

/// Changes of configuration in a life, on average.
const CHANGES: usize = 10;

/// Plans in a life, on average. A case is a plan that was judged: what there is, what is
/// configured and what of it is unknown.
const PLANS: u64 = 29;

type Service = ProviderServer<ProviderService<Fixture>>;

thread_local! {
    static RUNTIME: RefCell<tokio::runtime::Runtime> = RefCell::new(
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
    );
}

/// What has been done, to know that nothing was left out.
#[derive(Default)]
struct Tally(Mutex<BTreeMap<&'static str, u64>>);

impl Tally {
    fn count(&self, what: &'static str) {
        *self.0.lock().unwrap().entry(what).or_default() += 1;
    }
}

#[test]
fn cores_accept_whatever_the_framework_does() {
    let tally = Tally::default();
    let cases = cases(PLANS);
    let checked = check(cases, |choices| {
        RUNTIME.with_borrow(|runtime| runtime.block_on(live(choices, &tally)))
    });
    checked.unwrap_or_else(|failure| panic!("{failure}"));
    let tally = tally.0.into_inner().unwrap();
    println!("{} schemas, {tally:?}", cases.count);
    // Each of them comes up in some lives of a hundred, and plans as often as was asked for.
    for (what, per_life) in [
        ("plan", PLANS as f64 * 0.8),
        ("create", 0.9),
        ("update", 0.9),
        ("replace", 0.1),
        ("nothing", 2.0),
        ("drift", 0.5),
        ("failure", 0.1),
        ("import", 0.3),
        ("unknown", 1.0),
    ] {
        let count = tally.get(what).copied().unwrap_or(0) as f64;
        let expected = per_life * cases.count as f64;
        assert!(count >= expected, "{what}: {count}, should be {expected}");
    }
}

/// Leads one life.
async fn live(choices: &mut Choices, tally: &Tally) -> Result<(), String> {
    let schema = schemas::any(choices);
    let faults = schema.self_check();
    if !faults.is_empty() {
        return Err(format!("the generator made a wrong schema: {faults:?}"));
    }
    let remote = Arc::new(Remote::default());
    let fixture = Fixture::new(schema.clone(), Arc::clone(&remote));
    let server = Server::new(fixture, Clock::system());
    let service = ProviderServer::new(ProviderService::new(server));
    let core = Core::connect(service).await.map_err(at("schema"))?;
    let nothing = core.provider_config(Vec::new());
    core.configure(&nothing).await.map_err(at("configure"))?;
    let mut story = Story {
        remote,
        core,
        tally,
        told: Vec::new(),
        is_settled: false,
    };
    let result = story.lead(choices).await;
    result.map_err(|error| {
        let told = story.told.iter();
        let told: Vec<String> = told
            .map(|(what, value)| format!("{what} {value:?}"))
            .collect();
        let schema = schemas::told(&schema.block);
        format!("{error}\n{}\nwith {schema}", told.join("\n"))
    })
}

struct Story<'a> {
    remote: Arc<Remote>,
    core: Core<Service>,
    tally: &'a Tally,
    /// What has happened, for whoever has to find out why.
    told: Vec<(String, Value)>,
    /// Whether the plan after the last apply was empty.
    is_settled: bool,
}

/// Whether the framework refuses the configuration because two of its elements mean the same.
fn has_same_elements(validated: Result<(), Failure>) -> bool {
    match validated {
        Err(Failure::Refused(messages)) => {
            let mut messages = messages.iter();
            messages.all(|message| message.summary.starts_with("Two elements of"))
        }
        _ => false,
    }
}

/// Whether a set has fewer elements than planned: two of them have become the same.
fn has_merged(planned: &Value, actual: &Value) -> bool {
    match (planned, actual) {
        (Value::Object(planned), Value::Object(actual))
        | (Value::Map(planned), Value::Map(actual)) => planned
            .iter()
            .any(|(name, planned)| has_merged(planned, actual.get(name).unwrap_or(&Value::Null))),
        (Value::List(planned), Value::List(actual)) => {
            let mut pairs = planned.iter().zip(actual);
            pairs.any(|(planned, actual)| has_merged(planned, actual))
        }
        // What belongs together in a set, who knows.
        (Value::Set(planned), Value::Set(actual)) => {
            let merged = |planned| actual.iter().all(|actual| has_merged(planned, actual));
            actual.len() < planned.len() || planned.iter().any(merged)
        }
        _ => false,
    }
}

/// Says where in a life something went wrong.
fn at(what: &'static str) -> impl Fn(Failure) -> String {
    move |failure| format!("{what}: {failure}")
}

impl Story<'_> {
    fn note(&mut self, what: impl Into<String>, value: &Value) {
        self.told.push((what.into(), value.clone()));
    }

    async fn lead(&mut self, choices: &mut Choices) -> Result<(), String> {
        let core = self.core.clone();
        let resource = core.resource(TYPE_NAME);
        let mut kept: Option<Instance> = None;
        let mut config = Value::Null;
        for _ in 0..1 + choices.below(CHANGES * 2 - 1) {
            let open = if config.is_null() || choices.once_in(3) {
                generate::config(resource, choices, Openness::OPEN)
            } else {
                generate::changed(resource, &config, choices, Openness::OPEN)
            };
            config = generate::settled(resource, &open, choices);
            self.note("configured", &open);
            self.note("     later", &config);
            if open != config {
                self.tally.count("unknown");
            }
            if has_same_elements(core.validate(TYPE_NAME, &config).await) {
                return Ok(());
            }
            let goes_wrong = choices.once_in(12);
            kept = self.change(kept, &open, &config, goes_wrong).await?;
            if choices.once_in(4)
                && let Some(instance) = &kept
            {
                let mut state = generate::drifted(resource, &instance.state, choices);
                if !instance.identity.is_null() {
                    state = state.with("id", instance.state.member("id").clone());
                }
                self.note("   drifted", &state);
                self.tally.count("drift");
                self.remote.put(&state, resource);
                let read = core.refresh(TYPE_NAME, kept.as_ref());
                kept = read.await.map_err(at("read after drift"))?;
                kept = self.change(kept, &config, &config, false).await?;
            }
        }
        if let Some(instance) = &kept
            && self.is_settled
        {
            self.import(instance, &config).await?;
        }
        self.destroy(kept).await
    }

    async fn plan(&mut self, kept: Option<&Instance>, config: &Value) -> Result<Planned, Failure> {
        let plan = self.core.plan(TYPE_NAME, kept, config).await?;
        self.note(format!("   planned {:?}", plan.action), &plan.state);
        self.tally.count("plan");
        self.tally.count(match plan.action {
            Plan::Nothing => "nothing",
            Plan::Create => "create",
            Plan::Update => "update",
            Plan::Replace => "replace",
            Plan::Destroy => "destroy",
        });
        Ok(plan)
    }

    async fn apply(&mut self, plan: &Planned, config: &Value) -> Result<Applied, Failure> {
        // Plans once more.
        self.tally.count("plan");
        let applied = self.core.apply(TYPE_NAME, plan, config).await?;
        let state = applied.instance.as_ref().map(|instance| &instance.state);
        self.note("   applied", state.unwrap_or(&Value::Null));
        Ok(applied)
    }

    async fn change(
        &mut self,
        kept: Option<Instance>,
        open: &Value,
        config: &Value,
        goes_wrong: bool,
    ) -> Result<Option<Instance>, String> {
        let plan = self.plan(kept.as_ref(), open).await.map_err(at("plan"))?;
        if plan.action == Plan::Nothing {
            return Ok(kept);
        }
        self.remote.goes_wrong(goes_wrong);
        let applied = self.apply(&plan, config).await;
        self.remote.goes_wrong(false);
        let mut applied = applied.map_err(at("apply"))?;
        if applied.is_failed && !goes_wrong {
            return Err(format!("apply failed: {:?}", applied.messages));
        }
        if applied.is_failed {
            self.tally.count("failure");
            // The user tries again, which begins with a look at what there is.
            let read = self.core.refresh(TYPE_NAME, applied.instance.as_ref());
            let read = read.await.map_err(at("read after failure"))?;
            let plan = self.plan(read.as_ref(), config).await;
            let plan = plan.map_err(at("plan after failure"))?;
            let again = self.apply(&plan, config).await;
            applied = again.map_err(at("apply after failure"))?;
        }
        let kept = applied.instance.ok_or("nothing after an apply")?;
        self.is_settled = !has_merged(&applied.planned, &kept.state);
        if !self.is_settled {
            // What the provider made up turned two elements into one. No plan could tell that from a
            // change of configuration.
            return Ok(Some(kept));
        }
        self.expect_nothing(&kept, config).await?;
        let read = self.core.refresh(TYPE_NAME, Some(&kept));
        let read = read.await.map_err(at("read"))?;
        if read.as_ref() != Some(&kept) {
            return Err(format!("a read found {read:?}\ninstead of {kept:?}"));
        }
        Ok(read)
    }

    /// A plan changes nothing any more.
    async fn expect_nothing(&mut self, kept: &Instance, config: &Value) -> Result<(), String> {
        let plan = self.plan(Some(kept), config).await;
        let plan = plan.map_err(at("second plan"))?;
        if plan.action == Plan::Nothing && plan.private == kept.private {
            return Ok(());
        }
        Err(format!(
            "the second plan is {:?} {:?}",
            plan.action, plan.state
        ))
    }

    async fn import(&mut self, kept: &Instance, config: &Value) -> Result<(), String> {
        if kept.identity.is_null() {
            return Ok(());
        }
        let core = self.core.clone();
        let id = kept.identity.member("id").as_str().unwrap_or_default();
        let by_id = core.import(TYPE_NAME, id).await.map_err(at("import"))?;
        let by_identity = core.import_by_identity(TYPE_NAME, &kept.identity).await;
        let by_identity = by_identity.map_err(at("import by identity"))?;
        if by_id.state != by_identity.state || by_id.identity != by_identity.identity {
            return Err(format!(
                "{by_id:?} imported by id, {by_identity:?} by identity"
            ));
        }
        self.tally.count("import");
        self.expect_nothing(&by_id, config).await
    }

    async fn destroy(&mut self, kept: Option<Instance>) -> Result<(), String> {
        let plan = self.plan(kept.as_ref(), &Value::Null).await;
        let plan = plan.map_err(at("plan of destroy"))?;
        let applied = self.apply(&plan, &Value::Null).await;
        match applied.map_err(at("destroy"))?.instance {
            None if !self.remote.exists() => Ok(()),
            other => Err(format!("destroyed, and there is {other:?}")),
        }
    }
}
