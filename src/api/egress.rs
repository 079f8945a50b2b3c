//! The addresses that the service itself calls from, which the API tells everybody.
//!
//! Must not know how a request is sent.

use std::collections::BTreeMap;

use super::error::Error;
use super::request::Request;
use super::{CallContext, Client};

fn ranges_request() -> Result<Request, Error> {
    Ok(Request::get("GetMeta", &["meta", "ip-ranges"])?.public())
}

impl Client {
    /// CIDR blocks by the name of the service that calls from them, such as `web-modeler`. Needs no
    /// credentials and asks for no token.
    pub async fn get_egress_ranges(
        &self,
        context: &CallContext,
    ) -> Result<BTreeMap<String, Vec<String>>, Error> {
        let ranges: BTreeMap<String, Option<Vec<String>>> =
            self.call(context, ranges_request()?).await?;
        let or_none = |(service, ranges): (_, Option<_>)| (service, ranges.unwrap_or_default());
        Ok(ranges.into_iter().map(or_none).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::api::test_transport::{FakeService, Reply, free};
    use crate::api::{Config, Credentials, ErrorKind};

    #[tokio::test(start_paused = true)]
    async fn no_token_is_sent_or_asked_for() {
        let ranges = || Reply::json(r#"{"web-modeler":["192.0.2.10/32"],"future":null}"#);
        let service = FakeService::answering([ranges(), Reply::status(503), ranges()]);
        for config in [FakeService::config(), Config::new(Credentials::None)] {
            let found = service
                .client_with(config)
                .get_egress_ranges(&free())
                .await
                .unwrap();
            assert_eq!(found["web-modeler"], ["192.0.2.10/32"]);
            assert!(found["future"].is_empty());
        }
        assert!(service.token_requests().is_empty());
        let requests = service.api_requests();
        assert!(
            requests.iter().all(|seen| seen.bearer.is_none()),
            "{requests:?}"
        );
        assert!(requests[0].uri.ends_with("/meta/ip-ranges"), "{requests:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn without_credentials_nothing_else_is_asked_for() {
        let service = FakeService::default();
        let client = service.client_with(Config::new(Credentials::None));
        let error = client.list_clusters(&free()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        insta::assert_snapshot!(error, @"GetClusters cannot be asked for. There are no credentials");
    }

    /// A proxy that wants to be paid, say: there is no token to renew.
    #[tokio::test(start_paused = true)]
    async fn a_refusal_renews_nothing() {
        let service = FakeService::answering([Reply::status(401)]);
        let error = service
            .client()
            .get_egress_ranges(&free())
            .await
            .unwrap_err();
        assert!(error.is_unauthorized() && service.token_requests().is_empty());
    }
}
