"""Decoded path between the codes of two images, straight or along an arc."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder.kinds import Probe, Role, class_number
from report_builder.kinds.asked import Way

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report_builder.kinds import Arrays, ImageData, Layout, Trained


class Parameters(Way):
    """The pairs of images, and the number of steps."""

    pairs: tuple[tuple[int | str, int | str], ...] = Field(
        default=((0, 6), (3, 8)),
        min_length=1,
        description="Pairs of classes (numbers or names; -1 is the last one, whatever it is called); of each class the first "
        "image of the split is taken.",
    )
    indices: tuple[tuple[int, int], ...] | None = Field(
        default=None, min_length=1, description="Instead: pairs of indices of images in the split."
    )
    steps: int = Field(default=5, ge=2, description="Images of a pair, both ends included.")
    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set.")


def fitted(parameters: Parameters, layout: Layout) -> Parameters:
    """Return the parameters with classes counted from the end replaced by their names, if these are known.

    Raises:
        ReportError: if the data has no such class.
    """
    if layout.class_names is None or parameters.indices:
        return parameters
    pairs = tuple((_label(a, layout.class_names), _label(b, layout.class_names)) for a, b in parameters.pairs)
    return parameters.model_copy(update={"pairs": pairs})


def _label(chosen: int | str, names: Sequence[str]) -> int | str:
    if isinstance(chosen, int) and -len(names) <= chosen < 0:
        return names[chosen]
    class_number(chosen, names)
    return chosen


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Decode points on the path between two codes; the first and last are exactly the codes of the two images.

    Returns:
        `images` (pairs, steps, height, width, channels) float32 with `value_range` (2,), `ends` (pairs, 2, height, width,
        channels): the originals, `z` (pairs, steps, latent_dim) float32, `labels` (pairs, 2) int64, `index` (pairs, 2)
        int64, `class_names` (k,), `pair_names` (pairs,) unicode; for a conditional model `condition` (pairs, steps, c) float32.
    """
    import numpy as np

    from report_builder.measures._pair_names import pair_names
    from report_builder.measures.probes._batches import decode, part_of, pixels
    from report_builder.measures.probes._pairs import first_pairs, given_pairs
    from report_builder.measures.probes._paths import between, codes_at, conditions_between

    part = part_of(data, parameters.split)
    index = given_pairs(part, parameters.indices) if parameters.indices else first_pairs(part, data, parameters.pairs)
    codes, given = codes_at(model, part, index)
    t = np.linspace(0, 1, parameters.steps)
    z = between(codes[:, 0], codes[:, 1], t, parameters.path)
    condition = conditions_between(given, t, parameters.condition)
    found = {} if condition is None else {"condition": condition.reshape(*z.shape[:2], -1)}
    found |= {"images": decode(model, z, condition), "z": z, "ends": pixels(part.x, index)}
    found |= {"labels": part.y[index], "index": index}
    found["pair_names"] = np.array(pair_names(parameters.pairs, parameters.indices))
    return found | {"class_names": np.array(data.class_names), "value_range": np.array(data.value_range, dtype=np.float32)}


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"encode", "decode|decode_condition"}), fitted=fitted)
