"""Images and their reconstructions: encoded and decoded, without noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import Probe, Role

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Trained


class Parameters(Base):
    """The images to reconstruct."""

    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set.")
    per_class: int = Field(
        default=1, ge=1, description="Images of each class, in the order of the classes, from the first of each on."
    )
    n: int | None = Field(default=None, ge=1, description="Instead: n images drawn at random, of any class.")


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Reconstruct images.

    Returns:
        `x` and `reconstruction` (n, height, width, channels) float32 with `value_range` (2,), `y` (n,) int64,
        `index` (n,) int64, `class_names` (k,) unicode.
    """
    import numpy as np

    from report_builder.measures.probes._batches import part_of, pixels, places_of, reconstruct

    part = part_of(data, parameters.split, parameters.n)
    index = np.arange(len(part.y))
    if parameters.n is None:
        index = np.concatenate(
            [np.flatnonzero(part.y == label)[: parameters.per_class] for label in range(len(data.class_names))]
        )
    x, limits = pixels(part.x, index), np.array(data.value_range, dtype=np.float32)
    found = {"x": x, "reconstruction": reconstruct(model, x), "value_range": limits}
    return found | {
        "y": part.y[index],
        "index": places_of(data, parameters.split, parameters.n)[index],
        "class_names": np.array(data.class_names),
    }


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"reconstruct"}))
