//! Ephemeral resources.

use std::sync::Arc;

use jiff::Timestamp;

use super::harness::{Data, TestServer, object, server, told, unconfigured};
use super::thing::private;
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::ephemeral::{EphemeralResource, Opened, Renewed};
use crate::framework::object::Field;
use crate::framework::operation::{ClientCapabilities, Context, DeferredReason, Outcome};
use crate::framework::private::Private;
use crate::framework::provider::Registry;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::server::OpenEphemeralResponse;
use crate::framework::value::Value;

crate::model! {
    struct TicketModel {
        audience: Field<String>,
        ticket: Field<String>,
    }
}

type Opening = Arc<dyn Fn(TicketModel) -> Opened<TicketModel> + Send + Sync>;

#[derive(Clone)]
struct Ticket(Opening);

impl EphemeralResource<Data> for Ticket {
    type Model = TicketModel;

    fn type_name(&self) -> &'static str {
        "test_ticket"
    }

    fn schema(&self) -> Schema {
        let audience = Attribute::string("audience").required();
        let ticket = Attribute::string("ticket").computed().sensitive();
        Schema::new("x", [audience.description("x"), ticket.description("x")])
    }

    async fn open(&self, _context: &Context<Data>, config: TicketModel) -> Opened<TicketModel> {
        (self.0)(config)
    }

    async fn renew(&self, _context: &Context<Data>, private: Private) -> Renewed {
        if private.get("opened") == Some(true) {
            return Renewed {
                private,
                renew_at: Some(later()),
                diagnostics: Diagnostics::new(),
            };
        }
        Renewed {
            private: self::private("renewed", true),
            renew_at: None,
            diagnostics: Diagnostic::error("Cannot renew", "x").into(),
        }
    }

    async fn close(&self, _context: &Context<Data>, private: Private) -> Diagnostics {
        match private.get("opened") {
            Some(true) => Diagnostics::new(),
            _ => Diagnostic::error("Cannot close", "x").into(),
        }
    }
}

/// An ephemeral resource with nothing to renew or to close.
#[derive(Clone)]
struct Plain;

impl EphemeralResource<Data> for Plain {
    type Model = TicketModel;

    fn type_name(&self) -> &'static str {
        "test_plain"
    }

    fn schema(&self) -> Schema {
        EphemeralResource::schema(&Ticket(Arc::new(|_| never())))
    }

    async fn open(&self, _context: &Context<Data>, _config: TicketModel) -> Opened<TicketModel> {
        never()
    }
}

fn later() -> Timestamp {
    Timestamp::from_second(1_000).unwrap()
}

fn never() -> Opened<TicketModel> {
    Opened {
        outcome: Outcome::absent(),
        renew_at: None,
    }
}

fn opened(outcome: Outcome<TicketModel>) -> Opened<TicketModel> {
    Opened {
        outcome,
        renew_at: Some(later()),
    }
}

fn opening(
    open: impl Fn(TicketModel) -> Opened<TicketModel> + Send + Sync + 'static,
) -> TestServer {
    let ticket = Ticket(Arc::new(open));
    server(move || {
        Registry::new()
            .ephemeral_resource(ticket.clone())
            .ephemeral_resource(Plain)
    })
}

async fn open(server: &TestServer, deferral_allowed: bool) -> OpenEphemeralResponse {
    let config = object([("audience", "a".into()), ("ticket", Value::Null)]);
    let client = ClientCapabilities {
        deferral_allowed,
        ..ClientCapabilities::default()
    };
    server
        .open_ephemeral_resource(&server.call(), "test_ticket", config, client)
        .await
}

#[tokio::test]
async fn opening_gives_a_result_and_what_closing_needs() {
    let server = opening(|config| {
        let ticket = "t".into();
        let audience = config.audience;
        let result = TicketModel { audience, ticket };
        opened(Outcome::present(result, private("opened", true)))
    });
    assert_eq!(server.self_check(), Vec::<String>::new());
    let response = open(&server, false).await;
    assert!(response.diagnostics.is_empty());
    assert_eq!(
        response.result,
        object([("audience", "a".into()), ("ticket", "t".into())])
    );
    assert_eq!(response.renew_at, Some(later()));
    assert_eq!(response.private, private("opened", true).encode());
}

#[tokio::test]
async fn a_failed_opening_leaves_what_there_is_to_close() {
    let server = opening(|_| {
        let mut outcome = Outcome::failed(Diagnostic::error("Broken", "x"));
        outcome.private = private("opened", true);
        opened(outcome)
    });
    let response = open(&server, false).await;
    assert_eq!(told(&response.diagnostics), "Error: Broken\nx");
    assert_eq!(response.result, Value::Null);
    assert_eq!(response.private, private("opened", true).encode());
}

