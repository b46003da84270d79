"""What figures and metrics ask of a run: is there such a probe, can the model serve it, can the judge judge it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from report_builder.errors import ReportError
from report_builder.kinds import MODELS, PROBES, ProbeRequest
from report_builder.plan.closing import Closing
from report_builder.plan.resolved import FROM_RUN, Kind, Training, inner_probe
from report_builder.spec.grammar import Slot
from report_builder.spec.source import KeyPath


class Requests:
    """Fills in requests and checks them against the runs."""

    def __init__(self, closing: Closing, runs: Mapping[str, Training]) -> None:
        self.closing = closing
        self.runs = runs

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
        probes = self._probes(request, path)
        if not probes or (request.run is not None and run is None) or not self._judged(request, probes[0], path):
            return None
        if run is not None and not all(self._serves(probe, request.needs, run, path) for probe in probes):
            return None
        parameters = probes[0].parameters.model_dump(mode="json")
        inner = {"images": probes[1].as_spec()} if len(probes) > 1 else {}
        return replace(request, parameters=parameters | inner)

    def _probes(self, request: ProbeRequest, path: KeyPath) -> list[Kind]:
        """The probe and, where it asks another one for its images, that one; none where something is wrong."""
        slots = [Slot(kind=request.kind, **request.parameters)]
        if (inner := inner_probe(request.parameters)) is not None:
            slots.append(Slot(**inner))
        closed = [self.closing.close(PROBES, slot, path) for slot in slots]
        return [probe for probe in closed if probe] if all(closed) else []

    # --- what a run can answer ------------------------------------------------------------------------------------------------

    def of_subject(self, request: ProbeRequest, run: str | None, data: str | None) -> ProbeRequest:
        """The request for a metric's subject; what needs no model is asked of the run's data alone, so that runs share it."""
        if request.run or request.data:
            return request
        if run is not None and run in self.runs and not self._needs_model(request):
            return replace(request, data=self.runs[run].data.id)
        return replace(request, run=run, data=None if run else data)

    def _needs_model(self, request: ProbeRequest) -> bool:
        kinds = [request.kind, *([inner["kind"]] if (inner := inner_probe(request.parameters)) else [])]
        return bool(request.needs) or any(self._needs(kind) for kind in kinds)

    def _needs(self, kind: str) -> frozenset[str]:
        """What a probe needs of the model; what a run answers itself, and an unknown probe, need some."""
        try:
            needed: frozenset[str] = PROBES.get(kind, beside=self.closing.beside).NEEDS
        except ReportError:
            return frozenset({kind})
        return needed

    def _serves(self, probe: Kind, also: frozenset[str], run: Training, path: KeyPath) -> bool:
        """Whether the run's model provides what is needed, in a latent space of the dimension that the probe draws in."""
        if not self._provides(probe.module.NEEDS | also, run, path):
            return False
        axes, has = getattr(probe.module, "LATENT_DIM", None), getattr(run.model.parameters, "latent_dim", None)
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
