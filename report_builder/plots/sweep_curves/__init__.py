"""Measured values as functions of a swept setting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from report_builder.errors import ReportError
from report_builder.kinds import Draw, Figure, ProbeRequest, Subject, deferred
from report_builder.plots._options import RunOptions, fact_names
from report_builder.plots._sweep import Swept, incomparable, logarithmic_over, swept


class Parameters(RunOptions):
    """Options of `sweep_curves`."""

    metrics: tuple[str, ...] = Field(
        min_length=1, description="Facts without their run, a panel for each: [test.elbo, test.kl_loss]."
    )
    over: str | None = Field(
        default=None, description="Setting to the right, e.g. model.latent_dim; null: the sweep's first axis of numbers."
    )
    lines: tuple[str, ...] | None = Field(
        default=None, description="Settings that are told apart by colour; null: the other axes of the sweep."
    )
    spread: Literal["points", "range", "none"] = Field(
        default="points",
        description="Of several seeds: each one as a thin point, or bars from the smallest to the largest value.",
    )
    best: bool = Field(default=False, description="Mark the run whose value the metric prefers with a ring, in each panel.")
    log_over: bool | None = Field(
        default=None,
        description="Logarithmic axis to the right, linear between zero and the next value; null: where its values span "
        "a factor of ten or more.",
    )
    log: bool = Field(default=False, description="Logarithmic axis upwards.")
    height_cm: float = Field(default=6.0, gt=2, le=22, description="Height of a panel on paper.")


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Return no requests, because only facts are shown."""
    return {}


def facts(parameters: Parameters) -> list[str]:
    """Return the facts shown: each metric of each run."""
    return fact_names(parameters.runs, parameters.metrics)


def check(parameters: Parameters, subjects: Mapping[str, Subject]) -> None:
    """Check that the runs have distinct places on the axis, and are comparable if the best one is to be marked.

    Raises:
        ReportError: they do not, or are not.
    """
    found = _swept(parameters, subjects)
    if parameters.log_over:
        logarithmic_over(found, subjects)
    if parameters.best and (problems := list(incomparable(parameters.runs, subjects, found))):
        raise ReportError(*problems)


def _swept(parameters: Parameters, subjects: Mapping[str, Subject]) -> Swept:
    return swept(parameters.runs, subjects, parameters.over, parameters.lines)


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.sweep_curves.drawing import draw

    return draw


KIND = Figure(
    summary="facts over a setting of a sweep: a panel for each metric, "
    "a line for each value of the other settings, seeds as points",
    parameters=Parameters,
    reads=reads,
    facts=facts,
    check=check,
    draw=_draw,
    table=True,
)
