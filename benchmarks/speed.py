"""Speed and memory of commands that find everything stored: complete processes, on an idle machine.

Every round runs each case once, each preceded by the reference `python -c "import pydantic, jinja2, yaml"`; the table gives
medians and their ratio, and finally the time until an edit shows in `watch`, which keeps its process. Works on a copy of the
experiments, the templates and the store in a temporary folder; what is not stored yet is built there first. `make benchmark`,
or `python benchmarks/speed.py --rounds 3 --report generative-models`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
YARDSTICK = [sys.executable, "-c", "import pydantic, jinja2, yaml"]
MEGABYTE = 1e6 if sys.platform == "darwin" else 1e3  # of ru_maxrss, which is in bytes on macOS and in kilobytes on Linux
SCATTER = re.compile(r"([\w-]+): \{kind: latent_scatter(, opacity: [\d.]+)?")
WATCHED = {"html": 0.3, "pdf": 0.4}  # targets in seconds
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Run:
    """One process: wall time in seconds, and the peak resident memory in MB of the process and its children."""

    seconds: float
    megabytes: float


@dataclass
class Case:
    """A command, what happens before each run of it, and the targets of the design."""

    name: str
    command: Sequence[str]
    goal: float
    before: Callable[[int], None] = lambda _: None
    runs: list[Run] = field(default_factory=list)
    beside: list[Run] = field(default_factory=list)


def main() -> None:
    """Measure every case and print a Markdown table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--report", default="generative-models")
    options.add_argument("--rounds", type=int, default=7)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        workspace = copy(Path(scratch))
        environment = surroundings(workspace)
        first = run(command("build", chosen.report), environment, quiet=False)
        cases = all_cases(chosen.report, workspace)
        for number in range(chosen.rounds):
            for case in cases:
                case.before(number)
                case.beside.append(run(YARDSTICK, environment))
                case.runs.append(run(case.command, environment))
        edits = {form: watched(chosen.report, environment, workspace, form, chosen.rounds) for form in WATCHED}
    print_table(cases, first, chosen.rounds)
    for form, seconds in edits.items():
        told = f"{median(seconds):.2f} s ({min(seconds):.2f}-{max(seconds):.2f}), goal {WATCHED[form]} s"
        print(f"An edit until it can be fetched from `watch --to {form}`: {told}.")


def copy(workspace: Path) -> Path:
    """Copy the project's experiments, templates and stored results into a workspace."""
    for name in ("experiments", "templates", "runs"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, workspace / name, ignore=shutil.ignore_patterns("*.lock"))
    return workspace


def surroundings(workspace: Path) -> dict[str, str]:
    """Return the environment of every measured process: all folders in the workspace, byte code cached as for a user."""
    folders = {"experiments": "experiments", "templates": "templates", "store": "runs", "build": "build", "figures": "figures"}
    own = {f"REPORT_BUILDER_{name.upper()}": str(workspace / folder) for name, folder in folders.items()}
    data = os.environ.get("REPORT_BUILDER_DATA") or str(ROOT / "data")
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return kept | own | {"REPORT_BUILDER_DATA": data}


def command(*arguments: str) -> list[str]:
    """Return a command line of the report builder."""
    return [sys.executable, "-m", "report_builder", *arguments]


def run(line: Sequence[str], environment: dict[str, str], *, quiet: bool = True) -> Run:
    """Run a process to its end.

    Raises:
        SystemExit: The process failed; its output is shown.
    """
    with tempfile.TemporaryFile() as said:
        output = said if quiet else None
        begin = time.perf_counter()
        process = subprocess.Popen(line, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(line)} failed with {process.returncode}:\n{said.read().decode(errors='replace')}")
    return Run(seconds, usage.ru_maxrss / MEGABYTE)


