"""Kill a build at its file changes and at random moments; the next build must leave the files that an undisturbed one leaves.

A small project holds every kind of step: the check of a user's model, a training, probes, facts, figures, a document, and an
export that is imported into an empty store. A process is killed (SIGKILL) just before its N-th change of a file, for each N:
opening for writing (and once more when the file exists and is empty), fsync, rename, removal, creation of a folder. Then the
same command runs undisturbed. Facts, index, figures, Markdown, weights and arrays are compared byte by byte; every stored step
is verified, and after `runs prune --yes` no file may remain that an undisturbed build does not leave.

The jobs of workers run in the process of the build, so that one counter covers both; processes are forked from one that has
imported everything, so that a case takes only a few seconds.

`python benchmarks/kills.py` runs all cases; `--sample 12 --random 4 --seed 1` runs some. So far none of them has failed:
imports killed at 200 of their 278 file changes and at 70 random moments, and 60 builds, two thirds of them at random moments.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import os
import pkgutil
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import report_builder
from report_builder.cli import main
from report_builder.jobs import Job
from report_builder.run import local
from report_builder.train.environment import ENVIRONMENT

EXPERIMENT = """\
report: {title: Kills, language: en, date: 2025-01-02}
data:
  digits:
    dataset: {kind: digits, copies: 0}
    steps: [scale, {kind: subset, train: 20, test: 10}]
runs:
  own: {data: digits, model: {kind: ./own.py}, training: {epochs: 2, batch_size: 20}}
metrics:
  error: {kind: reconstruction, runs: [own], split: test}
figures:
  curves: {kind: training_curves, runs: [own]}
  pictures: {kind: reconstructions, runs: [own], n: 2}
"""
TEMPLATE = """\
# Results

The error is {{ fact("own.test.reconstruction_mse", digits=3) }}.

{{ figure("curves") }}

{{ figure("pictures") }}
"""
OWN = '''\
"""A linear autoencoder."""

import keras
from keras import layers, ops

from report_builder import kinds


class Parameters(kinds.Parameters):
    """It has none."""


class Linear(keras.Model):
    """Two layers."""

    def __init__(self, image_shape):
        super().__init__()
        self.encoder = keras.Sequential([layers.Flatten(), layers.Dense(2)])
        self.decoder = keras.Sequential([layers.Dense(784, "sigmoid"), layers.Reshape(image_shape)])

    def call(self, x):
        return self.decoder(self.encoder(x))

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        return self.decoder(z)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean(ops.square(x - y_pred))


def build(parameters, sizes):
    return Linear(sizes.image_shape)


KIND = kinds.Model(parameters=Parameters, build=build, provides=frozenset({"encode", "decode"}))
'''
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"}


class Project:
    """A folder with the project, and the files that a build leaves there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        texts = {"experiments/kills.yaml": EXPERIMENT, "experiments/own.py": OWN, "templates/kills.md": TEMPLATE}
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")

    def command(self, *arguments: str) -> int:
        """Run a command in this process and return its exit code."""
        roots = {name: self.folder / name for name in ("experiments", "templates", "build", "figures", "data")}
        roots |= {"store": self.folder / "runs"}
        return main([*arguments, *(f"--{name}={path}" for name, path in roots.items())])

    def build(self) -> int:
        """Build the report."""
        return self.command("build", "kills", "--to", "md")

    def prune(self) -> int:
        """Remove what no report uses, and leftovers."""
        return self.command("runs", "prune", "--yes")

    def left(self) -> dict[str, str]:
        """Return the digest of each file; for locks and files with times or local paths, only that the file exists."""
        every = (p for p in sorted(self.folder.rglob("*")) if p.is_file() and p.parent.name != "__pycache__")  # Python's own
        files = {str(p.relative_to(self.folder)): p for p in every}
        return {name: "" if _varies(name) else hashlib.sha256(p.read_bytes()).hexdigest() for name, p in files.items()}


def _varies(name: str) -> bool:
    return Path(name).name in ("step.json", "history.json", "stamp.json", "memo.json", "steps.json") or "lock" in name


# --- processes ----------------------------------------------------------------------------------------------------------------


