"""What a classifier says of the images of another probe: generated ones, decoded ones, originals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.measures.probes import _judged_images
from report_builder.measures.probes._judged_images import fitted, needs, uses  # noqa: F401  hooks of a probe

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Judge, Layout

NEEDS: frozenset[str] = frozenset()  # what the inner probe needs comes with the request
JUDGED = True


class Parameters(_judged_images.Parameters):
    """Which images are judged."""

    counted: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="Classes of the judge to be counted by name; null: all that the plan knows."
    )


def of_judge(parameters: Parameters, layout: Layout) -> Parameters:
    """The parameters with the judge's classes written out, as far as they are known before it is trained."""
    return parameters if parameters.counted else parameters.model_copy(update={"counted": layout.class_names})


def measure(model: Any, data: ImageData, parameters: Parameters, judge: Judge) -> Arrays:
    """The arrays of the inner probe, and beside them what the judge says of each image.

    Returns:
        The inner probe's arrays, `probability` (n, classes) float32, `judge_names` (classes,) unicode; where classes are to be
        counted `counted` (k,) unicode, their names.

    Raises:
        ReportError: the images have another shape than those that the judge was trained on.
    """
    import numpy as np

    from report_builder.measures.probes._batches import in_batches

    arrays, seen = _judged_images.arrays_seen(model, data, parameters, judge)
    arrays |= {"probability": in_batches(judge.classify, seen), "judge_names": np.array(judge.class_names)}
    return arrays | ({"counted": np.array(parameters.counted)} if parameters.counted else {})
