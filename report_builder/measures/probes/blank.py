"""Blank images in the shape of the data, as a control for measures of image quality."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import Probe

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Trained


class Parameters(Base):
    """The number of images."""

    n: int = Field(default=100, ge=1, description="How many images.")


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Create identical images with every pixel at the lowest value of its range.

    Returns:
        `images` (n, height, width, channels) float32 with `value_range` (2,); for canvases `row` and `column` (n,) int64: the
        first cell, and `cells` (2,) int64.
    """
    import numpy as np

    from report_builder.measures.probes._asked import cell_values

    n, known = parameters.n, cell_values(data)
    images = np.full((n, *data.image_shape), data.value_range[0], dtype=np.float32)
    found = {"images": images, "value_range": np.array(data.value_range, dtype=np.float32)}
    if known:
        found |= {name: np.zeros(n, dtype=np.int64) for name in ("row", "column")}
        found["cells"] = np.array([len(axis) for axis in known])
    return found


KIND = Probe(parameters=Parameters, measure=measure, noise=lambda _: "fixed")
