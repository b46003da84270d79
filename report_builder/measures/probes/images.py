"""Images of a split after the preprocessing steps, without a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder.kinds import Probe, Role
from report_builder.measures._parameters import OfSplit

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, ImageData, Split, Trained


class Parameters(OfSplit):
    """The images to return."""

    per_class: int | None = Field(
        default=None, ge=1, description="Of these, the first ones of each class, in the order of the classes; null: all."
    )
    classes: Annotated[tuple[int | str, ...] | None, Role.CLASSES] = Field(
        default=None, min_length=1, description="Only these classes, numbers or names, in this order; null: all."
    )


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Return images, their classes, and all that belongs to them.

    Returns:
        `x` (n, height, width, channels) float32 and `value_range` (2,) of its pixels, `y` (n,) int64,
        `class_names` (k,) unicode, `index` (n,) int64: index of each image in the `split` (), unicode; if the data has them,
        `condition` (n, c) float32 with `condition_kinds` and `condition_names` (c,) unicode, `row` and `column` (n,) int64,
        counted from 0, of `cells` (2,) int64, and `attributes` (n, a) uint8 with `attribute_names` (a,) unicode.
    """
    import numpy as np

    from report_builder.measures.probes._batches import part_of, pixels, places_of

    part = part_of(data, parameters.split, parameters.n)
    index = _places_of_classes(part, data, parameters)
    names, limits = np.array(data.class_names), np.array(data.value_range, dtype=np.float32)
    x, y = (pixels(part.x), part.y) if index is None else (pixels(part.x, index), part.y[index])
    index = np.arange(len(y)) if index is None else index
    places = places_of(data, parameters.split, parameters.n)[index]
    found = {"x": x, "y": y, "class_names": names, "index": places, "value_range": limits}
    return found | {"split": np.array(parameters.split)} | _beside(part, data, index)


def _places_of_classes(part: Split, data: ImageData, parameters: Parameters) -> np.ndarray | None:
    """Return the indices of the images of the classes, class by class; None if all images are wanted."""
    import numpy as np

    from report_builder.measures.probes._pairs import class_number, members

    if parameters.per_class is None and parameters.classes is None:
        return None
    if parameters.classes is None:
        found = [np.flatnonzero(part.y == label) for label in range(len(data.class_names))]
    else:
        labels = [class_number(chosen, data) for chosen in parameters.classes]
        found = [members(part, label, data.class_names[label]) for label in labels]
    return np.concatenate([of_class[: parameters.per_class] for of_class in found])


def _beside(part: Split, data: ImageData, index: np.ndarray) -> dict[str, np.ndarray]:
    """Return condition vectors and attributes of the images, if the data has them."""
    import numpy as np

    from report_builder.measures.probes._asked import cells_of

    found: dict[str, np.ndarray] = {}
    if part.condition is not None:
        named = [(each.kind, name) for each in data.conditions for name in each.names]
        found = {"condition": np.asarray(part.condition[index], dtype=np.float32)}
        found |= {"condition_kinds": np.array([kind for kind, _ in named])}
        found |= {"condition_names": np.array([name for _, name in named])} | cells_of(data, found["condition"])
    if part.attributes is not None:
        found |= {"attributes": part.attributes[index], "attribute_names": np.array(data.attribute_names)}
    return found


KIND = Probe(parameters=Parameters, measure=measure)
