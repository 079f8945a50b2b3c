//! Files that other processes, other versions or a bad disk may have left: tokens, the pace of token
//! requests, notes of the journal.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::OnceLock;

use terraform_provider_camunda::api::fuzzing;
use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::provider::journal::Journal;

use super::calls::on_paused_time;
use super::cursor::Cursor;
use super::texts::now;

/// No pause out of a file is longer than this.
const LONGEST_PAUSE: u64 = 15 * 60 + 60;

/// First byte: a token file as it is, one with a digest that fits, or a file about the pace.
///
/// # Panics
/// A file makes everybody wait for too long.
pub fn token_file(data: &[u8]) {
    let mut cursor = Cursor::new(data);
    match cursor.byte() % 3 {
        0 => drop(fuzzing::token_file(cursor.rest(), now(), false)),
        1 => drop(fuzzing::token_file(cursor.rest(), now(), true)),
        _ => {
            let wait = fuzzing::token_pace(cursor.rest(), now());
            assert!(wait.as_secs() <= LONGEST_PAUSE, "{wait:?}");
        }
    }
}

/// A note, alone in a folder.
pub fn journal(data: &[u8]) {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let name = format!("camunda-fuzz-journal-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        // Made by the journal itself, with the rights that it asks for.
        let journal = Journal::new(Some(folder.clone()), Clock::system());
        journal.begin("first", Vec::new()).close();
        folder
    });
    let note = folder.join("0123456789abcdef.creation.json");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&note).expect("the folder is ours");
    file.write_all(data).expect("there is room");
    drop(file);
    on_paused_time(async {
        let journal = Journal::new(Some(folder.clone()), Clock::starting_at(now()));
        journal.has_arrived("id");
        if let Some(mut entry) = journal.take_abandoned("subject") {
            drop(format!("{entry:?}"));
            entry.created("id");
            entry.close();
        }
    });
    let _ = fs::remove_file(&note);
}
