"""Shared fixtures; tests that need a non-Python program are marked `external(program, ...)` and deselected without it.

The laboratory is a project folder with one tiny report, for tests that need a complete project.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import report_builder
from report_builder.build import Workspace, plan_report
from report_builder.cli import main
from report_builder.jobs import Job, OnEvent, Site
from report_builder.limits import VARIABLE
from report_builder.plan import Plan
from report_builder.run import local
from report_builder.spec.training import Training
from report_builder.store import Step, digest, locked

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"  # `npm install --no-save axe-core`
PROGRAMS = {  # name used by a test -> programs, any of which is sufficient
    "axe": (str(AXE),),
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "libreoffice": ("soffice", "libreoffice"),
    "poppler": ("pdftotext",),
}
LONG = ("cli", "contracts", "datasets", "end_to_end", "models", "plan", "run", "train")
REQUIRED = "REPORT_BUILDER_REQUIRE_EXTERNAL"  # set in continuous integration: a missing program is then an error

# Not Debian packages: `.ci/run` reports what is skipped if npm cannot be reached; some containers forbid namespaces.
OPTIONAL = {"axe", "namespaces"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what cannot run here, and run slow folders first, so that no core waits for the last of them."""
    absent = {item: missing for item in items if (missing := _missing(item))}
    named = sorted({program for missing in absent.values() for program in missing} - OPTIONAL)
    if named and os.environ.get(REQUIRED):
        raise pytest.UsageError(f"{REQUIRED} is set, and these programs are absent: {', '.join(named)}")
    config.hook.pytest_deselected(items=list(absent))
    items[:] = sorted((item for item in items if item not in absent), key=lambda item: item.path.parent.name not in LONG)


def _missing(item: pytest.Item) -> list[str]:
    """Return the programs that a test needs and that are missing."""
    needed = [program for marker in item.iter_markers("external") for program in _named(marker)]
    return [name for name in needed if not any(map(_here, PROGRAMS.get(name, (name,))))]


@functools.cache
def _here(program: str) -> bool:
    if program == "namespaces":  # some containers do not allow it
        made = ["unshare", "-Urpf", "true"]
        return shutil.which("unshare") is not None and subprocess.run(made, check=False, capture_output=True).returncode == 0
    return shutil.which(program) is not None or Path(program).is_file()


def _named(marker: pytest.Mark) -> tuple[str, ...]:
    if not marker.args:
        raise pytest.UsageError("@pytest.mark.external names the programs that the test needs, e.g. external('chromium')")
    return marker.args


# --- the laboratory -----------------------------------------------------------------------------------------------------------

EXPERIMENT = """\
report: {title: Tiny lab, language: en, date: 2025-01-02}
data:
  digits:
    dataset: {kind: digits, copies: 0}
    steps:
      - {kind: binarise, threshold: 0.5}
      - {kind: subset, train: 200, test: 60}
runs:
  ae:
    name: AE
    data: digits
    model: {kind: autoencoder, filters: [4, 8]}
    training: {epochs: 1, batch_size: 50}
  vae:
    name: VAE
    data: digits
    model: {kind: vae, latent_dim: 2, filters: [4, 8]}
    training: {epochs: 1, batch_size: 50, learning_rate: 1e-3}
  longer: {extends: vae, name: Longer, training: {epochs: 8}}
metrics:
  elbo: {kind: elbo, runs: [vae, longer], split: test}
  reconstruction: {kind: reconstruction, runs: [ae], split: test}
figures:
  codes: {kind: latent_scatter, runs: [ae, vae], caption: Codes}
  grid: {kind: decode_grid, runs: [longer], n: 4}
tasks:
  "1": {title: Codes, requires: [answer, "fig:codes", "fact:ae.test.reconstruction_bce"]}
  "2": {title: Bound, requires: [answer, "fig:grid", "fact:longer.test.elbo"]}
"""
TEMPLATE = """\
# Results

::: {.task #1}
::: question
Where do the codes lie?
:::

::: answer
In [@fig:codes]{.nom}. The reconstruction costs {{ fact("ae.test.reconstruction_bce", digits=1, unit=True) }}.

{{ figure("codes") }}
:::
:::

::: {.task #2}
::: question
Does a longer training help?
:::

::: answer
The bound of the longer training, {{ fact("longer.test.elbo", digits=1) }}, is
{{ verdict("longer.test.elbo", "vae.test.elbo", by="training.epochs", better="higher", worse="lower", same="undecided") }}:
see [@fig:grid]{.nom}.

{{ figure("grid") }}
:::
:::
"""


