//! Private state: what the provider keeps with a resource instance and no user sees.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Named JSON values that travel with a resource instance. Not for secrets: the state file holds
/// them in clear text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Private(BTreeMap<String, serde_json::Value>);

impl Private {
    /// Reads what a core has stored. Bytes that are not ours (another provider's, an older form)
    /// count as nothing: private state may never make a run fail.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).map_or_else(|_| Self::default(), Self)
    }

    /// The bytes for a core to store; empty when there is nothing.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        serde_json::to_vec(&self.0).unwrap_or_default()
    }

    /// The bytes for a core to store in place of `stored`: the very same bytes if they say the same,
    /// so that an operation that changes nothing changes no byte.
    #[must_use]
    pub fn encode_over(&self, stored: Vec<u8>) -> Vec<u8> {
        if Self::decode(&stored) == *self {
            stored
        } else {
            self.encode()
        }
    }

    /// The value under `key`, if there is one of this type.
    #[must_use]
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_value(self.0.get(key)?.clone()).ok()
    }

    /// Stores `value` under `key`. A value that JSON cannot express removes the key.
    pub fn set(&mut self, key: &str, value: impl Serialize) {
        match serde_json::to_value(value) {
            Ok(value) => self.0.insert(key.to_owned(), value),
            Err(_) => self.0.remove(key),
        };
    }

    /// Removes `key` and tells whether it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        self.0.remove(key).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_the_trip_through_a_state_file() {
        let mut private = Private::default();
        assert_eq!(private.encode(), b"");
        private.set("pending", true);
        let mut read = Private::decode(&private.encode());
        assert_eq!(read.get("pending"), Some(true));
        assert_eq!(read.get::<String>("pending"), None);
        assert!(read.remove("pending") && !read.remove("pending"));
    }

    #[test]
    fn what_did_not_change_keeps_its_bytes() {
        let stored = b"{ \"pending\" : true }".to_vec();
        let mut private = Private::decode(&stored);
        assert_eq!(private.encode_over(stored.clone()), stored);
        private.set("pending", false);
        assert_eq!(private.encode_over(stored), b"{\"pending\":false}");
    }

    #[test]
    fn foreign_bytes_count_as_nothing() {
        for bytes in [&b""[..], b"\xff\x00", b"[1]", b"{\"a\":"] {
            assert_eq!(Private::decode(bytes), Private::default());
        }
    }
}
