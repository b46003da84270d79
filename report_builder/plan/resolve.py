"""Closes the open slots of an experiment: every kind is found, every parameter checked and filled in. All mistakes at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from report_builder import languages
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import DATA_STEPS, DATASETS, FIGURES, METRICS, MODELS, PROBES, ProbeRequest, Registry
from report_builder.plan.resolved import HISTORY, DataSet, Kind, Measure, Picture, Resolved, Training
from report_builder.spec import Loaded, once, problems
from report_builder.spec.grammar import Figure, Metric, Slot
from report_builder.spec.source import KeyPath

TEXT_WIDTH = 16.4  # cm, of the page style


class _Resolver:
    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.found: list[Problem] = []
        self.beside = loaded.file.parent

    def close(self, registry: Registry, slot: Slot, path: KeyPath, extra: Mapping[str, Any] | None = None) -> Kind | None:
        """A slot's kind; None, with the problems noted, where it is wrong. `extra` goes to those parameters the kind has."""
        try:
            module = registry.get(slot.kind, beside=self.beside)
        except ReportError as error:
            self.found += [replace(p, where=self.loaded.where(*path, "kind")) for p in error.problems]
            return None
        model = module.Parameters
        given = {key: value for key, value in (extra or {}).items() if key in model.model_fields and value is not None}
        try:
            parameters = model.model_validate_json(json.dumps(given | slot.parameters), strict=True)
        except ValidationError as error:
            self.found += problems(error, self.loaded.source, model, path, f"{registry.noun} '{slot.kind}'")
            return None
        return Kind(slot.kind, module, parameters)

    def report(self) -> None:
        """Language and logo of the report, and names that are both a run and a data set."""
        everything = self.loaded.experiment
        language, logo = everything.report.language, everything.report.logo
        if language not in languages.codes():
            where = self.loaded.where("report", "language")
            self.found.append(Problem(where, "unknown language", repr(language), near_miss(language, languages.codes())))
        if logo and not ((self.beside / logo).is_file() and logo.lower().endswith((".svg", ".png"))):
            where = self.loaded.where("report", "logo")
            self.found.append(Problem(where, "a logo is an SVG or PNG file beside the experiment file", repr(logo)))
        for name in sorted(everything.runs.keys() & everything.data.keys()):
            self.found.append(Problem(self.loaded.where("runs", name), "a run and a data set have the same id", repr(name)))

    def data(self) -> Iterator[DataSet]:
        for id_, entry in self.loaded.experiment.data.items():
            dataset = self.close(DATASETS, entry.dataset, ("data", id_, "dataset"))
            slots = list(entry.steps)
            if not any(slot.kind == "scale" for slot in slots):
                slots.insert(0, Slot(kind="scale"))
            shift = len(slots) - len(entry.steps)
            steps = [self.close(DATA_STEPS, slot, ("data", id_, "steps", max(0, i - shift))) for i, slot in enumerate(slots)]
            if dataset:
                yield DataSet(id_, entry.name, dataset, tuple(step for step in steps if step))

    def runs(self, data: Mapping[str, DataSet]) -> Iterator[Training]:
        for id_, entry in self.loaded.experiment.runs.items():
            if entry.model.kind.endswith(".py"):
                rule = "models of your own in one file cannot be trained yet"
                where = self.loaded.where("runs", id_, "model", "kind")
                self.found.append(Problem(where, rule, entry.model.kind, f"Known: {', '.join(MODELS.names())}."))
                continue
            model = self.close(MODELS, entry.model, ("runs", id_, "model"))
            if (
                self.known("data set", entry.data, self.loaded.experiment.data, ("runs", id_, "data"))
                and model
                and entry.data in data
            ):
                yield Training(id_, entry.name or id_, data[entry.data], model, entry)

    def known(self, noun: str, id_: str, ids: Iterable[str], path: KeyPath) -> bool:
        """Whether an id is known; if not, the problem is noted."""
        if id_ in ids:
            return True
        self.found.append(Problem(self.loaded.where(*path), f"unknown {noun}", repr(id_), near_miss(id_, ids)))
        return False

    def figures(self, runs: Mapping[str, Training]) -> Iterator[Picture]:
        for id_, entry in self.loaded.experiment.figures.items():
            kind = self.close(FIGURES, entry, ("figures", id_), {"width_cm": _centimetres(entry)})
            if kind is None:
                continue
            requests = {
                name: self.request(r, runs, ("figures", id_)) for name, r in kind.module.probes(kind.parameters).items()
            }
            if all(requests.values()):
                yield Picture(id_, entry, kind, {name: r for name, r in requests.items() if r})

    def request(self, request: ProbeRequest, runs: Mapping[str, Training], path: KeyPath) -> ProbeRequest | None:
        """The request with its probe's parameters filled in, if its run can serve it."""
        everything = self.loaded.experiment
        if request.run is not None and not self.known("run", request.run, everything.runs, path):
            return None
        if request.data is not None and not self.known("data set", request.data, everything.data, path):
            return None
        if request.kind == HISTORY:
            return request
        probe = self.close(PROBES, Slot(kind=request.kind, **request.parameters), path)
        if probe is None or (request.run is not None and request.run not in runs):
            return None
        if request.run is not None and not self._serves(probe, request.needs, runs[request.run], path):
            return None
        return replace(request, parameters=probe.parameters.model_dump(mode="json"))

    def _serves(self, probe: Kind, also: frozenset[str], run: Training, path: KeyPath) -> bool:
        """Whether the run's model provides what is needed, in a latent space of the dimension that the probe draws in."""
        needed = probe.module.NEEDS | also
        if needed - run.model.module.PROVIDES:
            self.found.append(self._cannot_serve(needed, run, path))
            return False
        axes, has = getattr(probe.module, "LATENT_DIM", None), getattr(run.model.parameters, "latent_dim", None)
        if axes is None or has is None or axes == has:
            return True
        rule = f"'{probe.name}' needs a latent space of {axes} dimensions, and run '{run.id}' has {has}"
        self.found.append(
            Problem(self.loaded.where(*path), rule, next_step="Choose another figure for it, or another latent_dim.")
        )
        return False

    def _cannot_serve(self, needed: frozenset[str], run: Training, path: KeyPath) -> Problem:
        able = [name for name, module in MODELS if needed <= module.PROVIDES]
        lacks = ", ".join(sorted(needed - run.model.module.PROVIDES))
        rule = f"model '{run.model.name}' of run '{run.id}' cannot serve this: it does not provide {lacks}"
        return Problem(self.loaded.where(*path), rule, allowed=f"Models that can: {', '.join(able)}.")

    def measures(
        self, runs: Mapping[str, Training], data: Mapping[str, DataSet], figures: Mapping[str, Picture]
    ) -> Iterator[Measure]:
        for id_, entry in self.loaded.experiment.metrics.items():
            kind = self.close(METRICS, entry, ("metrics", id_), {"of": entry.of})
            if kind is None:
                continue
            if entry.of is not None and "of" not in type(kind.parameters).model_fields:
                rule = f"metric '{kind.name}' does not measure the images of a figure"
                self.found.append(Problem(self.loaded.where("metrics", id_, "of"), rule, next_step="Leave 'of' out."))
                continue
            if entry.of is not None and not self.known(
                "figure", entry.of, self.loaded.experiment.figures, ("metrics", id_, "of")
            ):
                continue
            subjects = [(run, run, None) for run in entry.runs] + [(d, None, d) for d in entry.data]
            if not subjects:
                self.found.append(
                    Problem(
                        self.loaded.where("metrics", id_), "a metric names its 'runs' (or 'data')", next_step="Add runs: [...]."
                    )
                )
            for subject, run, data_id in subjects:
                measure = self._measure(id_, entry, kind, (run, data_id), runs, figures)
                if measure and (run in runs or data_id in data):
                    yield replace(measure, subject=subject)

    def _measure(
        self,
        id_: str,
        entry: Metric,
        kind: Kind,
        subject: tuple[str | None, str | None],
        runs: Mapping[str, Training],
        figures: Mapping[str, Picture],
    ) -> Measure | None:
        run, data = subject
        path = ("metrics", id_)
        asked = dict(kind.module.probes(kind.parameters))
        if entry.of is not None:
            shown = figures[entry.of].requests.get(run or "") if entry.of in figures else None
            if shown is None:
                if entry.of in figures:
                    where = self.loaded.where(*path, "of")
                    self.found.append(
                        Problem(
                            where,
                            f"figure '{entry.of}' does not show '{run}'",
                            allowed=f"It shows: {', '.join(figures[entry.of].requests)}.",
                        )
                    )
                return None
            asked = {name: request for name, request in asked.items() if name != "images"} | {"images": shown}
        requests = {name: self.request(self._of_subject(r, run, data, runs), runs, path) for name, r in asked.items()}
        if not all(requests.values()):
            return None
        own_probe = id_ if getattr(kind.parameters, "probe", None) else None
        scope = entry.of or own_probe or getattr(kind.parameters, "split", None) or "train"
        return Measure(id_, "", scope, kind, {name: r for name, r in requests.items() if r})

    def _of_subject(
        self, request: ProbeRequest, run: str | None, data: str | None, runs: Mapping[str, Training]
    ) -> ProbeRequest:
        """The request for a metric's subject; what needs no model is asked of the run's data alone, so that runs share it."""
        if request.run or request.data:
            return request
        alone = request.kind != HISTORY and request.kind in PROBES.names() and not PROBES.get(request.kind).NEEDS
        if alone and run is not None and run in runs:
            return replace(request, data=runs[run].data.id)
        return replace(request, run=run, data=None if run else data)


