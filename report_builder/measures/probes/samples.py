"""Images generated from codes drawn from the prior, by a model with or without a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import Probe

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, ImageData, Trained


class Parameters(Base):
    """The number of images, and the draw."""

    n: int = Field(default=100, ge=1, description="How many images.")
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")
    conditions: Literal["in_turn", "drawn"] = Field(
        default="in_turn",
        description="What a conditional model is asked: classes in turn, or conditions drawn from those of training images.",
    )


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Generate samples; a conditional model gets conditions of training images.

    Returns:
        `images` (n, height, width, channels) float32 with `value_range` (2,), `class_names` (c,) unicode; for a conditional
        model `condition` (n, k) float32, with a class `asked_class` (n,) int64, with a position `asked_row` and
        `asked_column` (n,) int64, counted from 0, and `cells` (2,) int64.

    Raises:
        ReportError: if the model takes a condition and the data has none.
    """
    import numpy as np

    from report_builder.measures.probes._batches import sampled

    about = _conditions(model, data, parameters)
    images = sampled(model, parameters.n, parameters.seed, about.get("condition"))
    limits = np.array(data.value_range, dtype=np.float32)
    return {"images": images, "value_range": limits, "class_names": np.array(data.class_names)} | about


def _conditions(model: Trained, data: ImageData, parameters: Parameters) -> dict[str, np.ndarray]:
    """Return conditions of training images and their meaning; empty if the model takes none."""
    import numpy as np

    from report_builder.measures.probes._asked import cells_of, draw_places, in_turn
    from report_builder.measures.probes._batches import given_to

    part = data.splits["train"]
    known = given_to(model, part)
    if known is None:
        return {}
    by_class = parameters.conditions == "in_turn"
    places = in_turn(part.y, parameters.n) if by_class else draw_places(len(known), parameters.n, parameters.seed)
    found = {"condition": known[places]}
    if any(condition.kind == "class" for condition in data.conditions):
        found["asked_class"] = np.asarray(part.y[places], dtype=np.int64)
    asked = cells_of(data, found["condition"])
    return found | {name if name == "cells" else f"asked_{name}": values for name, values in asked.items()}


KIND = Probe(parameters=Parameters, measure=measure, noise=lambda _: "draws", needs=frozenset({"sample|sample_condition"}))
