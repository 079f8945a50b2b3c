//! A command that is still running: for Ctrl-C, for kill -9, and for looking at it halfway.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{leftovers::signal, run::Run, wait};

/// A command in a process group of its own, as a shell would start it. Killed on drop, with all
/// that it has started in the group.
pub(crate) struct Running {
    command: String,
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Running {
    /// Starts it; the output goes to two files beginning with `output`.
    pub(crate) fn start(mut command: Command, output: &std::path::Path) -> Self {
        use std::os::unix::process::CommandExt;
        let (stdout, stderr) = (
            output.with_extension("stdout"),
            output.with_extension("stderr"),
        );
        command
            .stdin(Stdio::null())
            .stdout(File::create(&stdout).unwrap())
            .stderr(File::create(&stderr).unwrap())
            .process_group(0);
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
        let words = words.join(" ");
        Self {
            child: command
                .spawn()
                .unwrap_or_else(|error| panic!("{words}: {error}")),
            command: words,
            stdout,
            stderr,
        }
    }

    /// Ctrl-C as in a terminal: SIGINT to the CLI and to its providers.
    pub(crate) fn interrupt(&self) {
        signal("INT", self.child.id(), true);
    }

    /// SIGKILL to the CLI alone: its providers are left alone, as when the system runs out of
    /// memory.
    pub(crate) fn kill_cli(&self) {
        signal("KILL", self.child.id(), false);
    }

    /// SIGKILL to the CLI and to its providers, as when a build job is cancelled.
    pub(crate) fn kill_all(&self) {
        signal("KILL", self.child.id(), true);
    }

    /// The process ids of the providers that it has started, or started again.
    fn providers(&self) -> Vec<u32> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let children = threads.map(|thread| thread.unwrap().path().join("children"));
        let ids: String = children
            .map(|path| fs::read_to_string(path).unwrap_or_default())
            .collect();
        let ids = ids.split_whitespace().filter_map(|id| id.parse().ok());
        let is_provider = |id: &u32| {
            let name = fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
            name.starts_with("terraform-provi")
        };
        ids.filter(is_provider).collect()
    }

    /// SIGABRT to the providers: they crash, and the CLI says what it knows about it.
    pub(crate) fn crash_providers(&self) {
        let providers = self.providers();
        assert!(!providers.is_empty(), "no provider is running");
        for id in providers {
            signal("ABRT", id, false);
        }
    }

    /// What it has said so far.
    fn output(&self) -> (String, String) {
        let read = |path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        (read(&self.stdout), read(&self.stderr))
    }

    /// Waits until it has said these words.
    #[track_caller]
    pub(crate) fn wait_for_output(&mut self, words: &str, deadline: Duration) {
        let found = wait::until(deadline, || {
            // In this order: what it said last is read after its end is seen.
            let ended = self.child.try_wait().unwrap();
            let (stdout, stderr) = self.output();
            let said = super::run::unfold(&format!("{stdout}\n{stderr}"));
            (ended.is_some() || said.contains(words)).then(|| said.contains(words))
        });
        let (stdout, stderr) = self.output();
        assert!(
            found == Some(true),
            "{} did not say `{words}` ({})\n{stdout}\n{stderr}",
            self.command,
            if found.is_none() { "in time" } else { "ended" }
        );
    }

    /// Waits for the end. Past the deadline it is killed, and the test fails.
    #[track_caller]
    pub(crate) fn wait(mut self, deadline: Duration) -> Run {
        let ended = wait::until(deadline, || self.child.try_wait().unwrap());
        let (stdout, stderr) = self.output();
        let Some(status) = ended else {
            panic!(
                "{} did not end within {deadline:?}\n{stdout}\n{stderr}",
                self.command
            );
        };
        Run {
            command: self.command.clone(),
            status,
            stdout,
            stderr,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Once it has been waited for, its id may be another's.
        if let Ok(None) = self.child.try_wait() {
            self.kill_all();
            // The error would be that it is gone.
            let _ = self.child.wait();
        }
    }
}
