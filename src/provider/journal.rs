//! Notes about creations that have begun, kept in files so that a run after a killed one finds what
//! that one left behind.
//!
//! Terraform stores what a provider returns, and a killed provider returns nothing: a cluster whose
//! creation was under way would be forgotten, and the next apply would create, and pay for, a second
//! one. So before the request goes out a note is written, and it is removed when the answer goes back
//! to Terraform. The file is locked for as long as its process lives: a note that can be locked by
//! somebody else has been abandoned, whatever the way its process ended.
//!
//! A journal is a help and never a hindrance: what cannot be read or written is left out, with a line
//! in the log. It holds no secret. But whoever could write a note could hand us an object that we
//! would take for our own, and destroy one day: a note counts only if it is the user's alone, in a
//! folder in which nobody else writes.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::api::private_files;
use crate::clock::Clock;

/// How long an abandoned note counts. What it tells of may have been taken care of by hand since.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The largest note that is read, in bytes.
const LARGEST: u64 = 4 << 20;

const SUFFIX: &str = ".creation.json";

/// Where notes are kept.
#[derive(Debug, Clone)]
pub struct Journal {
    folder: Option<PathBuf>,
    clock: Clock,
}

/// What a note says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What is being created, with everything that tells it from other creations.
    pub subject: String,
    /// When the creation began.
    pub began_at: Timestamp,
    /// The identifiers of the objects of this kind there were before.
    pub known: Vec<String>,
    /// The identifier of the new object, once it is known.
    pub id: Option<String>,
    /// What the new object is called, where the subject does not say.
    #[serde(default)]
    pub name: Option<String>,
}

/// A note of this process. Dropped without [`Entry::close`] it stays, for a later run to find.
#[derive(Debug)]
pub struct Entry {
    note: Note,
    file: Option<(File, PathBuf)>,
}

impl Journal {
    /// A journal in `folder`, or none at all.
    #[must_use]
    pub fn new(folder: Option<PathBuf>, clock: Clock) -> Self {
        Self { folder, clock }
    }

    /// Notes that a creation begins. `known` are the objects of this kind there are.
    #[must_use]
    pub fn begin(&self, subject: &str, known: Vec<String>) -> Entry {
        self.note(subject, known, None)
    }

    /// As [`Journal::begin`], for a subject that does not say what the new object is called.
    #[must_use]
    pub fn begin_called(&self, subject: &str, name: &str, known: Vec<String>) -> Entry {
        self.note(subject, known, Some(name.to_owned()))
    }

    fn note(&self, subject: &str, known: Vec<String>, name: Option<String>) -> Entry {
        let note = Note {
            subject: subject.to_owned(),
            began_at: self.clock.now(),
            known,
            id: None,
            name,
        };
        let file = self.folder.as_ref().and_then(|folder| {
            write_new(folder, &note)
                .inspect_err(|error| tracing::debug!(%error, "cannot note a creation"))
                .ok()
        });
        Entry { note, file }
    }

    /// Takes over the note of a creation of the same subject whose process is no more.
    #[must_use]
    pub fn take_abandoned(&self, subject: &str) -> Option<Entry> {
        self.abandoned().find(|entry| entry.note.subject == subject)
    }

    /// Forgets notes about the object `id`: it has reached a state file.
    pub fn has_arrived(&self, id: &str) {
        self.abandoned()
            .filter(|entry| entry.note.id.as_deref() == Some(id))
            .for_each(Entry::close);
    }

    /// All notes that no living process holds. Those too old are removed on the way.
    fn abandoned(&self) -> impl Iterator<Item = Entry> {
        let oldest = self
            .clock
            .now()
            .checked_sub(SignedDuration::try_from(LIFETIME).unwrap_or(SignedDuration::MAX))
            .unwrap_or(Timestamp::MIN);
        let files = self
            .folder
            .as_ref()
            .filter(|folder| private_files::check_folder(folder).is_ok())
            .and_then(|folder| fs::read_dir(folder).ok())
            .into_iter()
            .flatten()
            .flatten()
            .map(|file| file.path())
            .filter(|path| path.to_string_lossy().ends_with(SUFFIX));
        files.filter_map(move |path| {
            let entry = take(&path)
                .inspect_err(|error| tracing::debug!(%error, "cannot read a note"))
                .ok()??;
            if entry.note.began_at < oldest {
                entry.close();
                return None;
            }
            Some(entry)
        })
    }
}

/// Notes about objects that live no longer than this run, kept until those are deleted again. What is
/// still in here when the process ends is for a later run to find.
#[derive(Debug, Default)]
pub struct Held(Mutex<Vec<Entry>>);

