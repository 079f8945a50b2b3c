//! A resource with everything a schema can have, and with a behaviour that each test sets.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;

use super::fill::fill;
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::number::Number;
use crate::framework::object::{Field, Model as _, SetOf, ValueType as _};
use crate::framework::operation::{Context, Outcome};
use crate::framework::private::Private;
use crate::framework::resource::{
    Create, Delete, PlanChange, Read, Resource, StateMove, StateUpgrade, Update,
};
use crate::framework::schema::{
    Attribute, BlockNesting, IdentitySchema, NestedBlock, Nesting, PlanModifier, Schema, Validator,
};
use crate::framework::types::Type;
use crate::framework::value::Value;

use super::harness::Data;

crate::model! {
    pub(super) struct ThingModel {
        pub(super) id: Field<String>,
        pub(super) name: Field<String>,
        pub(super) note: Field<String>,
        pub(super) size: Field<Number>,
        pub(super) mode: Field<String>,
        pub(super) url: Field<String>,
        pub(super) secret: Field<SecretString>,
        pub(super) secret_version: Field<Number>,
        pub(super) token: Field<SecretString>,
        pub(super) updated_at: Field<String>,
        pub(super) zone: Field<String>,
        pub(super) tier: Field<Number>,
        pub(super) tags: Field<std::collections::BTreeSet<String>>,
        pub(super) network: Field<Network>,
        pub(super) rules: Field<Vec<Rule>>,
        pub(super) members: Field<SetOf<Member>>,
        pub(super) limits: Field<BTreeMap<String, Limit>>,
        pub(super) status: Field<Status>,
        pub(super) server: Field<Server>,
        pub(super) options: Field<Options>,
        pub(super) pool: Field<Vec<Pool>>,
        pub(super) peer: Field<SetOf<Peer>>,
        pub(super) route: Field<BTreeMap<String, Route>>,
    }
}

crate::model! {
    pub(super) struct Network {
        pub(super) host: Field<String>,
        pub(super) port: Field<Number>,
        pub(super) address: Field<String>,
    }
}

crate::model! {
    pub(super) struct Rule {
        pub(super) label: Field<String>,
        pub(super) priority: Field<Number>,
        pub(super) rule_id: Field<String>,
    }
}

crate::model! {
    pub(super) struct Member {
        pub(super) user: Field<String>,
        pub(super) role: Field<String>,
        pub(super) level: Field<Number>,
        pub(super) member_id: Field<String>,
        pub(super) realm: Field<String>,
    }
}

crate::model! {
    pub(super) struct Limit {
        pub(super) max: Field<Number>,
        pub(super) used: Field<Number>,
        pub(super) key: Field<SecretString>,
    }
}

crate::model! {
    pub(super) struct Status {
        pub(super) phase: Field<String>,
    }
}

crate::model! {
    pub(super) struct Server {
        pub(super) address: Field<String>,
        pub(super) certificate: Field<String>,
    }
}

crate::model! {
    pub(super) struct Options {
        pub(super) verbose: Field<bool>,
    }
}

crate::model! {
    pub(super) struct Pool {
        pub(super) name: Field<String>,
        pub(super) size: Field<Number>,
    }
}

crate::model! {
    pub(super) struct Peer {
        pub(super) host: Field<String>,
        pub(super) fingerprint: Field<String>,
    }
}

crate::model! {
    pub(super) struct Route {
        pub(super) target: Field<String>,
        pub(super) cost: Field<Number>,
    }
}

/// Two addresses that differ in case or in a slash at the end are one.
fn same_url(a: &Value, b: &Value) -> bool {
    let plain = |value: &Value| {
        value
            .as_str()
            .map(|text| text.trim_end_matches('/').to_lowercase())
    };
    plain(a) == plain(b)
}

fn no_spaces() -> Validator {
    Validator::text("must not have spaces", |text| {
        text.contains(' ')
            .then(|| Diagnostic::error("Value with a space", format!("{text:?} has a space.")))
    })
}