class Lab:
    """A project folder with the report `tiny`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.experiment = folder / "experiments" / "tiny.yaml"
        self.template = folder / "templates" / "tiny.md"
        self.workspace = Workspace(
            folder / "experiments",
            folder / "templates",
            folder / "runs",
            folder / "build",
            folder / "figures",
            (folder / "data",),
        )

    def write(self) -> None:
        """Write the experiment and its template in their initial form."""
        for path, text in ((self.experiment, EXPERIMENT), (self.template, TEMPLATE)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def edit(self, old: str, new: str, file: Path | None = None) -> None:
        """Replace text in the experiment file (or in another one)."""
        path = file or self.experiment
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} does not stand in {path.name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def plan(self, report: str = "tiny", **options: Any) -> Plan:
        """Plan the report with a newly opened store."""
        return plan_report(report, self.workspace, **options)

    def arguments(self, *arguments: str) -> list[str]:
        """Return a command with the folders of this project."""
        roots = ("experiments", "templates", "store", "build", "figures")
        named = [f"--{root}={getattr(self.workspace, root)}" for root in roots]
        return [*arguments, *named, f"--data={self.folder / 'data'}"]

    def run(self, *arguments: str) -> int:
        """Run a command in this process and return its exit code."""
        return main(self.arguments(*arguments))

    def start(
        self,
        *arguments: str,
        python: Sequence[str] = ("-m", "report_builder"),
        environment: Mapping[str, str] = os.environ,
    ) -> subprocess.Popen[str]:
        """Start a command in a process and process group of its own."""
        command, pipe = [sys.executable, *python, *self.arguments(*arguments)], subprocess.PIPE
        here = {**environment, "PYTHONPATH": str(Path(report_builder.__file__).parents[1])}
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=self.folder, env=here, process_group=0)

    def copy(self, folder: Path) -> Lab:
        """Copy the project with everything it has stored to another folder."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Lab(folder)

    def to_do(self, **options: Any) -> list[str]:
        """Return the sorted steps that would run, without the names of the steps that read them."""
        plan = self.plan(**options)
        return sorted(planned.label.rpartition(": ")[2] for planned in plan.missing(plan.everything()))


@pytest.fixture(autouse=True)
def limits() -> Iterator[None]:
    """Confine what a command allows with `--limit` to its own test."""
    before = os.environ.get(VARIABLE)
    yield
    os.environ.pop(VARIABLE, None)
    os.environ.update({} if before is None else {VARIABLE: before})


