"""Builds what the registries of Terraform and OpenTofu ask of a release: `make release`.

    terraform-provider-camunda_<version>_<os>_<arch>.zip   binary, licences, changelog
    terraform-provider-camunda_<version>_manifest.json     which plugin protocol it speaks
    terraform-provider-camunda_<version>_sbom.cdx.json     what it is made of, as CycloneDX
    terraform-provider-camunda_<version>_SHA256SUMS        of the archives and the manifest
    terraform-provider-camunda_<version>_SHA256SUMS.sig    with GPG_KEY_ID in the environment

and beside it, for those who plan without an organization, the simulator:

    camunda-simulator_<version>_<os>_<arch>.tar.gz         binary, licences, its README
    camunda-simulator_<version>_SHA256SUMS                 of these archives, and its .sig

The registries know nothing of the second list, and must not: OpenTofu's takes every asset that ends in
`_<os>_<arch>.zip` for the provider of that platform, whatever stands before, and the last one wins
(https://github.com/opentofu/registry, ExtractPlatformFromFilename). So it is no zip, and not in the
first list of checksums, which the registries hand on to the CLIs.

Without options: all of it, for this platform. `--only archive` makes the archive of one platform,
`--only sums` the rest beside the archives of all platforms. `--check-tag v1.2.3` says whether the
tree is what that tag promises.

The same commit gives the same bytes: no clock (SOURCE_DATE_EPOCH, or else the date of the commit, is
the time of everything), no paths of this machine in the binary, entries in order and with fixed
modes. What is compared has to be made with the same Rust, C compiler and zlib, of course.

Python 3.9 or newer and nothing but its standard library.
"""

import argparse
import datetime
import gzip
import hashlib
import io
import os
import platform
import re
import shutil
import stat
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import dependencies

ROOT = Path(__file__).resolve().parent.parent
RUNTIME_LICENCES = Path(__file__).resolve().with_name("runtime-licences.txt")
NAME = "terraform-provider-camunda"
SIMULATOR = "camunda-simulator"
MANIFEST = "terraform-registry-manifest.json"
# Cargo's name of a target, and the registries' (Go's) names of the same.
TARGETS = {
    "x86_64-unknown-linux-musl": ("linux", "amd64"),
    "aarch64-unknown-linux-musl": ("linux", "arm64"),
    "x86_64-unknown-linux-gnu": ("linux", "amd64"),
    "aarch64-unknown-linux-gnu": ("linux", "arm64"),
    "x86_64-apple-darwin": ("darwin", "amd64"),
    "aarch64-apple-darwin": ("darwin", "arm64"),
    "x86_64-pc-windows-msvc": ("windows", "amd64"),
}
# A zip file cannot say anything earlier.
EARLIEST = 315532800
# OpenPGP's numbers of what the registries take: RSA and DSA.
SIGNING_ALGORITHMS = {"1": "RSA", "17": "DSA"}
PT_INTERP = 3


class Failure(Exception):
    """Something the person at the keyboard has to know; the text is the whole message."""


def say(text: str) -> None:
    print(text, flush=True)


def output_of(command: list, what: str, **more) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )
    if done.returncode != 0:
        raise Failure(f"{what} failed (exit code {done.returncode}):\n{done.stderr.strip()}")
    return done.stdout


def epoch() -> int:
    """The one time that everything in a release bears."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given and not given.isdigit():
        raise Failure(f"SOURCE_DATE_EPOCH has to be seconds since 1970, it is {given!r}")
    text = given or output_of(
        ["git", "show", "-s", "--format=%ct", "HEAD"],
        "asking Git for the date of the commit (SOURCE_DATE_EPOCH would do instead)",
    )
    return max(int(text), EARLIEST)


def write(path: Path, content: bytes) -> None:
    """A file is whole or not there."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.chmod(name, 0o644)
    os.replace(name, path)


# --- Building -----------------------------------------------------------------------------------


def own_target() -> str:
    """The target for this machine, on Linux the one whose binaries need nothing of the system."""
    machine = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    system = {"Darwin": "apple-darwin", "Windows": "pc-windows-msvc", "Linux": "unknown-linux-musl"}
    target = f"{machine}-{system.get(platform.system(), platform.system())}"
    if target not in TARGETS:
        raise Failure(f"no release is made for {target}. Known: {', '.join(TARGETS)}.")
    return target


