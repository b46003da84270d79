"""The best and worst reconstructions of each run, which a mean error hides."""

from __future__ import annotations

from pydantic import Field

from report_builder.kinds import Draw, Figure, deferred
from report_builder.kinds.asked import Extremes
from report_builder.plots._options import SheetOptions


class Parameters(SheetOptions, Extremes):
    """Options of `extreme_reconstructions`."""

    split: str = Field(default="test", description="Part of the data set.")
    count: int = Field(default=8, ge=1, le=40, description="How many of the best, and how many of the worst.")


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.extreme_reconstructions.drawing import draw

    return draw


KIND = Figure(
    summary="best and worst reconstructions of each run, originals above, the error under each",
    parameters=Parameters,
    serves=frozenset({"reconstruct"}),
    reads=lambda parameters: parameters.each("extreme_reconstructions", "split", "n", "count", "error"),
    draw=_draw,
)
