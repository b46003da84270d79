"""Decoded means of the codes of many pairs of images, since a single pair is not representative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import Probe, Role

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, ImageData, Split, Trained


class Parameters(Base):
    """The classes to pair, and the number of pairs."""

    pairs: tuple[tuple[int | str, int | str], ...] = Field(
        default=((0, 6), (3, 8)), min_length=1, description="Pairs of classes, numbers or names."
    )
    n: int = Field(default=200, ge=1, description="Pairs of images drawn for each pair of classes.")
    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set.")
    seed: int = Field(default=0, ge=0, description="Seed of the draw; the same images are drawn for every run.")


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Decode the means of two codes, and reconstruct both ends.

    Returns:
        `images` (pairs, n, height, width, channels) float32 with `value_range` (2,), `ends` (pairs, n, 2, height, width,
        channels): reconstructions, `labels` (pairs, 2) int64, `index` (pairs, n, 2) int64, `class_names` (k,), `pair_names`
        (pairs,) unicode.
    """
    import numpy as np

    from report_builder.measures._pair_names import pair_names
    from report_builder.measures.probes._batches import decode, encode, part_of, pixels
    from report_builder.measures.probes._pairs import class_number

    part = part_of(data, parameters.split)
    labels = np.array([[class_number(label, data) for label in pair] for pair in parameters.pairs], dtype=np.int64)
    random = np.random.default_rng(parameters.seed)
    index = np.stack(
        [
            np.stack([_draw_images(part, label, data.class_names, parameters.n, random) for label in pair], axis=1)
            for pair in labels
        ]
    )
    codes = encode(model, pixels(part.x, index.ravel())).reshape(*index.shape, -1)
    found = {"images": decode(model, codes.mean(axis=2)), "ends": decode(model, codes), "labels": labels, "index": index}
    found["pair_names"] = np.array(pair_names(parameters.pairs))
    return found | {"class_names": np.array(data.class_names), "value_range": np.array(data.value_range, dtype=np.float32)}


def _draw_images(part: Split, label: int, names: tuple[str, ...], n: int, random: np.random.Generator) -> np.ndarray:
    """Draw the indices of `n` images of a class; each occurs once before any is repeated."""
    import numpy as np

    from report_builder.measures.probes._pairs import members

    found = members(part, label, names[label])
    rounds = -(-n // len(found))
    return np.concatenate([random.permutation(found) for _ in range(rounds)])[:n]


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"encode", "decode"}))