#[tokio::test]
async fn mistakes_are_named() {
    let response = open(&opening(|_| never()), false).await;
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: No result from an ephemeral resource
    test_ticket was opened without an error and without a result.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");

    let server = opening(|mut config| {
        config.ticket = Field::Unknown;
        opened(Outcome::present(config, Private::default()))
    });
    let response = open(&server, false).await;
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Unknown value in an ephemeral resource
    Opening a test_ticket left a value unknown.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
    assert!(response.result.is_wholly_known());

    let server = opening(|_| opened(Outcome::deferred(DeferredReason::AbsentPrerequisite)));
    let response = open(&server, false).await;
    assert_eq!(response.deferred, None);
    insta::assert_snapshot!(told(&response.diagnostics), @"
    Error: Opening deferred without permission
    The resource asked to be opened in a later run, which this core cannot do.

    This is a bug in the provider. Please report it with the configuration that led here.
    ");
    let response = open(&server, true).await;
    assert_eq!(response.deferred, Some(DeferredReason::AbsentPrerequisite));
    assert!(response.diagnostics.is_empty());
}

#[tokio::test]
async fn renewing_hands_on_private_data() {
    let server = opening(|_| never());
    let call = server.call();
    let stored = b"{ \"opened\" : true }";
    let response = server
        .renew_ephemeral_resource(&call, "test_ticket", stored)
        .await;
    assert!(response.diagnostics.is_empty());
    assert_eq!(response.renew_at, Some(later()));
    assert_eq!(response.private, stored);
    let response = server
        .renew_ephemeral_resource(&call, "test_ticket", b"")
        .await;
    assert_eq!(told(&response.diagnostics), "Error: Cannot renew\nx");
    assert_eq!(response.renew_at, None);
    assert_eq!(response.private, private("renewed", true).encode());
}

#[tokio::test]
async fn closing_gets_private_data() {
    let server = opening(|_| never());
    let call = server.call();
    let stored = private("opened", true).encode();
    let diagnostics = server
        .close_ephemeral_resource(&call, "test_ticket", &stored)
        .await;
    assert!(diagnostics.is_empty());
    let diagnostics = server
        .close_ephemeral_resource(&call, "test_ticket", b"")
        .await;
    assert_eq!(told(&diagnostics), "Error: Cannot close\nx");
}

#[tokio::test]
async fn without_anything_to_renew_or_close_both_succeed() {
    let server = opening(|_| never());
    let call = server.call();
    let response = server
        .renew_ephemeral_resource(&call, "test_plain", b"kept")
        .await;
    assert!(response.diagnostics.is_empty() && response.renew_at.is_none());
    assert_eq!(response.private, b"kept");
    let diagnostics = server
        .close_ephemeral_resource(&call, "test_plain", b"kept")
        .await;
    assert!(diagnostics.is_empty());
}

#[tokio::test]
async fn nothing_works_without_a_type_or_a_configured_provider() {
    let empty = server(Registry::new);
    let bare = unconfigured(|| {
        Registry::new()
            .ephemeral_resource(Ticket(Arc::new(|_| never())))
            .ephemeral_resource(Plain)
    });
    for server in [empty, bare] {
        let call = server.call();
        assert!(open(&server, false).await.diagnostics.has_error());
        let renewed = server
            .renew_ephemeral_resource(&call, "test_ticket", b"p")
            .await;
        assert!(renewed.diagnostics.has_error());
        assert_eq!(renewed.private, b"p");
        let closed = server
            .close_ephemeral_resource(&call, "test_ticket", b"p")
            .await;
        assert!(closed.has_error());
    }
}

#[tokio::test]
async fn what_is_not_closed_is_remembered_for_the_end() {
    let server = opening(|config| opened(Outcome::present(config, private("opened", true))));
    let stored = private("opened", true).encode();
    let open_twice = async || {
        for _ in 0..2 {
            open(&server, false).await;
        }
    };
    open_twice().await;
    let call = server.call();
    let closing = async |private: &[u8]| {
        let closed = server.close_ephemeral_resource(&call, "test_ticket", private);
        closed.await
    };
    assert!(closing(&stored).await.is_empty());
    assert_eq!(
        server.take_open(),
        [("test_ticket".to_owned(), stored.clone())]
    );
    assert!(server.take_open().is_empty());

    // What is closed twice, or was never opened, closes nothing else.
    open_twice().await;
    assert!(closing(b"").await.has_error());
    assert_eq!(server.take_open().len(), 2);

    // Whichever private data a core closes with.
    let spelt = b"{ \"opened\" : true }";
    for private in [&stored[..], spelt] {
        open(&server, false).await;
        server.open.renewed("test_ticket", &stored, spelt);
        assert!(closing(private).await.is_empty());
        assert!(server.take_open().is_empty());
    }

    // There is nothing to close without private data, and something also if opening failed.
    let plain = opening(|config| opened(Outcome::present(config, Private::default())));
    open(&plain, false).await;
    assert!(plain.take_open().is_empty());
    let failing = opening(|_| {
        let mut outcome = Outcome::failed(Diagnostic::error("Broken", "x"));
        outcome.private = private("opened", true);
        opened(outcome)
    });
    open(&failing, false).await;
    assert_eq!(failing.take_open().len(), 1);
}
