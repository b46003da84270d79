"""A metric as a step of the store: arrays -> `facts.json` and `samples.npz`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report_builder import measures
from report_builder.kinds import METRICS, Quantity, opened
from report_builder.store import reading

if TYPE_CHECKING:
    from report_builder.jobs import Emit, Site
    from report_builder.store import Work


def carry_out(work: Work, site: Site, _: Emit) -> None:
    """Measure and commit."""
    kind, parameters = opened(METRICS, work.step.spec["metric"], beside=site.beside)
    quantities = [Quantity(**value) for value in work.step.spec["values"]]
    measures.measure(kind, parameters, quantities, reading.inputs(work.step, site.store), work.folder)
    work.commit()
