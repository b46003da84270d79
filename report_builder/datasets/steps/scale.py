"""Pixels brought to a fixed range."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field

from report_builder import kinds
from report_builder.kinds import ImageData, Split

RANGES = {"unit": (0.0, 1.0), "symmetric": (-1.0, 1.0)}


class Parameters(kinds.Parameters):
    """The range of the pixels afterwards."""

    range: Literal["unit", "symmetric"] = Field(
        "unit", description="unit: [0, 1], as a likelihood needs; symmetric: [-1, 1], as tanh gives."
    )


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Float32 images in the new range."""
    import numpy as np

    (old_low, old_high), (low, high) = data.value_range, RANGES[parameters.range]
    slope = np.float32((high - low) / (old_high - old_low))
    offset = np.float32(low - old_low * (high - low) / (old_high - old_low))
    splits = {name: Split(split.x * slope + offset, split.y) for name, split in data.splits.items()}
    return replace(data, splits=splits, value_range=(low, high))
