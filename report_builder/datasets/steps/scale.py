"""Scale pixels to a fixed range."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import Field

from report_builder import kinds
from report_builder.datasets._stream import each
from report_builder.kinds import DataStep, ImageData, Layout

RANGES = {"unit": (0.0, 1.0), "symmetric": (-1.0, 1.0)}


class Parameters(kinds.Parameters):
    """The target range of the pixels."""

    range: Literal["unit", "symmetric"] = Field(
        "unit", description="unit: [0, 1], as a likelihood needs; symmetric: [-1, 1], as tanh gives."
    )


def layout(before: Layout, parameters: Parameters) -> Layout:
    """Return the layout with the new range."""
    return replace(before, value_range=RANGES[parameters.range])


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Scale the images to float32 in the new range."""
    (old_low, old_high), (low, high) = data.value_range, RANGES[parameters.range]
    slope = np.float32((high - low) / (old_high - old_low))
    offset = np.float32(low - old_low * (high - low) / (old_high - old_low))
    splits = each(data, lambda images, _: images * slope + offset, data.image_shape, np.float32)
    return replace(data, splits=splits, value_range=(low, high))


KIND = DataStep(parameters=Parameters, layout=layout, apply=apply)
