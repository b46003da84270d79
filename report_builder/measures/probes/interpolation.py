"""The straight way between the codes of two images, decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.kinds import Parameters as Base

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData

NEEDS = frozenset({"encode", "decode"})


class Parameters(Base):
    """Which pairs of images, and in how many steps."""

    pairs: tuple[tuple[int | str, int | str], ...] = Field(
        default=((0, 6), (3, 8)),
        min_length=1,
        description="Pairs of classes (numbers or names); of each class the first image of the split is taken.",
    )
    indices: tuple[tuple[int, int], ...] | None = Field(
        default=None, min_length=1, description="Instead: pairs of indices of images in the split."
    )
    steps: int = Field(default=5, ge=2, description="Images of a pair, both ends included.")
    split: str = Field(default="test", description="Part of the data set.")


def measure(model: Any, data: ImageData, parameters: Parameters) -> Arrays:
    """Decoded points of the segment between two codes; first and last are exactly the codes of the two images.

    Returns:
        `images` (pairs, steps, height, width, channels) float32 with `value_range` (2,), `ends` (pairs, 2, height, width,
        channels): the originals, `z` (pairs, steps, latent_dim) float32, `labels` (pairs, 2) int64, `index` (pairs, 2)
        int64, `class_names` (k,), `pair_names` (pairs,) unicode.
    """
    import numpy as np

    from report_builder.measures.probes._batches import decode, encode, part_of, pixels
    from report_builder.measures.probes._pair_names import pair_names
    from report_builder.measures.probes._pairs import first_pairs, given_pairs

    part = part_of(data, parameters.split)
    index = given_pairs(part, parameters.indices) if parameters.indices else first_pairs(part, data, parameters.pairs)
    ends = pixels(part.x, index)
    codes = encode(model, ends.reshape(-1, *ends.shape[2:])).reshape(len(index), 2, -1)
    t = np.linspace(0, 1, parameters.steps, dtype=np.float32)[None, :, None]
    z = (1 - t) * codes[:, :1] + t * codes[:, 1:]
    found = {"images": decode(model, z), "z": z, "ends": ends, "labels": part.y[index], "index": index}
    found["pair_names"] = np.array(pair_names(parameters.pairs, parameters.indices))
    return found | {"class_names": np.array(data.class_names), "value_range": np.array(data.value_range, dtype=np.float32)}
