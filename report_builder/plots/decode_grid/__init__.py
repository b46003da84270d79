"""The plane of a two-dimensional latent code, decoded on a lattice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from report_builder.kinds import Draw, Figure, ProbeRequest, deferred
from report_builder.plain import Fields
from report_builder.plots._options import SheetOptions

Limits = tuple[tuple[float, float], tuple[float, float]]


class Parameters(SheetOptions):
    """Options of `decode_grid`."""

    n: int = Field(default=20, ge=2, le=100, description="Images along each axis.")
    limits: Limits | dict[str, Limits] | None = Field(
        default=None,
        description="[[from, to], [from, to]] of both coordinates, or such by run id; null: the range of each run's codes.",
    )
    quantile: float = Field(default=0.01, ge=0, lt=0.5, description="Share of the codes left out at either end of an axis.")
    split: str = Field(default="test", description="Part of the data set whose codes give the range.")
    lattice: Literal["even", "normal"] = Field(
        default="even",
        description="even: equal steps between the limits; normal: quantiles of N(0, 1) at (i + 1/2) / n for every run.",
    )
    cell_cm: float = Field(default=0.6, gt=0.1, le=10, description="Largest width of one image on paper.")
    separators: bool = Field(default=False, description="Leave a thin gap between the images.")

    def _idle(self) -> dict[str, str]:
        if self.lattice == "normal":
            return dict.fromkeys(("split", "quantile"), "on a lattice of normal quantiles")
        known = self.limits is not None and not (isinstance(self.limits, dict) and {*self.runs} - {*self.limits})
        return dict.fromkeys(("split", "quantile"), "beside 'limits'") if known else {}

    @model_validator(mode="after")
    def _quantiles_have_no_limits(self) -> Parameters:
        if self.lattice == "normal" and self.limits is not None:
            raise ValueError("a lattice of normal quantiles has no limits: leave out 'limits' or 'lattice'")
        return self


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Return the request for the decoded lattice of each run."""
    return {run: ProbeRequest("decode_grid", _request_fields(parameters, run), run=run) for run in parameters.runs}


def _request_fields(parameters: Parameters, run: str) -> Fields:
    given = parameters.limits
    limits = given.get(run) if isinstance(given, dict) else given
    return parameters.model_dump(include={"n", "quantile", "split", "lattice"}) | {"limits": limits}


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.decode_grid.drawing import draw

    return draw


KIND = Figure(
    summary="n x n decoded images over a rectangle of the two-dimensional code, runs side by side",
    parameters=Parameters,
    serves=frozenset({"encode", "decode"}),
    reads=reads,
    draw=_draw,
)
