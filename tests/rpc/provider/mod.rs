//! A provider with one object of every kind, whose remote side is a map in memory. The name of an
//! object tells it to misbehave.

mod others;
mod things;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use terraform_provider_camunda::framework::diag::Diagnostics;
use terraform_provider_camunda::framework::object::Field;
use terraform_provider_camunda::framework::provider::{Configure, Provider, Registry};
use terraform_provider_camunda::framework::schema::{Attribute, Schema};
use terraform_provider_camunda::model;
use tokio::sync::{Barrier, Notify};

pub(crate) use self::others::ring;
use self::others::{Echo, Join, ListThings, Ring, Token};
use self::things::Things;
pub(crate) use self::things::{Thing, thing};

/// What the test sees and steers of the provider's remote side.
pub(crate) struct Remote {
    /// The objects, by id.
    pub(crate) things: Mutex<BTreeMap<String, Thing>>,
    /// What has happened, in order.
    pub(crate) log: Mutex<Vec<String>>,
    /// Told when a slow operation has begun.
    pub(crate) begun: Notify,
    /// Told when a slow operation has ended.
    pub(crate) ended: Notify,
    /// Where objects named `meet` wait for each other.
    pub(crate) meeting: Barrier,
}

impl Remote {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            things: Mutex::default(),
            log: Mutex::default(),
            begun: Notify::new(),
            ended: Notify::new(),
            meeting: Barrier::new(MEETING),
        })
    }

    pub(crate) fn note(&self, line: impl Into<String>) {
        self.log.lock().unwrap().push(line.into());
    }

    pub(crate) fn noted(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

/// How many objects named `meet` must be in the making at once: as many as a core runs.
pub(crate) const MEETING: usize = 10;

/// The secret in every panic, which must not reach a user.
pub(crate) const SECRET: &str = "hunter2";

pub(crate) struct TestProvider(pub(crate) Arc<Remote>);

model! {
    pub(crate) struct Config {
        endpoint: Field<String>,
    }
}

impl Provider for TestProvider {
    type Config = Config;
    type Data = Arc<Remote>;

    fn schema(&self) -> Schema {
        Schema::new(
            "A test.",
            [Attribute::string("endpoint")
                .optional()
                .description("Where to go.")],
        )
    }

    fn configure(
        &self,
        request: Configure<Config>,
    ) -> Result<(Self::Data, Diagnostics), Diagnostics> {
        if request.config.endpoint.as_str() == Some("panic") {
            panic!("{SECRET}");
        }
        self.0
            .note(format!("configured by {}", request.terraform_version));
        Ok((Arc::clone(&self.0), Diagnostics::new()))
    }

    fn registry(&self) -> Registry<Self::Data> {
        Registry::new()
            .resource(Things)
            .data_source(Echo)
            .ephemeral_resource(Token)
            .function(Join)
            .list_resource(ListThings)
            .action(Ring)
    }
}

/// Bytes that are no value of any schema here.
pub(crate) fn garbage() -> Vec<Bytes> {
    vec![
        Bytes::from_static(b"\xc1"),
        Bytes::from_static(b"\x81"),
        Bytes::from_static(b"\xdf\xff\xff\xff\xff"),
        Bytes::from_static(b"\xa7hunter2"),
        Bytes::from_static(b"\x81\xa7unknown\xc0"),
        Bytes::from_static(b"\xff\xff\xff\xff"),
        Bytes::from(vec![0x91; 10_000]),
    ]
}
