"""Turns a resolved experiment into steps: what is stored, what is to be done, and what each step needs. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from report_builder.kinds import FROM_RUN, PROBES, Equation, ProbeRequest, Subject, opened
from report_builder.models._layers import files
from report_builder.plain import Plain
from report_builder.plan import own, words
from report_builder.plan.given import Given
from report_builder.plan.prepared import with_fingerprints
from report_builder.plan.resolved import HISTORY, DataSet, Measure, Picture, Resolved, Training
from report_builder.plan.shown import requests_of, subjects
from report_builder.records import frozen
from report_builder.store import Step, Store, Stored, code_digests, sources

PACKAGE = Path(__file__).parents[1]
LOOK = [PACKAGE / "plots/report.mplstyle", *sorted((PACKAGE / "plots/fonts").glob("*.otf"))]  # style and fonts of all figures
# Entry points of the code that carries out a step. The kinds in its spec, which are found by name, are added to them.
BEGINNING = {
    "run": ("train/__main__.py", "train/run.py"),
    "arrays": ("train/__main__.py", "train/probe.py"),
    "facts": ("run/facts.py",),
    "figure": ("run/figure.py",),
}


@frozen
class Planned:
    """A step of this report, under the name it has here.

    Attributes:
        step: the step, stored under `step.key`.
        label: its name in this report, e.g. `run vae, seed 1`.
        needs: the steps it reads, by the name under which it reads them.
        part: what its reader takes from it: the probe that a training answers, or the value of a facts step.
        place: key path of the metric or figure that it belongs to.
        own: the user's own files that it executes.
    """

    step: Step
    label: str
    needs: Mapping[str, Planned]
    part: str = HISTORY
    place: str = ""
    own: tuple[Path, ...] = ()

    def closure(self) -> Iterator[Planned]:
        """Yield all steps it needs, directly or indirectly, then itself."""
        for needed in self.needs.values():
            yield from needed.closure()
        yield self


class Plan:
    """Steps of a report. Every key is known before anything runs."""

    def __init__(
        self, resolved: Resolved, store: Store, folders: Sequence[Path], *, fetch: bool = False, given: Given | None = None
    ) -> None:
        """Create a plan; with `fetch`, missing data is downloaded, else planned as absent; `given` are shipped results."""
        self.resolved = resolved
        self.given = given
        self.fetch = fetch
        self.store = store
        self.folders = tuple(folders)
        self._stored: dict[str, Stored | None] = {}
        self._codes: dict[tuple[Path, ...], dict[str, str]] = {}

    @property
    def language(self) -> str:
        """Language code of the report."""
        return self.resolved.loaded.experiment.report.language

    @cached_property
    def data(self) -> dict[str, dict[str, Plain]]:
        """Resolved data with its fingerprint, by id, for the data sets in use."""
        known = self.given.fingerprints if self.given else {}
        return with_fingerprints(self.resolved, self.store.memo, self.folders, fetch=self.fetch, known=known)

    # --- answers of a worker ----------------------------------------------------------------------------------------------

    @cached_property
    def verdicts(self) -> dict[str, Step]:
        """Step that stores the verdict on each run with an architecture of the user's own, by id of the run."""
        judged = [run for run in self.resolved.runs.values() if own.is_judged(run)]
        return {run.id: own.verdict(run, self._model_code(run), self.store.memo) for run in judged}

    def answers(self) -> list[Step]:
        """All steps that store answers about the user's own models."""
        files = own.files_of(self.resolved.loaded)
        return [*self.verdicts.values(), *(own.description(kind, file, self.store.memo) for kind, file in files.items())]

    def equation(self, run: Training) -> Equation | None:
        """Loss that a run compiles; for an own model, the worker's answer, or a placeholder until it has answered."""
        if not own.is_own(run.model.name):
            return run.model.module.equation(run.model.parameters) if run.model.module.equation else None
        step = self.verdicts[run.id]
        stored = self.store.read(step.kind, step.key)
        return own.equation(stored) if stored else Equation(r"\text{…}")

    # --- steps ------------------------------------------------------------------------------------------------------------

    @cached_property
    def runs(self) -> dict[tuple[str, int], Planned]:
        """Training of each run and seed."""
        return {(run.id, seed): self._run(run, seed) for run in self.resolved.runs.values() for seed in run.entry.seeds}

    def _run(self, run: Training, seed: int) -> Planned:
        spec = run.as_spec() | {"data": self.data[run.data.id], "seed": seed}
        files = (*self._model_code(run), *self._data_code(run.data))
        step = self._step("run", (), spec, lambda: self._code("run", *files))
        return Planned(step, f"run {run.id}, seed {seed}", {}, own=_own(*files))

    def _step(self, kind: str, inputs: tuple[str, ...], spec: Mapping[str, Any], code: Callable[[], dict[str, str]]) -> Step:
        """Step as it was shipped, else with the code that would carry it out now."""
        made = self.given.as_made(kind, inputs, spec) if self.given else None
        return made or Step(kind, inputs, spec, code())

    def _code(self, kind: str, *named: Path) -> dict[str, str]:
        """Code that carries out a step of this kind, with the files that its spec names; cached, since many steps share it."""
        roots = (*(PACKAGE / file for file in BEGINNING[kind]), *named)
        if roots not in self._codes:
            self._codes[roots] = code_digests(roots, self.store.memo)
        return dict(self._codes[roots])

    def _model_code(self, run: Training) -> list[Path]:
        """Files of the model, of what it imports for these parameters, and of the user's own layers in it."""
        return [
            *run.model.module.code_files(run.model.parameters),
            *files(run.model.parameters, self.resolved.loaded.file.parent),
        ]

    @staticmethod
    def _data_code(data: DataSet) -> list[Path]:
        return [data.dataset.file, *(step.file for step in data.steps)]

    def arrays(self, request: ProbeRequest, seed: int | None, owner: str) -> Planned:
        """Step that answers the request of `owner`, for the given seed or, by default, for the run's first one."""
        if request.run is None:
            return self._probe(request, self.resolved.data[str(request.data)], None, owner)
        planned = self.trained(request.run, seed)
        if request.kind in FROM_RUN:
            return replace(planned, part=request.kind)
        return self._probe(request, self.resolved.runs[request.run].data, planned, owner)

    def trained(self, run: str, seed: int | None = None) -> Planned:
        """Training of a run with the given seed, by default the first one."""
        return self.runs[run, self.resolved.runs[run].entry.seeds[0] if seed is None else seed]

    def _probe(self, request: ProbeRequest, data: DataSet, run: Planned | None, owner: str) -> Planned:
        needs = {"run": run} if run else {}
        entry = {"kind": request.kind, **request.parameters}
        spec: dict[str, Plain] = {"probe": entry, "data": self.data[data.id]}
        label = f"{owner}: {request.kind} of {run.label.removeprefix('run ') if run else data.id}"
        if request.judge is not None:
            needs["judge"] = self.trained(request.judge)
            spec["reads"] = list(needs)
            label += f", judged by {request.judge}"
        beside = self.resolved.loaded.file.parent
        probe, parameters = opened(PROBES, entry, beside=beside)
        files = [probe.file, *(PROBES.get(kind, beside=beside).file for kind in probe.uses(parameters))]
        of_data = self._data_code(data)
        code = [*files, *(of_data if run is None else [])]
        step = self._step("arrays", _keys(needs), spec, lambda: self._code("arrays", *code))
        return Planned(
            step, label, needs, own=_own(*files, *of_data, *(file for needed in needs.values() for file in needed.own))
        )

    @cached_property
    def facts(self) -> dict[tuple[Measure, int | None], Planned]:
        """Facts step of each metric and subject, for each seed."""
        return {(m, seed): self._facts(m, seed) for m in self.resolved.measures for seed in self.seeds(m.subject)}

    def seeds(self, subject: str) -> tuple[int | None, ...]:
        """Seeds of a run; (None,) for a data set."""
        return self.resolved.seeds(subject)

    def fact(self, name: str) -> dict[str, Planned]:
        """Steps that give a fact, one per seed, by `<fact>@<seed>`; by the fact's name if there are no seeds."""
        measure = self.resolved.measured[name]
        value = measure.facts[name].name
        steps = {seed: replace(self.facts[measure, seed], part=value) for seed in self.seeds(measure.subject)}
        return {name if seed is None else f"{name}@{seed}": step for seed, step in steps.items()}

    def _facts(self, measure: Measure, seed: int | None) -> Planned:
        label = f"facts {measure.id} of {measure.subject}" + (f", seed {seed}" if seed is not None else "")
        needs = {name: self.arrays(request, seed, f"{label}, {name}") for name, request in measure.requests.items()}
        values = [{key: part for key, part in vars(quantity).items() if key != "noun"} for quantity in measure.quantities]
        spec = {"metric": measure.as_spec(), "values": values, "reads": _read(needs)}
        step = self._step("facts", _keys(needs), spec, lambda: self._code("facts", measure.kind.file))
        return Planned(step, label, needs, place=f"metrics.{measure.id}", own=_own(measure.kind.file))

    @cached_property
    def figures(self) -> dict[str, Planned]:
        """Step of each figure, by id."""
        return {id_: self._figure(picture) for id_, picture in self.resolved.figures.items()}

    def _figure(self, picture: Picture) -> Planned:
        asked = requests_of(self.resolved, picture).items()
        needs = {name: self.arrays(request, seed, f"figure {picture.id}, {name}") for name, (request, seed) in asked}
        needs |= {place: step for fact in picture.facts for place, step in self.fact(fact).items()}
        subjects = {name: asdict(subject) for name, subject in self.subjects(picture).items()}
        spec = {"figure": picture.kind.as_spec(), "subjects": subjects, "reads": _read(needs), "language": self.language}
        spec |= {"style": dict(self.resolved.style.values)}
        step = self._step("figure", _keys(needs), spec, lambda: self._code_of_drawing(picture.kind.file))
        return Planned(step, f"figure {picture.id}", needs, place=f"figures.{picture.id}", own=_own(picture.kind.file))

    def _code_of_drawing(self, file: Path) -> dict[str, str]:
        """Code that draws a figure of the kind in this file, with the words, style and fonts that it may use."""
        code, memo = self._code("figure", file), self.store.memo
        drawing = sources([*(PACKAGE / each for each in BEGINNING["figure"]), file], memo)
        code[f"languages/{self.language}.yaml"] = words.digest(tuple(drawing), self.language, memo)
        return code | {str(each.relative_to(PACKAGE)): memo.sha256(each)[:16] for each in LOOK}

    def subjects(self, picture: Picture) -> dict[str, Subject]:
        """What the figure may say about each run or data set it shows, and about a judge, by its name in the figure."""
        return subjects(self.resolved, picture)

    # --- stored and missing steps ---------------------------------------------------------------------------------------------

    def stored(self, planned: Planned) -> Stored | None:
        """Stored result of a step; None if it is absent or damaged."""
        key = planned.step.key
        if self._stored.get(key) is None:
            came = self.given.read(planned.step) if self.given else None
            self._stored[key] = came or self.store.read(planned.step.kind, key)
        return self._stored[key]

    def everything(self) -> list[Planned]:
        """All trainings, facts and figures of the report."""
        return [*self.runs.values(), *self.facts.values(), *self.figures.values()]

    def missing(self, targets: Iterable[Planned]) -> list[Planned]:
        """Steps that must run to complete the targets, each once, inputs first; a stored step does not need its inputs."""
        found: dict[str, Planned] = {}
        for target in targets:
            self._collect(target, found)
        return list(found.values())

    def _collect(self, planned: Planned, found: dict[str, Planned]) -> None:
        if planned.step.key in found or self.stored(planned):
            return
        for needed in planned.needs.values():
            self._collect(needed, found)
        found[planned.step.key] = planned


def _keys(needs: Mapping[str, Planned]) -> tuple[str, ...]:
    return tuple(needed.step.key for needed in needs.values())


def _read(needs: Mapping[str, Planned]) -> list[list[str]]:
    """Name and part of each input."""
    return [[name, needed.part] for name, needed in needs.items()]


def _own(*files: Path) -> tuple[Path, ...]:
    """The user's own files among these."""
    return tuple(dict.fromkeys(file for file in files if not file.is_relative_to(PACKAGE)))