def buildable_target() -> str:
    """The target for this machine, or what comes nearest to it with the compilers that are here."""
    target = own_target()
    if not target.endswith("-musl"):
        return target
    library = Path(output_of(["rustc", "--print", "sysroot"], "rustc").strip(), "lib/rustlib", target)
    compiler = os.environ.get(f"CC_{target.replace('-', '_')}") or "musl-gcc"
    if library.is_dir() and shutil.which(compiler):
        return target
    fallback = target.replace("-musl", "-gnu")
    say(
        f"NOTE: {target} cannot be built here, so this becomes {fallback} with glibc linked in.\n"
        "      Good for a look, not for publishing: a static glibc finds host names through "
        "libraries\n      of the very glibc it was built with, and its licence asks for more than "
        "an archive has.\n"
        f"      For the real thing: `rustup target add {target}`, and the package musl-tools "
        "(musl-gcc)."
    )
    return fallback


def build_environment(target: str, when: int) -> dict:
    """How the compilers are told to leave nothing of this machine in the binary."""
    cargo_home = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    paths = [(cargo_home, "/cargo"), (str(ROOT), "/source")]
    flags = [f"--remap-path-prefix={path}={name}" for path, name in paths]
    environment = dict(os.environ, SOURCE_DATE_EPOCH=str(when), CARGO_INCREMENTAL="0")
    if "linux" in target or "windows" in target:
        flags.append("-Ctarget-feature=+crt-static")
    if "windows" in target:
        # Otherwise the linker puts the time of day into the file.
        flags.append("-Clink-arg=/Brepro")
    else:
        mapped = [f"-ffile-prefix-map={path}={name}" for path, name in paths]
        environment[f"CFLAGS_{target.replace('-', '_')}"] = " ".join(mapped)
    # For the target only: build scripts and macros are never linked statically. This variable, not
    # RUSTFLAGS, since there may be blanks in paths.
    environment["CARGO_ENCODED_RUSTFLAGS"] = "\x1f".join(flags)
    environment.pop("RUSTFLAGS", None)
    return environment


def build(name: str, target: str, when: int, target_folder: Path, cargo: str) -> Path:
    # Whoever wants the same bytes needs the same compiler.
    compiler = output_of(["rustc", "--version"], "rustc").strip()
    say(f"building {name} for {target} with {compiler}: some minutes, all is optimised as one")
    # One package in one command: two at once would share the features of what both depend on, and
    # the provider would be another one for having a neighbour.
    command = [cargo, "build", "--locked", "--release", "--target", target]
    command += ["--package", name, "--bin", name]
    done = subprocess.run(command, cwd=ROOT, env=build_environment(target, when))
    if done.returncode != 0:
        raise Failure(f"`{' '.join(command)}` failed (exit code {done.returncode}), see above")
    suffix = ".exe" if "windows" in target else ""
    return target_folder / target / "release" / f"{name}{suffix}"


def interpreter(binary: bytes) -> str:
    """The dynamic loader that a 64-bit little-endian ELF file asks for; empty for a static one."""
    if binary[:6] != b"\x7fELF\x02\x01":
        raise Failure("the binary is not a 64-bit ELF file, as one for Linux has to be")
    (start,) = struct.unpack_from("<Q", binary, 32)
    size, count = struct.unpack_from("<HH", binary, 54)
    for index in range(count):
        header = start + index * size
        (kind,) = struct.unpack_from("<I", binary, header)
        if kind == PT_INTERP:
            (offset,) = struct.unpack_from("<Q", binary, header + 8)
            (length,) = struct.unpack_from("<Q", binary, header + 32)
            return binary[offset : offset + length].rstrip(b"\0").decode()
    return ""


def check_static(binary: bytes) -> None:
    loader = interpreter(binary)
    if loader:
        raise Failure(
            f"the binary is linked dynamically: it asks for {loader}, which hosted runners and "
            "small containers do not have"
        )


def check_no_paths(binary: bytes) -> None:
    cargo_home = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    for path in (str(ROOT), cargo_home):
        at = binary.find(os.fsencode(path) + b"/")
        if at >= 0:
            shown = binary[at : at + 100].split(b"\0")[0].decode(errors="replace")
            raise Failure(f"the binary names a path of this machine, and differs elsewhere: {shown}")


def check_says_version(binary: Path, version: str) -> None:
    # Both programs understand this, each beside its own style.
    said = output_of([binary, "--version"], f"`{binary} --version`")
    if version not in said.split():
        raise Failure(f"{binary} is not version {version}, it says: {said.strip()}")


# --- Packing ------------------------------------------------------------------------------------


def archive(entries: dict, when: int) -> bytes:
    """A zip of names to (content, mode), with nothing in it that another run would do otherwise."""
    moment = datetime.datetime.fromtimestamp(when, datetime.timezone.utc)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name in sorted(entries):
            content, mode = entries[name]
            entry = zipfile.ZipInfo(name, moment.timetuple()[:6])
            entry.create_system = 3  # Unix, also when packed on Windows: the modes count.
            entry.external_attr = (stat.S_IFREG | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, content, compresslevel=9)
    return packed.getvalue()


