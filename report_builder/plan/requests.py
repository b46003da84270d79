"""What figures and metrics ask of a run: is there such a probe, can the model serve it, can the judge judge it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from report_builder.errors import ReportError
from report_builder.kinds import MODELS, PROBES, Layout, ProbeRequest
from report_builder.plan.closing import Closing
from report_builder.plan.resolved import FROM_RUN, DataSet, Kind, Training, further_needs, used_by
from report_builder.spec.grammar import Slot
from report_builder.spec.source import KeyPath


class Requests:
    """Fills in requests and checks them against the runs."""

    def __init__(self, closing: Closing, runs: Mapping[str, Training], data: Mapping[str, DataSet]) -> None:
        self.closing = closing
        self.runs = runs
        self.data = data

    def closed(self, request: ProbeRequest, path: KeyPath) -> ProbeRequest | None:
        """The request with its probe's parameters filled in; None, with the mistakes noted, where its run cannot serve it."""
        everything, closing = self.closing.loaded.experiment, self.closing
        if request.run is not None and not closing.known("run", request.run, everything.runs, path):
            return None
        if request.data is not None and not closing.known("data set", request.data, everything.data, path):
            return None
        run = self.runs.get(request.run or "")
        if request.kind in FROM_RUN:
            return request if run is None or self._provides(request.needs, run, path) else None
        probe = self.closing.close(PROBES, Slot(kind=request.kind, **request.parameters), path)
        if probe is None or (request.run is not None and run is None):
            return None
        data = run.data if run else self.data.get(request.data or "")
        fits = self._fitted(probe, data.layout if data else None, path)
        served = fits and (run is None or self._serves(fits, request.needs, run, path))
        if not fits or not self._judged(request, fits, path) or not served:
            return None
        return replace(request, parameters=fits.parameters.model_dump(mode="json"))

    def _fitted(self, probe: Kind, data: Layout | None, path: KeyPath) -> Kind | None:
        """The probe with its parameters fitted to what is known of the data (all classes written out, for example)."""
        if data is None or not hasattr(probe.module, "fitted"):
            return probe
        try:
            return replace(probe, parameters=probe.module.fitted(probe.parameters, data))
        except ReportError as error:
            self.closing.found += [replace(p, where=self.closing.loaded.where(*path)) for p in error.problems]
            return None

    # --- what a run can answer ------------------------------------------------------------------------------------------------

    def of_subject(self, request: ProbeRequest, run: str | None, data: str | None) -> ProbeRequest:
        """The request for a metric's subject; what needs no model is asked of the run's data alone, so that runs share it."""
        if request.run or request.data:
            return request
        if run is not None and run in self.runs and not self._needs_model(request):
            return replace(request, data=self.runs[run].data.id)
        return replace(request, run=run, data=None if run else data)

    def _needs_model(self, request: ProbeRequest) -> bool:
        """Whether the model is needed; what a run answers itself, and what is unknown, counts as needing it."""
        if request.needs or request.kind in FROM_RUN:
            return True
        try:
            module = PROBES.get(request.kind, beside=self.closing.beside)
            return bool(module.NEEDS or further_needs(module, request.parameters))
        except (ReportError, LookupError):
            return True

    def _serves(self, probe: Kind, also: frozenset[str], run: Training, path: KeyPath) -> bool:
        """Whether the run's model provides what is needed, in a latent space of the dimension that the probe draws in."""
        parameters = probe.parameters.model_dump(mode="json")
        if not self._provides(probe.module.NEEDS | further_needs(probe.module, parameters) | also, run, path):
            return False
        modules = [PROBES.get(kind, beside=self.closing.beside) for kind in (probe.name, *used_by(probe.module, parameters))]
        axes = next((m.LATENT_DIM for m in modules if hasattr(m, "LATENT_DIM")), None)
        has = getattr(run.model.parameters, "latent_dim", None)
        if axes is None or has is None or axes == has:
            return True
        rule = f"'{probe.name}' needs a latent space of {axes} dimensions, and run '{run.id}' has {has}"
        self.closing.note(path, rule, next_step="Choose another figure for it, or another latent_dim.")
        return False

    def _provides(self, needed: frozenset[str], run: Training, path: KeyPath) -> bool:
        if needed <= run.model.module.PROVIDES:
            return True
        lacks = ", ".join(sorted(needed - run.model.module.PROVIDES))
        rule = f"model '{run.model.name}' of run '{run.id}' cannot serve this: it does not provide {lacks}"
        self.closing.note(path, rule, allowed=f"Models that can: {_able(needed)}.")
        return False

    # --- who judges -----------------------------------------------------------------------------------------------------------

    def _judged(self, request: ProbeRequest, probe: Kind, path: KeyPath) -> bool:
        """Whether a probe that asks a classifier has one: a run whose model classifies."""
        if not getattr(probe.module, "JUDGED", False):
            return True
        at = (*path, "judge")
        if request.judge is None:
            rule = f"'{probe.name}' asks a trained classifier, and none is named"
            self.closing.note(path, rule, next_step="Name the run of a classifier: judge: <run>.")
            return False
        if not self.closing.known("run", request.judge, self.closing.loaded.experiment.runs, at):
            return False
        judge = self.runs.get(request.judge)
        if judge is None:
            return False
        if "classify" not in judge.model.module.PROVIDES:
            rule = f"model '{judge.model.name}' of run '{judge.id}' cannot judge: it does not provide classify"
            self.closing.note(at, rule, repr(judge.id), f"Models that can: {_able(frozenset({'classify'}))}.")
            return False
        return True


def _able(needed: frozenset[str]) -> str:
    able: list[Any] = [name for name, module in MODELS if needed <= module.PROVIDES]
    return ", ".join(able) or "none"
