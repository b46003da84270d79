"""How evenly decoded images change between the codes of two images, along straight and spherical paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity, Role
from report_builder.kinds import Parameters as Base
from report_builder.measures._arrays import units_of

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

PATHS = ("linear", "spherical")


class Parameters(Base):
    """The paths to measure, and their resolution."""

    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set whose images are joined.")
    n: Annotated[int, Role.WHAT] = Field(default=100, ge=1, description="Pairs of images drawn; the same for every run.")
    steps: int = Field(default=16, ge=2, description="Decoded images of a way, both ends included. Compare only equal numbers.")
    seed: int = Field(default=0, ge=0, description="Seed of the draw of the pairs.")


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the decoded paths."""
    return {"paths": ProbeRequest("decoded_paths", parameters.model_dump())}


def values(parameters: Parameters, _: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare two values for each type of path."""
    whats = (("path_length", "length over distance of the ends"), ("largest_step", "largest step over mean step"))
    return [
        Quantity(f"{what}_{path}", "", "lower", "images", f"{path} ways in {parameters.steps} images; {how}, mean over pairs")
        for path in PATHS
        for what, how in whats
    ]


def measure(arrays: Mapping[str, Arrays], _: Parameters) -> Mapping[str, Measured]:
    """Measure paths decoded in equal steps, by the Euclidean distance between the pixels of their images.

    `path_length_<path>` is the sum of the distances of successive images divided by the distance of the ends: 1 for images on a
    straight line, more for a detour. `largest_step_<path>` is the largest of these distances divided by their mean: 1 for equal
    changes, `steps` - 1 for a single jump. <path> is `linear` or `spherical`. For a path without any change, both are 1.
    """
    paths, found = arrays["paths"], {}
    for path in PATHS:
        steps, ends = paths[path], paths[f"{path}_ends"]
        units = units_of(paths, len(ends))
        found[f"path_length_{path}"] = Measured.mean(_ratio(steps.sum(axis=1), ends), units)
        found[f"largest_step_{path}"] = Measured.mean(_ratio(steps.max(axis=1), steps.mean(axis=1)), units)
    return found


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return the ratio, 1 where the denominator is 0."""
    import numpy as np

    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), 1.0)


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
