"""Records the quickstart in a terminal, as a picture that moves: `make recording`.

Runs examples/quickstart with a real CLI and the built provider against the simulator, as `make demo`
does, and writes what was printed to assets/quickstart.svg. Nothing in it is made up, but what differs
from run to run is made alike: ids that the simulator has rolled, times, and the order in which data
sources were read at once. So the same provider gives the same file, and `--check` says whether the
committed one is still what the provider prints; the acceptance tests ask it that.

Python 3.9 or newer and nothing but its standard library.
"""

import argparse
import difflib
import html
import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import demo

OUTPUT = demo.ROOT / "assets" / "quickstart.svg"
TITLE = "Plan, apply, plan again and destroy a Camunda 8 cluster with Terraform"
PLAN = "quickstart.tfplan"
COMMANDS = [
    ["plan", f"-out={PLAN}"],
    ["apply", PLAN],
    ["plan"],
    ["destroy", "-auto-approve"],
]
UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
CLUSTER = "5e0c7f3a-91d4-4b62-8a7e-3f1d2c6b9a80"
ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")


# --- The play -----------------------------------------------------------------------------------


def build(cargo: str) -> Path:
    """The programs as a developer has them: optimised ones print the same."""
    command = [cargo, "build", "--locked", "--workspace", "--bins"]
    if subprocess.run(command, cwd=demo.ROOT).returncode != 0:
        raise demo.Failure("the build failed (see above)")
    described = subprocess.run(
        [cargo, "metadata", "--locked", "--no-deps", "--format-version", "1"],
        cwd=demo.ROOT,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    return Path(json.loads(described)["target_directory"]) / "debug"


def version_of(binary: Path) -> str:
    said = subprocess.run([str(binary), "-version"], check=True, stdout=subprocess.PIPE).stdout
    return said.decode().split()[1].lstrip("v")


def play(processes: demo.Processes, cli: Path, kind: str, binaries: Path) -> list:
    """The commands with what each has printed, colours included."""
    printed = []
    with demo.short_temporary_folder() as folder:
        work = Path(folder).resolve()
        version = version_of(binaries / "terraform-provider-camunda")
        project = demo.lay_out(work, binaries, version, kind)
        with demo.simulator(binaries, work) as url:
            environment = demo.environment_for(work, binaries, url)
            environment.pop("TF_CLI_ARGS", None)
            for arguments in [["init"], *COMMANDS]:
                log = work / "printed"
                with log.open("wb") as out:
                    code = processes.run(
                        [cli, *arguments], cwd=project, env=environment, stdout=out, stderr=out
                    )
                text = log.read_text(encoding="utf-8")
                if code != 0:
                    raise demo.Failure(f"`{' '.join(arguments)}` ended with {code}:\n{text}")
                if arguments != ["init"]:
                    printed.append((arguments, text))
            demo.check_service(url)
        demo.check_nothing_left(work)
    return printed


# --- Making runs alike --------------------------------------------------------------------------


def known_ids(binaries: Path) -> set:
    seed = subprocess.run(
        [str(binaries / "camunda-simulator"), "--print-seed"], check=True, stdout=subprocess.PIPE
    ).stdout.decode()
    return set(UUID.findall(seed))


def plain(text: str) -> str:
    return ESCAPE.sub("", text)


def is_progress(line: str) -> bool:
    """What appears or not, depending on how busy the machine is."""
    return re.search(r": Still (creating|destroying|reading|modifying)\.\.\.", plain(line)) is not None


def in_order(lines: list) -> list:
    """What is read at once is told in any order: sorted by address, each in its own order."""
    result = []
    for is_read, group in itertools.groupby(lines, lambda line: plain(line).startswith("data.")):
        group = list(group)
        result += sorted(group, key=lambda line: plain(line).split(":")[0]) if is_read else group
    return result


def alike(text: str, known: set) -> list:
    rolled = {found for found in UUID.findall(text) if found not in known}
    for found in rolled:
        text = text.replace(found, CLUSTER)
    text = re.sub(r"(Read complete after) \w+", r"\1 0s", text)
    text = re.sub(r"(Creation complete after) \w+", r"\1 2s", text)
    text = re.sub(r"(Destruction complete after) \w+", r"\1 1s", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "2026-01-01T09:00:00Z", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8080", text)
    lines = [line.rstrip() for line in text.splitlines() if not is_progress(line)]
    while lines and not plain(lines[-1]).strip():
        lines.pop()
    return in_order(lines)


# --- Drawing ------------------------------------------------------------------------------------

COLUMNS, ROWS = 106, 28
CHARACTER, LINE, MARGIN, BAR = 8.4, 19, 16, 30
PALETTE = {
    "30": "#6e7681", "31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff",
    "35": "#d2a8ff", "36": "#56d4dd", "37": "#e6edf3", "90": "#8b949e",
}
# Seconds: after a prompt, between lines, after a command.
TYPED, PRINTED, READ = 0.9, 0.045, 2.6


def wrapped(line: str) -> list:
    """The line in pieces as wide as the picture, escapes kept where they are."""
    pieces, current, width = [], "", 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if ESCAPE.fullmatch(part):
            current += part
            continue
        while width + len(part) > COLUMNS:
            cut = COLUMNS - width
            pieces.append(current + part[:cut])
            current, width, part = "", 0, part[cut:]
        current, width = current + part, width + len(part)
    return [*pieces, current]


def spans(line: str) -> str:
    """The line as SVG, its colours and weights with it."""
    bold, colour, drawn = False, "", ""
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        escape = ESCAPE.fullmatch(part)
        if escape:
            for code in (escape.group(1) or "0").split(";"):
                if code == "0":
                    bold, colour = False, ""
                elif code == "1":
                    bold = True
                elif code in PALETTE:
                    colour = PALETTE[code]
                elif code in ("22", "39"):
                    bold, colour = bold and code != "22", "" if code == "39" else colour
        elif part:
            style = (' font-weight="bold"' if bold else "") + (f' fill="{colour}"' if colour else "")
            text = html.escape(part, quote=False)
            drawn += f"<tspan{style}>{text}</tspan>" if style else text
    return drawn


def draw(command: str, played: list) -> str:
    """The whole picture: all lines in one column, which moves up behind a window as they come."""
    lines, moments, now = [], [], 0.0
    for arguments, output in played:
        lines.append(f"\x1b[32m$\x1b[0m \x1b[1m{command} {' '.join(arguments)}\x1b[0m")
        moments.append((now, len(lines)))
        now += TYPED
        for line in output:
            for piece in wrapped(line):
                lines.append(piece)
                moments.append((now, len(lines)))
                now += PRINTED
        lines.append("")
        moments.append((now, len(lines)))
        now += READ
    frames = "".join(
        f"{moment / now * 100:.3f}%{{transform:translateY({(ROWS - shown) * LINE}px)}}"
        for moment, shown in moments
    )
    width, height = round(COLUMNS * CHARACTER) + 2 * MARGIN, ROWS * LINE + 2 * MARGIN + BAR
    texts = "\n".join(
        f'<text y="{(index + 1) * LINE - 5}">{spans(line)}</text>'
        for index, line in enumerate(lines)
        if plain(line)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="title">
<title id="title">{TITLE}</title>
<desc>Written by tools/recording.py from what the commands print against the simulator; ids and times are made alike.</desc>
<style>
text{{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3;white-space:pre}}
#page{{animation:run {now:.1f}s step-end infinite}}
@media (prefers-reduced-motion:reduce){{#page{{animation:none}}}}
@keyframes run{{{frames}}}
</style>
<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>
<circle cx="20" cy="18" r="6" fill="#ff5f56"/><circle cx="40" cy="18" r="6" fill="#ffbd2e"/><circle cx="60" cy="18" r="6" fill="#27c93f"/>
<svg x="{MARGIN}" y="{BAR + MARGIN}" width="{width - 2 * MARGIN}" height="{ROWS * LINE}"><g id="page" xml:space="preserve">
{texts}
</g></svg>
</svg>
"""


def words(picture: str) -> list:
    """The text of a picture, line by line, for a comparison that people can read."""
    found = re.findall(r"<text [^>]*>(.*?)</text>", picture)
    return [html.unescape(re.sub(r"<[^>]*>", "", line)) for line in found]


# --- Main ---------------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description="Records examples/quickstart as a picture.")
    parser.add_argument("--binaries", type=Path, help="the folder of built programs; builds none")
    parser.add_argument("--check", action="store_true", help="compare with the committed picture")
    chosen = parser.parse_args()
    processes = demo.Processes()
    cli, kind = demo.choose_cli(processes, os.environ.get("CLI") or demo.DEFAULT_CLI)
    binaries = (chosen.binaries or build(os.environ.get("CARGO", "cargo"))).resolve()
    printed = play(processes, cli, kind, binaries)
    known = known_ids(binaries)
    command = {"terraform": "terraform", "opentofu": "tofu"}[kind]
    picture = draw(command, [(arguments, alike(text, known)) for arguments, text in printed])
    if not chosen.check:
        OUTPUT.parent.mkdir(exist_ok=True)
        OUTPUT.write_bytes(picture.encode())
        print(f"{OUTPUT.relative_to(demo.ROOT)}: {len(words(picture))} lines")
        return 0
    committed = OUTPUT.read_text(encoding="utf-8") if OUTPUT.exists() else ""
    if committed == picture:
        return 0
    difference = difflib.unified_diff(words(committed), words(picture), "committed", "now", lineterm="")
    print("\n".join(difference) or "the same words, drawn in another way", file=sys.stderr)
    raise demo.Failure("assets/quickstart.svg is behind: run `make recording` and look at it")


if __name__ == "__main__":
    if sys.version_info < (3, 9):
        sys.exit("recording.py: Python 3.9 or newer is needed, this is " + sys.version.split()[0])
    try:
        sys.exit(main())
    except demo.Failure as failure:
        sys.exit(f"recording.py: {failure}")
    except demo.Interrupted:
        sys.exit(130)
