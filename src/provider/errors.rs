//! API errors in the words of somebody who runs Terraform: what failed, what the service said, the
//! likely cause, and what to do next.

use crate::api::{Error, ErrorKind};
use crate::framework::diag::Diagnostic;
use crate::framework::path::Path;

/// Where the credentials came from and where they were sent, for messages about them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'a> {
    pub(super) credentials_from: &'a str,
    pub(super) token_url: &'a str,
    pub(super) audience: Option<&'a str>,
}

/// What the API's description says of an operation, as far as messages need it.
struct Operation {
    /// The permission group, as the Console names it, that it needs.
    group: &'static str,
    /// What there can be only so many of, for operations that add one.
    counted: Option<&'static str>,
}

/// The operations by their ids. The groups of secure connectivity, monitoring and activity are not
/// published; they are called what the API's description calls them.
fn operation(id: &str) -> Option<Operation> {
    let (group, counted) = match id {
        "CreateCluster" => ("Cluster", Some("clusters or hardware packages")),
        "UpdateCluster" => ("Cluster", Some("hardware packages")),
        "GetClusters"
        | "GetParameters"
        | "GetCluster"
        | "DeleteCluster"
        | "UpgradeCluster"
        | "Wake"
        | "UpdateClusterEncryption" => ("Cluster", None),
        "CreateClient" => ("Zeebe Client", Some("API clients of the cluster")),
        "GetClients" | "GetClient" | "DeleteClient" => ("Zeebe Client", None),
        "UpdateIpAllowlist" | "UpdateIpWhitelist" => ("IP allowlist", None),
        "CreateSecret" => (
            "Connector Secrets",
            Some("connector secrets of the cluster"),
        ),
        "GetSecrets" | "UpdateSecret" | "DeleteSecret" => ("Connector Secrets", None),
        "UpdateMembers" => ("Members", Some("seats of the organisation")),
        "GetMembers" | "DeleteMember" => ("Members", None),
        "CreateBackup" => ("Backups", Some("backups")),
        "GetBackups" | "DeleteBackup" | "GetRestore" | "RestoreFromBackup" | "GetSchedule"
        | "UpdateSchedule" | "DeleteSchedule" | "TriggerFailover" => ("Backups", None),
        "GetSecureConnectivityStatus"
        | "ActivateSecureConnectivity"
        | "DeactivateSecureConnectivity" => ("Secure Connectivity", None),
        "CreateMonitoringClient" => (
            "External Monitoring",
            Some("monitoring credentials of the cluster"),
        ),
        "ActivateMonitoring"
        | "DeactivateMonitoring"
        | "GetMonitoringClients"
        | "DeleteMonitoringClient"
        | "RotateMonitoringClientPassword" => ("External Monitoring", None),
        "GetJson" | "GetCsv" => ("Activity", None),
        _ => return None,
    };
    Some(Operation { group, counted })
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
        "seat",
    ]
    .iter()
    .any(|word| text.contains(word))
}

/// Whether a refusal speaks of a feature or a plan rather than of a permission.
fn speaks_of_the_plan(error: &Error) -> bool {
    let text = error.server_message().unwrap_or_default().to_lowercase();
    ["enterprise", "feature", "contract", "plan "]
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

/// Puts a cause that is known in the place of the likely ones of an explained error.
#[must_use]
pub fn because(mut diagnostic: Diagnostic, cause: impl Into<String>) -> Diagnostic {
    let before_request = diagnostic.hints.len().saturating_sub(1);
    diagnostic.hints.drain(..before_request);
    advise(diagnostic, cause)
}

/// Says of a request for something in a cluster that it is the cluster which was not found.
#[must_use]
pub fn no_such_cluster(diagnostic: Diagnostic) -> Diagnostic {
    let advice = "Check cluster_id: this organisation has no such cluster.";
    advise(diagnostic, advice).at(Path::of("cluster_id"))
}

/// Says of an object whose name is taken how to take it over: the import block, ready to paste.
#[must_use]
pub fn taken(diagnostic: Diagnostic, type_name: &str, import_id: &str) -> Diagnostic {
    let advice = format!(
        "If it is the one you mean, import it instead of creating it. With the address of your \
         resource in \"to\":\n\n{}",
        import_block(type_name, import_id)
    );
    let is_request = |hint: &String| hint.starts_with('(');
    if diagnostic.hints.last().is_some_and(is_request) {
        advise(diagnostic, advice)
    } else {
        diagnostic.hint(advice)
    }
}

/// An import block for an object.
fn import_block(type_name: &str, import_id: &str) -> String {
    // HCL reads ${ and %{ in a text as the beginning of a template.
    let id = format!("{import_id:?}")
        .replace("${", "$${")
        .replace("%{", "%%{");
    format!("  import {{\n    to = {type_name}.example\n    id = {id}\n  }}")
}

/// The attribute that the service has refused, by the first of the words in its answer. One status
/// has several causes; only the text tells them apart.
#[must_use]
pub fn refused_attribute(error: &Error, words: &[(&str, &'static str)]) -> Option<&'static str> {
    let text = error.server_message().unwrap_or_default().to_lowercase();
    words
        .iter()
        .find(|(word, _)| error.is_bad_request() && text.contains(word))
        .map(|(_, attribute)| *attribute)
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
    let operation = operation(error.operation());
    if error.is_forbidden() && speaks_of_a_limit(error) {
        let limit = match operation.and_then(|operation| operation.counted) {
            Some(counted) => format!(
                "The limit on the number of {counted} is reached; the organisation's plan sets it."
            ),
            None => "A limit of the organisation's plan is reached.".to_owned(),
        };
        return vec![format!(
            "{limit} Delete what is no longer needed, or ask Camunda for more."
        )];
    }
    if error.is_forbidden() {
        let missing = match operation {
            Some(Operation { group, .. }) => format!("the permission group \"{group}\""),
            None => "a permission".to_owned(),
        };
        let (plan, likely) = if speaks_of_the_plan(error) {
            let plan = "By these words, the organisation's plan or this kind of cluster lacks the \
                        feature. If that is not so, the";
            (plan, "")
        } else {
            ("The", " probably")
        };
        return vec![format!(
            "{plan} credentials{likely} lack {missing}. Create credentials that have it in the Console \
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
