"""Distances of samples, and of real images not used in training, to the nearest training image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, field_validator

from report_builder.kinds import Parameters as Base
from report_builder.kinds import Probe, Role

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Trained


class Parameters(Base):
    """The number of samples, and the real images to compare with."""

    n: Annotated[int, Role.WHAT] = Field(
        default=1000, ge=1, description="How many samples, and at most how many real images, drawn at random."
    )
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")
    split: Annotated[str, Role.SPLIT] = Field(
        default="test", description="Part of the data set with the real images, not 'train'."
    )

    @field_validator("split")
    @classmethod
    def _not_trained_on(cls, split: str) -> str:
        if split == "train":
            raise ValueError("the nearest training image of a training image is itself: name another split")
        return split


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Compute distances to the nearest training image: root mean square difference of the pixels, relative to their range.

    Returns:
        `distance` (n,) float64 of samples, for a conditional model with conditions drawn from training images; `real` (m,)
        float64 of real images, m <= n, and their indices in the split `index` (m,) int64.
    """
    from report_builder.measures.probes import samples
    from report_builder.measures.probes._batches import part_of, pixels, places_of
    from report_builder.measures.probes._search import nearest_images

    drawn = samples.measure(model, data, samples.Parameters(n=parameters.n, seed=parameters.seed, conditions="drawn"))["images"]
    searched, real = data.splits["train"].x, pixels(part_of(data, parameters.split, parameters.n).x)
    both = {"distance": drawn, "real": real}
    found = {name: nearest_images(images, searched, 1, data.value_range)[1][:, 0] for name, images in both.items()}
    return found | {"index": places_of(data, parameters.split, parameters.n)}


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"sample|sample_condition"}))
