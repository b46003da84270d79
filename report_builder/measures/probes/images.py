"""Images of a split as they are after the data steps; no model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.kinds import Parameters as Base

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData

NEEDS: frozenset[str] = frozenset()


class Parameters(Base):
    """Which images."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(default=None, ge=1, description="How many images, from the first on; null: all.")


def measure(model: Any, data: ImageData, parameters: Parameters) -> Arrays:
    """Images and their classes.

    Returns:
        `x` (n, height, width, channels) float32 and `value_range` (2,) of its pixels, `y` (n,) int64,
        `class_names` (k,) unicode, `index` (n,) int64: place of each image in the split.
    """
    import numpy as np

    from report_builder.measures.probes._batches import part_of

    part = part_of(data, parameters.split, parameters.n)
    names, limits = np.array(data.class_names), np.array(data.value_range, dtype=np.float32)
    return {"x": part.x, "y": part.y, "class_names": names, "index": np.arange(len(part.y)), "value_range": limits}
