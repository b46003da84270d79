"""A square of decoded codes between those of four images, which stand at its corners."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from report_builder.kinds import Draw, Figure, deferred
from report_builder.plots._options import SheetOptions
from report_builder.plots._same_data import check_data


class Parameters(SheetOptions):
    """Which four images stand at the corners, and how many between them."""

    corners: tuple[int | str, int | str, int | str, int | str] = Field(
        default=(0, 1, 2, 3),
        description="Classes (numbers or names) of top left, top right, bottom left, bottom right: the first image of each, "
        "of a class that is named again the next one.",
    )
    indices: tuple[int, int, int, int] | None = Field(
        default=None, description="Instead: places in the split of the four images, in the same order, counted from 0."
    )
    n: int = Field(default=8, ge=2, le=50, description="Images along each side, both corners included.")
    path: Literal["linear", "spherical"] = Field(
        default="linear", description="linear: straight ways between the codes; spherical: arcs around the origin."
    )
    condition: Literal["blended", "first"] = Field(
        default="blended",
        description="Of a conditional model: blended moves the condition with the code, first keeps that of the top left.",
    )
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
