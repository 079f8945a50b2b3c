//! A server with a test provider, and what a core does around each of its operations.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::oracle;
use super::proposed::proposed_new_state;
use super::thing::{self, Thing};
use crate::clock::Clock;
use crate::framework::diag::{Diagnostic, Diagnostics, Severity};
use crate::framework::object::Field;
use crate::framework::operation::ClientCapabilities;
use crate::framework::path::Path;
use crate::framework::provider::{Configure, Provider, Registry};
use crate::framework::schema::{Attribute, Block, BlockNesting, NestedBlock, Schema};
use crate::framework::server::values::finish_state;
use crate::framework::server::{
    ApplyRequest, ApplyResponse, ConfigureRequest, PlanRequest, PlanResponse, Server,
};
use crate::framework::value::Value;

/// What the test provider makes of its configuration.
#[derive(Debug)]
pub(super) struct Data {
    pub(super) endpoint: Option<String>,
}

crate::model! {
    pub(super) struct Retry {
        pub(super) count: Field<crate::framework::number::Number>,
    }
}

crate::model! {
    pub(super) struct ProviderConfig {
        pub(super) endpoint: Field<String>,
        pub(super) retry: Field<Vec<Retry>>,
    }
}

/// A provider of what `registry` lists.
pub(super) struct TestProvider {
    registry: Box<dyn Fn() -> Registry<Data> + Send + Sync>,
}

impl Provider for TestProvider {
    type Config = ProviderConfig;
    type Data = Data;

    fn schema(&self) -> Schema {
        let count = Attribute::number("count").optional().description("x");
        let nesting = BlockNesting::List { min: 0, max: 0 };
        Schema::new(
            "A provider.",
            [Attribute::string("endpoint").optional().description("x")],
        )
        .block(NestedBlock::new("retry", nesting, "x", [count]))
    }

    fn validate(&self, config: &ProviderConfig) -> Diagnostics {
        match config.endpoint.as_str() {
            Some("nowhere") => Diagnostic::error("No such endpoint", "It leads nowhere.").into(),
            _ => Diagnostics::new(),
        }
    }

    fn configure(
        &self,
        request: Configure<ProviderConfig>,
    ) -> Result<(Data, Diagnostics), Diagnostics> {
        let retries_are_a_list = request.config.retry.known().is_some();
        assert!(retries_are_a_list, "blocks that are absent are empty");
        if request.config.endpoint.as_str() == Some("broken") {
            return Err(Diagnostic::error("Broken endpoint", "It cannot work.").into());
        }
        let data = Data {
            endpoint: request.config.endpoint.into_known(),
        };
        Ok((data, Diagnostics::new()))
    }

    fn registry(&self) -> Registry<Data> {
        (self.registry)()
    }
}

pub(super) type TestServer = Server<TestProvider>;

/// A server that is not configured yet.
pub(super) fn unconfigured(
    registry: impl Fn() -> Registry<Data> + Send + Sync + 'static,
) -> TestServer {
    let provider = TestProvider {
        registry: Box::new(registry),
    };
    Server::new(provider, Clock::system())
}

/// A configured server.
pub(super) fn server(registry: impl Fn() -> Registry<Data> + Send + Sync + 'static) -> TestServer {
    let server = unconfigured(registry);
    let diagnostics = server.configure_provider(ConfigureRequest {
        config: Value::Null,
        terraform_version: "1.15.5".to_owned(),
        client: ClientCapabilities::default(),
    });
    assert!(diagnostics.is_empty(), "{}", told(&diagnostics));
    server
}

/// A configured server with one resource type, `test_thing`.
pub(super) fn thing_server(thing: Thing) -> TestServer {
    server(move || Registry::new().resource(thing.clone()))
}

/// A thing's object with the given members; all else is null or, for blocks, empty.
pub(super) fn thing<const N: usize>(members: [(&str, Value); N]) -> Value {
    with(&thing::schema().block.empty(), members)
}

/// A copy of `object` with other members.
pub(super) fn with<const N: usize>(object: &Value, members: [(&str, Value); N]) -> Value {
    let mut changed: BTreeMap<String, Value> = object.as_object().unwrap().clone();
    for (name, value) in members {
        assert!(changed.contains_key(name), "no member {name}");
        changed.insert(name.to_owned(), value);
    }
    Value::Object(changed)
}

/// An object of a thing's nested attributes or blocks.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::object(members)
}

/// A map.
pub(super) fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.map(|(key, value)| (key.to_owned(), value)).into())
}

/// The part of `value` at a path of names, indices and, after `#`, keys: `rules.0.label`.
pub(super) fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    let path = path.split('.').fold(Path::root(), |path, step| {
        match (step.parse::<usize>(), step.strip_prefix('#')) {
            (Ok(index), _) => path.index(index),
            (_, Some(key)) => path.key(key),
            _ => path.attribute(step),
        }
    });
    value
        .get(&path)
        .unwrap_or_else(|| panic!("nothing at {path} in {value:#?}"))
}

/// The element of a set that has `value` as its member `name`.
pub(super) fn element<'a>(set: &'a Value, name: &str, value: &str) -> &'a Value {
    let Value::Set(elements) = set else {
        panic!("not a set: {set:?}");
    };
    elements
        .iter()
        .find(|element| element.member(name).as_str() == Some(value))
        .unwrap_or_else(|| panic!("no element with {name} {value} in {set:#?}"))
}

