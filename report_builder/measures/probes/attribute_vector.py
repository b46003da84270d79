"""Images decoded after adding multiples of an attribute vector to their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder.kinds import Probe, Role, class_number
from report_builder.kinds.asked import VectorSearch

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Layout, Trained


class Parameters(VectorSearch):
    """The attribute, how its vector is computed, and the images it is added to."""

    attribute: int | str = Field(
        default=0, description="Attribute of the data, or a class (number or name) that counts as one."
    )
    n: int = Field(default=5, ge=1, description="How many images, drawn at random, the same for every run.")
    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set with the images.")
    of: Annotated[str, Role.SPLIT] = Field(default="train", description="Part of the data set in which the vector is found.")


def fitted(parameters: Parameters, layout: Layout) -> Parameters:
    """Return the parameters unchanged.

    Raises:
        ReportError: if the data has no such attribute and no such class.
    """
    from report_builder.measures.probes._attributes import check_attribute

    check_attribute(parameters.attribute, layout)
    return parameters


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Decode z + m v, where v is the mean code of images with the attribute minus that of images without it.

    The batches are drawn at random, the same for every run. A linear discriminant of the same codes decides whether the decoded
    images, encoded again, have the attribute.

    Returns:
        `images` (n, m, height, width, channels) float32 with `value_range` (2,), `x` (n, height, width, channels) float32: the
        originals; `has` (n,) int64: whether each has the attribute; `score` (n, m) float64: positive if the discriminant
        detects it in a decoded image; `multiples` (m,) and `vector` (d,) float64; `attribute` () unicode; `index` (n,) int64.
        After each batch, of shape (batches,): `seen` int64: number of images with the attribute so far; `moved_with`,
        `moved_without`: shift of either mean, at first from the origin; `distance` of the means; `change` of that distance.
    """
    import numpy as np

    from report_builder.measures.probes._attributes import attribute_means, has_attribute
    from report_builder.measures.probes._batches import decode, encode, given_to, part_of, pixels, places_of

    source, chosen = part_of(data, parameters.of), parameters.attribute
    means = attribute_means(model, data, source, chosen, batch=parameters.batch, tolerance=parameters.tolerance)
    part, multiples = part_of(data, parameters.split, parameters.n), np.array(parameters.multiples, dtype=np.float64)
    own = given_to(model, part)
    z = encode(model, part.x, own)[:, None] + multiples[None, :, None] * means.vector
    told = None if own is None else np.repeat(own, len(multiples), axis=0)
    images = decode(model, z, told)
    weights, bias = means.discriminant()
    again = encode(model, images.reshape(-1, *images.shape[2:]), told).reshape(z.shape)
    names = ("seen", "moved_with", "moved_without", "distance", "change")
    rows = dict(zip(names, np.array(means.rows).T, strict=True))
    found = {"images": images, "x": pixels(part.x), "has": has_attribute(data, part, chosen).astype(np.int64)}
    found |= {"score": again.astype(np.float64) @ weights + bias, "multiples": multiples, "vector": means.vector}
    found |= {"attribute": np.array(_name(chosen, data)), "index": places_of(data, parameters.split, parameters.n)} | rows
    return found | {"seen": rows["seen"].astype(np.int64), "value_range": np.array(data.value_range, dtype=np.float32)}


def _name(chosen: int | str, data: ImageData) -> str:
    return data.class_names[class_number(chosen, data.class_names)] if isinstance(chosen, int) else chosen


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"encode", "decode|decode_condition"}), fitted=fitted)
