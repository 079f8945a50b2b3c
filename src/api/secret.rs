//! Secrets: how they are held, turned into headers, recognised again and kept out of texts.
//!
//! Must not know requests, files or logging. A secret leaves its [`SecretString`] only here, where the
//! body of a token request is written, and on its way into a file that is the user's alone.

use aws_lc_rs::digest::{SHA256, digest};
use http::HeaderValue;
pub use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::request::encode_segment;

/// A digest that stands for a secret wherever two secrets must be told apart: as part of a cache
/// key and of a file name. SHA-256 of the secret behind a label of ours, so that it is of
/// no use as a digest of the same secret made by somebody else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct SecretDigest([u8; 32]);

impl SecretDigest {
    pub(crate) fn of(secret: &SecretString) -> Self {
        let mut labelled = b"camunda provider secret v1\0".to_vec();
        labelled.extend_from_slice(secret.expose_secret().as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, &labelled).as_ref());
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Whether the secret can be sent in an `Authorization` header.
pub(crate) fn fits_header(secret: &SecretString) -> bool {
    let text = secret.expose_secret();
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// `Bearer <token>`, marked sensitive so that no layer below prints or indexes it.
///
/// `None` if the token holds bytes no header may carry.
pub(crate) fn bearer_header(token: &SecretString) -> Option<HeaderValue> {
    if !fits_header(token) {
        return None;
    }
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Replaces each occurrence of a known secret, as it is and as it stands in JSON and in a form. For
/// texts the service wrote: an error message may echo what it was sent.
pub(crate) fn mask(text: &str, secrets: &[&SecretString]) -> String {
    let mut masked = text.to_owned();
    for secret in secrets.iter().map(|secret| secret.expose_secret()) {
        // Masking a very short "secret" would tear ordinary words apart and hide nothing.
        if secret.len() < 4 {
            continue;
        }
        masked = masked.replace(secret, MASK);
        let in_json = Value::from(secret).to_string();
        let mut in_form = String::new();
        encode_segment(secret, &mut in_form);
        for written in [in_json.trim_matches('"'), &in_form] {
            if written != secret && !written.is_empty() {
                masked = masked.replace(written, MASK);
            }
        }
    }
    masked
}

/// As [`mask`], in every text of a JSON value, however it was written there.
pub(crate) fn mask_json(value: Value, secrets: &[&SecretString]) -> Value {
    match value {
        Value::String(text) => Value::String(mask(&text, secrets)),
        Value::Array(items) => items
            .into_iter()
            .map(|item| mask_json(item, secrets))
            .collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (mask(&name, secrets), mask_json(value, secrets)))
            .collect(),
        other => other,
    }
}

const MASK: &str = "[secret]";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_tell_secrets_apart_and_show_none() {
        let one = SecretDigest::of(&SecretString::from("one"));
        assert_eq!(one, SecretDigest::of(&SecretString::from("one")));
        assert_ne!(one, SecretDigest::of(&SecretString::from("two")));
    }

    #[test]
    fn bearer_header_is_sensitive_and_refuses_line_breaks() {
        let header = bearer_header(&SecretString::from("abc.def")).unwrap();
        assert_eq!(header.to_str().unwrap(), "Bearer abc.def");
        assert!(header.is_sensitive());
        assert_eq!(format!("{header:?}"), "Sensitive");
        for bad in ["", "abc\n", "abc def", "ä"] {
            assert!(bearer_header(&SecretString::from(bad)).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn known_secrets_are_masked() {
        let secret = SecretString::from("s3cr3t");
        assert_eq!(
            mask("client_secret s3cr3t is wrong, s3cr3t!", &[&secret]),
            "client_secret [secret] is wrong, [secret]!"
        );
        assert_eq!(mask("a cat", &[&SecretString::from("a")]), "a cat");
        let secret = SecretString::from("pass\"word/1\n");
        assert_eq!(
            mask(r#"got "pass\"word/1\n" and pass%22word%2F1%0A"#, &[&secret]),
            r#"got "[secret]" and [secret]"#
        );
    }
}
