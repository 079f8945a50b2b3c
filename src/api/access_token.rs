//! The access token itself, for those who hand it to somebody else.
//!
//! Must not know how a token is got, shared or renewed.

use http::Method;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use super::context::{Bounds, Interrupted};
use super::error::{Error, ErrorKind, Subject};
use super::send::{Tokens, expired};
use super::token::NoToken;
use super::token_request::jwt_expiry;
use super::{CallContext, Client, SecretString};

/// An access token, as requests carry it.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// What comes after `Bearer`.
    pub value: SecretString,
    /// When it ends, in whole seconds; `None` for a ready-made one that does not say.
    pub expires_at: Option<Timestamp>,
}

impl Client {
    /// The token that requests of this client carry: the one at hand in this process or in the file
    /// that processes share, or else a new one. A ready-made one comes as it is.
    ///
    /// Errors: those of token requests; [`Error::is_access_token_refused`], a ready-made token says
    /// itself that it is over.
    pub async fn access_token(&self, context: &CallContext) -> Result<AccessToken, Error> {
        let sender = &self.0.sender;
        let error = |kind| {
            let subject = Subject {
                method: &Method::POST,
                path: sender.endpoints.token.path(),
                operation: "IssueToken",
                host: sender.endpoints.token.host_str().unwrap_or_default(),
            };
            Error::new(kind, &subject)
        };
        let clock = &sender.clock;
        let source = match &sender.tokens {
            Tokens::Renewable(source) => source,
            Tokens::Ready(value) => {
                let expires_at = jwt_expiry(value);
                return match expires_at.filter(|end| *end <= clock.now()) {
                    Some(end) => Err(error(ErrorKind::AccessTokenRefused).with_note(expired(end))),
                    None => Ok(AccessToken {
                        value: value.clone(),
                        expires_at,
                    }),
                };
            }
            Tokens::None => {
                return Err(error(ErrorKind::InvalidRequest).with_note("There are no credentials"));
            }
        };
        let bounds = Bounds {
            cancel: context.cancel.clone(),
            deadline: context
                .deadline
                .unwrap_or(clock.instant() + sender.timeouts.call),
            clock: clock.clone(),
        };
        let token = source.token(&bounds).await.map_err(|none| match none {
            NoToken::Failed(error) => error,
            NoToken::Interrupted(Interrupted::Cancelled) => error(ErrorKind::Cancelled),
            NoToken::Interrupted(Interrupted::DeadlineExceeded) => {
                error(ErrorKind::DeadlineExceeded)
            }
        })?;
        Ok(AccessToken {
            value: token.value.clone(),
            expires_at: clock
                .now()
                .checked_add(token.left(clock.instant()))
                .ok()
                .and_then(whole_seconds),
        })
    }
}

/// Without the fractions, in which a reader sees a precision that is not there.
fn whole_seconds(time: Timestamp) -> Option<Timestamp> {
    let down = TimestampRound::new()
        .smallest(Unit::Second)
        .mode(RoundMode::Floor);
    time.round(down).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::api::test_transport::{FakeService, Reply, free, within};
    use crate::api::{Config, Credentials, ExposeSecret as _};
    use crate::clock::Clock;

    fn at_eight(service: FakeService) -> FakeService {
        FakeService {
            clock: Clock::starting_at("2026-10-02T08:00:00Z".parse().unwrap()),
            ..service
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_handed_out_as_requests_carry_it() {
        let service = at_eight(
            FakeService::answering([Reply::json("[]")])
                .tokens([Reply::token("one", 3600).after(Duration::from_secs(2))]),
        );
        let client = service.client();
        let token = client.access_token(&free()).await.unwrap();
        assert_eq!(token.value.expose_secret(), "one");
        // Counted from the request.
        assert_eq!(
            token.expires_at.unwrap().to_string(),
            "2026-10-02T09:00:00Z"
        );
        assert_eq!(service.token_requests().len(), 1);

        // The one that is at hand, with what is left of it.
        client.list_clusters(&free()).await.unwrap();
        let token = client.access_token(&free()).await.unwrap();
        assert_eq!(token.value.expose_secret(), "one");
        assert_eq!(
            token.expires_at.unwrap().to_string(),
            "2026-10-02T09:00:00Z"
        );
        assert_eq!(service.token_requests().len(), 1);
        assert!(!format!("{token:?}").contains("one"), "{token:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_ready_made_token_is_handed_out_as_it_is() {
        let service = at_eight(FakeService::answering([]));
        let ready = |token: &str| {
            service.client_with(Config {
                credentials: Credentials::AccessToken(SecretString::from(token)),
                ..FakeService::config()
            })
        };
        let token = ready("opaque").access_token(&free()).await.unwrap();
        assert_eq!(
            (token.value.expose_secret(), token.expires_at),
            ("opaque", None)
        );
        // {"exp":1000000000}
        let over = ready("e30.eyJleHAiOjEwMDAwMDAwMDB9.c2ln")
            .access_token(&free())
            .await
            .unwrap_err();
        assert!(over.is_access_token_refused());
        insta::assert_snapshot!(over.summary(), @"The access token is over. It expired at 2001-09-09T01:46:40Z. It was handed in ready-made and is never renewed: hand in a new one, or client credentials");
        let none = service.client_with(Config {
            credentials: Credentials::None,
            ..FakeService::config()
        });
        let error = none.access_token(&free()).await.unwrap_err();
        insta::assert_snapshot!(error.summary(), @"IssueToken cannot be asked for. There are no credentials");
        assert!(service.token_requests().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_gets_no_token_to_hand_out_learns_why() {
        let service = FakeService::answering([]).tokens([Reply::status(401)]);
        let error = service.client().access_token(&free()).await.unwrap_err();
        assert!(error.is_token_refused(), "{error}");
        let hanging = FakeService::answering([]).tokens([Reply::Hang]);
        let error = hanging
            .client()
            .access_token(&within(Duration::from_secs(3)))
            .await
            .unwrap_err();
        assert!(error.is_deadline_exceeded(), "{error}");
        let cancelled = CallContext::default();
        cancelled.cancel.cancel();
        let error = hanging.client().access_token(&cancelled).await.unwrap_err();
        assert!(error.is_cancelled(), "{error}");
    }
}