/// A core with things, and a thing that exists with this configuration.
pub(super) async fn existing(config: &Value) -> (Core, Object) {
    let core = Core::things(Thing::default());
    let object = core.settle(&Object::none(), config).await;
    (core, object)
}

/// Messages as a user reads them.
pub(super) fn told(diagnostics: &Diagnostics) -> String {
    let texts: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| {
            let severity = match diagnostic.severity {
                Severity::Error => "Error",
                Severity::Warning => "Warning",
            };
            let at = match &diagnostic.path {
                Some(path) => format!(" at {path}"),
                None => String::new(),
            };
            let (summary, detail) = (&diagnostic.summary, diagnostic.full_detail());
            format!("{severity}{at}: {summary}\n{detail}")
        })
        .collect();
    texts.join("\n----\n")
}

/// An object in the hands of a core: what the core keeps between operations.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) state: Value,
    pub(super) private: Vec<u8>,
    pub(super) identity: Value,
}

impl Object {
    /// Nothing yet.
    pub(super) fn none() -> Self {
        Self {
            state: Value::Null,
            private: Vec::new(),
            identity: Value::Null,
        }
    }

    /// An object with a state alone.
    pub(super) fn of(state: Value) -> Self {
        Self {
            state,
            ..Self::none()
        }
    }
}

/// A core with one resource type. What it would refuse fails the test.
pub(super) struct Core {
    pub(super) server: Arc<TestServer>,
    pub(super) type_name: &'static str,
    pub(super) block: Block,
}

impl Core {
    /// A core with things.
    pub(super) fn things(thing: Thing) -> Self {
        Self {
            server: Arc::new(thing_server(thing)),
            type_name: "test_thing",
            block: thing::schema().block,
        }
    }

    /// Plans. A plan without an error must be acceptable.
    pub(super) async fn plan(&self, prior: &Object, config: &Value) -> PlanResponse {
        self.plan_with(prior, config, ClientCapabilities::default())
            .await
    }

    pub(super) async fn plan_with(
        &self,
        prior: &Object,
        config: &Value,
        client: ClientCapabilities,
    ) -> PlanResponse {
        let request = PlanRequest {
            type_name: self.type_name.to_owned(),
            prior_state: prior.state.clone(),
            proposed_new_state: proposed_new_state(&self.block, &prior.state, config),
            config: config.clone(),
            prior_private: prior.private.clone(),
            prior_identity: prior.identity.clone(),
            client,
        };
        let call = self.server.call();
        let plan = self.server.plan_resource_change(&call, request).await;
        if !plan.diagnostics.has_error() {
            self.accept_plan(prior, config, &plan);
        }
        plan
    }

    fn accept_plan(&self, prior: &Object, config: &Value, plan: &PlanResponse) {
        let planned = &plan.planned_state;
        let errors = oracle::plan_errors(&self.block, &prior.state, config, planned);
        assert_eq!(errors, Vec::<String>::new(), "planned {planned:#?}");
        let errors = oracle::replace_errors(&prior.state, planned, &plan.requires_replace);
        assert_eq!(errors, Vec::<String>::new());
        if plan.requires_replace.is_empty() && !prior.state.is_null() {
            assert!(plan.planned_identity.is_wholly_known());
        }
    }

    /// Applies a plan. A result without an error must be acceptable, and so must any state.
    pub(super) async fn apply(
        &self,
        prior: &Object,
        config: &Value,
        plan: PlanResponse,
    ) -> ApplyResponse {
        let planned = plan.planned_state.clone();
        let request = ApplyRequest {
            type_name: self.type_name.to_owned(),
            prior_state: prior.state.clone(),
            planned_state: plan.planned_state,
            config: config.clone(),
            planned_private: plan.planned_private,
            planned_identity: plan.planned_identity,
        };
        let call = self.server.call();
        let applied = self.server.apply_resource_change(&call, request).await;
        let errors = oracle::state_errors(&self.block, &applied.new_state);
        assert_eq!(errors, Vec::<String>::new());
        assert!(applied.new_identity.is_wholly_known() || applied.diagnostics.has_error());
        if !applied.diagnostics.has_error() {
            let errors = oracle::result_errors(&planned, &applied.new_state);
            assert_eq!(errors, Vec::<String>::new());
        }
        applied
    }

    /// The state after a read that brings back what `changed` makes of it.
    pub(super) fn read_as(&self, object: &Object, changed: impl Fn(&Value) -> Value) -> Value {
        let mut state = changed(&object.state);
        finish_state(&self.block, &mut state, &object.state);
        state
    }

    /// Plans and applies without an error, and returns what the core then holds.
    pub(super) async fn settle(&self, prior: &Object, config: &Value) -> Object {
        let plan = self.plan(prior, config).await;
        assert!(!plan.diagnostics.has_error(), "{}", told(&plan.diagnostics));
        let applied = self.apply(prior, config, plan).await;
        let told = told(&applied.diagnostics);
        assert!(!applied.diagnostics.has_error(), "{told}");
        Object {
            state: applied.new_state,
            private: applied.private,
            identity: applied.new_identity,
        }
    }

    /// Asserts that a plan on `object` changes nothing.
    pub(super) async fn assert_settled(&self, object: &Object, config: &Value) {
        let plan = self.plan(object, config).await;
        assert!(plan.diagnostics.is_empty(), "{}", told(&plan.diagnostics));
        assert_eq!(plan.planned_state, object.state);
        assert_eq!(plan.requires_replace, []);
        assert_eq!(plan.planned_private, object.private);
        assert_eq!(plan.planned_identity, object.identity);
    }
}
