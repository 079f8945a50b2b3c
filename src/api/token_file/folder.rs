//! The folder of the token files: who may look into it, locks, and whole files in and out.
//!
//! Files are handed over by handle and not by name, so that nobody can put another one in place
//! between the look at its owner and the reading. Must not know what the files hold, nor what makes
//! one private (`private_files`).

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use secrecy::zeroize::Zeroizing;

use crate::api::private_files::{
    self, check_closed_folder, check_folder, check_own, owner_only, without_detours,
};
use crate::clock::Clock;

/// The part of the cache folder that is ours alone.
const NAME: &str = "tokens";

/// How long a file operation may take before files are given up: a network drive that has gone away
/// blocks for minutes.
const PATIENCE: Duration = Duration::from_secs(5);

/// A folder for token files. Touches no disk before it is used. Cheap to clone.
#[derive(Clone)]
pub(crate) struct TokenFolder {
    cache: Arc<Path>,
    /// Some operation did not come to an end.
    hangs: Arc<AtomicBool>,
    clock: Clock,
}

/// A lock that is held, by whatever way the process ends, until it is dropped.
#[derive(Clone)]
pub(crate) struct Lock(Arc<File>);

/// What came of the wish for a lock.
pub(crate) enum Attempt {
    Locked(Lock),
    /// Somebody else holds it.
    Busy,
    /// There can be no lock here.
    Impossible,
}

impl TokenFolder {
    /// A folder in this folder for caches.
    pub(crate) fn new(cache: &Path, clock: Clock) -> Self {
        Self {
            cache: cache.into(),
            hangs: Arc::default(),
            clock,
        }
    }

    /// Does something with files, away from the thread everything else runs on. What fails is
    /// logged, as `complaint`.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        complaint: &'static str,
        work: impl FnOnce(&Self) -> io::Result<T> + Send + 'static,
    ) -> Option<T> {
        if self.hangs.load(Ordering::Relaxed) {
            return None;
        }
        let folder = self.clone();
        let done = tokio::select! {
            done = tokio::task::spawn_blocking(move || work(&folder)) => done.unwrap_or_else(|error| Err(error.into())),
            () = self.clock.sleep(PATIENCE) => {
                self.hangs.store(true, Ordering::Relaxed);
                Err(io::ErrorKind::TimedOut.into())
            }
        };
        done.inspect_err(
            |error| tracing::debug!(%error, folder = %self.cache.display(), "{complaint}"),
        )
        .ok()
    }

    /// The whole file, or `None` if there is none.
    pub(super) fn read(&self, name: &str, largest: u64) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        let found = self.checked().and_then(|folder| {
            private_files::open(&folder.join(name), OpenOptions::new().read(true))
        });
        let file = match found {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        if file.metadata()?.len() > largest {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "too large"));
        }
        // Large enough not to be moved, which would leave a copy behind.
        let mut text = Zeroizing::new(Vec::with_capacity(largest as usize + 1));
        file.take(largest).read_to_end(&mut text)?;
        Ok(Some(text))
    }

    /// Puts a file in the place of another in one step. `new` is the name it has until then.
    pub(super) fn replace(&self, name: &str, new: &str, content: &[u8]) -> io::Result<()> {
        let folder = self.ensured()?;
        let new = folder.join(new);
        // Left behind by a process that was killed.
        let _ = fs::remove_file(&new);
        let mut file = owner_only(without_detours(
            OpenOptions::new().write(true).create_new(true),
        ))
        .open(&new)?;
        let written = file
            .write_all(content)
            .and_then(|()| fs::rename(&new, folder.join(name)));
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        written
    }

    /// Takes a lock if it is free. The file stays when the lock goes.
    pub(crate) fn try_lock(&self, name: &str) -> io::Result<Attempt> {
        let file = self.open_to_lock(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Attempt::Locked(Lock(Arc::new(file)))),
            Err(TryLockError::WouldBlock) => Ok(Attempt::Busy),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn open_to_lock(&self, name: &str) -> io::Result<File> {
        let path = self.ensured()?.join(name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = owner_only(without_detours(&mut options)).open(path)?;
        check_own(&file.metadata()?)?;
        Ok(file)
    }

    /// The folder, made if need be.
    fn ensured(&self) -> io::Result<PathBuf> {
        match self.checked() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                private_files::create_folder(&self.cache.join(NAME))?;
                self.checked()
            }
            other => other,
        }
    }

    /// The folder, if it is there and nobody else can do anything in it.
    fn checked(&self) -> io::Result<PathBuf> {
        let folder = self.cache.join(NAME);
        check_folder(&self.cache)?;
        check_closed_folder(&folder)?;
        Ok(folder)
    }
}

impl Lock {
    /// What the locked file holds, if it is not too large.
    pub(crate) fn read(&self, largest: u64) -> io::Result<Vec<u8>> {
        use std::io::Seek as _;
        let mut file = &*self.0;
        file.rewind()?;
        let mut text = Vec::new();
        file.take(largest).read_to_end(&mut text)?;
        Ok(text)
    }

    /// Writes what the locked file holds.
    pub(crate) fn write(&self, content: &[u8]) -> io::Result<()> {
        use std::io::Seek as _;
        let mut file = &*self.0;
        file.rewind()?;
        file.set_len(0)?;
        file.write_all(content)
    }
}
