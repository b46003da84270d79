"""Pixels made black or white."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from report_builder import kinds
from report_builder.kinds import ImageData, Split


class Parameters(kinds.Parameters):
    """Where black ends."""

    threshold: float = Field(0.5, ge=0, lt=1, description="A pixel above this share of the range becomes 1, every other 0.")


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Float32 images whose pixels are 0 or 1."""
    import numpy as np

    low, high = data.value_range
    edge = low + parameters.threshold * (high - low)
    splits = {name: Split((split.x > edge).astype(np.float32), split.y) for name, split in data.splits.items()}
    return replace(data, splits=splits, value_range=(0.0, 1.0))