impl Held {
    /// Keeps the note of an object that was created.
    pub fn keep(&self, entry: Entry) {
        self.lock().push(entry);
    }

    /// Removes the note of the object `id`: it is gone.
    pub fn release(&self, id: &str) {
        let gone = |entry: &mut Entry| entry.note.id.as_deref() == Some(id);
        let gone: Vec<Entry> = self.lock().extract_if(.., gone).collect();
        gone.into_iter().for_each(Entry::close);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// What the note says.
    #[must_use]
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Adds the identifier of the new object.
    pub fn created(&mut self, id: &str) {
        self.note.id = Some(id.to_owned());
        if let Some((file, _)) = &mut self.file
            && let Err(error) = rewrite(file, &self.note)
        {
            tracing::debug!(%error, "cannot note an identifier");
        }
    }

    /// Removes the note: the creation has come to an end that Terraform knows of.
    pub fn close(self) {
        if let Some((file, path)) = self.file
            && let Err(error) = fs::remove_file(path)
        {
            tracing::debug!(%error, "cannot remove a note");
            // Emptied, it says nothing to anybody.
            let _ = file.set_len(0);
        }
    }
}

/// Writes a note that is locked before anybody can see it.
fn write_new(folder: &Path, note: &Note) -> io::Result<(File, PathBuf)> {
    private_files::create_folder(folder)?;
    private_files::check_folder(folder)?;
    let mut new = tempfile::Builder::new()
        .prefix(".note-")
        .tempfile_in(folder)?;
    new.as_file().lock()?;
    rewrite(new.as_file_mut(), note)?;
    let name = format!("{:016x}{SUFFIX}", fastrand::u64(..));
    let path = folder.join(name);
    let file = new.persist_noclobber(&path)?;
    Ok((file, path))
}

fn rewrite(file: &mut File, note: &Note) -> io::Result<()> {
    let text = serde_json::to_vec(note)?;
    file.rewind()?;
    file.set_len(0)?;
    file.write_all(&text)?;
    file.sync_data()
}

/// The note at `path`, if nobody holds it.
fn take(path: &Path) -> io::Result<Option<Entry>> {
    let file = private_files::open(path, File::options().read(true).write(true))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // Whoever held it may have removed it before letting go.
    if !path.exists() {
        return Ok(None);
    }
    let mut text = String::new();
    (&file).take(LARGEST).read_to_string(&mut text)?;
    match serde_json::from_str(&text) {
        Ok(note) => Ok(Some(Entry {
            note,
            file: Some((file, path.to_owned())),
        })),
        // Torn by a full disk, or not ours: good for nothing.
        Err(error) => {
            fs::remove_file(path)?;
            Err(error.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As notes are written.
    fn write_private(path: &Path, text: &str) {
        let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.persist(path).unwrap();
    }

    fn journal(folder: &tempfile::TempDir) -> Journal {
        Journal::new(Some(folder.path().join("notes")), Clock::system())
    }

    #[test]
    fn a_note_is_nobody_elses_while_its_process_lives() {
        let folder = tempfile::tempdir().unwrap();
        let mut entry = journal(&folder).begin("a cluster", vec!["old".to_owned()]);
        assert!(journal(&folder).take_abandoned("a cluster").is_none());
        entry.created("new");
        drop(entry);
        assert!(journal(&folder).take_abandoned("another").is_none());
        let found = journal(&folder).take_abandoned("a cluster").unwrap();
        assert_eq!(found.note().known, ["old"]);
        assert_eq!(found.note().id.as_deref(), Some("new"));
        // It is ours now.
        assert!(journal(&folder).take_abandoned("a cluster").is_none());
        found.close();
        assert!(journal(&folder).take_abandoned("a cluster").is_none());
    }

    #[test]
    fn a_name_that_the_subject_does_not_say_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        drop(journal(&folder).begin_called("a successor", "workers-r2", Vec::new()));
        let found = journal(&folder).take_abandoned("a successor").unwrap();
        assert_eq!(found.note().name.as_deref(), Some("workers-r2"));
        found.close();
        // Notes of versions that knew no names.
        let note = serde_json::json!({
            "subject": "a cluster", "began_at": Timestamp::now(), "known": [], "id": null
        });
        let path = folder.path().join(format!("notes/old{SUFFIX}"));
        write_private(&path, &note.to_string());
        let found = journal(&folder).take_abandoned("a cluster").unwrap();
        assert_eq!(found.note().name, None);
    }

    #[test]
    fn an_object_that_reached_a_state_file_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        for id in ["one", "two"] {
            journal(&folder).begin("a cluster", Vec::new()).created(id);
        }
        journal(&folder).has_arrived("one");
        let left = journal(&folder).take_abandoned("a cluster").unwrap();
        assert_eq!(left.note().id.as_deref(), Some("two"));
    }

    #[test]
    fn what_is_held_stays_until_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let held = Held::default();
        for id in ["one", "two"] {
            let mut entry = journal(&folder).begin("a client", Vec::new());
            entry.created(id);
            held.keep(entry);
        }
        held.release("one");
        held.release("nobody's");
        assert!(journal(&folder).take_abandoned("a client").is_none());
        drop(held);
        let found = journal(&folder).take_abandoned("a client").unwrap();
        assert_eq!(found.note().id.as_deref(), Some("two"));
        assert!(journal(&folder).take_abandoned("a client").is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn old_notes_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::starting_at(Timestamp::UNIX_EPOCH);
        let journal = Journal::new(Some(folder.path().to_owned()), clock.clone());
        drop(journal.begin("a cluster", Vec::new()));
        clock.sleep(LIFETIME + Duration::from_secs(1)).await;
        assert!(journal.take_abandoned("a cluster").is_none());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_broken_is_no_hindrance() {
        let nowhere = Journal::new(Some("/dev/null/notes".into()), Clock::system());
        let mut entry = nowhere.begin("a cluster", Vec::new());
        entry.created("new");
        entry.close();
        let folder = tempfile::tempdir().unwrap();
        write_private(&folder.path().join(format!("torn{SUFFIX}")), "{\"subj");
        let journal = Journal::new(Some(folder.path().to_owned()), Clock::system());
        assert!(journal.take_abandoned("a cluster").is_none());
        let off = Journal::new(None, Clock::system());
        drop(off.begin("a cluster", Vec::new()));
        assert!(off.take_abandoned("a cluster").is_none());
    }

    #[cfg(unix)]
    #[test]
    fn notes_are_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let entry = journal(&folder).begin("a cluster", Vec::new());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder.path().join("notes")), 0o700);
        assert_eq!(mode(&entry.file.as_ref().unwrap().1), 0o600);
    }

