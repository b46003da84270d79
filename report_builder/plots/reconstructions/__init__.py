"""Original images, with the reconstructions of each run below them."""

from __future__ import annotations

from pydantic import Field

from report_builder.kinds import Draw, Figure, deferred
from report_builder.plots._options import SheetOptions


class Parameters(SheetOptions):
    """Options of `reconstructions`."""

    split: str = Field(default="test", description="Part of the data set.")
    per_class: int = Field(default=1, ge=1, description="Images of each class, from the first of each on.")
    n: int | None = Field(default=None, ge=1, description="Instead: n images drawn at random, whatever their class.")
    columns: int = Field(default=10, ge=1, description="Images side by side; more of them start a new band.")
    class_names: bool = Field(default=True, description="Print the class above each image.")

    def _idle(self) -> dict[str, str]:
        return {"per_class": "beside 'n'"} if self.n else {}


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.reconstructions.drawing import draw

    return draw


KIND = Figure(
    summary="originals in the order of their classes, and under them the reconstructions of each run",
    parameters=Parameters,
    serves=frozenset({"reconstruct"}),
    reads=lambda parameters: parameters.each("reconstructions", "split", "per_class", "n"),
    draw=_draw,
)
