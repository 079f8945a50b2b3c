//! What all objects of one provider share: whether there is a way to the API, to whose organisation
//! it leads, and what users read when there is none.

use std::sync::Arc;

use super::super::config::{ProviderConfig, resolve};
use super::super::environment::Environment;
use super::*;
use crate::framework::diag::Diagnostics;
use crate::framework::object::Field;
use crate::framework::operation::ClientCapabilities;

fn data(config: &ProviderConfig) -> ProviderData {
    let settings = resolve(config, &Environment::default(), "1.14.0").unwrap();
    ProviderData::new(settings, Clock::system())
}

fn client() -> ProviderConfig {
    ProviderConfig {
        client_id: "id".into(),
        client_secret: Field::Known("hunter2".into()),
        ..ProviderConfig::default()
    }
}

fn text(diagnostic: &Diagnostic) -> String {
    format!("{}\n{}", diagnostic.summary, diagnostic.full_detail())
}

fn unavailable(config: &ProviderConfig) -> Diagnostic {
    data(config).client().unwrap_err().into_diagnostic()
}

#[test]
fn a_client_is_made_once() {
    let data = data(&client());
    let first: *const Client = data.client().unwrap();
    assert!(std::ptr::eq(first, data.client().unwrap()));
    assert!(!format!("{data:?}").contains("hunter2"));
}

#[test]
fn without_credentials_every_place_looked_at_is_named() {
    insta::assert_snapshot!(text(&unavailable(&ProviderConfig::default())), @"
    No credentials for Camunda
    Looked, in this order, at: access_token in the provider block; client_id and client_secret in the provider block, either completed from the environment; the environment variable CAMUNDA_OAUTH_TOKEN; the environment variables CAMUNDA_CONSOLE_CLIENT_ID and CAMUNDA_CONSOLE_CLIENT_SECRET. None gives a complete set.

    Create credentials in the Console under Organization > Administration API and set the two environment variables.
    ");
}

#[test]
fn what_is_not_known_yet_is_named() {
    let one = ProviderConfig {
        client_secret: Field::Unknown,
        ..client()
    };
    insta::assert_snapshot!(text(&unavailable(&one)), @"
    Provider configuration is not known yet
    client_secret in the provider block is known only after apply, but the value would be needed now to talk to Camunda.

    Either leave out what is not known and set CAMUNDA_CONSOLE_CLIENT_SECRET in the environment instead, or apply first what the configuration of the provider is made from, for example with -target.
    ");
    let two = ProviderConfig {
        client_id: Field::Unknown,
        ..one
    };
    let unset = ProviderConfig {
        max_retries: Field::Unknown,
        ..client()
    };
    insta::assert_snapshot!(text(&unavailable(&unset)), @"
    Provider configuration is not known yet
    max_retries in the provider block is known only after apply, but the value would be needed now to talk to Camunda.

    Either give the value as such, or apply first what the configuration of the provider is made from, for example with -target.
    ");
    insta::assert_snapshot!(text(&unavailable(&two)), @"
    Provider configuration is not known yet
    client_id, client_secret in the provider block are known only after apply, but the values would be needed now to talk to Camunda.

    Either leave out what is not known and set CAMUNDA_CONSOLE_CLIENT_ID and CAMUNDA_CONSOLE_CLIENT_SECRET in the environment instead, or apply first what the configuration of the provider is made from, for example with -target.
    ");
}

#[test]
fn an_operation_is_put_off_only_where_the_core_can_and_the_configuration_is_why() {
    let outcome = |config: &ProviderConfig, deferral_allowed: bool| {
        let context = Context {
            data: Arc::new(data(config)),
            cancellation: CancellationToken::new(),
            clock: Clock::system(),
            client: ClientCapabilities {
                deferral_allowed,
                ..ClientCapabilities::default()
            },
        };
        let unavailable = context.data.client().unwrap_err();
        let outcome: Outcome<()> = unavailable.into_outcome(&context);
        (outcome.deferred, outcome.diagnostics.has_error())
    };
    let unknown = ProviderConfig {
        client_secret: Field::Unknown,
        ..client()
    };
    let deferred = Some(DeferredReason::ProviderConfigUnknown);
    assert_eq!(outcome(&unknown, true), (deferred, false));
    assert_eq!(outcome(&unknown, false), (None, true));
    assert_eq!(outcome(&ProviderConfig::default(), true), (None, true));
}

#[test]
fn the_owner_must_be_the_organisation_that_is_named() {
    let named = data(&ProviderConfig {
        organization_id: "6F0F".into(),
        ..client()
    });
    assert!(
        named.check_owner("6f0f").is_ok(),
        "letters' case is no difference"
    );
    let error = named.check_owner("7a1b").unwrap_err();
    insta::assert_snapshot!(text(&error), @"
    Credentials belong to another organisation
    The provider block names the organisation 6F0F, but the credentials belong to the organisation 7a1b. They came from client_id and client_secret in the provider block.

    Use credentials of the organisation you mean, or correct organization_id in the provider block.
    ");
    assert!(
        data(&client()).check_owner("7a1b").is_ok(),
        "nothing is named"
    );
}

#[tokio::test]
async fn without_a_named_organisation_nothing_is_asked() {
    // Nobody listens there: a request would fail.
    let config = ProviderConfig {
        api_url: "http://127.0.0.1:9".into(),
        token_url: "http://127.0.0.1:9/token".into(),
        max_retries: Field::Known(0.into()),
        ..client()
    };
    let call = CallContext::new(CancellationToken::new());
    assert!(data(&config).guard(&call).await.is_ok());
    let named = ProviderConfig {
        organization_id: "o1".into(),
        ..config
    };
    let error = data(&named).guard(&call).await.unwrap_err();
    assert_eq!(
        error.summary,
        "Cannot check the organisation of the credentials"
    );
    // Planning goes on without the catalogue.
    let catalogue = data(&named)
        .catalogue_for_checks(&CancellationToken::new())
        .await;
    assert_eq!(catalogue, None);
}

#[test]
fn accounts_are_told_apart_by_address_and_client() {
    let other = ProviderConfig {
        client_id: "other".into(),
        ..client()
    };
    let elsewhere = ProviderConfig {
        api_url: "https://api.example.com".into(),
        ..client()
    };
    let account = |config: &ProviderConfig| data(config).account();
    assert_eq!(account(&client()), account(&client()));
    assert_ne!(account(&client()), account(&other));
    assert_ne!(account(&client()), account(&elsewhere));
    assert!(!account(&client()).contains("hunter2"));
}

#[test]
fn advice_goes_before_the_request() {
    let subject = api::Subject {
        method: &http::Method::GET,
        path: "/clusters",
        operation: "GetClusters",
        host: "api.example.com",
    };
    let error = api::Error::new(api::ErrorKind::Cancelled, &subject);
    let explained = data(&client()).explain("Cannot list", &error);
    let advised = errors::advise(explained, "Apply again.");
    insta::assert_snapshot!(text(&advised), @"
    Cannot list
    The call was cancelled.

    Apply again.

    (GET /clusters)
    ");
    assert_eq!(Diagnostics::from(advised).iter().count(), 1);
}
