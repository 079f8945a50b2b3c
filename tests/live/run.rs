//! What the tests of one run share, though each is a process of its own: a token, a cluster, and the
//! list of what was left out. All of it lies in a folder that is the user's alone.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::organisation::{Organisation, pause, request_token};
use crate::settings::{Credentials, Settings};

/// The login service answers one request per second and address. The provider keeps that distance to
/// its own requests; to ours it cannot.
const TOKEN_DISTANCE: Duration = Duration::from_millis(1500);
/// A token that ends sooner is not worth having.
const TOKEN_RESERVE: i64 = 60;

/// See the module.
pub(crate) struct Run(PathBuf);

impl Run {
    pub(crate) fn of(settings: &Settings) -> Self {
        let folder = &settings.folder;
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        for folder in [folder.clone(), folder.join("tokens")] {
            builder
                .create(&folder)
                .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        }
        Self(folder.clone())
    }

    /// A file that nobody else can read. Its lock is held until it is dropped.
    fn locked(&self, name: &str) -> File {
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(self.0.join(name))
            .unwrap();
        file.lock().unwrap();
        file
    }

    /// What was noted in a file, if anything.
    fn noted(&self, name: &str) -> Option<Value> {
        let text = fs::read_to_string(self.0.join(name)).ok()?;
        serde_json::from_str(text.lines().last()?).ok()
    }

    /// The organisation, with the token of the run: the first test asks for it, the others share it.
    pub(crate) fn enter(&self, settings: &Settings) -> Organisation {
        Organisation::new(settings, &self.token(settings))
    }

    fn token(&self, settings: &Settings) -> String {
        let client = match &settings.credentials {
            Credentials::Token(token) => return token.clone(),
            Credentials::Client { id, .. } => id,
        };
        // What is left of an earlier run with the same prefix may be somebody else's.
        let whose = format!("{client} {} {}", settings.token_url, settings.audience);
        let mut file = self.locked("token");
        let now = Timestamp::now().as_second();
        if let Some(noted) = self.noted("token")
            && noted["whose"] == *whose
            && noted["ends"].as_i64() > Some(now + TOKEN_RESERVE)
            && let Some(token) = noted["token"].as_str()
        {
            return token.to_owned();
        }
        let (token, lifetime) = request_token(settings).unwrap_or_else(|error| panic!("{error}"));
        let ends = now + lifetime;
        let note = json!({ "token": token, "whose": whose, "ends": ends });
        writeln!(file, "{note}").unwrap();
        // Whoever waits for the lock would be the next to have the provider ask.
        pause(TOKEN_DISTANCE);
        token
    }

    /// The cluster of the run: made by the test that needs it first, unless there is one already.
    pub(crate) fn shared_cluster(&self, make: impl FnOnce() -> String) -> String {
        let mut file = self.locked("cluster");
        if let Some(noted) = self.noted("cluster") {
            return noted["id"].as_str().unwrap().to_owned();
        }
        let id = make();
        writeln!(file, "{}", json!({ "id": id })).unwrap();
        id
    }

    /// Notes what was left out, for the end of the run.
    pub(crate) fn note_skipped(&self, what: &str, why: &str) {
        let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
        println!("skipped: {what}: {why}");
        writeln!(self.locked("skipped"), "{what}: {why}").unwrap();
    }
}
