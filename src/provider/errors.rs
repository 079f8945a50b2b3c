//! API errors in the words of somebody who runs Terraform: what failed, what the service said, the
//! likely cause, and what to do next.

use crate::api::{Error, ErrorKind};
use crate::framework::diag::Diagnostic;

/// Where the credentials came from and where they were sent, for messages about them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'a> {
    pub(super) credentials_from: &'a str,
    pub(super) token_url: &'a str,
    pub(super) audience: Option<&'a str>,
}

/// The permission group, as the Console names it, that an operation of the API needs.
fn permission_group(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "GetClusters"
        | "CreateCluster"
        | "GetParameters"
        | "GetCluster"
        | "UpdateCluster"
        | "DeleteCluster"
        | "UpgradeCluster"
        | "Wake"
        | "UpdateClusterEncryption"
        | "TriggerFailover" => "Cluster",
        _ => return None,
    })
}

/// Whether a refusal speaks of a limit rather than of a permission. Only its text tells.
fn speaks_of_a_limit(error: &Error) -> bool {
    let text = error.server_message().unwrap_or_default().to_lowercase();
    [
        "limit",
        "quota",
        "maximum",
        "reservation",
        "exceeded",
        "no free",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// The message for an API error: what the service said, why, what to do, and last the request, for
/// those who look it up in a log.
pub(super) fn explain(summary: String, error: &Error, origin: &Origin<'_>) -> Diagnostic {
    let mut detail = sentence(&error.summary());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let text = cause.to_string();
        if !detail.contains(&text) {
            detail.push_str(&format!(" Cause: {}", sentence(&text)));
        }
        source = cause.source();
    }
    let mut diagnostic = Diagnostic::error(summary, detail);
    for hint in hints(error, origin) {
        diagnostic = diagnostic.hint(hint);
    }
    let request = error
        .request_id()
        .map_or_else(String::new, |id| format!(", request {id}"));
    diagnostic.hint(format!("({} {}{request})", error.method(), error.path()))
}

/// Adds advice to an explained error, before the request at its end.
#[must_use]
pub fn advise(mut diagnostic: Diagnostic, advice: impl Into<String>) -> Diagnostic {
    let before_request = diagnostic.hints.len().saturating_sub(1);
    diagnostic.hints.insert(before_request, advice.into());
    diagnostic
}

/// The text with a full stop at its end.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?', '…']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

fn hints(error: &Error, origin: &Origin<'_>) -> Vec<String> {
    likely_cause(error, origin)
        .into_iter()
        .chain(whether_to_repeat(error).map(str::to_owned))
        .collect()
}

fn likely_cause(error: &Error, origin: &Origin<'_>) -> Vec<String> {
    let say = |text: &str| vec![text.to_owned()];
    if error.is_access_token_refused() {
        // What to do is said by the error itself.
        return vec![format!("The token came from {}.", origin.credentials_from)];
    }
    if error.is_token_refused() || error.is_unauthorized() {
        let audience = origin.audience.unwrap_or("the host of api_url");
        return vec![
            format!(
                "The credentials came from {}. Token URL: {}; audience: {audience}.",
                origin.credentials_from, origin.token_url
            ),
            "Check ID, secret, token URL and audience. Credentials are managed in the Console under \
             Organization > Administration API."
                .to_owned(),
        ];
    }
    if error.is_forbidden() && speaks_of_a_limit(error) {
        return say(
            "A limit of the organisation's plan is reached. Delete what is no longer needed, or ask \
             Camunda for more.",
        );
    }
    if error.is_forbidden() {
        let missing = match permission_group(error.operation()) {
            Some(group) => format!("the permission group \"{group}\""),
            None => "a permission".to_owned(),
        };
        return vec![format!(
            "The credentials probably lack {missing}. Create credentials that have it in the Console \
             under Organization > Administration API. The answer is the same for an object that \
             belongs to another organisation."
        )];
    }
    if error.is_bad_request() && speaks_of_a_limit(error) {
        return say(
            "The organisation has no free reservation for this. Delete what is no longer needed, or \
             ask Camunda for more.",
        );
    }
    if error.is_precondition_failed() {
        return say("The object is not in a state for this yet. Run again when it is.");
    }
    if error.is_rate_limited() {
        return say(
            "Run fewer operations at once (-parallelism), lower requests_per_second or raise \
             max_retries in the provider block.",
        );
    }
    match error.kind() {
        ErrorKind::Connect => say(
            "Check that this machine reaches the host: its address in the provider block, name \
             resolution, firewall, and the variables HTTPS_PROXY and NO_PROXY.",
        ),
        ErrorKind::Certificate => say(
            "If a proxy or an authority of your own signs certificates here, name it in \
             ca_certificate in the provider block.",
        ),
        ErrorKind::TryTimeout => {
            say("If the service is slow, raise request_timeout in the provider block.")
        }
        _ => Vec::new(),
    }
}

/// What running again would do, where the error leaves that open.
fn whether_to_repeat(error: &Error) -> Option<&'static str> {
    if error.may_have_committed() {
        return Some(
            if error.method().is_idempotent() || error.method() == "PATCH" {
                "The service may have carried the request out all the same. It is safe to run again: \
             that has the same effect once more."
            } else {
                "The service may have carried the request out all the same. Look in the Console before \
             running again."
            },
        );
    }
    (error.is_server_fault() || error.is_transient())
        .then_some("Nothing was changed by this request; it is safe to run again.")
}

#[cfg(test)]
mod tests;
