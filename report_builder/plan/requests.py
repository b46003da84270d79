"""Checks what figures and metrics request: whether the probe exists, the model can serve it, and the judge can judge it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from report_builder.errors import Problem, ReportError
from report_builder.kinds import (
    FROM_RUN,
    MODELS,
    PROBES,
    Figure,
    Layout,
    Parameters,
    Probe,
    ProbeRequest,
    Role,
    by_role,
    opened,
)
from report_builder.plan.abilities import has_ability, served
from report_builder.plan.closing import Closing
from report_builder.plan.layouts import Layouts
from report_builder.plan.resolved import HISTORY, DataSet, Kind, Training
from report_builder.spec.grammar import Slot
from report_builder.spec.source import KeyPath

Asked = Kind[Probe[Parameters]]


class Requests:
    """Completes requests and checks them against the runs."""

    def __init__(self, closing: Closing, runs: Mapping[str, Training], data: Mapping[str, DataSet]) -> None:
        self.closing = closing
        self.runs = runs
        self.data = data
        self.layouts = Layouts(closing)

    def closed(self, request: ProbeRequest, path: KeyPath) -> ProbeRequest | None:
        """Request with its probe's parameters filled in; None, with the mistakes noted, if its run cannot serve it."""
        everything, closing = self.closing.loaded.experiment, self.closing
        if request.run is not None and not closing.known("run", request.run, everything.runs, path):
            return None
        if request.data is not None and not closing.known("data set", request.data, everything.data, path):
            return None
        run = self.runs.get(request.run or "")
        if request.kind in FROM_RUN:
            kept = self._is_answerable(request, run, path)
            return replace(request, terms=run.terms) if kept and run else request if kept else None
        probe = self.closing.close(PROBES, Slot(kind=request.kind, **request.parameters), path)
        if probe is None or (request.run is not None and run is None):
            return None
        data = run.data if run else self.data.get(request.data or "")
        fits = self._fit(probe, data.layout if data else None, path)
        if fits is None or data is None:
            return None
        found = len(self.closing.found)
        if run is not None:
            self._serves(fits, request.needs, run, path)
        elif request.needs or fits.module.all_needs(fits.parameters):
            self._no_model(request, path)
        parameters = self._with_judge(request.judge, fits, data, path)
        splits = [split for each in _with_inner(parameters) for split in by_role(each, Role.SPLIT).values()]
        classes = [c for each in _with_inner(parameters) for named in by_role(each, Role.CLASSES).values() for c in named]
        self.layouts.measurable(data, splits, classes, path)
        noise, filled = fits.module.noise(parameters), parameters.model_dump(mode="json")
        seen = () if noise == "draws" else tuple(splits)  # drawn samples show no part of the data
        return replace(request, parameters=filled, noise=noise, splits=seen) if len(self.closing.found) == found else None

    def logged(self, parameters: Parameters, requests: Iterable[ProbeRequest], path: KeyPath) -> None:
        """Check that the runs will log the terms that a figure or metric reads from their history."""
        panels = [panel for each in by_role(parameters, Role.TERMS).values() for panel in each]
        terms = [term for panel in panels for term in ([panel] if isinstance(panel, str) else panel)]
        for request in requests:
            run = self.runs.get(request.run or "")
            if request.kind == HISTORY and run:
                self.layouts.logged(run.data, terms, (*path, "terms"))

    def shows(self, kind: Figure[Parameters], requests: Collection[ProbeRequest], path: KeyPath) -> bool:
        """Whether the models of the runs that are shown, judges excluded, provide what a figure of this kind serves."""
        judges, found = {request.judge for request in requests}, len(self.closing.found)
        runs = {each.run: self.runs.get(each.run) for each in requests if each.run and each.run not in judges}
        for run in filter(None, runs.values()):
            self._provides(kind.serves, run, path)
        return len(self.closing.found) == found

    def _fit(self, probe: Asked, data: Layout | None, path: KeyPath) -> Asked | None:
        """Probe with its parameters fitted to what is known of the data (for example, all classes listed)."""
        if data is None:
            return probe
        with self.closing.at(path):
            return replace(probe, parameters=probe.module.fitted(probe.parameters, data))
        return None

    # --- what a run can answer ------------------------------------------------------------------------------------------------

    def of_subject(self, request: ProbeRequest, run: str | None, data: str | None) -> ProbeRequest:
        """Request for a metric's subject; one that needs no model is made of the run's data alone, so that runs share it."""
        if request.run or request.data:
            return request
        if run is not None and run in self.runs and not self._needs_model(request):
            return replace(request, data=self.runs[run].data.id)
        return replace(request, run=run, data=None if run else data)

    def _needs_model(self, request: ProbeRequest) -> bool:
        """Whether the model is needed; requests that a run answers itself, and unknown or wrong ones, count as needing it."""
        if request.needs or request.kind in FROM_RUN:
            return True
        try:
            probe = self.closing.module(PROBES, request.kind)
            return bool(probe.all_needs(probe.parameters.model_validate(request.parameters)))
        except (ReportError, ValueError):
            return True

    def _serves(self, probe: Asked, also: frozenset[str], run: Training, path: KeyPath) -> bool:
        """Whether the run's model provides what is needed, with a latent space of the dimension that the probe uses."""
        if not self._provides(probe.module.all_needs(probe.parameters) | also, run, path):
            return False
        probes = [probe.module, *(self.closing.module(PROBES, kind) for kind in probe.module.uses(probe.parameters))]
        axes = next((each.latent_dim for each in probes if each.latent_dim), None)
        if axes is None or run.latent_dim in (None, axes):
            return True
        rule = f"'{probe.name}' needs a latent space of {axes} dimensions, and this run has {run.latent_dim}"
        self._note(path, run, rule, "", "Choose another figure for it, or another latent_dim.")
        return False

    def _provides(self, needed: frozenset[str], run: Training, path: KeyPath) -> bool:
        if lacks := _lacks(run, needed):
            rule = f"model '{run.model.name}' cannot serve this: it does not provide {lacks}"
            self._note(path, run, rule, f"Models that can: {_able(needed)}.", served(run.model.module.abilities, str(path[0])))
        return not lacks

    def _note(self, path: KeyPath, run: Training, rule: str, allowed: str, next_step: str) -> None:
        """Note what a run cannot do; all runs that cannot do it share one message."""
        where = f"{self.closing.loaded.where(*path)}, run '{run.id}'"
        self.closing.found.append(Problem(where, rule, allowed=allowed, next_step=next_step))

    def _is_answerable(self, request: ProbeRequest, run: Training | None, path: KeyPath) -> bool:
        """Whether a run answers the request itself; True for a run with mistakes of its own, of which no more is reported."""
        if request.run is None:
            self._no_model(request, path)
            return False
        return run is None or self._provides(request.needs, run, path)

    def _no_model(self, request: ProbeRequest, path: KeyPath) -> None:
        rule = f"'{request.kind}' measures a trained model, and the data '{request.data}' alone has none"
        self.closing.note((*path, "data"), rule, next_step="Name runs: [...] instead of data: [...].")

    # --- judges ---------------------------------------------------------------------------------------------------------------

    def _with_judge(self, judge: str | None, probe: Asked, data: DataSet, path: KeyPath) -> Parameters:
        """Parameters of the probe, completed from the judge's data; a probe that asks a classifier must have a suitable judge.

        A suitable judge is a run whose model classifies such images, and provides what the probe needs of it.
        """
        at, parameters = (*path, "judge"), probe.parameters
        if probe.module.judged is None:
            return parameters
        if judge is None:
            rule = f"'{probe.name}' asks a trained classifier, and none is named"
            self.closing.note(path, rule, next_step="Name the run of a classifier: judge: <run>.")
        elif self.closing.known("run", judge, self.closing.loaded.experiment.runs, at) and judge in self.runs:
            court = self.runs[judge]
            if self._may_judge(court, probe.module.judge_needs, at):
                classes = [c for each in _with_inner(parameters)[1:] for c in by_role(each, Role.CLASSES).values()]
                self.layouts.judgeable(data, court, classes[0] if classes else (), at)
                with self.closing.at(at):
                    return probe.module.of_judge(parameters, court.data.layout) if court.data.layout else parameters
        return parameters

    def _may_judge(self, judge: Training, also: frozenset[str], at: KeyPath) -> bool:
        needed = frozenset(also) | {"classify"}
        if lacks := _lacks(judge, needed):
            rule = f"model '{judge.model.name}' of run '{judge.id}' cannot judge: it does not provide {lacks}"
            self.closing.note(at, rule, repr(judge.id), f"Models that can: {_able(needed)}.")
        return not lacks


def _with_inner(parameters: Parameters) -> list[Parameters]:
    """Parameters of a probe, followed by those of the probe inside it."""
    return [parameters, *(opened(PROBES, inner)[1] for inner in by_role(parameters, Role.PROBE).values())]


def _lacks(run: Training, needed: frozenset[str]) -> str:
    """What the model of a run does not provide of what is needed, as a text."""
    return ", ".join(sorted(need.replace("|", " or ") for need in needed if not has_ability(run.model.module.abilities, need)))


def _able(needed: frozenset[str]) -> str:
    return ", ".join(name for name, module in MODELS if all(has_ability(module.abilities, need) for need in needed)) or "none"