def tar_archive(entries: dict, when: int) -> bytes:
    """The same as a compressed tar: nobody's name, nobody's number, one time."""
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", compresslevel=9, fileobj=packed, mtime=when) as compressed:
        with tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as file:
            for name in sorted(entries):
                content, mode = entries[name]
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode, entry.mtime = len(content), mode, when
                file.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def text_file(path: Path) -> bytes:
    # A checkout on Windows may have other line ends.
    return path.read_bytes().replace(b"\r\n", b"\n")


def make_archive(binary: Path, target: str, packages: list, when: int, output: Path) -> Path:
    version = packages[0].version
    system, machine = TARGETS[target]
    suffix = ".exe" if system == "windows" else ""
    licences = dependencies.licences(packages, RUNTIME_LICENCES.read_text(encoding="utf-8"))
    entries = {
        f"{NAME}_v{version}{suffix}": (binary.read_bytes(), 0o755),
        "CHANGELOG.md": (text_file(ROOT / "CHANGELOG.md"), 0o644),
        "LICENSE": (text_file(ROOT / "LICENSE"), 0o644),
        "THIRD_PARTY_LICENSES.txt": (licences.encode(), 0o644),
    }
    path = output / f"{NAME}_{version}_{system}_{machine}.zip"
    write(path, archive(entries, when))
    return path


def make_simulator_archive(binary: Path, target: str, packages: list, when: int, output: Path) -> Path:
    version = packages[0].version
    system, machine = TARGETS[target]
    suffix = ".exe" if system == "windows" else ""
    licences = dependencies.licences(packages, RUNTIME_LICENCES.read_text(encoding="utf-8"))
    entries = {
        f"{SIMULATOR}{suffix}": (binary.read_bytes(), 0o755),
        "LICENSE": (text_file(ROOT / "LICENSE"), 0o644),
        "README.md": (text_file(ROOT / "simulator" / "README.md"), 0o644),
        "THIRD_PARTY_LICENSES.txt": (licences.encode(), 0o644),
    }
    path = output / f"{SIMULATOR}_{version}_{system}_{machine}.tar.gz"
    write(path, tar_archive(entries, when))
    return path


def write_sums(sums: Path, files: list) -> Path:
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(files)
    ]
    write(sums, "".join(lines).encode())
    return sums


def make_simulator_sums(version: str, output: Path) -> list:
    """None where only the provider was packed."""
    archives = list(output.glob(f"{SIMULATOR}_{version}_*.tar.gz"))
    return [write_sums(output / f"{SIMULATOR}_{version}_SHA256SUMS", archives)] if archives else []


