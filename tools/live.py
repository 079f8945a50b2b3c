"""Runs the live suite in a real organisation, and sweeps: `make test-live`, `make sweep`.

What is needed is in CONTRIBUTING.md. This makes up the prefix of the run, fetches the CLI, starts the
tests of tests/live, and whatever happens, Ctrl-C included, has the sweeper remove what is left. It
talks to the service through the tests only.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEXTEST = ROOT / ".tools" / "cargo-nextest"
# Without those that look like others.
LETTERS = "bcdfghjkmnpqrstvwxz23456789"


class Failure(Exception):
    """Something the person at the keyboard has to know; the text is the whole message."""


class Signals:
    """Notes signals that ask for the end, and hands them on to the tests, which end in good order."""

    def __init__(self):
        self.front = None
        self.last = None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_signal)

    def on_signal(self, number, _frame):
        self.last = number
        if self.front is not None and self.front.poll() is None:
            self.front.send_signal(signal.SIGINT)

    def run(self, command, environment):
        """Runs to the end, in a session of its own, so that signals come once; the exit code."""
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.front = process
        try:
            return process.wait()
        finally:
            self.front = None


def newest_terraform():
    """The newest Terraform of pins.json."""
    pins = json.loads((ROOT / "tools" / "pins.json").read_text())
    names = [tool["name"] for tool in pins["tools"] if tool["kind"] == "terraform"]
    return max(names, key=lambda name: [int(part) for part in name.split("-")[1].split(".")])


def needed(name, why):
    if not os.environ.get(name):
        raise Failure(f"{name} is not set: {why}")


def check_consent():
    if os.environ.get("TF_ACC", "0") in ("", "0"):
        raise Failure(
            "not run: TF_ACC=1 is not set. These tests make and delete clusters in a real "
            "organisation, which takes time and may cost money; CONTRIBUTING.md (\"Live\") says more."
        )


def check_credentials():
    if os.environ.get("CAMUNDA_OAUTH_TOKEN"):
        return
    where = "API credentials of the organisation, from the Console under Organization > Administration API"
    needed("CAMUNDA_CONSOLE_CLIENT_ID", where)
    needed("CAMUNDA_CONSOLE_CLIENT_SECRET", where)


def folder_of(prefix):
    """Where the tests of this run meet. The same for the same prefix, so that a sweep finds the token."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    return (ROOT / target / "live" / prefix).resolve()


def fetch(*names):
    """Fetches what is not there yet."""
    missing = [name for name in names if not (ROOT / ".tools" / name).exists()]
    if missing:
        command = [sys.executable, ROOT / "tools" / "fetch.py", "--only", *missing]
        if subprocess.run([str(word) for word in command]).returncode != 0:
            raise Failure(f"{', '.join(missing)} cannot be had (see above)")


def nextest(signals, environment, tests, *more):
    """Runs tests of the live suite; the exit code."""
    command = [NEXTEST, "nextest", "run", "--locked", "--workspace", "--test", "live"]
    # By name, because a shell may have another profile in its environment.
    command += ["--profile", "live", "--run-ignored", "only", "-E", tests, *more]
    return signals.run(command, environment)


def sweep(signals, environment):
    return nextest(signals, environment, "test(=sweep::by_hand)", "--no-capture")


def settings(prefix, cli):
    return {
        **os.environ,
        "TF_ACC": "1",
        "CAMUNDA_TEST_PREFIX": prefix,
        "CAMUNDA_TEST_CLI": cli,
        "CAMUNDA_TEST_FOLDER": str(folder_of(prefix)),
    }


def test(signals):
    check_consent()
    check_credentials()
    given = os.environ.get("CAMUNDA_TEST_PREFIX")
    prefix = given or "tf-acc-" + "".join(secrets.choice(LETTERS) for _ in range(6)) + "-"
    cli = os.environ.get("CAMUNDA_TEST_CLI") or newest_terraform()
    fetch("cargo-nextest", *([] if os.sep in cli else [cli]))
    environment = settings(prefix, cli)
    print(f"live: everything begins with {prefix}; the CLI is {cli}", flush=True)
    print(f"live: after a kill, CAMUNDA_TEST_PREFIX={prefix} make sweep", flush=True)
    # A new prefix has left nothing.
    if given and sweep(signals, environment) != 0:
        raise Failure("what an earlier run has left could not be removed (see above)")
    # Notes of an earlier run: its cluster has just been removed. The token stays good.
    for note in ("cluster", "skipped"):
        with contextlib.suppress(FileNotFoundError):
            (folder_of(prefix) / note).unlink()
    tests = "test(/^lives::/)"
    only = os.environ.get("TEST")
    if only:
        tests += f" & test(/{only}/)"
    failed = signals.last is not None or nextest(signals, environment, tests) != 0
    interrupted = signals.last
    if interrupted:
        print("\nlive: interrupted; sweeping, a second signal would leave things behind", flush=True)
    swept = sweep(signals, environment) == 0
    skipped = folder_of(prefix) / "skipped"
    if skipped.exists():
        print("\nlive: left out:")
        print("".join(f"  {line}\n" for line in sorted(skipped.read_text().splitlines())), end="")
    # There is a token in it.
    if swept:
        shutil.rmtree(folder_of(prefix), ignore_errors=True)
    if not swept:
        raise Failure(f"things may be left behind: CAMUNDA_TEST_PREFIX={prefix} make sweep")
    if interrupted:
        raise Failure("interrupted; nothing is left behind")
    if failed:
        raise Failure("tests have failed (see above); nothing is left behind")
    print("live: done; nothing is left behind", flush=True)


def sweep_alone(signals):
    check_credentials()
    needed("CAMUNDA_TEST_PREFIX", "what begins with it is removed; a run prints its prefix")
    prefix = os.environ["CAMUNDA_TEST_PREFIX"]
    fetch("cargo-nextest")
    if sweep(signals, settings(prefix, "none")) != 0:
        raise Failure("the sweep has failed (see above)")
    shutil.rmtree(folder_of(prefix), ignore_errors=True)


if __name__ == "__main__":
    try:
        {"test": test, "sweep": sweep_alone}[sys.argv[1]](Signals())
    except Failure as failure:
        sys.exit(f"live: {failure}")
