//! A project folder with a CLI in it, cut off from the machine: own home, own temporary folder, own
//! CLI configuration, nothing of the caller's environment. Knows where the provider under test is
//! and nothing of what it can do.

use std::{
    cell::Cell,
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use super::{Cli, Plan, Run, Running, Service, leftovers, wait};

/// Longer than any command takes on a busy machine, shorter than the runner's patience.
const COMMAND_DEADLINE: Duration = Duration::from_secs(120);
/// How long a provider may take to go once its CLI has ended.
const SETTLE_DEADLINE: Duration = Duration::from_secs(5);
/// Keeps the folders of all workspaces, for a look at them.
const KEEP: &str = "CAMUNDA_ACCEPTANCE_KEEP";

/// See the module. Dropping it checks that nothing is left running.
pub(crate) struct Workspace {
    cli: Cli,
    root: TempDir,
    environment: BTreeMap<String, String>,
    commands: Cell<usize>,
    deadline: Duration,
}

impl Workspace {
    /// An empty project, with the built provider at its public address.
    pub(crate) fn new(cli: &Cli) -> Self {
        Self::with_deadline(cli, COMMAND_DEADLINE)
    }

    /// The same, in which a command may take that long.
    pub(crate) fn with_deadline(cli: &Cli, deadline: Duration) -> Self {
        // Directly below /tmp: the provider listens on a socket in there, and the path of a socket
        // has 104 bytes at most.
        let root = tempfile::Builder::new()
            .prefix("camunda-acceptance-")
            .tempdir_in("/tmp")
            .unwrap();
        for folder in ["project", "provider", "home", "tmp", "plugins", "output"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        let workspace = Self {
            cli: cli.clone(),
            environment: BTreeMap::new(),
            commands: Cell::new(0),
            deadline,
            root,
        };
        workspace.install_provider();
        workspace
    }

    fn install_provider(&self) {
        let built = Path::new(env!("CARGO_BIN_EXE_terraform-provider-camunda"));
        let installed = self.root().join("provider/terraform-provider-camunda");
        if fs::hard_link(built, &installed).is_err() {
            // Another file system.
            std::os::unix::fs::symlink(built, &installed).unwrap();
        }
        let address = format!("{}/camunda-rs/camunda", self.cli.kind.registry());
        let folder = self.root().join("provider");
        // No other installation method: whatever a test needs that is not here, it fails.
        let text = format!(
            "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{\n    {address:?} = {folder:?}\n  }}\n}}\n"
        );
        fs::write(self.root().join("cli.tfrc"), text).unwrap();
    }

    fn root(&self) -> &Path {
        self.root.path()
    }

    /// From here on the provider is installed as users do it, by `init`, from a folder that stands in
    /// for the registry and is otherwise empty. Gives the folder that the archives of the provider
    /// belong in.
    pub(crate) fn use_mirror(&mut self) -> PathBuf {
        let mirror = self.root().join("mirror");
        let text = format!(
            "disable_checkpoint = true\nprovider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n"
        );
        fs::write(self.root().join("cli.tfrc"), text).unwrap();
        // What `init` finds in a cache it does not take from the mirror.
        self.set("TF_PLUGIN_CACHE_DIR", "");
        let archives = mirror
            .join(self.cli.kind.registry())
            .join("camunda-rs/camunda");
        fs::create_dir_all(&archives).unwrap();
        archives
    }

    /// The same with the built provider in that folder, unpacked, as version 0.1.0.
    pub(crate) fn use_mirror_of_built(&mut self) {
        let platform = format!(
            "{}_{}",
            go_name(env::consts::OS),
            go_name(env::consts::ARCH)
        );
        let folder = self.use_mirror().join("0.1.0").join(platform);
        fs::create_dir_all(&folder).unwrap();
        let built = self.root().join("provider/terraform-provider-camunda");
        let installed = folder.join("terraform-provider-camunda_v0.1.0");
        if fs::hard_link(&built, &installed).is_err() {
            std::os::unix::fs::symlink(&built, &installed).unwrap();
        }
    }

    /// The folder that commands run in.
    pub(crate) fn project(&self) -> PathBuf {
        self.root().join("project")
    }

    /// The temporary folder of commands and providers.
    pub(crate) fn temporary_folder(&self) -> PathBuf {
        self.root().join("tmp")
    }

    // === Preparing ===

    /// Writes a file into the project; folders are made.
    pub(crate) fn write(&self, name: &str, content: &str) -> &Self {
        let path = self.project().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Writes `main.tf`: the provider's requirements and `content`.
    pub(crate) fn write_main(&self, content: &str) -> &Self {
        let header = "terraform {\n  required_providers {\n    camunda = {\n      source = \
                      \"camunda-rs/camunda\"\n    }\n  }\n}\n\n";
        self.write("main.tf", &format!("{header}{content}"))
    }

    /// Reads a file of the project.
    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.project().join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Sets an environment variable for all commands from here on.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// Leads the provider to this service from now on.
    pub(crate) fn lead_to(&mut self, service: &Service) -> &mut Self {
        for (name, value) in service.environment() {
            self.set(name, value);
        }
        self
    }

    /// Takes it away again.
    pub(crate) fn unset(&mut self, name: &str) -> &mut Self {
        self.environment.remove(name);
        self
    }

    /// Has the CLI and the provider log everything to a file; see [`trace`](Self::trace).
    pub(crate) fn with_trace(mut self) -> Self {
        let path = self.trace_path().to_str().unwrap().to_owned();
        self.set("TF_LOG", "TRACE").set("TF_LOG_PATH", path);
        self
    }

    fn trace_path(&self) -> PathBuf {
        self.root().join("trace.log")
    }

    /// What was logged so far.
    #[track_caller]
    pub(crate) fn trace(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.trace_path()).unwrap()).into_owned()
    }

    // === Running ===

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(&self.cli.path);
        command.args(arguments);
        command
    }

    /// Runs lines of a shell as a reader of a guide does: `terraform` and `tofu` are the CLI under
    /// test, who says yes to what it asks, and `camunda-simulator` is the built one. Variables live on
    /// from one call to the next.
    #[track_caller]
    pub(crate) fn shell(&self, lines: &str) -> Run {
        let folder = self.root().join("programs");
        if !folder.exists() {
            fs::create_dir(&folder).unwrap();
            let simulator = Path::new(env!("CARGO_BIN_EXE_terraform-provider-camunda"))
                .with_file_name("camunda-simulator");
            for (name, path) in [
                ("terraform", &self.cli.path),
                ("tofu", &self.cli.path),
                ("camunda-simulator", &simulator),
            ] {
                std::os::unix::fs::symlink(path, folder.join(name)).unwrap();
            }
        }
        let variables = self.root().join("output/variables");
        let variables = variables.display();
        let script = format!(
            "set -eu\nif [ -f {variables} ]; then . {variables}; fi\n{lines}\nexport -p > {variables}\n"
        );
        let mut path = folder.into_os_string();
        path.push(":");
        path.push(env::var_os("PATH").unwrap_or_default());
        let mut command = self.program(Path::new("/bin/sh"));
        command
            .args(["-c", &script])
            .env("PATH", path)
            .env("TF_CLI_ARGS_apply", "-auto-approve")
            .env("TF_CLI_ARGS_destroy", "-auto-approve");
        self.start(command).wait(self.deadline)
    }

    fn program(&self, path: &Path) -> Command {
        let mut command = Command::new(path);
        command
            .current_dir(self.project())
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("LANG", "C.UTF-8")
            .env("HOME", self.root().join("home"))
            .env("TMPDIR", self.temporary_folder())
            .env("TF_CLI_CONFIG_FILE", self.root().join("cli.tfrc"))
            .env("TF_PLUGIN_CACHE_DIR", self.root().join("plugins"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
            .env(leftovers::MARK, self.root())
            .envs(&self.environment);
        command
    }

    /// Starts a command and leaves it running.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Running {
        self.start(self.command(arguments))
    }

    fn start(&self, command: Command) -> Running {
        let number = self.commands.get() + 1;
        self.commands.set(number);
        let output = self.root().join(format!("output/{number}"));
        Running::start(command, &output)
    }

    /// Runs a command to its end.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.spawn(arguments).wait(self.deadline)
    }

    #[track_caller]
    fn run_with(&self, arguments: &[&str], more: &[&str]) -> Run {
        self.run(&[arguments, more].concat())
    }

    /// `init`. Not needed for the provider itself, and it cannot find others.
    #[track_caller]
    pub(crate) fn init(&self) -> Run {
        self.run(&["init"])
    }

    #[track_caller]
    pub(crate) fn validate(&self) -> Run {
        self.run(&["validate"])
    }

    #[track_caller]
    pub(crate) fn plan(&self, more: &[&str]) -> Run {
        self.run_with(&["plan"], more)
    }

    #[track_caller]
    pub(crate) fn apply(&self, more: &[&str]) -> Run {
        self.run_with(&["apply", "-auto-approve"], more)
    }

    #[track_caller]
    pub(crate) fn destroy(&self, more: &[&str]) -> Run {
        self.run_with(&["destroy", "-auto-approve"], more)
    }

    #[track_caller]
    pub(crate) fn import(&self, address: &str, id: &str) -> Run {
        self.run(&["import", address, id])
    }

    #[track_caller]
    pub(crate) fn refresh(&self) -> Run {
        self.run(&["apply", "-refresh-only", "-auto-approve"])
    }

    // === Looking ===

    /// Plans, and shows the plan, which has to succeed.
    #[track_caller]
    pub(crate) fn planned(&self, more: &[&str]) -> Plan {
        let file = self.root().join("output/plan");
        let out = format!("-out={}", file.display());
        self.run_with(&["plan", &out], more).expect_success();
        let shown = self.run(&["show", "-json", file.to_str().unwrap()]);
        Plan::of(&shown.expect_success().json())
    }

    /// Nothing is left to do, by the exit code of `plan` and by what is in the plan.
    #[track_caller]
    pub(crate) fn assert_empty_plan(&self) {
        let run = self.plan(&["-detailed-exitcode"]);
        assert_eq!(run.status.code(), Some(0), "the plan is not empty\n{run}");
        let plan = self.planned(&[]);
        assert!(plan.is_empty(), "the plan is not empty\n{plan}");
    }

    /// The state as JSON.
    #[track_caller]
    pub(crate) fn state(&self) -> Value {
        self.run(&["show", "-json"]).expect_success().json()
    }

    /// Addresses in the state, child modules included.
    #[track_caller]
    pub(crate) fn addresses(&self) -> Vec<String> {
        let run = self.run(&["state", "list"]);
        if run.says("No state file was found") {
            return Vec::new();
        }
        let lines = run.expect_success().stdout.lines();
        lines.map(str::to_owned).collect()
    }

    /// The attributes of an object of the root module, from the state.
    #[track_caller]
    pub(crate) fn attributes(&self, address: &str) -> Value {
        let state = self.state();
        let resources = state["values"]["root_module"]["resources"].as_array();
        let mut resources = resources.into_iter().flatten();
        let found = resources.find(|resource| resource["address"] == address);
        let found = found.unwrap_or_else(|| panic!("{address} is not in the state:\n{state:#}"));
        found["values"].clone()
    }

    /// The value of an output.
    #[track_caller]
    pub(crate) fn output(&self, name: &str) -> Value {
        self.run(&["output", "-json", name]).expect_success().json()
    }

    // === The end ===

    /// Processes and sockets that are still there after a moment.
    fn left_behind(&self) -> Vec<String> {
        let look = || {
            let processes = leftovers::processes(self.root()).into_iter();
            let sockets = leftovers::sockets(&self.temporary_folder()).into_iter();
            processes
                .map(|(id, command)| format!("process {id}: {command}"))
                .chain(sockets.map(|path| format!("socket {}", path.display())))
                .collect::<Vec<_>>()
        };
        wait::until(SETTLE_DEADLINE, || look().is_empty().then_some(()));
        look()
    }

    /// Waits until all that commands have started is gone, and its sockets with it.
    #[track_caller]
    pub(crate) fn wait_until_alone(&self) {
        let left = self.left_behind();
        assert!(
            left.is_empty(),
            "left behind on {}:\n{}",
            self.cli.name,
            left.join("\n")
        );
    }

    /// Waits until no process is left; those that were killed may leave their sockets, which are
    /// removed.
    #[track_caller]
    pub(crate) fn wait_until_gone(&self) {
        let look = || leftovers::processes(self.root());
        wait::until(2 * SETTLE_DEADLINE, || look().is_empty().then_some(()));
        let left = look();
        assert!(left.is_empty(), "still running: {left:?}");
        self.kill_leftovers();
    }

    /// Kills what still runs and removes its sockets: for tests that leave orphans on purpose.
    pub(crate) fn kill_leftovers(&self) {
        wait::until(SETTLE_DEADLINE, || {
            let processes = leftovers::processes(self.root());
            for (id, _) in &processes {
                leftovers::signal("KILL", *id, false);
            }
            processes.is_empty().then_some(())
        });
        for socket in leftovers::sockets(&self.temporary_folder()) {
            fs::remove_file(socket).unwrap();
        }
    }

    /// Checks that no process and no socket is left. Dropping does the same.
    #[track_caller]
    pub(crate) fn finish(self) {
        drop(self);
    }
}

/// What Go, and with it the CLIs, call a system or a processor.
fn go_name(name: &str) -> &str {
    match name {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "macos" => "darwin",
        other => other,
    }
}

impl Drop for Workspace {
    #[track_caller]
    fn drop(&mut self) {
        if env::var_os(KEEP).is_some() {
            self.root.disable_cleanup(true);
            println!("{}: kept in {}", self.cli.name, self.root().display());
        }
        if std::thread::panicking() {
            // One failure is enough, but nothing may stay behind.
            self.kill_leftovers();
            return;
        }
        let left = self.left_behind();
        if !left.is_empty() {
            self.kill_leftovers();
            panic!("left behind on {}:\n{}", self.cli.name, left.join("\n"));
        }
    }
}
