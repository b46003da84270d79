"""Samples with their nearest training images, which shows whether a model has memorised its data."""

from __future__ import annotations

from pydantic import Field

from report_builder.kinds import Draw, Figure, deferred
from report_builder.plots._options import SheetOptions


class Parameters(SheetOptions):
    """Options of `nearest_training`."""

    n: int = Field(default=10, ge=1, le=200, description="How many samples.")
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")
    k: int = Field(default=1, ge=1, le=10, description="Nearest images of each sample.")
    split: str = Field(default="train", description="Part of the data set that is searched, all of it.")
    columns: int = Field(default=10, ge=1, description="Samples side by side; more of them start a new band.")


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.nearest_training.drawing import draw

    return draw


KIND = Figure(
    summary="generated samples, each above its nearest training images with their distances",
    parameters=Parameters,
    serves=frozenset({"sample|sample_condition"}),
    reads=lambda parameters: parameters.each("nearest_training", "n", "seed", "k", "split"),
    draw=_draw,
)
