"""Images that a model makes of codes drawn from its prior."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.kinds import Parameters as Base

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData

NEEDS = frozenset({"sample"})


class Parameters(Base):
    """How many images, and which draw."""

    n: int = Field(default=100, ge=1, description="How many images.")
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")


def measure(model: Any, data: ImageData, parameters: Parameters) -> Arrays:
    """Samples.

    Returns:
        `images` (n, height, width, channels) float32 with `value_range` (2,), `class_names` (c,) unicode.
    """
    import numpy as np

    from report_builder.measures.probes._batches import sampled

    limits = np.array(data.value_range, dtype=np.float32)
    images = sampled(model, parameters.n, parameters.seed)
    return {"images": images, "value_range": limits, "class_names": np.array(data.class_names)}
