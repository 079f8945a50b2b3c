//! Finds what outlived the commands of a test: processes and sockets. Knows nothing of what they
//! were.

use std::{
    fs,
    os::unix::{ffi::OsStrExt, fs::FileTypeExt},
    path::{Path, PathBuf},
    process::Command,
};

/// Environment variable that marks every process of a workspace: children inherit it, however they
/// detach themselves.
pub(crate) const MARK: &str = "CAMUNDA_ACCEPTANCE_WORKSPACE";

/// Processes that bear the mark of the workspace at `root`: id and command line. Linux only; empty
/// where the system has no `/proc`.
pub(crate) fn processes(root: &Path) -> Vec<(u32, String)> {
    let mut mark = format!("{MARK}=").into_bytes();
    mark.extend_from_slice(root.as_os_str().as_bytes());
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let id: u32 = entry.file_name().to_str()?.parse().ok()?;
            // Processes come and go meanwhile: what cannot be read is not there.
            let environment = fs::read(entry.path().join("environ")).ok()?;
            let ours = environment
                .split(|byte| *byte == 0)
                .any(|pair| pair == mark);
            let command = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let command = String::from_utf8_lossy(&command).replace('\0', " ");
            ours.then(|| (id, command.trim().to_owned()))
        })
        .collect()
}

/// Sockets below `folder`.
pub(crate) fn sockets(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(sockets(&entry.path())),
            Ok(kind) if kind.is_socket() => found.push(entry.path()),
            _ => {}
        }
    }
    found
}

/// Sends a signal to one process, or with `group` to all of its group. That it is gone already is
/// no error.
pub(crate) fn signal(name: &str, id: u32, group: bool) {
    let target = if group {
        format!("-{id}")
    } else {
        id.to_string()
    };
    // The shell's own `kill`: the standard library has no way to send a signal other than SIGKILL,
    // and the program of that name is not everywhere.
    let script = format!("kill -s {name} -- {target} 2>/dev/null || true");
    let status = Command::new("/bin/sh").args(["-c", &script]).status();
    assert!(status.unwrap().success(), "no shell to send a signal with");
}
