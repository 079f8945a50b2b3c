//! Reading, in a refresh and to complete an import.

use std::sync::Arc;

use super::harness::{Core, Object, existing, object, thing, told, with};
use super::oracle::state_errors;
use super::thing::{Thing, ThingModel, private};
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::operation::{ClientCapabilities, DeferredReason, Outcome};
use crate::framework::private::Private;
use crate::framework::resource::Read;
use crate::framework::server::read::IMPORT_MARK;
use crate::framework::server::{ReadRequest, ReadResponse};
use crate::framework::value::Value;

fn reading(read: impl Fn(Read<ThingModel>) -> Outcome<ThingModel> + Send + Sync + 'static) -> Core {
    Core::things(Thing {
        read: Arc::new(read),
        ..Thing::default()
    })
}

async fn read(core: &Core, object: &Object) -> ReadResponse {
    read_with(core, object, ClientCapabilities::default()).await
}

async fn read_with(core: &Core, object: &Object, client: ClientCapabilities) -> ReadResponse {
    let request = ReadRequest {
        type_name: core.type_name.to_owned(),
        current_state: object.state.clone(),
        private: object.private.clone(),
        current_identity: object.identity.clone(),
        client,
    };
    let response = core
        .server
        .read_resource(&core.server.call(), request)
        .await;
    let errors = state_errors(&core.block, &response.new_state);
    assert_eq!(errors, Vec::<String>::new());
    response
}

/// An object whose stored private state is not spelled as this provider would.
async fn stored() -> Object {
    let config = thing([("name", "a".into()), ("url", "http://Host".into())]);
    let (_, object) = existing(&config).await;
    Object {
        private: b"{ \"kept\" : true }".to_vec(),
        ..object
    }
}

#[tokio::test]
async fn what_did_not_change_comes_back_to_the_byte() {
    let object = stored().await;
    let core = reading(|request| {
        assert!(!request.importing);
        Outcome::present(request.state, request.private)
    });
    let response = read(&core, &object).await;
    assert!(response.diagnostics.is_empty());
    assert_eq!(response.new_state, object.state);
    assert_eq!(response.private, object.private);
    assert_eq!(response.new_identity, object.identity);
}

#[tokio::test]
async fn drift_shows_and_spelling_does_not() {
    let object = stored().await;
    let core = reading(|mut request| {
        request.state.note = "changed by hand".into();
        request.state.url = "http://host/".into();
        request.state.secret = Field::Known("hunter2".to_owned().into());
        // A model that leaves block collections out.
        request.state.pool = Field::Null;
        request.private.set("seen", true);
        Outcome::present(request.state, request.private)
    });
    let response = read(&core, &object).await;
    assert!(response.diagnostics.is_empty());
    let changed = with(&object.state, [("note", "changed by hand".into())]);
    assert_eq!(response.new_state, changed);
    let private = Private::decode(&response.private);
    assert_eq!(
        (private.get("kept"), private.get("seen")),
        (Some(true), Some(true))
    );
}

#[tokio::test]
async fn what_is_gone_is_gone_without_a_trace() {
    let core = reading(|_| Outcome::absent());
    let response = read(&core, &stored().await).await;
    assert!(response.diagnostics.is_empty());
    assert_eq!(response.new_state, Value::Null);
    assert_eq!(response.new_identity, Value::Null);
    assert_eq!(response.private, b"");
}

#[tokio::test]
async fn nothing_is_read_where_nothing_is() {
    let core = reading(|_| panic!("asked for an object that is not there"));
    let response = read(&core, &Object::none()).await;
    assert_eq!(response.new_state, Value::Null);
    assert!(response.diagnostics.is_empty());
}

#[tokio::test]
async fn an_error_keeps_everything() {
    let object = stored().await;
    let error = || Diagnostic::error("Broken", "It broke.");
    let failed = reading(move |_| Outcome::failed(error()));
    let half = reading(move |mut request| {
        request.state.note = Field::Null;
        Outcome::present(request.state, Private::default()).with(error())
    });
    for core in [failed, half] {
        let response = read(&core, &object).await;
        assert_eq!(told(&response.diagnostics), "Error: Broken\nIt broke.");
        assert_eq!(response.new_state, object.state);
        assert_eq!(response.private, object.private);
        assert_eq!(response.new_identity, object.identity);
    }
}

