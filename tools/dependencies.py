"""What a binary is made of: its packages, their licences and texts, and the same as an SBOM.

Read from `cargo metadata --locked` and Cargo.lock, for all released platforms at once: one list
describes every archive of a version. Packages that only tests need are left out; those that only the build
needs (macros, code generators) are in, and marked. Nothing here depends on where the sources lie, on
the time or on the machine.

Knows nothing of archives and registries: that is release.py's business.
"""

import json
import os
import re
import subprocess
import uuid
from pathlib import Path

LICENCE_FILE = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicense)", re.IGNORECASE)
RULE = "=" * 80


class Failure(Exception):
    """The list cannot be made; the text is the whole message."""


class Package:
    """One package of the lock file that ends up in the binary or helps to build it."""

    def __init__(self, described: dict, checksum: str, linked: bool):
        self.name = described["name"]
        self.version = described["version"]
        # Older packages separate a choice by a slash, which is no SPDX expression.
        self.licence = re.sub(r"\s*/\s*", " OR ", described["license"] or "")
        self.repository = described["repository"] or ""
        self.folder = Path(described["manifest_path"]).parent
        self.licence_file = described["license_file"]
        self.own = described["source"] is None
        self.checksum = checksum
        self.linked = linked
        self.needs = []

    @property
    def key(self) -> str:
        return f"pkg:cargo/{self.name}@{self.version}"

    def texts(self) -> list:
        """Its licences as the package itself brings them along."""
        files = sorted(file for file in os.listdir(self.folder) if LICENCE_FILE.match(file))
        if self.licence_file and self.licence_file not in files:
            files.append(self.licence_file)
        paths = [self.folder / file for file in files]
        found = [path.read_text(encoding="utf-8", errors="replace") for path in paths if path.is_file()]
        # The same text with other line ends, or with a blank at an end, is the same text.
        return ["\n".join(line.rstrip() for line in text.splitlines()).strip("\n") for text in found]


