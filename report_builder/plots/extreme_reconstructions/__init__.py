"""The images that each run reconstructs best and worst: the mean hides both."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from report_builder.kinds import Draw, Figure, deferred
from report_builder.plots._options import SheetOptions


class Parameters(SheetOptions):
    """How many images of which runs are shown, and what counts as good."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(default=None, ge=1, description="Among how many images, drawn at random; null: all.")
    count: int = Field(default=8, ge=1, le=40, description="How many of the best, and how many of the worst.")
    error: Literal["bce", "mse"] = Field(
        default="bce", description="bce: binary cross-entropy in nats; mse: squared error; both summed over pixels."
    )

    @model_validator(mode="after")
    def _no_image_is_both(self) -> Parameters:
        if self.n is not None and self.n < 2 * self.count:
            raise ValueError(f"no image is best and worst: n is {2 * self.count} or more, twice the count, or count is less")
        return self


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
