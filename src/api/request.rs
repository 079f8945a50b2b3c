//! Requests as plain values, built without any input or output.
//!
//! Must not know tokens, hosts or how a request is sent.

use bytes::Bytes;
use http::Method;
use serde::Serialize;

use super::error::{Error, ErrorKind, Subject};
use super::secret::SecretString;
use crate::clock::Instant;

/// Whether a request may be sent again when nobody knows what became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Repeat {
    /// Twice does the same as once.
    Safe,
    /// A second one could make a second object, or go a second step.
    Never,
}

/// One call of an operation.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Percent-encoded, from `/`, without the base of the API.
    pub(crate) path: String,
    /// JSON text. May hold secrets: never logged.
    pub(crate) body: Option<Bytes>,
    /// What of the body is secret: an error message of the service may echo it.
    pub(crate) secrets: Vec<SecretString>,
    /// Operation id of the published description.
    pub(crate) operation: &'static str,
    pub(crate) repeat: Repeat,
    /// No try begins after this: what the request was made from is too old then. It belongs to a
    /// request just made and does not queue for a place of its own.
    pub(crate) send_by: Option<Instant>,
    /// Answered to everybody: no token is sent, and none is asked for.
    pub(crate) public: bool,
}

impl Request {
    /// A request for the path made of `segments`, each of which is encoded.
    ///
    /// An empty segment, `.` and `..` are refused: they would reach another operation, such as the
    /// list of all clusters in place of one of them.
    pub(crate) fn new(
        operation: &'static str,
        method: Method,
        segments: &[&str],
        repeat: Repeat,
    ) -> Result<Self, Error> {
        let mut path = String::new();
        for segment in segments {
            path.push('/');
            encode_segment(segment, &mut path);
        }
        if let Some(bad) = segments
            .iter()
            .find(|segment| matches!(**segment, "" | "." | ".."))
        {
            let subject = Subject {
                method: &method,
                path: &path,
                operation,
                host: "",
            };
            return Err(Error::new(ErrorKind::InvalidRequest, &subject)
                .with_note(format!("`{bad}` is no identifier of an object")));
        }
        Ok(Self {
            method,
            path,
            body: None,
            secrets: Vec::new(),
            operation,
            repeat,
            send_by: None,
            public: false,
        })
    }

    pub(crate) fn get(operation: &'static str, segments: &[&str]) -> Result<Self, Error> {
        Self::new(operation, Method::GET, segments, Repeat::Safe)
    }

    /// Adds a JSON body.
    pub(crate) fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        match serde_json::to_vec(body) {
            Ok(text) => {
                self.body = Some(Bytes::from(text));
                Ok(self)
            }
            Err(cause) => {
                Err(Error::new(ErrorKind::InvalidRequest, &self.subject("")).with_cause(cause))
            }
        }
    }

    /// The same, unless it has not gone out by `send_by`.
    pub(crate) fn send_by(mut self, send_by: Instant) -> Self {
        self.send_by = Some(send_by);
        self
    }

    /// The same for an operation that is open to everybody.
    pub(crate) fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// Keeps `secret`, which is in the body, out of everything that is said about the request.
    pub(crate) fn hiding(mut self, secret: &SecretString) -> Self {
        self.secrets.push(secret.clone());
        self
    }

    pub(crate) fn is_read(&self) -> bool {
        self.method == Method::GET
    }

    pub(crate) fn subject<'a>(&'a self, host: &'a str) -> Subject<'a> {
        Subject {
            method: &self.method,
            path: &self.path,
            operation: self.operation,
            host,
        }
    }
}

/// Everything but the unreserved characters of RFC 3986 becomes `%XX`. The dots of `.` and `..`
/// would be read as steps even when encoded, which is why [`Request::new`] refuses those.
pub(crate) fn encode_segment(segment: &str, path: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            path.push('%');
            path.push(char::from(HEX[usize::from(byte >> 4)]));
            path.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_encoded() {
        let request = Request::get("X", &["members", "a+b/c%d@example.com", "ü ~._-"]).unwrap();
        assert_eq!(
            request.path,
            "/members/a%2Bb%2Fc%25d%40example.com/%C3%BC%20~._-"
        );
    }

    #[test]
    fn segments_that_lead_elsewhere_are_refused() {
        for bad in ["", ".", ".."] {
            let error = Request::get("GetCluster", &["clusters", bad]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
            assert!(!error.may_have_committed());
        }
        insta::assert_snapshot!(
            Request::get("GetCluster", &["clusters", ""]).unwrap_err(),
            @"GetCluster cannot be asked for. `` is no identifier of an object"
        );
    }
}
