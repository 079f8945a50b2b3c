//! The services beside the provider.

use terraform_provider_camunda::plugin::wire::proto::health::health_check_response::ServingStatus;
use terraform_provider_camunda::plugin::wire::proto::health::{
    HealthCheckRequest, HealthListRequest,
};
use terraform_provider_camunda::plugin::wire::proto::plugin::{ConnInfo, Empty};
use tokio_stream::StreamExt as _;
use tonic::Code;

use crate::BINARY;
use crate::plugin_client::{Launch, broker, controller, health, patiently, stdio};

fn about(service: &str) -> HealthCheckRequest {
    HealthCheckRequest {
        service: service.to_owned(),
    }
}

#[tokio::test]
async fn the_plugin_is_reported_as_serving() {
    let plugin = Launch::new(BINARY).start().await;
    let mut health = health(plugin.connect().await);
    for service in ["plugin", ""] {
        let answer = health.check(about(service)).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service:?}");
    }
    let unknown = health.check(about("other")).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);

    let listed = health
        .list(HealthListRequest {})
        .await
        .unwrap()
        .into_inner();
    let listed: Vec<_> = listed
        .statuses
        .iter()
        .map(|(name, answer)| (name.as_str(), answer.status()))
        .collect();
    assert_eq!(listed, [("plugin", ServingStatus::Serving)]);

    let mut watched = health.watch(about("plugin")).await.unwrap().into_inner();
    let first = watched.message().await.unwrap().unwrap();
    assert_eq!(first.status(), ServingStatus::Serving);
    let mut watched = health.watch(about("other")).await.unwrap().into_inner();
    let first = watched.message().await.unwrap().unwrap();
    assert_eq!(first.status(), ServingStatus::ServiceUnknown);
}

#[tokio::test]
async fn the_idle_streams_stay_open_and_end_with_the_plugin() {
    let plugin = Launch::new(BINARY).start().await;
    let channel = plugin.connect().await;
    let mut stdio = stdio(channel.clone())
        .stream_stdio(())
        .await
        .unwrap()
        .into_inner();
    let knocks = tokio_stream::iter([ConnInfo::default(), ConnInfo::default()]);
    let mut broker = broker(channel.clone())
        .start_stream(knocks.chain(tokio_stream::pending()))
        .await
        .unwrap()
        .into_inner();

    // A later call is answered while both are open and silent.
    health(channel.clone())
        .check(about("plugin"))
        .await
        .unwrap();
    controller(channel).shutdown(Empty {}).await.unwrap();

    assert!(patiently(stdio.message()).await.unwrap().is_none());
    assert!(patiently(broker.message()).await.unwrap().is_none());
}

#[tokio::test]
async fn the_broker_ends_when_the_host_closes_its_side() {
    let plugin = Launch::new(BINARY).start().await;
    let knocks = tokio_stream::iter([ConnInfo::default()]);
    let mut broker = broker(plugin.connect().await)
        .start_stream(knocks)
        .await
        .unwrap()
        .into_inner();
    assert!(patiently(broker.message()).await.unwrap().is_none());
}