def metadata(root: Path, cargo: str, targets: list) -> dict:
    command = [cargo, "metadata", "--locked", "--format-version", "1"]
    for target in targets:
        command += ["--filter-platform", target]
    done = subprocess.run(
        command, cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise Failure(f"`{' '.join(command)}` failed (exit code {done.returncode}):\n{said}")
    return json.loads(done.stdout)


def checksums(root: Path) -> dict:
    """SHA-256 of every package of the registry, by name and version, as Cargo.lock has them."""
    found = {}
    for block in (root / "Cargo.lock").read_text(encoding="utf-8").split("[[package]]")[1:]:
        fields = dict(re.findall(r'^(name|version|checksum) = "([^"]*)"$', block, re.MULTILINE))
        found[fields["name"], fields["version"]] = fields.get("checksum", "")
    return found


def reachable(nodes: dict, start: str, kinds: tuple) -> set:
    found, waiting = set(), [start]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(needs(nodes[node], kinds))
    return found


def needs(node: dict, kinds: tuple) -> list:
    """What the package of that node depends on, in these ways (None is the ordinary one)."""
    return [
        dependency["pkg"]
        for dependency in node["deps"]
        if any(kind["kind"] in kinds for kind in dependency["dep_kinds"])
    ]


def packages(described: dict, root: Path, name: str) -> list:
    """The package of that name in the workspace first, what it needs by name and version."""
    by_id = {package["id"]: package for package in described["packages"]}
    nodes = {node["id"]: node for node in described["resolve"]["nodes"]}
    members = described["workspace_members"]
    start = next(key for key in members if by_id[key]["name"] == name)
    sums = checksums(root)
    # A macro runs inside the compiler, and so does everything below it.
    macros = {
        key
        for key, package in by_id.items()
        if any("proc-macro" in target["kind"] for target in package["targets"])
    }
    outside = {
        key: dict(node, deps=[]) if key in macros else node for key, node in nodes.items()
    }
    linked = reachable(outside, start, (None,)) - macros
    kinds = (None, "build")
    known = {}
    for key in reachable(nodes, start, kinds):
        package = by_id[key]
        checksum = sums.get((package["name"], package["version"]), "")
        known[key] = Package(package, checksum, key in linked)
    for key, package in known.items():
        package.needs = sorted({known[other].key for other in needs(nodes[key], kinds)})
    first = known.pop(start)
    return [first] + sorted(known.values(), key=lambda package: (package.name, package.version))


# --- Licences -----------------------------------------------------------------------------------


def licences(all_packages: list, runtime: str) -> str:
    """A table of the packages, and every licence text once, with those that it is for."""
    others = [package for package in all_packages if not package.own]
    own_texts = {package.key: package.texts() for package in others}
    by_repository = {}
    for package in others:
        if own_texts[package.key] and package.repository:
            by_repository.setdefault(package.repository, own_texts[package.key])
    holders, borrowed, without = {}, [], []
    for package in others:
        texts = own_texts[package.key]
        if not texts:
            # Left out of the upload by mistake; what was uploaded beside it from the same
            # repository under the same terms has it.
            texts = by_repository.get(package.repository, [])
            (borrowed if texts else without).append(f"{package.name} {package.version}")
        for text in texts:
            names = holders.setdefault(text, [])
            label = f"{package.name} {package.version}"
            if label not in names:
                names.append(label)
        if not package.licence and not package.licence_file:
            raise Failure(f"{package.name} {package.version} does not say under which licence it is")
    if without:
        raise Failure(
            f"no licence text found for: {', '.join(without)}.\n"
            "An archive may not be given away without it: look into the package's repository, and "
            "teach tools/dependencies.py where the text is."
        )
    width = max(len(f"{package.name} {package.version}") for package in others)
    lines = [
        f"Software in {all_packages[0].name} {all_packages[0].version} that others have written, and",
        "its licences. A star marks what only the build needs and the binary does not contain.",
        "",
    ]
    for package in others:
        mark = " " if package.linked else "*"
        label = f"{package.name} {package.version}"
        lines.append(f"{mark} {label:<{width}}  {package.licence or 'see its text below'}")
    if borrowed:
        lines += ["", "Printed from a neighbour in the same repository, having no text of their own:"]
        lines.append(", ".join(borrowed) + ".")
    lines += ["", RULE, "", runtime.strip("\n")]
    for text, names in sorted(holders.items(), key=lambda item: (item[1], item[0])):
        lines += ["", RULE, f"For: {', '.join(names)}", "", text]
    return "\n".join(lines) + "\n"


# --- SBOM ---------------------------------------------------------------------------------------


def component(package: Package, kind: str) -> dict:
    described = {
        "type": kind,
        "bom-ref": package.key,
        "name": package.name,
        "version": package.version,
        "purl": package.key,
    }
    if kind == "library":
        described["scope"] = "required" if package.linked else "excluded"
    if package.checksum:
        described["hashes"] = [{"alg": "SHA-256", "content": package.checksum}]
    if package.licence:
        described["licenses"] = [{"expression": package.licence}]
    if package.repository:
        described["externalReferences"] = [{"type": "vcs", "url": package.repository}]
    return described


def sbom(all_packages: list, timestamp: str) -> str:
    """CycloneDX 1.5 as JSON."""
    first, others = all_packages[0], all_packages[1:]
    described = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": timestamp,
            "tools": {"components": [{"type": "application", "name": "tools/release.py"}]},
            "component": component(first, "application"),
        },
        "components": [component(package, "library") for package in others],
        "dependencies": [
            {"ref": package.key, "dependsOn": package.needs} for package in all_packages
        ],
    }
    # Wanted to be different for different content; a random one would make every run different.
    content = json.dumps(described, sort_keys=True)
    described["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}"
    return json.dumps(described, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