#[tokio::test]
async fn warnings_come_with_the_state() {
    let object = stored().await;
    let core = reading(|request| {
        Outcome::present(request.state, request.private).with(Diagnostic::warning("Old", "x"))
    });
    let response = read(&core, &object).await;
    assert_eq!(told(&response.diagnostics), "Warning: Old\nx");
    assert_eq!(response.new_state, object.state);
}

#[tokio::test]
async fn state_from_before_identities_gets_one() {
    let object = stored().await;
    let core = Core::things(Thing::default());
    let blank = self::object([("id", Value::Null), ("zone", Value::Null)]);
    for none in [Value::Null, blank] {
        let old = Object {
            identity: none,
            ..object.clone()
        };
        let response = read(&core, &old).await;
        assert_eq!(response.new_identity, object.identity);
    }
}

#[tokio::test]
async fn an_identity_changes_only_in_the_read_after_an_import() {
    let object = stored().await;
    let core = reading(|mut request| {
        request.state.id = "another".into();
        Outcome::present(request.state, request.private)
    });
    let response = read(&core, &object).await;
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Identity changed
    The identity of a test_thing never changes during its life, but this operation gave it another one.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");

    let imported = Object {
        private: private(IMPORT_MARK, true).encode(),
        ..object
    };
    let core = reading(|mut request| {
        assert!(request.importing);
        assert_eq!(request.private, Private::default());
        request.state.id = "another".into();
        Outcome::present(request.state, request.private)
    });
    let response = read(&core, &imported).await;
    assert!(
        response.diagnostics.is_empty(),
        "{}",
        told(&response.diagnostics)
    );
    assert_eq!(response.new_identity.member("id"), &"another".into());
    // The import is complete: the next read is an ordinary one.
    assert_eq!(response.private, b"");
}

#[tokio::test]
async fn an_import_is_not_complete_before_its_read_succeeds() {
    let imported = Object {
        private: private(IMPORT_MARK, true).encode(),
        ..stored().await
    };
    let core = reading(|_| Outcome::failed(Diagnostic::error("Broken", "It broke.")));
    assert_eq!(read(&core, &imported).await.private, imported.private);
}

#[tokio::test]
async fn mistakes_are_named() {
    let object = stored().await;
    let core = reading(|mut request| {
        request.state.note = Field::Unknown;
        Outcome::present(request.state, request.private)
    });
    let response = read(&core, &object).await;
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Unknown value after read
    Reading a test_thing left a value unknown.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");

    let core = reading(|mut request| {
        request.state.id = Field::Null;
        Outcome::present(request.state, request.private)
    });
    let response = read(&core, &object).await;
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Object without an identity
    A test_thing came back without the attributes that identify it.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
    assert_eq!(response.new_identity, object.identity);
}

#[tokio::test]
async fn deferral_needs_permission_and_keeps_everything() {
    let object = stored().await;
    let core = reading(|_| Outcome::deferred(DeferredReason::ProviderConfigUnknown));
    let client = ClientCapabilities {
        deferral_allowed: true,
        ..ClientCapabilities::default()
    };
    let response = read_with(&core, &object, client).await;
    assert_eq!(
        response.deferred,
        Some(DeferredReason::ProviderConfigUnknown)
    );
    assert_eq!(response.new_state, object.state);
    assert!(response.diagnostics.is_empty());

    let response = read(&core, &object).await;
    assert_eq!(response.deferred, None);
    assert_eq!(response.new_state, object.state);
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Read deferred without permission
    The resource asked to be read in a later run, which this core cannot do.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
}

#[tokio::test]
async fn an_unknown_type_keeps_everything() {
    let object = stored().await;
    let mut core = Core::things(Thing::default());
    core.type_name = "test_thnig";
    let response = read(&core, &object).await;
    assert_eq!(response.new_state, object.state);
    assert_eq!(response.new_identity, object.identity);
    assert!(response.diagnostics.has_error());
}
