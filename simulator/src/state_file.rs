//! The file that keeps an organization from one run of the simulator to the next: its format, and
//! how it is written so that nobody else can read it and nobody ever finds half of it. Knows nothing
//! of what an organization consists of.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, bail, ensure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{clock::real_now, seed::Seed, stored::Stored};

const FORMAT: &str = "camunda-simulator state";
/// To be raised with every change that an older simulator would misread.
const VERSION: u64 = 1;

/// A state file in use.
pub(crate) struct StateFile {
    path: PathBuf,
    /// The organization as it was written last. Held while it is written, so that of two writers
    /// the one that looked later also writes later.
    last: Mutex<Value>,
}

/// An organization at one moment.
#[derive(Serialize)]
pub(crate) struct Moment {
    /// Virtual time.
    pub(crate) now: Timestamp,
    /// What a reset goes back to.
    pub(crate) origin: Seed,
    /// It is there in the form of [`Stored`].
    pub(crate) world: Value,
}

/// What was in it.
#[derive(Deserialize)]
pub(crate) struct Kept {
    /// Virtual time.
    pub(crate) now: Timestamp,
    /// What a reset goes back to.
    pub(crate) origin: Seed,
    pub(crate) world: Stored,
}

/// Read before all else: the rest of a foreign file would be a riddle.
#[derive(Deserialize)]
struct Header {
    format: String,
    version: u64,
}

#[derive(Serialize)]
struct Whole<'a> {
    format: &'static str,
    version: u64,
    /// Real time, for people who look into it.
    written: Timestamp,
    #[serde(flatten)]
    moment: &'a Moment,
}

impl StateFile {
    /// Opens a state file, and gives what is in it if it is there already.
    ///
    /// # Errors
    /// When it cannot be read, or is not what this version writes.
    pub(crate) fn open(path: &Path) -> Result<(Self, Option<Kept>)> {
        let kept = match fs::read(path) {
            Ok(bytes) => Some(read(&bytes).with_context(|| {
                format!(
                    "{} cannot be gone on from; name another file for --state, or remove this one \
                     to begin a new organization",
                    path.display()
                )
            })?),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                return Err(error)
                    .with_context(|| format!("cannot read the state file {}", path.display()));
            }
        };
        let file = Self {
            path: path.to_owned(),
            last: Mutex::default(),
        };
        Ok((file, kept))
    }

    /// Writes the organization unless it is as it was; with `anyway`, even then, because time has
    /// passed. Looks at it when no other writer is at work.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(&self, anyway: bool, look: impl FnOnce() -> Result<Moment>) -> Result<()> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let moment = look()?;
        if !anyway && moment.world == *last {
            return Ok(());
        }
        let whole = Whole {
            format: FORMAT,
            version: VERSION,
            written: real_now(),
            moment: &moment,
        };
        let text = serde_json::to_vec_pretty(&whole)?;
        replace(&self.path, &text)
            .with_context(|| format!("cannot write the state file {}", self.path.display()))?;
        *last = moment.world;
        Ok(())
    }
}

fn read(bytes: &[u8]) -> Result<Kept> {
    let foreign = "it is not a state file of camunda-simulator";
    let header: Header = serde_json::from_slice(bytes).map_err(|error| {
        let why = if error.is_data() {
            foreign
        } else {
            "it is empty, a part of it is missing, or it is no JSON"
        };
        anyhow::Error::from(error).context(why)
    })?;
    ensure!(header.format == FORMAT, foreign);
    if header.version > VERSION {
        bail!(
            "a newer camunda-simulator wrote it: its format is version {}, this one reads {VERSION}",
            header.version
        );
    }
    ensure!(
        header.version == VERSION,
        "there is no version {} of its format",
        header.version
    );
    let kept: Kept = serde_json::from_slice(bytes).context("it is damaged")?;
    for seed in [&kept.origin, kept.world.seed()] {
        seed.check().context("it is damaged")?;
    }
    Ok(kept)
}

/// Puts a file in the place of another one: readers see the old one or the new one, never a part,
/// and nobody but the owner sees either.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    // One that a killed process has left: its mode is not to be relied on.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
