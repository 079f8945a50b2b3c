//! The server inside the test, with a provider made for it.

use std::sync::Arc;

use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::plugin::host::{Host, MESSAGE_LIMIT, Settings};
use terraform_provider_camunda::plugin::lifecycle::Lifecycle;
use terraform_provider_camunda::plugin::listen::Network;
use terraform_provider_camunda::plugin::signals;
use terraform_provider_camunda::plugin::wire::proto::plugin::Empty;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::provider_client::ProviderClient;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::{
    DynamicValue, apply_resource_change, move_resource_state, read_resource,
};
use tokio::task::JoinHandle;
use tonic::Code;
use tonic::transport::Channel;

use crate::fixture_provider::FixtureProvider;
use crate::plugin_client::{HandshakeLine, Identity, controller, in_memory, patiently};

struct Served {
    handshake: HandshakeLine,
    identity: Identity,
    provider: Arc<FixtureProvider>,
    lifecycle: Lifecycle,
    server: JoinHandle<Result<(), tonic::transport::Error>>,
}

/// Serves over TCP, as on systems without unix sockets.
fn serve() -> Served {
    let identity = Identity::generate();
    let settings = Settings {
        network: Network::Tcp { ports: 0..=0 },
        client_certificate: Some(identity.pem.clone()),
        announce_multiplexing: false,
    };
    let host = Host::bind(&settings, &Clock::system()).unwrap();
    let provider = Arc::new(FixtureProvider::default());
    Served {
        handshake: HandshakeLine::parse(&host.handshake().line()),
        identity,
        provider: provider.clone(),
        lifecycle: host.lifecycle(),
        server: tokio::spawn(host.serve(provider)),
    }
}

impl Served {
    async fn channel(&self) -> Channel {
        self.handshake.connect(Some(&self.identity)).await.unwrap()
    }

    async fn provider(&self) -> ProviderClient<Channel> {
        ProviderClient::new(self.channel().await).max_decoding_message_size(usize::MAX)
    }

    /// Calls an operation that waits until the provider is told to stop, and returns when it waits.
    async fn start_waiting(&self) -> JoinHandle<Result<(), tonic::Status>> {
        let mut progress = self.provider.progress.subscribe();
        let waiting = progress.borrow_and_update().waiting;
        let mut client = self.provider().await;
        let call = tokio::spawn(async move {
            let request = apply_resource_change::Request::default();
            client.apply_resource_change(request).await.map(drop)
        });
        patiently(progress.wait_for(|progress| progress.waiting > waiting))
            .await
            .unwrap();
        call
    }
}

fn state_of(size: usize) -> read_resource::Request {
    read_resource::Request {
        current_state: Some(DynamicValue {
            msgpack: vec![7; size].into(),
            ..DynamicValue::default()
        }),
        ..read_resource::Request::default()
    }
}

#[tokio::test]
async fn tcp_works_with_mutual_tls() {
    let served = serve();
    assert_eq!(served.handshake.network, "tcp");
    assert!(served.handshake.address.starts_with("127.0.0.1:"));
    served
        .provider()
        .await
        .read_resource(state_of(1))
        .await
        .unwrap();
    controller(served.channel().await)
        .shutdown(Empty {})
        .await
        .unwrap();
    patiently(served.server).await.unwrap().unwrap();
    assert!(served.handshake.dial().await.is_err(), "the port is closed");
}

#[tokio::test]
async fn a_provider_can_be_reached_without_a_process() {
    let mut provider = in_memory(FixtureProvider::default()).await;
    let size = 5 << 20;
    let reply = provider.read_resource(state_of(size)).await.unwrap();
    assert_eq!(reply.into_inner().new_state.unwrap().msgpack.len(), size);
}

#[tokio::test]
async fn large_messages_pass_in_both_directions() {
    let served = serve();
    let size = 40 << 20;
    let reply = served
        .provider()
        .await
        .read_resource(state_of(size))
        .await
        .unwrap();
    assert_eq!(reply.into_inner().new_state.unwrap().msgpack.len(), size);
}

#[tokio::test]
async fn messages_beyond_the_limit_are_refused() {
    let served = serve();
    let error = served
        .provider()
        .await
        .read_resource(state_of(MESSAGE_LIMIT))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::OutOfRange);
}

#[tokio::test]
async fn a_waiting_operation_does_not_hold_up_others() {
    let served = serve();
    let mut waiting = Vec::new();
    for _ in 0..10 {
        waiting.push(served.start_waiting().await);
    }
    served
        .provider()
        .await
        .read_resource(state_of(1))
        .await
        .unwrap();
    assert!(waiting.iter().all(|call| !call.is_finished()));
}

#[tokio::test]
async fn a_panic_in_one_operation_leaves_the_others_alone() {
    let served = serve();
    let waiting = served.start_waiting().await;
    let mut provider = served.provider().await;
    provider
        .move_resource_state(move_resource_state::Request::default())
        .await
        .unwrap_err();
    provider.read_resource(state_of(1)).await.unwrap();
    assert!(!waiting.is_finished());
}

#[tokio::test]
async fn a_request_to_terminate_lets_operations_finish_and_reply() {
    let served = serve();
    let waiting = served.start_waiting().await;
    signals::stop(served.provider.clone(), served.lifecycle.clone()).await;
    patiently(waiting)
        .await
        .unwrap()
        .expect("the operation's reply arrives");
    patiently(served.server).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_does_not_stop_cannot_hold_up_the_end() {
    let served = serve();
    let waiting = served.start_waiting().await;
    let clock = Clock::system();
    let asked = clock.instant();
    // Nobody tells the provider to stop.
    served.lifecycle.stop_gently();
    served.server.await.unwrap().unwrap();
    assert_eq!(asked.elapsed().as_secs(), 20);
    assert!(!waiting.is_finished());
}

#[tokio::test]
async fn shutdown_ends_the_server_even_when_an_operation_never_does() {
    let served = serve();
    let _waiting = served.start_waiting().await;
    controller(served.channel().await)
        .shutdown(Empty {})
        .await
        .unwrap();
    patiently(served.server).await.unwrap().unwrap();
}
