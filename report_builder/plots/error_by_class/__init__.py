"""Reconstruction error by class."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from report_builder.kinds import Draw, Figure, deferred
from report_builder.plots._options import RunOptions
from report_builder.plots._same_data import check_data


class Parameters(RunOptions):
    """Options of `error_by_class`."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(default=None, ge=1, description="How many images, drawn at random; null: all.")
    error: Literal["bce", "mse"] = Field(default="bce", description="bce: binary cross-entropy in nats; mse: squared error.")
    per: Literal["image", "pixel"] = Field(
        default="image", description="image: sum over the pixels of an image; pixel: mean over them."
    )


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.error_by_class.drawing import draw

    return draw


KIND = Figure(
    summary="error of reconstruction of the images of each class, as boxes with their means, runs side by side",
    parameters=Parameters,
    serves=frozenset({"reconstruct"}),
    reads=lambda parameters: parameters.each("reconstruction_errors", "split", "n"),
    check=check_data,
    draw=_draw,
    table=True,
)
