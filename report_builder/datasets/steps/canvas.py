"""Place each image in several cells of a larger, empty canvas, with the cell as a condition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pydantic import Field, model_validator

from report_builder import kinds
from report_builder.datasets._stream import Stream
from report_builder.datasets.steps._condition import announced, appended
from report_builder.kinds import Condition, DataStep, ImageData, Images, Layout, Split
from report_builder.limits import IMAGE_PIXELS


class Parameters(kinds.Parameters):
    """The number of cells, and how many of them an image is drawn in."""

    cells: int = Field(3, ge=2, le=32, description="Cells of a side of the canvas; a cell has the size of an image.")
    drawn: int = Field(2, ge=1, description="Canvases of each image, each with the image in another cell, drawn at random.")
    seed: int = Field(0, ge=0, description="Seed of the cells.")

    @model_validator(mode="after")
    def _enough_cells(self) -> Parameters:
        if self.drawn > self.cells**2:
            raise ValueError(f"an image cannot stand in {self.drawn} different cells of {self.cells**2}")
        return self


def layout(before: Layout, parameters: Parameters) -> Layout:
    """Return the layout with larger images, `drawn` times as many, and the condition `position`."""
    height, width, channels = before.image_shape or (0, 0, 0)
    cells, drawn = parameters.cells, parameters.drawn
    IMAGE_PIXELS.hold(height * width * cells**2, "canvas.cells")
    return replace(
        before,
        image_shape=(height * cells, width * cells, channels) if before.image_shape else None,
        images={name: None if n is None else n * drawn for name, n in before.images.items()},
        conditions=announced(before, Condition("position", ("row", "column")), "canvas"),
    )


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Return a stream of canvases; those of one image are adjacent, in the order in which their cells were drawn.

    The position is (row, column) from the top left corner, each divided by `cells - 1`, so that it runs from 0 to 1.
    """
    after = layout(data.layout, parameters)
    splits = {name: _place_on_canvases(name, split, data, parameters) for name, split in data.splits.items()}
    return replace(data, splits=splits, conditions=after.conditions)


def _place_on_canvases(name: str, split: Split, data: ImageData, parameters: Parameters) -> Split:
    cells, drawn = parameters.cells, parameters.drawn
    random = np.random.default_rng([parameters.seed, *name.encode()])  # a different draw for each split
    order = random.permuted(np.tile(np.arange(cells**2, dtype=np.int16), (len(split.y), 1)), axis=1)
    row, column = np.divmod(order[:, :drawn].reshape(-1), cells)
    repeated = {
        part: None if values is None else np.repeat(values, drawn, axis=0)
        for part, values in (("condition", split.condition), ("attributes", split.attributes))
    }
    original = np.arange(len(split.y)) if split.original is None else split.original
    canvases = _canvases(split.x, (row, column), parameters, data.value_range[0])
    several = Split(canvases, np.repeat(split.y, drawn), original=np.repeat(original, drawn), **repeated)
    return appended(several, np.stack([row, column], axis=1) / (cells - 1))


def _canvases(x: Images, cell: tuple[np.ndarray, np.ndarray], parameters: Parameters, paper: float) -> Stream:
    """Return canvases filled with `paper`, of which canvas `i` has image `i // drawn` in cell `i`."""
    height, width, channels = x.shape[1:]
    cells, drawn = parameters.cells, parameters.drawn
    row, column = cell

    def make(places: np.ndarray) -> np.ndarray:
        canvas = np.full((len(places), cells, height, cells, width, channels), paper, x.dtype)
        canvas[np.arange(len(places)), row[places], :, column[places]] = x[places // drawn]
        return canvas.reshape(-1, cells * height, cells * width, channels)

    return Stream(make, np.arange(len(row)), (cells * height, cells * width, channels), x.dtype)


KIND = DataStep(parameters=Parameters, layout=layout, apply=apply)
