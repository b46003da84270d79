"""Marginal distributions of latent codes, compared with the standard normal distribution."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from report_builder.kinds import Draw, Figure, deferred
from report_builder.plots._codes import CodeOptions


class Parameters(CodeOptions):
    """Options of `latent_histograms`."""

    rows: int = Field(default=2, ge=1, le=10, description="Panels of a run under one another, at most.")
    columns: int = Field(default=5, ge=1, le=10, description="Panels side by side, at most.")
    dimensions: Literal["first", "largest", "smallest"] = Field(
        default="first",
        description="The first coordinates, or those with the largest or smallest Kolmogorov-Smirnov distance to N(0, 1).",
    )
    bins: int = Field(default=24, ge=4, le=200, description="Bars of a histogram.")


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.latent_histograms.drawing import draw

    return draw


KIND = Figure(
    summary="n x m histograms of single coordinates of the code with the density of N(0, 1) and the distance to it, by run",
    parameters=Parameters,
    serves=frozenset({"encode"}),
    reads=lambda parameters: parameters.encoded("code_marginals"),
    draw=_draw,
    table=True,
)