def resolve(loaded: Loaded) -> Resolved:
    """Closes every slot.

    Raises:
        ReportError: with every mistake at once.
    """
    resolver = _Resolver(loaded)
    resolver.report()
    data = {item.id: item for item in resolver.data()}
    runs = {item.id: item for item in resolver.runs(data)}
    figures = {item.id: item for item in resolver.figures(runs)}
    measures = tuple(resolver.measures(runs, data, figures))
    resolver.found += list(_twice(measures, loaded))
    if resolver.found:
        raise ReportError(*once(resolver.found))
    return Resolved(loaded, data, runs, figures, measures)


def _centimetres(entry: Figure) -> float | None:
    """A figure is drawn at the width it is printed at, so that its text keeps its size; None: the kind's own width."""
    if "width" not in entry.model_fields_set:
        return None
    number, percent = float(entry.width.rstrip("%cm")), entry.width.endswith("%")
    return round(TEXT_WIDTH * number / 100 if percent else number, 2)


def _twice(measures: Iterable[Measure], loaded: Loaded) -> Iterator[Problem]:
    """Facts that two metrics would give."""
    first: dict[str, str] = {}
    for measure in measures:
        for name, _ in measure.names():
            if first.setdefault(name, measure.id) != measure.id:
                rule = f"this metric gives the fact '{name}', and so does metric '{first[name]}'"
                yield Problem(
                    loaded.where("metrics", measure.id), rule, next_step="Change the split or the figure of one of them."
                )
