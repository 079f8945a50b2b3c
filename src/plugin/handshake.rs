//! The handshake with the host: the magic cookie and the one line on stdout.
//!
//! Knows nothing of sockets and certificates beyond their text in that line. Together with
//! `main.rs` the only file that may write to stdout: a stray byte there breaks the start.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The value every Terraform and OpenTofu gives to its plugins.
const MAGIC_COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Version of the handshake line itself.
const HOST_PROTOCOL: u32 = 1;

/// The one major version of the plugin protocol that is spoken here.
///
/// With one version there is nothing to choose: it is announced whatever the host offers, and a
/// host that lacks it says so itself, in words its users know.
pub const PROTOCOL_VERSION: u32 = 6;

/// Whether the process was started by Terraform or OpenTofu.
#[must_use]
pub fn is_started_by_host(magic_cookie: Option<&str>) -> bool {
    magic_cookie == Some(MAGIC_COOKIE)
}

/// Whether the host's list of protocol versions contains ours. A missing list counts as a host
/// that takes anything.
#[must_use]
pub fn is_offered(protocol_versions: Option<&str>) -> bool {
    protocol_versions.is_none_or(|list| {
        list.split(',')
            .any(|version| version.trim().parse() == Ok(PROTOCOL_VERSION))
    })
}

/// What the host must know to connect.
#[derive(Debug, Clone, Copy)]
pub struct Handshake<'a> {
    /// `unix` or `tcp`.
    pub network: &'static str,
    /// Path of the socket, or address and port.
    pub address: &'a str,
    /// DER of the server's certificate; `None` without TLS.
    pub certificate: Option<&'a [u8]>,
    /// Whether to say that the broker is not multiplexed. Hosts that did not ask for this field
    /// take it for a part of the certificate.
    pub announce_multiplexing: bool,
}

impl Handshake<'_> {
    /// The line, with its line feed.
    #[must_use]
    pub fn line(&self) -> String {
        let certificate = self
            .certificate
            .map(|der| STANDARD_NO_PAD.encode(der))
            .unwrap_or_default();
        let multiplexing = if self.announce_multiplexing {
            "|false"
        } else {
            ""
        };
        format!(
            "{HOST_PROTOCOL}|{PROTOCOL_VERSION}|{}|{}|grpc|{certificate}{multiplexing}\n",
            self.network, self.address
        )
    }
}

/// Writes `text` to stdout and flushes it.
///
/// # Errors
/// When stdout is closed.
pub fn announce(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_cookie_is_accepted() {
        assert!(is_started_by_host(Some(MAGIC_COOKIE)));
        assert!(!is_started_by_host(Some(&MAGIC_COOKIE.to_uppercase())));
        assert!(!is_started_by_host(Some("")));
        assert!(!is_started_by_host(None));
    }

    #[test]
    fn version_lists_come_in_any_order() {
        for list in ["6", "5,6", "6,5", " 5 , 6 "] {
            assert!(is_offered(Some(list)), "{list}");
        }
        for list in ["5", "16", "5,7", "six"] {
            assert!(!is_offered(Some(list)), "{list}");
        }
        assert!(is_offered(None));
    }

    #[test]
    fn the_certificate_is_unpadded_standard_base64() {
        let handshake = Handshake {
            network: "unix",
            address: "/tmp/plugin1",
            certificate: Some(&[0xfb, 0xff, 0xfe, 0x01]),
            announce_multiplexing: false,
        };
        assert_eq!(handshake.line(), "1|6|unix|/tmp/plugin1|grpc|+//+AQ\n");
    }

    #[test]
    fn the_certificate_is_empty_without_tls() {
        let handshake = Handshake {
            network: "tcp",
            address: "127.0.0.1:10000",
            certificate: None,
            announce_multiplexing: false,
        };
        assert_eq!(handshake.line(), "1|6|tcp|127.0.0.1:10000|grpc|\n");
    }

    #[test]
    fn the_seventh_field_comes_only_when_asked_for() {
        let handshake = Handshake {
            network: "unix",
            address: "/tmp/plugin1",
            certificate: Some(&[1, 2, 3]),
            announce_multiplexing: true,
        };
        assert_eq!(handshake.line(), "1|6|unix|/tmp/plugin1|grpc|AQID|false\n");
    }
}