def make_sums(packages: list, when: int, output: Path) -> Path:
    version = packages[0].version
    archives = sorted(output.glob(f"{NAME}_{version}_*.zip"))
    if not archives:
        raise Failure(f"{output} has no archive {NAME}_{version}_<os>_<arch>.zip to sum up")
    manifest = output / f"{NAME}_{version}_manifest.json"
    write(manifest, text_file(ROOT / MANIFEST))
    moment = datetime.datetime.fromtimestamp(when, datetime.timezone.utc)
    bill = dependencies.sbom(packages, moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    write(output / f"{NAME}_{version}_sbom.cdx.json", bill.encode())
    return write_sums(output / f"{NAME}_{version}_SHA256SUMS", [*archives, manifest])


# --- Signing ------------------------------------------------------------------------------------


def sign(sums: Path) -> None:
    """A detached, binary signature, by the key that GPG_KEY_ID names."""
    signature = sums.with_name(f"{sums.name}.sig")
    signature.unlink(missing_ok=True)
    key = os.environ.get("GPG_KEY_ID", "")
    if not key:
        say("not signed: GPG_KEY_ID names no key. The registries ask for the signature.")
        return
    gpg = shutil.which("gpg")
    if gpg is None:
        raise Failure(f"GPG_KEY_ID is {key}, but there is no gpg to sign with. Install GnuPG.")
    listed = output_of(
        [gpg, "--batch", "--with-colons", "--list-secret-keys", key],
        f"looking for the secret key {key}",
    )
    numbers = [line.split(":")[3] for line in listed.splitlines() if line.startswith("sec:")]
    if len(numbers) != 1 or numbers[0] not in SIGNING_ALGORITHMS:
        raise Failure(
            f"GPG_KEY_ID={key} has to name one RSA or DSA key, since the registries refuse others "
            f"(OpenPGP algorithms found: {', '.join(numbers)})"
        )
    command = [gpg, "--batch", "--yes", "--local-user", key, "--digest-algo", "SHA512"]
    passphrase = os.environ.get("GPG_PASSPHRASE")
    if passphrase is not None:
        command += ["--pinentry-mode", "loopback", "--passphrase-fd", "0"]
    command += ["--output", str(signature), "--detach-sign", str(sums)]
    done = subprocess.run(command, input=passphrase or "", text=True, capture_output=True)
    if done.returncode != 0:
        raise Failure(f"gpg did not sign (exit code {done.returncode}):\n{done.stderr.strip()}")
    output_of([gpg, "--batch", "--verify", signature, sums], "verifying the new signature")
    say(f"signed by {key}: {signature.name}")


# --- Main ---------------------------------------------------------------------------------------


def check_tag(tag: str, version: str) -> None:
    if tag != f"v{version}":
        raise Failure(f"the tag is {tag}, but Cargo.toml says {version}: v{version} was expected")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = re.search(rf"^## {re.escape(version)} \((.*)\)$", changelog, re.MULTILINE)
    if heading is None:
        raise Failure(f"CHANGELOG.md has no heading `## {version} (Month DD, YYYY)`")
    if heading.group(1) == "Unreleased":
        raise Failure(f"CHANGELOG.md still calls {version} unreleased: write the date there")
    say(f"{tag} is what Cargo.toml and CHANGELOG.md say")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Builds what the registries ask of a release.")
    parser.add_argument("--binary", type=Path, help="pack this provider and build nothing")
    parser.add_argument("--simulator", type=Path, help="with --binary: pack this simulator too")
    parser.add_argument("--static", action="store_true", help="check that --binary is static")
    parser.add_argument("--target", choices=sorted(TARGETS), help="as Cargo names it")
    parser.add_argument("--output", type=Path, help="the folder for it all (target/dist)")
    parser.add_argument("--only", choices=["archive", "sums"], help="half of the work")
    parser.add_argument("--check-tag", metavar="TAG", help="compare the tag with the tree, and end")
    return parser.parse_args()


def binaries_for(chosen: argparse.Namespace, target: str, described: dict, when: int, cargo: str):
    """The programs to pack, by name."""
    if chosen.binary is not None:
        given = {NAME: chosen.binary, SIMULATOR: chosen.simulator}
        binaries = {name: path.resolve() for name, path in given.items() if path is not None}
        if chosen.static:
            for binary in binaries.values():
                check_static(binary.read_bytes())
        return binaries
    folder = Path(described["target_directory"])
    binaries = {name: build(name, target, when, folder, cargo) for name in (NAME, SIMULATOR)}
    for binary in binaries.values():
        content = binary.read_bytes()
        if "linux" in target:
            check_static(content)
        if "windows" not in target:
            check_no_paths(content)
    return binaries


def main() -> int:
    chosen = options()
    cargo = os.environ.get("CARGO") or "cargo"
    described = dependencies.metadata(ROOT, cargo, list(TARGETS))
    packages = dependencies.packages(described, ROOT, NAME)
    version = packages[0].version
    if chosen.check_tag:
        check_tag(chosen.check_tag, version)
        return 0
    when = epoch()
    output = (chosen.output or Path(described["target_directory"], "dist")).resolve()
    output.mkdir(parents=True, exist_ok=True)
    if chosen.only is None:
        # What another version or another try has left would be summed up as well.
        for old in [*output.glob(f"{NAME}_*"), *output.glob(f"{SIMULATOR}_*")]:
            old.unlink()
    if chosen.only != "sums":
        target = chosen.target or (own_target() if chosen.binary else buildable_target())
        for name, binary in binaries_for(chosen, target, described, when, cargo).items():
            if TARGETS[target] == TARGETS[own_target()]:
                check_says_version(binary, version)
            pack = make_archive if name == NAME else make_simulator_archive
            made = pack(binary, target, dependencies.packages(described, ROOT, name), when, output)
            say(f"packed {made.name}, {made.stat().st_size / 1e6:.1f} MB")
    if chosen.only != "archive":
        for sums in [make_sums(packages, when, output), *make_simulator_sums(version, output)]:
            sign(sums)
            say(f"{sums.name}:\n{sums.read_text()}".rstrip())
        say(f"in {output}")
    return 0


if __name__ == "__main__":
    if sys.version_info < (3, 9):
        sys.exit("release.py: Python 3.9 or newer is needed, this is " + sys.version.split()[0])
    try:
        sys.exit(main())
    except (Failure, dependencies.Failure, OSError) as failure:
        sys.exit(f"release.py: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
