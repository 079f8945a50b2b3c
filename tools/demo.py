"""Plans, applies and destroys examples/quickstart with a real CLI against the simulator: `make demo`.

CLI=NAME takes another CLI of tools/pins.json (CLI=tofu-1.6.2), CLI=/path/to/tofu any other. The
provider is installed the way users install it, by `init`, only from a folder on this machine and
not from the registry. Every step is checked, not only shown. Whatever happens, Ctrl-C included,
nothing is left running and nothing is left on disk.
"""

import contextlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_CLI = "terraform-1.11.4"
REGISTRIES = {"terraform": "registry.terraform.io", "opentofu": "registry.opentofu.org"}
# Virtual seconds per real second: a cluster that takes minutes is there within seconds.
CLOCK_FACTOR = 60
START_TIMEOUT_SECONDS = 15
# How long a CLI has to end after Ctrl-C, and what it started after its own end.
GRACE_SECONDS = 30
SETTLE_SECONDS = 5


class Failure(Exception):
    """A step did not go as it must; the text is the whole message."""


class Interrupted(Exception):
    """Ctrl-C, or a signal that asks for the end."""


class Processes:
    """Starts processes in groups of their own, and hands signals on to the one in front.

    In groups of their own, because Ctrl-C in a terminal would otherwise reach the simulator and the
    CLI at once, and the CLI would lose the service that it talks to while it ends in good order.
    """

    def __init__(self):
        self.front = None
        self.signal = None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_signal)

    def on_signal(self, number, _frame):
        self.signal = number
        if self.front is not None and self.front.poll() is None:
            self.front.send_signal(signal.SIGINT)

    def run(self, command, **options):
        """Runs to the end and returns the exit code; raises Interrupted if a signal came."""
        if self.signal is not None:
            raise Interrupted()
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **options,
        )
        self.front = process
        deadline = None
        try:
            while True:
                try:
                    process.wait(timeout=0.5)
                    break
                except subprocess.TimeoutExpired:
                    if self.signal is None:
                        continue
                    deadline = deadline or time.monotonic() + GRACE_SECONDS
                    if time.monotonic() > deadline:
                        break
        finally:
            self.front = None
            stop_group(process, signal.SIGKILL)
        if self.signal is not None:
            raise Interrupted()
        return process.returncode


def stop_group(process, number):
    """Ends a process and all that it started and left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
    try:
        process.wait(timeout=SETTLE_SECONDS)
    except subprocess.TimeoutExpired:
        if number == signal.SIGKILL:
            raise
        stop_group(process, signal.SIGKILL)


# --- What is needed -----------------------------------------------------------------------------


def choose_cli(processes, wish):
    """Path and kind of the CLI to run, fetched if need be."""
    if os.sep in wish:
        path = Path(wish).resolve()
        if not os.access(path, os.X_OK):
            raise Failure(f"CLI={wish}: there is no program of that name")
        return path, kind_of(path)
    fetch = [sys.executable, ROOT / "tools" / "fetch.py", "--only", wish]
    if processes.run(fetch) != 0:
        raise Failure(f"CLI={wish} is not to be had (see above)")
    tool = json.loads((ROOT / ".tools" / "manifest.json").read_text())[wish]
    if tool["kind"] not in REGISTRIES:
        raise Failure(f"CLI={wish} is neither Terraform nor OpenTofu")
    return Path(tool["path"]), tool["kind"]


def kind_of(path):
    environment = dict(os.environ, TF_CLI_CONFIG_FILE=os.devnull, CHECKPOINT_DISABLE="1")
    said = subprocess.run(
        [str(path), "version"], env=environment, stdin=subprocess.DEVNULL, capture_output=True
    ).stdout.decode(errors="replace")
    for kind, word in (("opentofu", "OpenTofu v"), ("terraform", "Terraform v")):
        if said.startswith(word):
            return kind
    raise Failure(f"{path} is neither Terraform nor OpenTofu; `version` says: {said[:200]!r}")


def build(processes):
    """Builds the provider and the simulator; returns the folder they are in, and the version."""
    cargo = os.environ.get("CARGO", "cargo")
    try:
        command = [cargo, "build", "--locked", "--release", "--workspace", "--bins"]
        if processes.run(command, cwd=ROOT) != 0:
            raise Failure("the build failed (see above)")
        described = subprocess.run(
            [cargo, "metadata", "--locked", "--no-deps", "--format-version", "1"],
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
    except FileNotFoundError:
        raise Failure("cargo is missing: install Rust (https://rustup.rs)") from None
    metadata = json.loads(described)
    package = next(p for p in metadata["packages"] if p["name"] == "terraform-provider-camunda")
    return Path(metadata["target_directory"]) / "release", package["version"]


def target_name():
    """This machine in the words of the plugin registries."""
    machines = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{machines.get(machine, machine)}"


# --- The stage ----------------------------------------------------------------------------------


def short_temporary_folder():
    """The provider listens on a socket below it, and the path of a socket has 104 bytes at most."""
    return tempfile.TemporaryDirectory(prefix="camunda-demo-", dir="/tmp")


def lay_out(work, binaries, version, kind):
    """Copies the example and the provider into `work`; returns the project's folder."""
    name = "terraform-provider-camunda"
    mirror = work / "mirror"
    package = mirror / REGISTRIES[kind] / "camunda-rs" / "camunda" / version / target_name()
    package.mkdir(parents=True)
    shutil.copy2(binaries / name, package / f"{name}_v{version}")
    (work / "cli.tfrc").write_text(
        "disable_checkpoint = true\n"
        "provider_installation {\n"
        "  filesystem_mirror {\n"
        f"    path = {json.dumps(str(mirror))}\n"
        "  }\n"
        "}\n"
    )
    for folder in ("home", "tmp"):
        (work / folder).mkdir()
    project = work / "quickstart"
    project.mkdir()
    for file in sorted((ROOT / "examples" / "quickstart").glob("*.tf")):
        shutil.copy2(file, project)
    return project