def in_process(function: Callable[[], int], *, seconds: float = 0) -> int:
    """Run a function in its own process, optionally killed after some seconds; return its exit code (negative: the signal)."""
    child = os.fork()
    if child == 0:
        code = 70
        with contextlib.suppress(BaseException):
            quiet = os.open(os.environ.get("KILLS_LOG", os.devnull), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            code = function()
        os._exit(code)
    if seconds:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Here(local.Local):
    """An executor that runs every job in this process."""

    def here(self, _: Job) -> bool:
        """Return True."""
        return True


def killed_at(change: int, root: Path, noted: Path | None = None) -> None:
    """Arrange that this process is killed before its file change of this number; with `noted`, log each change there."""
    count, synced = _Count(change, str(root), noted), os.fsync

    def fsync(descriptor: int) -> None:
        count.one("fsync")
        synced(descriptor)

    os.fsync = fsync  # type: ignore[assignment]
    sys.addaudithook(count.hear)


class _Count:
    """A counter of the changes of files below a folder."""

    def __init__(self, change: int, root: str, noted: Path | None) -> None:
        self.change, self.root, self.seen = change, root, 0
        self.log = os.open(noted, os.O_WRONLY | os.O_CREAT) if noted else None

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Handle an audit event of the interpreter."""
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES and self._is_below(arguments[0]):
            self.one(f"open {arguments[0]}")
            if self.seen + 1 == self.change:  # the next change: the file exists and is empty
                Path(arguments[0]).write_bytes(b"")
            self.one(f"empty {arguments[0]}")
        elif event in CHANGES and any(self._is_below(part) for part in arguments):
            self.one(f"{event} {arguments[:2]}")

    def _is_below(self, path: object) -> bool:
        """Return whether it is a path in the folder, or one relative to a folder descriptor, as when a tree is removed."""
        return isinstance(path, str) and (path.startswith(self.root) or "/" not in path)

    def one(self, what: str) -> None:
        """Count one change."""
        self.seen += 1
        if self.log is not None:
            os.write(self.log, f"{what}\n".encode())
        if self.seen == self.change:
            os.kill(os.getpid(), signal.SIGKILL)


# --- cases --------------------------------------------------------------------------------------------------------------------


class Campaign:
    """Cases of one command: what it leaves undisturbed, and what it leaves after a kill and a second run."""

    def __init__(self, name: str, work: Path, command: Callable[[Project], int]) -> None:
        self.name, self.work, self.run = name, work, command
        project = self.project("undisturbed")
        noted = work / f"{name}.changes"

        def counted() -> int:
            killed_at(0, project.folder, noted)
            return self.run(project)

        began = time.perf_counter()
        if code := in_process(counted):
            raise SystemExit(f"{name}: the undisturbed command ended with {code}")
        self.seconds = time.perf_counter() - began
        self.changes = noted.read_text().splitlines()
        in_process(project.prune)
        self.expected = project.left()
        shutil.rmtree(project.folder)

    def project(self, name: str) -> Project:
        """Create a new project."""
        return Project(self.work / f"{self.name}-{name}")

    def at_change(self, number: int) -> str:
        """Return what is wrong after a kill before this change; empty if nothing is."""
        project = self.project(str(number))

        def killed() -> int:
            killed_at(number, project.folder)
            return self.run(project)

        code = in_process(killed)
        return self.judged(project, f"change {number} ({self.changes[number - 1]})", code)

    def at_moment(self, seconds: float) -> str:
        """Return what is wrong after a kill this many seconds after the start."""
        project = self.project(f"{seconds:.4f}")
        code = in_process(lambda: self.run(project), seconds=seconds)
        return self.judged(project, f"{seconds:.3f} s", code)

    def judged(self, project: Project, when: str, code: int) -> str:
        """Run the command again and compare what it leaves."""
        if code not in (-signal.SIGKILL, 0):
            return f"{self.name}, {when}: ended by itself with {code}"

        def again() -> int:
            commands = (self.run, lambda project: project.command("runs", "verify"), Project.prune)
            return sum(bool(command(project)) * (place + 1) for place, command in enumerate(commands))

        failed = in_process(again)
        found = project.left()
        other = [name for name in sorted({*found, *self.expected}) if found.get(name) != self.expected.get(name)]
        if failed or other:
            return f"{self.name}, {when}: next, verify, prune: {failed}; differs: {', '.join(other)}"
        shutil.rmtree(project.folder)
        return ""


def campaigns(work: Path, commands: Sequence[str]) -> Iterator[Campaign]:
    """Return two campaigns: a build from scratch, and the import of an export."""
    if "build" in commands:
        yield Campaign("build", work, Project.build)
    if "import" not in commands:
        return
    packed = work / "packed.tar.gz"
    exporter = Project(work / "exporter")
    if code := in_process(lambda: exporter.build() or exporter.command("runs", "export", str(packed))):
        raise SystemExit(f"nothing could be exported: {code}")
    yield Campaign("import", work, lambda project: project.command("runs", "import", str(packed)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=0, help="number of file changes of each command at which to kill; 0: all")
    parser.add_argument("--random", type=int, default=100, help="number of kills of each command at random moments")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--commands", nargs="+", choices=("build", "import"), default=("build", "import"))
    return parser.parse_args()


def _import_everything(commands: Sequence[str]) -> None:
    """Import what a command imports, so that cases need not; call nothing, since no thread may run when a process is forked."""
    os.environ.update(ENVIRONMENT)
    local.Local = Here  # type: ignore[misc]
    needless = ("__main__",) if "build" in commands else ("__main__", ".train.", ".network", "._networks", ".models._")
    for module in pkgutil.walk_packages(report_builder.__path__, "report_builder."):
        if not any(part in module.name for part in needless):
            importlib.import_module(module.name)
    for name in ("matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "PIL.PngImagePlugin"):
        importlib.import_module(name)


def run() -> int:
    """Run the campaign; return 1 if a kill did harm."""
    options = _arguments()
    _import_everything(options.commands)
    chance, wrong, began = random.Random(options.seed), list[str](), time.perf_counter()  # noqa: S311  cases, no secrets
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        for campaign in campaigns(Path(folder), options.commands):
            every = range(1, len(campaign.changes) + 1)
            chosen = chance.sample(every, min(options.sample or len(every), len(every)))
            moments = [chance.uniform(0, campaign.seconds) for _ in range(options.random)]
            cases = [partial(campaign.at_change, number) for number in chosen]
            cases += [partial(campaign.at_moment, seconds) for seconds in moments]
            chance.shuffle(cases)
            for done, case in enumerate(cases, 1):
                wrong += filter(None, [case()])
                if done % 10 == 0 or done == len(cases):
                    took = time.perf_counter() - began
                    print(f"{campaign.name}: {done} of {len(cases)} cases, {len(wrong)} wrong, {took:.0f} s", flush=True)
            print(
                f"{campaign.name}: {len(every)} changes of files; killed at {len(chosen)}, and at {len(moments)} moments",
                *wrong,
                sep="\n",
            )
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(run())
