"""Class probabilities that a classifier assigns to images of another probe: generated, decoded or original."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import Probe, class_number
from report_builder.measures.probes import _judged_images

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Judge, Layout, Trained


class Parameters(_judged_images.Parameters):
    """The images to judge."""

    counted: tuple[int | str, ...] | None = Field(
        default=None,
        min_length=1,
        description="Classes of the judge to be counted: names, or numbers of classes of the images' data; null: all that the "
        "plan knows.",
    )


def fitted(parameters: Parameters, layout: Layout) -> Parameters:
    """Return the parameters with those of the inner probe fitted to what is known of the data, and with named classes."""
    named, names = parameters.counted, layout.class_names
    if named and names is not None:
        named = tuple(names[class_number(c, names)] if isinstance(c, int) else c for c in named)
    return _judged_images.fitted(parameters, layout).model_copy(update={"counted": named})


def of_judge(parameters: Parameters, layout: Layout) -> Parameters:
    """Return the parameters with the judge's classes written out, if they are known before it is trained.

    Raises:
        ReportError: if the judge does not have a class to be counted.
    """
    names = layout.class_names
    if not parameters.counted:
        return parameters.model_copy(update={"counted": names})
    strange = [name for name in parameters.counted if isinstance(name, str) and names is not None and name not in names]
    if strange:
        rule = "the judge has no such class"
        raise ReportError(*(Problem("", rule, repr(name), near_miss(name, names or ())) for name in strange))
    return parameters


def measure(model: Trained, data: ImageData, parameters: Parameters, judge: Judge) -> Arrays:
    """Return the arrays of the inner probe together with the judge's class probabilities for each image.

    Returns:
        The inner probe's arrays, `probability` (n, classes) float32, `judge_names` (classes,) unicode; if classes are to be
        counted, `counted` (k,) unicode, their names.

    Raises:
        ReportError: if the images have another shape than those that the judge was trained on.
    """
    import numpy as np

    from report_builder.measures.probes._batches import in_batches

    arrays, seen = _judged_images.arrays_seen(model, data, parameters, judge)
    arrays |= {"probability": in_batches(judge.classify, seen), "judge_names": np.array(judge.class_names)}
    names = data.class_names
    named = [c if isinstance(c, str) else names[class_number(c, names)] for c in parameters.counted or ()]
    return arrays | ({"counted": np.array(named)} if named else {})


KIND = Probe(
    parameters=Parameters,
    judged=measure,
    needs_for=_judged_images.needs_for,
    uses=_judged_images.uses,
    noise=_judged_images.noise,
    fitted=fitted,
    of_judge=of_judge,
)