    /// What others can write must not make us take over an object that is not ours.
    #[cfg(unix)]
    #[test]
    fn notes_that_others_could_have_written_do_not_count() {
        use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
        let set_mode = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        let planted = || {
            let folder = tempfile::tempdir().unwrap();
            let mut entry = journal(&folder).begin("a cluster", Vec::new());
            entry.created("somebody else's");
            let note = entry.file.as_ref().unwrap().1.clone();
            (folder, note)
        };
        let found = |folder: &tempfile::TempDir| journal(folder).take_abandoned("a cluster");
        let (folder, _) = planted();
        assert!(found(&folder).is_some(), "as it is, it counts");

        // A folder in which others can write takes and gives no notes.
        for mode in [0o777, 0o1777, 0o770] {
            let (folder, _) = planted();
            set_mode(&folder.path().join("notes"), mode);
            assert!(found(&folder).is_none(), "{mode:o}");
            assert!(journal(&folder).begin("another", Vec::new()).file.is_none());
        }
        // A file that others could write, or only read.
        for mode in [0o666, 0o640] {
            let (folder, note) = planted();
            set_mode(&note, mode);
            assert!(found(&folder).is_none(), "{mode:o}");
        }
        // Links, in the place of the note and of the folder, and what they point to.
        let (folder, note) = planted();
        let target = folder.path().join("target");
        fs::rename(&note, &target).unwrap();
        symlink(&target, &note).unwrap();
        assert!(found(&folder).is_none());
        assert!(target.exists());
        let (folder, _) = planted();
        let (real, notes) = (folder.path().join("real"), folder.path().join("notes"));
        fs::rename(&notes, &real).unwrap();
        symlink(&real, &notes).unwrap();
        assert!(found(&folder).is_none());
        // A pipe, at whose other end nobody is: reading it would never end.
        let (folder, note) = planted();
        fs::remove_file(&note).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&note).status();
        assert!(made.unwrap().success());
        assert!(found(&folder).is_none());
        // Only root can give files away.
        if rustix::process::geteuid().is_root() {
            let (folder, note) = planted();
            chown(&note, Some(12_345), None).unwrap();
            assert!(found(&folder).is_none());
            let (folder, note) = planted();
            chown(note.parent().unwrap(), Some(12_345), None).unwrap();
            assert!(found(&folder).is_none());
        }
    }
}
