"""A grid of images for each run of a sweep, headed by its settings and measured values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import Field, field_validator

from report_builder.errors import ReportError
from report_builder.kinds import Draw, Figure, ProbeRequest, Role, Subject, deferred
from report_builder.plain import Plain
from report_builder.plots._options import SheetOptions, fact_names
from report_builder.plots._sweep import unknown


class Parameters(SheetOptions):
    """Options of `sweep_panel`."""

    n: int = Field(default=8, ge=1, le=30, description="Images along a side of each grid.")
    probe: Annotated[dict[str, Any], Role.PROBE] = Field(
        default={"kind": "samples"},
        description="What gives the images, {kind: ..., parameters}: samples, conditional_samples, decode_grid, "
        "reconstructions, interpolation, or another probe that gives images. Counts that are not written follow from n.",
    )
    metrics: tuple[str, ...] = Field(
        default=(),
        description="Facts without their run, printed above each grid: [test.elbo]; their metrics measure every run.",
    )
    digits: int | None = Field(default=None, ge=0, le=6, description="Digits of the values; null: four significant ones.")
    over: tuple[str, ...] | None = Field(
        default=None,
        description="Settings printed above each grid, e.g. [model.latent_dim]; null: those that the sweep varies.",
    )
    columns: int | None = Field(
        default=None, ge=1, description="Grids side by side; null: those of one value of the first setting, at most four."
    )
    cell_cm: float = Field(default=1.0, gt=0.1, le=10, description="Largest width of one image on paper.")

    def _idle(self) -> dict[str, str]:
        return {} if self.metrics else {"digits": "without 'metrics'"}

    @field_validator("probe")
    @classmethod
    def _has_a_kind(cls, probe: dict[str, Plain]) -> dict[str, Plain]:
        if type(probe.get("kind")) is not str:
            raise ValueError("a probe names its kind: {kind: samples}")
        return probe


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Return the request for the images of each run."""
    kind = parameters.probe["kind"]
    given = {key: value for key, value in parameters.probe.items() if key != "kind"}
    return {run: ProbeRequest(kind, _counts(kind, given, parameters.n) | given, run=run) for run in parameters.runs}


def _counts(kind: str, given: Collection[str], n: int) -> dict[str, int]:
    """Counts that a probe is asked for, so that its images fill a grid with `n` along a side."""
    if kind == "reconstructions":  # an original and its reconstruction take two rows
        return {} if "per_class" in given else {"n": n * max(1, n // 2)}
    known = {"samples": ("n", n * n), "decode_grid": ("n", n), "interpolation": ("steps", max(2, n))}
    known["conditional_samples"] = ("per_condition", n)
    return dict([known[kind]]) if kind in known else {}


def facts(parameters: Parameters) -> list[str]:
    """Return the facts shown: each metric of each run."""
    return fact_names(parameters.runs, parameters.metrics)


def check(parameters: Parameters, subjects: Mapping[str, Subject]) -> None:
    """Check that all runs have the settings to be printed.

    Raises:
        ReportError: a run lacks one.
    """
    if problems := list(unknown(parameters.runs, subjects, {"over": parameters.over or ()})):
        raise ReportError(*problems)


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.sweep_panel.drawing import draw

    return draw


KIND = Figure(
    summary="a grid of images for each run of a sweep (samples, reconstructions ...), its setting and measured values above it",
    parameters=Parameters,
    reads=reads,
    facts=facts,
    check=check,
    draw=_draw,
)
