"""How evenly decoded images change between the codes of two images, on straight ways and on arcs."""

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
    """Which ways are measured, and how finely."""

    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set whose images are joined.")
    n: Annotated[int, Role.WHAT] = Field(default=100, ge=1, description="Pairs of images drawn; the same for every run.")
    steps: int = Field(default=16, ge=2, description="Decoded images of a way, both ends included. Compare only equal numbers.")
    seed: int = Field(default=0, ge=0, description="Seed of the draw of the pairs.")


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The decoded ways."""
    return {"paths": ProbeRequest("decoded_paths", parameters.model_dump())}


def values(parameters: Parameters, _: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Two values for each kind of way."""
    whats = (("path_length", "length over distance of the ends"), ("largest_step", "largest step over mean step"))
    return [
        Quantity(f"{what}_{path}", "", "lower", "images", f"{path} ways in {parameters.steps} images; {how}, mean over pairs")
        for path in PATHS
        for what, how in whats
    ]


def measure(arrays: Mapping[str, Arrays], _: Parameters) -> Mapping[str, Measured]:
    """Of ways decoded in equal steps, by the Euclidean distance of their images over pixels.

    `path_length_<path>` is the sum of the distances of successive images over the distance of the two ends: 1 where the images
    lie on a line, more the longer the detour. `largest_step_<path>` is the largest of these distances over their mean: 1 where
    every step changes as much, `steps` - 1 where all of the change is one jump. <path> is `linear` or `spherical`. A way on
    which nothing changes counts as 1 in both.
    """
    paths, found = arrays["paths"], {}
    for path in PATHS:
        steps, ends = paths[path], paths[f"{path}_ends"]
        units = units_of(paths, len(ends))
        found[f"path_length_{path}"] = Measured.mean(_ratio(steps.sum(axis=1), ends), units)
        found[f"largest_step_{path}"] = Measured.mean(_ratio(steps.max(axis=1), steps.mean(axis=1)), units)
    return found


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """One over the other, 1 where the other is 0."""
    import numpy as np

    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), 1.0)


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
