"""A square of images decoded between the codes of four images at its corners."""

from __future__ import annotations

from pydantic import Field

from report_builder.kinds import Draw, Figure, deferred
from report_builder.kinds.asked import FourCorners
from report_builder.plots._options import SheetOptions
from report_builder.plots._same_data import check_data


class Parameters(SheetOptions, FourCorners):
    """Options of `four_corners`."""

    split: str = Field(default="test", description="Part of the data set.")
    cell_cm: float = Field(default=1.0, gt=0.2, le=10, description="Largest width of one image on paper.")

    def _idle(self) -> dict[str, str]:
        return {"corners": "beside 'indices'"} if self.indices is not None else {}


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.four_corners.drawing import draw

    return draw


KIND = Figure(
    summary="n x n images between the codes of four images at the corners, bilinear or along arcs, runs side by side",
    parameters=Parameters,
    serves=frozenset({"encode", "decode|decode_condition"}),
    reads=lambda parameters: parameters.each("four_corners", "corners", "indices", "n", "path", "condition", "split"),
    check=check_data,
    draw=_draw,
)