@pytest.fixture
def axe() -> str:
    """The script of axe-core, an accessibility audit."""
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(autouse=True, scope="session")
def read_once() -> Iterator[None]:
    """Read the code of each file only once for the memos of all projects, since this dominates the time of a first plan."""
    genuine = digest._read

    @functools.cache
    def once(path: Path, content: bytes, package: Path) -> list[str]:
        return genuine(path)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(digest, "_read", lambda path: once(path, path.read_bytes(), digest.modules.PACKAGE))
        yield


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A project in which nothing has been built."""
    made = Lab(tmp_path)
    made.write()
    return made


@pytest.fixture(scope="session")
def page_of_own_pieces(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A project with every file that docs/own-model.md shows, training for two epochs; nothing has been built."""
    made, page = Lab(tmp_path_factory.mktemp("own")), Path(__file__).parents[1] / "docs" / "own-model.md"
    for block in re.findall(r"^```\w+\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        name, _, text = block.partition("\n")
        path = made.folder / name.strip("<# >")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("epochs: 20", "epochs: 2"), encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A project whose report was built once, shared by the tests of all cores; tests that change it use a copy (`built`)."""
    shared = tmp_path_factory.getbasetemp()
    made = Lab((shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "finished")
    with locked(made.folder.with_suffix(".lock")):
        if not (made.folder / "build" / "tiny" / "tiny.pdf").is_file():
            made.write()
            assert made.run("build", "tiny", "--jobs", "1") == 0  # only one process that imports TensorFlow
    return made.copy(tmp_path_factory.mktemp("finished"))  # files that one process writes are not seen by the others


@pytest.fixture
def built(finished: Lab, tmp_path: Path) -> Lab:
    """A copy of the project whose report was built."""
    return finished.copy(tmp_path)


# --- small jobs: 256 digits, one or two seconds of training -------------------------------------------------------------------

DATA = {
    "dataset": {"kind": "digits", "copies": 0},
    "steps": [{"kind": "scale"}, {"kind": "binarise"}, {"kind": "subset", "train": 256, "test": 40}],
}


def _run_step(*, model=None, data=None, epochs=3, seed=1, threads=1, **training):
    settings = Training.model_validate({"epochs": epochs, "batch_size": 100} | training).model_dump()
    entry = model or {"kind": "vae", "filters": [4, 8]}
    return Step("run", (), {"model": entry, "data": data or DATA, "training": settings, "seed": seed, "threads": threads}, {})


def _probe_step(run, *, judge=None, data=None, **probe):
    inputs = tuple(step.key for step in (run, judge) if step)
    reads = {"reads": [name for name, step in (("run", run), ("judge", judge)) if step]} if judge else {}
    return Step("arrays", inputs, {"probe": probe, "data": data or DATA} | reads, {})


@pytest.fixture
def run_step():
    """A function that returns a step that trains a small model."""
    return _run_step


@pytest.fixture
def probe_step():
    """A function that returns a step that measures a run, or only the data."""
    return _probe_step


def job_of(step: Step) -> Job:
    """Return a step as a job."""
    run = step.kind == "run"
    label = f"run {step.spec['model']['kind']}, seed {step.spec['seed']}" if run else step.spec["probe"]["kind"]
    return Job(step, label, step.inputs)


@pytest.fixture
def site(tmp_path: Path):
    """A machine with store and experiments in the test's folder."""
    return Site(tmp_path / "store", (), tmp_path)


@pytest.fixture
def do(site: Site):
    """A function that runs steps in processes of this machine and returns the failed ones."""

    def done(*steps: Step, workers: int = 2, on_event: OnEvent = lambda job, event: None, store: str = "store"):
        here, jobs = replace(site, root=site.root.with_name(store)), [job_of(step) for step in steps]
        return [event.of(job) for job, event in local.run(jobs, here, workers, on_event)]

    return done


# --- defaults -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def hold_defaults() -> Callable[[str], None]:
    """Compare the defaults (numbers or words) of all public functions, methods and records of a package with `defaults.json`.

    Defaults may be added, and single ones removed.
    """

    def hold(room: str) -> None:
        package = importlib.import_module(f"{report_builder.__name__}.{room}")
        names = [found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
        modules = [package, *map(importlib.import_module, names)]
        found = dict(given for module in modules for given in _given(module, module.__name__, module.__name__))
        table = json.loads((Path(__file__).parent / room / "defaults.json").read_text(encoding="utf-8"))
        known = {(name, word): value for name, given in table.items() for word, value in given.items()}
        there = {(name, word): found[name][word] for name, word in known if word in found.get(name, {})}
        assert there == {place: known[place] for place in there}
        assert len(there) > 0.8 * len(known)

    return hold


def _given(holder: Any, module: str, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, held in [*vars(holder).items()]:
        made = inspect.unwrap(getattr(held, "__func__", held))
        if name.startswith("_") or getattr(made, "__module__", "") != module:
            continue
        given: dict[str, Any] = {}
        if inspect.isclass(made):
            yield from _given(made, module, f"{path}.{name}")
            fields = made.__dataclass_fields__.values() if dataclasses.is_dataclass(made) else ()
            given = {field.name: field.default for field in fields if not field.name.startswith("_")}
        elif inspect.isfunction(made):
            given = {word: each.default for word, each in inspect.signature(made).parameters.items()}
        simple = {word: value for word, value in given.items() if isinstance(value, bool | int | float | str)}
        if simple:
            yield f"{path}.{name}".removeprefix(f"{report_builder.__name__}."), simple
