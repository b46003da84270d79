"""Samples of a model, and the training images that they most resemble."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import Probe, Role

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Trained


class Parameters(Base):
    """The number of samples, and the images to search."""

    n: int = Field(default=10, ge=1, description="How many samples.")
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")
    k: int = Field(default=1, ge=1, description="Nearest images of each sample.")
    split: Annotated[str, Role.SPLIT] = Field(default="train", description="Part of the data set that is searched, all of it.")


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Generate samples as the probe `samples` does, and find their nearest images.

    Returns:
        The arrays of the probe `samples`; `neighbours` (n, k, height, width, channels) float32; `distance` (n, k) float64: root
        mean square difference of the pixels relative to their range, ascending; `neighbour_index` (n, k) int64: indices in the
        split; `searched` () int64: number of images searched.
    """
    import numpy as np

    from report_builder.measures.probes import samples
    from report_builder.measures.probes._batches import part_of, pixels
    from report_builder.measures.probes._search import nearest_images

    drawn = samples.measure(model, data, samples.Parameters(n=parameters.n, seed=parameters.seed))
    part = part_of(data, parameters.split)
    index, distance = nearest_images(drawn["images"], part.x, parameters.k, data.value_range)
    found = dict(drawn) | {"neighbours": pixels(part.x, index)}
    return found | {"distance": distance, "neighbour_index": index, "searched": np.array(len(part.y))}


KIND = Probe(parameters=Parameters, measure=measure, noise=lambda _: "draws", needs=frozenset({"sample|sample_condition"}))
