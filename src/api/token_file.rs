//! Files through which the processes of one user on one machine share what they know about tokens.
//!
//! One file per set of credentials, next to it the lock that whoever asks for a token holds. A file
//! is only believed if it is the user's own and nobody else's to read. Everything here is a help and
//! never a hindrance: what cannot be read or written is left out, with a line in the log, and memory
//! takes over. Must not know when tokens are asked for, nor how.

mod folder;
#[cfg(test)]
mod tests;

use std::io;
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;
use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, Serialize, Serializer};

pub(crate) use self::folder::{Attempt, Lock, TokenFolder};
use super::secret::{ExposeSecret as _, SecretString};
use super::token::TokenKey;
use super::token_request::LONGEST_LIFETIME;

/// Raised whenever an older version would misread what is written now.
const FORMAT: u32 = 1;

/// How far in the future something may lie that has happened already: processes read the wall clock
/// one after the other, and time services correct it. What lies further was written before the clock
/// was set back, and says nothing about now.
const CLOCK_SLACK: Duration = Duration::from_secs(5);

/// The largest file that is read. Tokens have a few kilobytes.
const LARGEST: u64 = 64 << 10;

/// What is shared about one set of credentials.
#[derive(Default, Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    format: u32,
    /// Which credentials: the name of the file once more, in case somebody renamed it.
    of: String,
    pub(crate) token: Option<StoredToken>,
    pub(crate) refusal: Option<StoredRefusal>,
    /// A digest of all the rest, empty while it is made: a token that a bad disk has changed would be
    /// refused, and cost everybody a renewal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    sum: String,
}

/// A token, in wall-clock time because that is the only time processes have in common.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StoredToken {
    #[serde(serialize_with = "exposed")]
    pub(crate) value: SecretString,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// When the API refused the token before this one, if it did.
    pub(crate) replaced_at: Option<Timestamp>,
}

/// Credentials that the token service refused, and what it said. Holds no secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredRefusal {
    pub(crate) at: Timestamp,
    pub(crate) kind: RefusalKind,
    pub(crate) status: Option<u16>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefusalKind {
    Credentials,
    Address,
    Redirect,
}

/// The file of one set of credentials.
pub(crate) struct TokenFile {
    folder: TokenFolder,
    name: String,
}

impl TokenFile {
    /// Touches no disk.
    pub(crate) fn new(folder: TokenFolder, key: &TokenKey) -> Self {
        let secret = key.secret.as_bytes();
        let parts = [
            key.token_url.as_bytes(),
            key.audience.as_bytes(),
            key.client_id.as_bytes(),
            secret,
        ];
        Self {
            folder,
            name: name("token", &parts),
        }
    }

    /// What other processes left here that still makes sense at `now`.
    pub(crate) async fn read(&self, now: Timestamp) -> Stored {
        let (file, name) = (format!("{}.json", self.name), self.name.clone());
        let read = move |folder: &TokenFolder| {
            let Some(text) = folder.read(&file, LARGEST)? else {
                return Ok(None);
            };
            Stored::of_file(&text, &name, now)
        };
        let found = self.folder.run("cannot read a token file", read).await;
        found.flatten().unwrap_or_default()
    }

    /// Takes the lock of these credentials if it is free.
    pub(crate) async fn try_lock(&self) -> Attempt {
        let file = format!("{}.lock", self.name);
        let lock = move |folder: &TokenFolder| folder.try_lock(&file);
        let attempt = self.folder.run("cannot lock a token file", lock).await;
        attempt.unwrap_or(Attempt::Impossible)
    }

    /// Replaces the file as a whole: whoever reads it meanwhile gets the old one. Only for those who
    /// hold the lock.
    pub(crate) async fn write(&self, stored: Stored, lock: &Lock) {
        let lock = lock.clone();
        let (name, file) = (self.name.clone(), format!("{}.json", self.name));
        let write = move |folder: &TokenFolder| {
            let stored = stored.sealed(&name)?;
            // Large enough not to be moved, which would leave a copy behind.
            let mut text = Zeroizing::new(Vec::with_capacity(LARGEST as usize));
            serde_json::to_writer(&mut *text, &stored)?;
            folder.replace(&file, &format!("{name}.new"), &text)?;
            drop(lock);
            Ok(())
        };
        self.folder.run("cannot write a token file", write).await;
    }
}

impl From<StoredToken> for Stored {
    fn from(token: StoredToken) -> Self {
        Self {
            token: Some(token),
            ..Self::default()
        }
    }
}

impl Stored {
    /// What the text of the file `name` says that still makes sense at `now`; `None` if somebody
    /// else has written it.
    pub(crate) fn of_file(text: &[u8], name: &str, now: Timestamp) -> io::Result<Option<Self>> {
        // The cause is left out: it may quote what it could not read.
        let mut stored: Self = serde_json::from_slice(text)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "torn, or not ours"))?;
        let sum = std::mem::take(&mut stored.sum);
        let ours = stored.format == FORMAT && stored.of == name && stored.sum()? == sum;
        Ok(ours.then(|| stored.at(now)))
    }

    /// The same as it stands in the file `name`.
    pub(crate) fn sealed(mut self, name: &str) -> io::Result<Self> {
        self.format = FORMAT;
        self.of = name.to_owned();
        self.sum.clear();
        self.sum = self.sum()?;
        Ok(self)
    }

    /// The digest of what it says, as long as it has none.
    fn sum(&self) -> io::Result<String> {
        let mut digest = Digest(Context::new(&SHA256));
        serde_json::to_writer(&mut digest, self)?;
        Ok(digest.hex(32))
    }

    /// What of it makes sense at `now`. The clock may have been set since.
    fn at(mut self, now: Timestamp) -> Self {
        self.token = self.token.filter(|token| {
            let lifetime = token.expires_at.duration_since(token.issued_at);
            has_happened(token.issued_at, now)
                && token.expires_at > now
                && lifetime.unsigned_abs() <= LONGEST_LIFETIME
        });
        self.refusal = self.refusal.filter(|refusal| has_happened(refusal.at, now));
        self
    }
}

fn has_happened(when: Timestamp, now: Timestamp) -> bool {
    when.duration_since(now).as_secs_f64() <= CLOCK_SLACK.as_secs_f64()
}

/// A file name that tells these things apart and gives none of them away.
pub(crate) fn name(what: &str, parts: &[&[u8]]) -> String {
    let mut digest = Context::new(&SHA256);
    digest.update(b"camunda provider file v1\0");
    for part in parts {
        digest.update(&part.len().to_be_bytes());
        digest.update(part);
    }
    format!("{what}-{}", Digest(digest).hex(16))
}

/// A digest that can be written to, so that no copy of what it is made of comes about.
struct Digest(Context);

impl Digest {
    /// The first bytes of it, as text.
    fn hex(self, bytes: usize) -> String {
        let digest = self.0.finish();
        let bytes = digest.as_ref().iter().take(bytes);
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }
}

impl io::Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}
