"""Images that a model makes of codes drawn from its prior, whether it takes a condition or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.kinds import Parameters as Base

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData

NEEDS = frozenset({"sample|sample_condition"})


class Parameters(Base):
    """How many images, and which draw."""

    n: int = Field(default=100, ge=1, description="How many images.")
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")


def measure(model: Any, data: ImageData, parameters: Parameters) -> Arrays:
    """Samples.

    A conditional model is asked for conditions of training images, of the classes in turn.

    Returns:
        `images` (n, height, width, channels) float32 with `value_range` (2,), `class_names` (c,) unicode; of a conditional
        model `condition` (n, k) float32, and where the class is part of it `asked_class` (n,) int64.

    Raises:
        ReportError: the model takes a condition and the data has none.
    """
    import numpy as np

    from report_builder.measures.probes._asked import in_turn
    from report_builder.measures.probes._batches import given_to, sampled

    part = data.splits["train"]
    known, asked = given_to(model, part), {}
    if known is not None:
        places = in_turn(part.y, parameters.n)
        asked = {"condition": known[places]}
        if any(each.kind == "class" for each in data.conditions):
            asked["asked_class"] = np.asarray(part.y[places], dtype=np.int64)
    images = sampled(model, parameters.n, parameters.seed, asked.get("condition"))
    limits = np.array(data.value_range, dtype=np.float32)
    return {"images": images, "value_range": limits, "class_names": np.array(data.class_names)} | asked