@contextlib.contextmanager
def simulator(binaries, work):
    """Runs the simulator; yields its URL."""
    ready = work / "simulator.url"
    log = work / "simulator.log"
    command = [binaries / "camunda-simulator", "--listen", "127.0.0.1:0"]
    command += ["--clock", f"scaled={CLOCK_FACTOR}", "--ready-file", ready]
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"the simulator did not start:\n{log.read_text()}")
            time.sleep(0.02)
        yield ready.read_text().strip()
    finally:
        stop_group(process, signal.SIGTERM)


def ask(url):
    # Without the proxies of the environment: the simulator is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        return json.load(answer)


def environment_for(work, binaries, url):
    """All that the CLI and the provider see. Nothing of the person's own settings gets in."""
    printed = subprocess.run(
        [str(binaries / "camunda-simulator"), "--print-seed"], check=True, stdout=subprocess.PIPE
    ).stdout
    credential = json.loads(printed)["credentials"][0]
    kept = {key: os.environ[key] for key in ("PATH", "LANG", "TERM") if key in os.environ}
    if not sys.stdout.isatty():
        kept["TF_CLI_ARGS"] = "-no-color"
    return {
        **kept,
        "HOME": str(work / "home"),
        "TMPDIR": str(work / "tmp"),
        "TF_CLI_CONFIG_FILE": str(work / "cli.tfrc"),
        "TF_INPUT": "0",
        "CHECKPOINT_DISABLE": "1",
        "CAMUNDA_CONSOLE_CLIENT_ID": credential["client_id"],
        "CAMUNDA_CONSOLE_CLIENT_SECRET": credential["client_secret"],
        "CAMUNDA_CONSOLE_BASE_URL": url,
        "CAMUNDA_OAUTH_URL": f"{url}/oauth/token",
        "CAMUNDA_CONSOLE_OAUTH_AUDIENCE": "api.cloud.camunda.io",
    }


# --- The play -----------------------------------------------------------------------------------


def say(text):
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(f"\n{bold}==> {text}{plain}", flush=True)


def act(processes, cli, project, environment):
    """Every command with the exit code that it must have."""

    def step(text, *arguments, expected=0):
        say(f"{cli.name} {' '.join(arguments)}    ({text})")
        code = processes.run([cli, *arguments], cwd=project, env=environment)
        if code != expected:
            raise Failure(f"`{' '.join(arguments)}` ended with {code} instead of {expected}: {text}")

    # -detailed-exitcode: 0 is an empty plan, 2 a plan with changes.
    step("install the provider", "init")
    step(
        "a cluster is to be created", "plan", "-detailed-exitcode", "-out=first.tfplan", expected=2
    )
    step("create it, wait until it is healthy", "apply", "first.tfplan")
    step("what others build on", "output")
    step("nothing is left to do", "plan", "-detailed-exitcode")
    step("take it down again", "destroy", "-auto-approve")
    state = json.loads((project / "terraform.tfstate").read_text())
    if state["resources"]:
        raise Failure("the state is not empty after destroy")


def check_service(url):
    """What the other side has seen, after everything was destroyed."""
    statistics = ask(f"{url}/_simulator/statistics")
    violations = ask(f"{url}/_simulator/violations")
    clusters = ask(f"{url}/_simulator/clusters")
    if violations:
        raise Failure(f"calls against the API's contract: {json.dumps(violations, indent=2)}")
    if clusters:
        raise Failure(f"left behind in the organization: {json.dumps(clusters, indent=2)}")
    created = statistics["operations"].get("CreateCluster", {}).get("carried_out", 0)
    if created != 1:
        raise Failure(f"{created} clusters were created instead of one")
    return statistics


def check_nothing_left(work):
    """No provider process and no socket may outlive the CLI that started it."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        left = [str(path) for path in (work / "tmp").rglob("*") if path.is_socket()]
        left += running_below(work / "mirror") + running_below(work / "quickstart")
        if not left:
            return
        if time.monotonic() > deadline:
            raise Failure("left behind by the provider: " + ", ".join(left))
        time.sleep(0.05)


def running_below(folder):
    """Processes whose program lies below `folder`, where the system tells (Linux)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/exe"):
        with contextlib.suppress(OSError):
            program = os.readlink(entry)
            if program.startswith(f"{folder}/"):
                found.append(f"process {entry.parent.name} ({program})")
    return found


def main():
    processes = Processes()
    cli, kind = choose_cli(processes, os.environ.get("CLI") or DEFAULT_CLI)
    say("build the provider and the simulator, optimised")
    binaries, version = build(processes)
    with short_temporary_folder() as folder:
        work = Path(folder).resolve()
        project = lay_out(work, binaries, version, kind)
        with simulator(binaries, work) as url:
            say(f"the simulator stands in for Camunda 8 SaaS: {url}, {CLOCK_FACTOR} times as fast")
            act(processes, cli, project, environment_for(work, binaries, url))
            statistics = check_service(url)
        check_nothing_left(work)
    say(
        f"done: {statistics['requests']} requests with {statistics['bearers']} token(s), none "
        "against the contract; one cluster created and gone again; nothing left running"
    )


if __name__ == "__main__":
    started = time.monotonic()
    try:
        main()
    except Failure as failure:
        sys.exit(f"\ndemo failed after {time.monotonic() - started:.0f} s: {failure}")
    except Interrupted:
        print("\ndemo stopped; everything it had started is gone", file=sys.stderr)
        sys.exit(128 + signal.SIGINT)
