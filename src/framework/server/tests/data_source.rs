//! Data sources.

use std::sync::Arc;

use super::harness::{Data, TestServer, object, server, told, unconfigured};
use crate::framework::data_source::DataSource;
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::operation::{ClientCapabilities, Context, DeferredReason, Outcome};
use crate::framework::private::Private;
use crate::framework::provider::Registry;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::server::{ReadDataSourceRequest, ReadDataSourceResponse};
use crate::framework::value::Value;

crate::model! {
    struct LookupModel {
        name: Field<String>,
        found: Field<String>,
    }
}

type Reading = Arc<dyn Fn(LookupModel) -> Outcome<LookupModel> + Send + Sync>;

#[derive(Clone)]
struct Lookup(Reading);

impl DataSource<Data> for Lookup {
    type Model = LookupModel;

    fn type_name(&self) -> &'static str {
        "test_lookup"
    }

    fn schema(&self) -> Schema {
        let same = |a: &Value, b: &Value| {
            let lower = |value: &Value| value.as_str().map(str::to_lowercase);
            lower(a) == lower(b)
        };
        let name = Attribute::string("name").required().equivalent_when(same);
        let found = Attribute::string("found").computed();
        Schema::new("x", [name.description("x"), found.description("x")])
    }

    async fn read(&self, _context: &Context<Data>, config: LookupModel) -> Outcome<LookupModel> {
        (self.0)(config)
    }
}

fn reading(
    read: impl Fn(LookupModel) -> Outcome<LookupModel> + Send + Sync + 'static,
) -> TestServer {
    let lookup = Lookup(Arc::new(read));
    server(move || Registry::new().data_source(lookup.clone()))
}

fn config() -> Value {
    object([("name", "a".into()), ("found", Value::Null)])
}

async fn read(server: &TestServer, deferral_allowed: bool) -> ReadDataSourceResponse {
    let request = ReadDataSourceRequest {
        type_name: "test_lookup".to_owned(),
        config: config(),
        client: ClientCapabilities {
            deferral_allowed,
            ..ClientCapabilities::default()
        },
    };
    server.read_data_source(&server.call(), request).await
}

fn found(config: LookupModel, found: Field<String>) -> Outcome<LookupModel> {
    let name = config.name;
    Outcome::present(LookupModel { name, found }, Private::default())
}

#[tokio::test]
async fn a_result_echoes_the_configuration() {
    let server = reading(|mut config| {
        config.name = "A".into();
        found(config, "b".into()).with(Diagnostic::warning("Old", "x"))
    });
    assert_eq!(server.self_check(), Vec::<String>::new());
    let response = read(&server, false).await;
    assert_eq!(told(&response.diagnostics), "Warning: Old\nx");
    assert_eq!(
        response.state,
        object([("name", "a".into()), ("found", "b".into())])
    );
}

#[tokio::test]
async fn an_error_has_no_result() {
    let server = reading(|_| Outcome::failed(Diagnostic::error("Not found", "x")));
    let response = read(&server, false).await;
    assert_eq!(told(&response.diagnostics), "Error: Not found\nx");
    assert_eq!(response.state, Value::Null);
}

#[tokio::test]
async fn mistakes_are_named() {
    let response = read(&reading(|_| Outcome::absent()), false).await;
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: No result from a data source
    test_lookup was read without an error and without a result.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
    let response = read(&reading(|config| found(config, Field::Unknown)), false).await;
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Unknown value after read
    Reading a test_lookup left a value unknown.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
    assert!(response.state.is_wholly_known());
}

#[tokio::test]
async fn deferral_needs_permission() {
    let server = reading(|_| Outcome::deferred(DeferredReason::ProviderConfigUnknown));
    let response = read(&server, true).await;
    assert_eq!(
        response.deferred,
        Some(DeferredReason::ProviderConfigUnknown)
    );
    assert!(response.diagnostics.is_empty());
    let response = read(&server, false).await;
    assert_eq!(response.deferred, None);
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Read deferred without permission
    The data source asked to be read in a later run, which this core cannot do.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
}

#[tokio::test]
async fn nothing_is_read_without_a_type_or_a_configured_provider() {
    let response = read(&server(Registry::new), false).await;
    insta::assert_snapshot!(told(&response.diagnostics), @r#"
    Error: Unknown data source type "test_lookup"
    This version of the provider has no data source of this type.

    Check the spelling, or update the provider: a newer version may have it.
    "#);
    let lookup = Lookup(Arc::new(|config| found(config, Field::Null)));
    let server = unconfigured(move || Registry::new().data_source(lookup.clone()));
    assert!(read(&server, false).await.diagnostics.has_error());
}
