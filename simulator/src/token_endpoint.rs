//! The token endpoint: client credentials in, bearer token out, in JSON and in form encoding.

use std::{net::IpAddr, time::Duration};

use serde_json::{Map, Value, json};

use crate::{
    answer::{Answer, JSON},
    api::Incoming,
    contract::Operation,
    seed::Credential,
    world::World,
};

const FORM: &str = "application/x-www-form-urlencoded";

/// The answer, and what is to be known of it.
pub(crate) struct TokenAnswer {
    pub(crate) answer: Answer,
    pub(crate) outcome: &'static str,
    pub(crate) client_id: Option<String>,
    pub(crate) violations: Vec<String>,
    /// Virtual time to wait before answering.
    pub(crate) delay: Option<Duration>,
}

/// Serves one token request.
pub(crate) fn serve(
    world: &mut World,
    operation: &Operation,
    address: IpAddr,
    incoming: &Incoming,
) -> TokenAnswer {
    if let Some(limit) = world.behaviour.tokens.rate_limit
        && let Some(left) = world.tokens.limit(address, limit)
    {
        let mut answer = too_many_requests();
        if limit.send_retry_after {
            let seconds = left.as_secs_f64().ceil();
            answer = answer.with_header("retry-after", format!("{seconds:.0}"));
        }
        return TokenAnswer::new(answer, "rate_limited");
    }
    let Some(request) = body(incoming) else {
        let mut refused = TokenAnswer::new(
            oauth_error(
                400,
                "invalid_request",
                "The body is neither JSON nor a form",
            ),
            "bad_request",
        );
        refused
            .violations
            .push("the body is not readable".to_owned());
        return refused;
    };
    let content_type = incoming.content_type.as_deref().unwrap_or("none");
    let problems = operation.request_problems(content_type, &request);
    let mut served = match problems.first() {
        Some(problem) => {
            let code = if problem.starts_with("$.grant_type") {
                "unsupported_grant_type"
            } else {
                "invalid_request"
            };
            TokenAnswer::new(oauth_error(400, code, problem), "bad_request")
        }
        None => login(world, &request),
    };
    served.violations = problems;
    served.client_id = text(&request, "client_id").map(str::to_owned);
    served
}

fn login(world: &mut World, request: &Value) -> TokenAnswer {
    let field = |name: &str| text(request, name).unwrap_or_default().to_owned();
    let (id, secret, audience) = (
        field("client_id"),
        field("client_secret"),
        field("audience"),
    );
    let known = world
        .seed
        .credentials
        .iter()
        .find(|credential| credential.client_id == id)
        .cloned();
    let refusal = match &known {
        None => "unknown_client",
        Some(credential) if credential.client_secret != secret => "wrong_secret",
        Some(credential) if credential.revoked => "revoked_client",
        Some(credential) => return grant(world, credential, &audience),
    };
    let again = world.tokens.refused_before(&[&id, &secret, &audience]);
    let mut refused = TokenAnswer::new(oauth_error(401, "access_denied", "Unauthorized"), refusal);
    if again {
        refused.delay = world.behaviour.tokens.repeated_refusal_delay;
    }
    refused
}

fn grant(world: &mut World, credential: &Credential, audience: &str) -> TokenAnswer {
    if !world.audiences().iter().any(|known| known == audience) {
        return TokenAnswer::new(
            oauth_error(
                403,
                "access_denied",
                "Client is not authorized to access the requested audience",
            ),
            "wrong_audience",
        );
    }
    let lifetime = world.behaviour.tokens.lifetime;
    let (token, scope) = world.tokens.issue(credential, audience, lifetime);
    let mut body = json!({ "access_token": token, "token_type": "Bearer", "scope": scope });
    if world.behaviour.tokens.send_expires_in {
        body["expires_in"] = lifetime.as_secs().into();
    }
    let mut answer = Answer::json(&body).with_header("cache-control", "no-store".to_owned());
    answer.deliberate = !world.behaviour.tokens.send_expires_in;
    TokenAnswer::new(answer, "issued")
}

impl TokenAnswer {
    fn new(answer: Answer, outcome: &'static str) -> Self {
        Self {
            answer,
            outcome,
            client_id: None,
            violations: Vec::new(),
            delay: None,
        }
    }
}

/// What the login service says above its limit.
pub(crate) fn too_many_requests() -> Answer {
    Answer::json_with(
        429,
        &json!({
            "error": "access_denied",
            "error_description": "Too Many Requests",
            "error_uri": "https://auth0.com/docs/policies/rate-limits",
        }),
    )
}

/// An OAuth error.
pub(crate) fn oauth_error(status: u16, code: &str, description: &str) -> Answer {
    Answer::json_with(
        status,
        &json!({ "error": code, "error_description": description }),
    )
}

fn body(incoming: &Incoming) -> Option<Value> {
    match incoming.content_type.as_deref() {
        Some(JSON) => serde_json::from_slice(&incoming.body).ok(),
        _ => form(incoming),
    }
}

/// The body as a form, if it is one.
pub(crate) fn form(incoming: &Incoming) -> Option<Value> {
    if incoming.content_type.as_deref() != Some(FORM) {
        return None;
    }
    let fields: Map<String, Value> = form_urlencoded::parse(&incoming.body)
        .map(|(name, value)| (name.into_owned(), Value::from(value.as_ref())))
        .collect();
    Some(fields.into())
}

fn text<'a>(request: &'a Value, name: &str) -> Option<&'a str> {
    request.get(name).and_then(Value::as_str)
}
