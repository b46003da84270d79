"""The images that a model reconstructs best and worst."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Probe, Role
from report_builder.kinds.asked import Extremes

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Trained


class Parameters(Extremes):
    """The images to search, the error measure, and how many to return."""

    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set.")


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Return the images with the smallest and the largest reconstruction errors, each from the most extreme on.

    If the split has fewer than 2 count images, fewer are returned, so that none is in both groups; below, count is that number.

    Returns:
        `x` and `reconstruction` (2 count, height, width, channels) float32 with `value_range` (2,), `error` (2 count,) float64,
        `y` (2 count,) int64, `index` (2 count,) int64, `class_names` (k,) unicode, `searched` () int64: images searched.

    Raises:
        ReportError: if there is only one image.
    """
    import numpy as np

    from report_builder.measures.probes import reconstruction_errors
    from report_builder.measures.probes._batches import part_of, pixels, places_of, reconstruct

    asked = reconstruction_errors.Parameters(split=parameters.split, n=parameters.n)
    error = reconstruction_errors.measure(model, data, asked)[parameters.error]
    part, order = part_of(data, parameters.split, parameters.n), np.argsort(error, kind="stable")
    count = min(parameters.count, len(order) // 2)
    if not count:
        rule, received = "a single image has no best and no worst", f"split: {parameters.split}, {len(order)} image"
        raise ReportError(Problem("", rule, received, "Allowed: two images or more.", "Name a split with more images."))
    chosen = np.concatenate([order[:count], order[::-1][:count]])
    x, limits = pixels(part.x, chosen), np.array(data.value_range, dtype=np.float32)
    found = {"x": x, "reconstruction": reconstruct(model, x), "value_range": limits, "error": error[chosen]}
    found |= {
        "y": part.y[chosen],
        "index": places_of(data, parameters.split, parameters.n)[chosen],
        "searched": np.array(len(error)),
    }
    return found | {"class_names": np.array(data.class_names)}


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"reconstruct"}))
