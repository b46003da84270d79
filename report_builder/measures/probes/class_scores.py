"""Class probabilities that a classifier assigns to the images of a split."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder.kinds import Probe, Role
from report_builder.measures._parameters import OfSplit

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Layout, Trained


class Parameters(OfSplit):
    """The images to classify."""

    classes: Annotated[tuple[int | str, ...] | None, Role.CLASSES] = Field(
        default=None, min_length=1, description="Only images of these classes, numbers or names; null: of all."
    )


def fitted(parameters: Parameters, layout: Layout) -> Parameters:
    """Return the parameters with all classes written out, if they are known before the data is read.

    Raises:
        ReportError: if the data has no such class.
    """
    from report_builder.measures.probes._asked import all_classes

    return parameters.model_copy(update={"classes": all_classes(parameters.classes, layout)})


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Compute the class probabilities.

    Returns:
        `probability` (n, classes) float32, `y` (n,) int64, `index` (n,) int64, `class_names` (classes,) unicode; if classes
        were listed, `classes` (k,) unicode, as listed, and `chosen` (k,) int64, their numbers.
    """
    import numpy as np

    from report_builder.measures.probes._batches import in_batches, part_of, places_of
    from report_builder.measures.probes._pairs import classes_of

    part = part_of(data, parameters.split, parameters.n)
    found, places = {"class_names": np.array(data.class_names)}, np.arange(len(part.y))
    if parameters.classes:
        chosen = classes_of(parameters.classes, data, part.y, f"the split '{parameters.split}'")
        found |= {"classes": np.array([*chosen]), "chosen": np.array([*chosen.values()])}
        places = np.flatnonzero(np.isin(part.y, found["chosen"]))
    images = part.x if len(places) == len(part.y) else part.x[places]
    found |= {"probability": in_batches(model.classify, images), "y": part.y[places]}
    return found | {"index": places_of(data, parameters.split, parameters.n)[places]}


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"classify"}), fitted=fitted)
