"""Two images, and the image decoded from the mean of their codes."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from report_builder.kinds import Draw, Figure, ProbeRequest, deferred
from report_builder.plots._options import PairOptions


class Parameters(PairOptions):
    """Options of `pair_mean`."""

    ends: bool = Field(
        default=False, description="Also show the reconstructions of the two images, left and right of the mean."
    )


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Return requests for interpolations of three steps, the middle one of which is the mean."""
    needs = frozenset({"decode"})  # a conditional model would mix two conditions as well
    return parameters.each("interpolation", "pairs", "indices", "split", needs=needs, more={"steps": 3})


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.pair_mean.drawing import draw

    return draw


KIND = Figure(
    summary="first original, second original, decoded mean of their codes, for pairs and runs",
    parameters=Parameters,
    serves=frozenset({"encode", "decode"}),
    reads=reads,
    draw=_draw,
)
