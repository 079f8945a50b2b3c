//! API errors in the words of somebody who runs Terraform: what failed, what the service said, the
//! likely cause, and what to do next.

use crate::api::Error;
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

/// The message for an API error.
pub(super) fn explain(summary: String, error: &Error, origin: &Origin<'_>) -> Diagnostic {
    let mut detail = sentence(&error.to_string());
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
    diagnostic
}

/// The text with a full stop at its end.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

fn hints(error: &Error, origin: &Origin<'_>) -> Vec<String> {
    let mut hints = Vec::new();
    if error.is_token_refused() || error.is_access_token_refused() || error.is_unauthorized() {
        let audience = origin.audience.map_or_else(
            || "the host of api_url".to_owned(),
            |audience| format!("{audience:?}"),
        );
        hints.push(format!(
            "The credentials came from {}. Token URL: {}; audience: {audience}.",
            origin.credentials_from, origin.token_url
        ));
        hints.push(if error.is_access_token_refused() {
            "A ready-made token is never renewed: hand in a new one, or use a client ID and secret."
                .to_owned()
        } else {
            "Check ID, secret, token URL and audience. Credentials are managed in the Console \
             under Organization > Administration API."
                .to_owned()
        });
    } else if error.is_forbidden() && speaks_of_a_limit(error) {
        hints.push(
            "A limit of the organisation's plan is reached. Delete what is no longer needed, or ask \
             Camunda for more."
                .to_owned(),
        );
    } else if error.is_forbidden() {
        hints.push(match permission_group(error.operation()) {
            Some(group) => format!(
                "The credentials probably lack the permission group \"{group}\". Create credentials \
                 that have it in the Console under Organization > Administration API. The answer is \
                 the same for an object that belongs to another organisation."
            ),
            None => "The credentials lack a permission, or the object belongs to another \
                     organisation."
                .to_owned(),
        });
    } else if error.is_bad_request() && speaks_of_a_limit(error) {
        hints.push(
            "The organisation has no free reservation for this. Delete what is no longer needed, or \
             ask Camunda for more."
                .to_owned(),
        );
    } else if error.is_rate_limited() || error.is_token_unavailable() {
        hints.push(
            "Run fewer operations at once (-parallelism), lower requests_per_second or raise \
             max_retries in the provider block."
                .to_owned(),
        );
    }
    if error.may_have_committed() {
        hints.push(
            "The service may have carried the request out all the same. Look in the Console before \
             running again."
                .to_owned(),
        );
    } else if error.is_server_fault() || error.is_transient() {
        hints.push("Nothing was changed by this request; it is safe to run again.".to_owned());
    }
    hints
}