def all_cases(report: str, workspace: Path) -> list[Case]:
    """Return the cases of the design with their targets in seconds."""
    template, experiment = workspace / "templates" / f"{report}.md", workspace / "experiments" / f"{report}.yaml"
    build = command("build", report)

    def redrawn(number: int) -> None:
        change_style(experiment, 0.60 + number / 100)

    return [
        Case("`--help`", command("--help"), 0.3),
        Case("`check`", command("check", report), 0.5),
        Case("nothing changed", build, 0.7),
        Case("one sentence changed", build, 1.5, lambda number: change_sentence(template, number)),
        Case("one figure drawn again alone", command("figure", scatter(experiment), "--report", report), 1.5, redrawn),
        Case("one figure's style changed", build, 2.5, lambda number: change_style(experiment, 0.40 + number / 100)),
    ]


def change_sentence(template: Path, number: int) -> None:
    """Append a new last sentence to the first paragraph of prose."""
    lines = template.read_text(encoding="utf-8").splitlines()
    place = next(i for i, line in enumerate(lines) if line[:1].isalpha() and line.rstrip().endswith("."))
    lines[place] = f"{lines[place].partition(' Zdanie')[0]} Zdanie próbne {LETTERS[number % len(LETTERS)]}."
    template.write_text("\n".join(lines) + "\n", encoding="utf-8")


def watched(report: str, environment: dict[str, str], workspace: Path, form: str, rounds: int) -> list[float]:
    """Return the seconds from each saved edit of the template until the new version can be fetched; its build then ends."""
    line = command("watch", report, "--port", "0", "--to", f"html,{form}" if form != "html" else form)
    path = "report.pdf" if form == "pdf" else ""
    with subprocess.Popen(line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        told = process.stdout or iter(())
        address = next(iter(told)).partition(" ")[0]

        def fetched(name: str) -> bytes:
            with urlopen(f"{address}{name}") as answer:  # noqa: S310  our own address
                return bytes(answer.read())

        found = list[float]()
        next(iter(told))  # the first version, of the unedited files
        for number in range(rounds + 1):
            before, version = fetched(path), json.loads(fetched("state"))["version"]
            begin = time.perf_counter()
            change_sentence(workspace / "templates" / f"{report}.md", number + rounds)
            while fetched(path) == before:
                version = json.loads(fetched(f"state?since={version}"))["version"]
            found.append(time.perf_counter() - begin)
            next(iter(told))
        process.send_signal(signal.SIGINT)
    return found[1:]


def scatter(experiment: Path) -> str:
    """Return the id of the first scatter of the report."""
    found = SCATTER.search(experiment.read_text(encoding="utf-8"))
    return found[1] if found else ""


def change_style(experiment: Path, opacity: float) -> None:
    """Change the opacity of the points of the first scatter."""
    text = experiment.read_text(encoding="utf-8")
    changed = SCATTER.sub(rf"\1: {{kind: latent_scatter, opacity: {opacity:.2f}", text, count=1)
    experiment.write_text(changed, encoding="utf-8")


def print_table(cases: Sequence[Case], first: Run, rounds: int) -> None:
    """Print one row per case."""
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    print(f"\n{machine}, Python {platform.python_version()}, {rounds} rounds")
    print(f"First build, with what was stored before: {first.seconds:.1f} s\n")
    print("| case | median s | min-max s | goal s | yardsticks | peak MB |")
    print("| --- | --- | --- | --- | --- | --- |")
    for case in cases:
        seconds = [one.seconds for one in case.runs]
        ratio = median(seconds) / median(one.seconds for one in case.beside)
        peak = max(one.megabytes for one in case.runs)
        spread = f"{min(seconds):.2f}-{max(seconds):.2f}"
        print(f"| {case.name} | {median(seconds):.2f} | {spread} | {case.goal} | {ratio:.1f} | {peak:.0f} |")
    yardstick = [one.seconds for case in cases for one in case.beside]
    print(f"\nYardstick: {median(yardstick):.2f} s. Peak: the largest of the process and those it starts (goal: under 400 MB).")


if __name__ == "__main__":
    main()