pub(super) fn schema() -> Schema {
    let text = |name: &str| Attribute::string(name).description("x");
    let number = |name: &str| Attribute::number(name).description("x");
    let nested = |name: &str, nesting, attributes: Vec<Attribute>| {
        Attribute::nested(name, nesting, attributes).description("x")
    };
    let attributes = [
        text("id").computed().use_state(),
        text("name")
            .required()
            .requires_replace()
            .validate(no_spaces()),
        text("note").optional(),
        number("size").optional().computed(),
        text("mode").default("standard"),
        text("url")
            .optional()
            .requires_replace()
            .equivalent_when(same_url),
        text("secret").optional().write_only().sensitive(),
        number("secret_version").optional(),
        text("token").computed().sensitive().use_state(),
        text("updated_at").computed(),
        text("zone")
            .optional()
            .computed()
            .use_state()
            .plan(PlanModifier::RequiresReplaceIfConfigured),
        number("tier")
            .optional()
            .requires_replace_if(|plan| *plan.planned < *plan.prior),
        Attribute::set("tags", Type::String)
            .optional()
            .description("x"),
        nested(
            "network",
            Nesting::Single,
            vec![
                text("host").required().requires_replace(),
                number("port").default(80),
                text("address")
                    .computed()
                    .plan(PlanModifier::UseNonNullState),
            ],
        )
        .optional(),
        nested(
            "rules",
            Nesting::List,
            vec![
                text("label").required().validate(no_spaces()),
                number("priority").default(10),
                text("rule_id")
                    .computed()
                    .plan(PlanModifier::UseNonNullState),
            ],
        )
        .optional(),
        nested(
            "members",
            Nesting::Set,
            vec![
                text("user").required().validate(no_spaces()),
                text("role").optional().computed().use_state(),
                number("level").default(1),
                text("member_id")
                    .computed()
                    .plan(PlanModifier::UseNonNullState),
                text("realm").optional().requires_replace(),
            ],
        )
        .optional(),
        nested(
            "limits",
            Nesting::Map,
            vec![
                number("max").required(),
                number("used").computed(),
                text("key").optional().write_only().sensitive(),
            ],
        )
        .optional(),
        nested("status", Nesting::Single, vec![text("phase").computed()]).computed(),
    ];
    let block = |name: &str, nesting, attributes: Vec<Attribute>| {
        NestedBlock::new(name, nesting, "x", attributes)
    };
    let many = (0, 0);
    Schema::new("A thing.", attributes)
        .version(2)
        .block(block(
            "server",
            BlockNesting::Single { required: false },
            vec![
                text("address").required().validate(no_spaces()),
                text("certificate").computed().use_state(),
            ],
        ))
        .block(block(
            "options",
            BlockNesting::Group,
            vec![Attribute::bool("verbose").default(false).description("x")],
        ))
        .block(block(
            "pool",
            BlockNesting::List {
                min: many.0,
                max: many.1,
            },
            vec![
                text("name").required(),
                number("size").optional().computed(),
            ],
        ))
        .block(block(
            "peer",
            BlockNesting::Set {
                min: many.0,
                max: many.1,
            },
            vec![
                text("host").required(),
                text("fingerprint").computed().use_state(),
            ],
        ))
        .block(block(
            "route",
            BlockNesting::Map,
            vec![text("target").required(), number("cost").default(1)],
        ))
}

type Behaviour<Request, Reply> = Arc<dyn Fn(Request) -> Reply + Send + Sync>;
type Planning = Arc<dyn Fn(&mut PlanChange<ThingModel>) + Send + Sync>;

/// The resource. What is not set does what a well-behaved one would.
#[derive(Clone)]
pub(super) struct Thing {
    pub(super) create: Behaviour<Create<ThingModel>, Outcome<ThingModel>>,
    pub(super) read: Behaviour<Read<ThingModel>, Outcome<ThingModel>>,
    pub(super) update: Behaviour<Update<ThingModel>, Outcome<ThingModel>>,
    pub(super) delete: Behaviour<Delete<ThingModel>, Diagnostics>,
    pub(super) import: Behaviour<String, Result<ThingModel, Diagnostic>>,
    pub(super) plan: Planning,
    pub(super) upgrades: Vec<StateUpgrade>,
    pub(super) moves: Vec<StateMove>,
    pub(super) has_mutable_identity: bool,
}

impl Default for Thing {
    fn default() -> Self {
        Self {
            create: Arc::new(|request| Outcome::present(made(&request.plan), request.private)),
            read: Arc::new(|request| Outcome::present(request.state, request.private)),
            update: Arc::new(|request| Outcome::present(made(&request.plan), request.private)),
            delete: Arc::new(|_| Diagnostics::new()),
            import: Arc::new(|id| {
                Ok(ThingModel {
                    id: id.as_str().into(),
                    ..ThingModel::default()
                })
            }),
            plan: Arc::new(|_| {}),
            upgrades: Vec::new(),
            moves: Vec::new(),
            has_mutable_identity: false,
        }
    }
}

/// The plan, with all that was unknown known.
pub(super) fn made(plan: &ThingModel) -> ThingModel {
    let filled = fill(&plan.to_value(), &ThingModel::value_type());
    ThingModel::read(&filled).unwrap()
}

/// Private state with one entry.
pub(super) fn private(key: &str, value: bool) -> Private {
    let mut private = Private::default();
    private.set(key, value);
    private
}

impl Resource<Data> for Thing {
    type Model = ThingModel;

    fn type_name(&self) -> &'static str {
        "test_thing"
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn identity(&self) -> IdentitySchema {
        let identity = IdentitySchema::new()
            .required("id", "x")
            .optional("zone", "x");
        if self.has_mutable_identity {
            identity.mutable()
        } else {
            identity
        }
    }

    fn validate(&self, config: &ThingModel) -> Diagnostics {
        if config.secret.known().is_some() && config.secret_version.is_null() {
            return Diagnostic::error(
                "Secret without a version",
                "A secret takes effect only with a version.",
            )
            .into();
        }
        Diagnostics::new()
    }

    async fn plan(&self, _context: &Context<Data>, change: &mut PlanChange<ThingModel>) {
        (self.plan)(change);
    }

    async fn create(
        &self,
        _context: &Context<Data>,
        request: Create<ThingModel>,
    ) -> Outcome<ThingModel> {
        (self.create)(request)
    }

    async fn read(
        &self,
        _context: &Context<Data>,
        request: Read<ThingModel>,
    ) -> Outcome<ThingModel> {
        (self.read)(request)
    }

    async fn update(
        &self,
        _context: &Context<Data>,
        request: Update<ThingModel>,
    ) -> Outcome<ThingModel> {
        (self.update)(request)
    }

    async fn delete(&self, _context: &Context<Data>, request: Delete<ThingModel>) -> Diagnostics {
        (self.delete)(request)
    }

    async fn import(&self, _context: &Context<Data>, id: &str) -> Result<ThingModel, Diagnostic> {
        (self.import)(id.to_owned())
    }

    fn upgrades(&self) -> Vec<StateUpgrade> {
        self.upgrades.clone()
    }

    fn moves(&self) -> Vec<StateMove> {
        self.moves.clone()
    }
}
