//! The environment variables of the plugin host: their names, and the one place that reads them.
//!
//! Everything else in `plugin` gets plain values and never asks the process for its environment.

use std::ffi::OsString;
use std::path::PathBuf;

/// Proof that the process was started by Terraform or OpenTofu and not by a person.
pub const MAGIC_COOKIE: &str = "TF_PLUGIN_MAGIC_COOKIE";
/// Major versions of the plugin protocol the host speaks: a comma list in any order.
pub const PROTOCOL_VERSIONS: &str = "PLUGIN_PROTOCOL_VERSIONS";
/// PEM of the host's one-time client certificate. Absent or empty: no TLS.
pub const CLIENT_CERTIFICATE: &str = "PLUGIN_CLIENT_CERT";
/// First TCP port to try. Only where there are no unix sockets.
pub const MIN_PORT: &str = "PLUGIN_MIN_PORT";
/// Last TCP port to try. Only where there are no unix sockets.
pub const MAX_PORT: &str = "PLUGIN_MAX_PORT";
/// Directory for the unix socket. Absent or empty: the system's directory for temporary files.
pub const SOCKET_DIRECTORY: &str = "PLUGIN_UNIX_SOCKET_DIR";
/// Name or number of the group that may connect to the unix socket.
pub const SOCKET_GROUP: &str = "PLUGIN_UNIX_SOCKET_GROUP";
/// Set by hosts that understand a seventh field in the handshake line.
pub const MULTIPLEX: &str = "PLUGIN_MULTIPLEX_GRPC";
/// Level of this provider's own log lines; wins over the two below.
pub const LOG_PROVIDER_CAMUNDA: &str = "TF_LOG_PROVIDER_CAMUNDA";
/// Level of the log lines of all providers; wins over `TF_LOG`.
pub const LOG_PROVIDER: &str = "TF_LOG_PROVIDER";
/// Level of all log lines of a run.
pub const LOG: &str = "TF_LOG";
/// Where unix systems keep temporary files, when it is not `/tmp`.
const TEMPORARY_DIRECTORY: &str = "TMPDIR";

/// What the environment says. Variables that are set to nothing count as not set, as they do for
/// the host's own reading of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// [`MAGIC_COOKIE`].
    pub magic_cookie: Option<String>,
    /// [`PROTOCOL_VERSIONS`].
    pub protocol_versions: Option<String>,
    /// [`CLIENT_CERTIFICATE`].
    pub client_certificate: Option<String>,
    /// [`MIN_PORT`].
    pub min_port: Option<String>,
    /// [`MAX_PORT`].
    pub max_port: Option<String>,
    /// [`SOCKET_DIRECTORY`], else `TMPDIR`.
    pub socket_directory: Option<PathBuf>,
    /// [`SOCKET_GROUP`].
    pub socket_group: Option<String>,
    /// Whether [`MULTIPLEX`] is set.
    pub multiplex: bool,
    /// [`LOG_PROVIDER_CAMUNDA`], else [`LOG_PROVIDER`], else [`LOG`].
    pub log_level: Option<String>,
}

impl Environment {
    /// Reads the environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::from_lookup(|name| std::env::var_os(name))
    }

    /// Reads an environment from any source of variables.
    #[must_use]
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let text = |name: &str| set(name).map(|value| value.to_string_lossy().into_owned());
        Self {
            magic_cookie: text(MAGIC_COOKIE),
            protocol_versions: text(PROTOCOL_VERSIONS),
            client_certificate: text(CLIENT_CERTIFICATE),
            min_port: text(MIN_PORT),
            max_port: text(MAX_PORT),
            socket_directory: set(SOCKET_DIRECTORY)
                .or_else(|| set(TEMPORARY_DIRECTORY))
                .map(PathBuf::from),
            socket_group: text(SOCKET_GROUP),
            multiplex: set(MULTIPLEX).is_some(),
            log_level: text(LOG_PROVIDER_CAMUNDA)
                .or_else(|| text(LOG_PROVIDER))
                .or_else(|| text(LOG)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Environment {
        Environment::from_lookup(|wanted| {
            variables
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn variables_set_to_nothing_count_as_not_set() {
        let every_name = [
            MAGIC_COOKIE,
            PROTOCOL_VERSIONS,
            CLIENT_CERTIFICATE,
            MIN_PORT,
            MAX_PORT,
            SOCKET_DIRECTORY,
            SOCKET_GROUP,
            MULTIPLEX,
            LOG_PROVIDER_CAMUNDA,
            LOG_PROVIDER,
            LOG,
            TEMPORARY_DIRECTORY,
        ];
        assert_eq!(
            read(&every_name.map(|name| (name, ""))),
            Environment::default()
        );
    }

    #[test]
    fn the_most_specific_log_level_wins() {
        let level = |variables| read(variables).log_level;
        assert_eq!(level(&[]), None);
        assert_eq!(level(&[(LOG, "WARN")]).as_deref(), Some("WARN"));
        assert_eq!(
            level(&[(LOG, "WARN"), (LOG_PROVIDER, "INFO")]).as_deref(),
            Some("INFO")
        );
        assert_eq!(
            level(&[
                (LOG, "WARN"),
                (LOG_PROVIDER, "INFO"),
                (LOG_PROVIDER_CAMUNDA, "OFF")
            ])
            .as_deref(),
            Some("OFF")
        );
        assert_eq!(
            level(&[(LOG, "WARN"), (LOG_PROVIDER, "")]).as_deref(),
            Some("WARN")
        );
    }

    #[test]
    fn the_socket_directory_wins_over_the_temporary_one() {
        let directory = |variables| read(variables).socket_directory;
        assert_eq!(
            directory(&[("TMPDIR", "/t"), (SOCKET_DIRECTORY, "/s")]),
            Some(PathBuf::from("/s"))
        );
        assert_eq!(
            directory(&[("TMPDIR", "/t"), (SOCKET_DIRECTORY, "")]),
            Some(PathBuf::from("/t"))
        );
    }
}
