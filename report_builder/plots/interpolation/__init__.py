"""The path between the codes of two images, straight or along an arc, decoded step by step."""

from __future__ import annotations

from pydantic import Field

from report_builder.kinds import Draw, Figure, deferred
from report_builder.kinds.asked import Way
from report_builder.plots._options import PairOptions


class Parameters(PairOptions, Way):
    """Options of `interpolation`."""

    steps: int = Field(default=5, ge=2, description="Decoded images of a pair, both ends included.")
    originals: bool = Field(default=True, description="Show the two images themselves left and right of the decoded ones.")


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.interpolation.drawing import draw

    return draw


KIND = Figure(
    summary="k-step interpolation between the codes of two images, for pairs and runs, the originals at both ends",
    parameters=Parameters,
    serves=frozenset({"encode", "decode|decode_condition"}),
    reads=lambda parameters: parameters.each("interpolation", "pairs", "indices", "steps", "split", "path", "condition"),
    draw=_draw,
)
