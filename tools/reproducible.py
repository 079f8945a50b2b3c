"""Builds a release twice from one commit, in two folders, and compares every byte: `make reproducible`.

The commit is cloned, so that nothing else of this folder can get in; the second clone lies deeper,
and is built on another day, in another time zone, in another language and with another umask. What is
the same is the machine and its compilers: whoever compares with a published archive needs those of the
release. It takes as long as two releases, and some gigabytes below the temporary folder, which are gone
at the end.

Python 3.9 or newer and nothing but its standard library.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = [
    {"TZ": "UTC", "LC_ALL": "C", "umask": 0o022},
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "umask": 0o077},
]
PLACES = ["first", "second/and/deeper"]


class Failure(Exception):
    """Something the person at the keyboard has to know; the text is the whole message."""


def run(command: list, **options) -> None:
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        words = " ".join(str(word) for word in command)
        raise Failure(f"`{words}` failed (exit code {done.returncode}), see above")


def current_commit() -> str:
    command = ["git", "rev-parse", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failure("Git does not say which commit this is, see above")
    return done.stdout.strip()


def release(commit: str, place: Path, output: Path, settings: dict) -> dict:
    """Clones, builds and packs in `place`; the files and their hashes."""
    run(["git", "clone", "--quiet", "--no-hardlinks", "--no-checkout", ROOT, place])
    # By name: somebody may commit between the two builds.
    run(["git", "checkout", "--quiet", "--detach", commit], cwd=place)
    environment = {
        name: value
        for name, value in os.environ.items()
        # A shared folder of built things would make the second build no build, and a key would sign.
        if name not in ("CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "GPG_KEY_ID", "SOURCE_DATE_EPOCH")
    }
    environment.update({name: str(settings[name]) for name in ("TZ", "LC_ALL")})
    umask = os.umask(settings["umask"])
    try:
        command = [sys.executable, "tools/release.py", "--output", output]
        run(command, cwd=place, env=environment)
    finally:
        os.umask(umask)
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(output.iterdir())
    }


def main() -> int:
    commit = current_commit()
    with tempfile.TemporaryDirectory(prefix="camunda-reproducible-") as folder:
        found = []
        for number, (place, settings) in enumerate(zip(PLACES, SETTINGS)):
            print(f"build {number + 1} of 2 of {commit}, in {place}", flush=True)
            with tempfile.TemporaryDirectory(dir=folder) as clone:
                output = Path(folder, f"dist-{number}")
                found.append(release(commit, Path(clone, place), output, settings))
        first, second = found
        different = sorted(
            name for name in {*first, *second} if first.get(name) != second.get(name)
        )
        for name, digest in first.items():
            print(f"{digest}  {name}{'  DIFFERS' if name in different else ''}")
        if different:
            raise Failure(f"two builds of one commit differ in {', '.join(different)}")
    print(f"the same {len(first)} files, byte by byte")
    return 0


if __name__ == "__main__":
    if sys.version_info < (3, 9):
        sys.exit("reproducible.py: Python 3.9 or newer is needed, this is " + sys.version.split()[0])
    try:
        sys.exit(main())
    except (Failure, OSError) as failure:
        sys.exit(f"reproducible.py: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
