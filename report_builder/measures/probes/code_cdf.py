"""Codes mapped by the normal distribution function, which turns N(0, I) into a uniform distribution on the unit square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Probe
from report_builder.measures.probes import codes

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, ImageData, Trained


LATTICE = 100  # lattice points along each side of the unit square


class Parameters(codes.Parameters):
    """The images to encode, and the two coordinates to map."""

    axes: tuple[int, int] = Field(default=(1, 2), description="Coordinates, counted from 1.")


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Map two coordinates of the codes by the distribution function of N(0, 1).

    Returns:
        The arrays of the probe `codes`, `cdf` (n, 2) float64 in [0, 1], `share` (k,) float64: for each class the share of the
        unit square in which the nearest code is of that class; the shares sum to 1.

    Raises:
        ReportError: if the code has no such coordinate.
    """
    from report_builder.measures._arrays import codes_of
    from report_builder.measures._mathematics.normal import normal_cdf

    found = codes.measure(model, data, parameters)
    z = codes_of(found)
    if not all(1 <= axis <= z.shape[1] for axis in parameters.axes):
        rule, received = "the code has no such coordinate", f"axes: {list(parameters.axes)}"
        raise ReportError(Problem("", rule, received, f"Allowed: 1 to {z.shape[1]}."))
    cdf = normal_cdf(z[:, [axis - 1 for axis in parameters.axes]])
    return {**found, "cdf": cdf, "share": shares(cdf, found["y"], len(data.class_names))}


def shares(cdf: np.ndarray, y: np.ndarray, classes: int) -> np.ndarray:
    """Return the share of the unit square whose nearest code is of each class, `(classes,)`, estimated on a lattice."""
    import numpy as np

    from report_builder.measures._mathematics.neighbours import nearest

    middle = (np.arange(LATTICE) + 0.5) / LATTICE
    places = np.stack(np.meshgrid(middle, middle), axis=-1).reshape(-1, 2)
    owners = y[nearest(places, cdf, 1)[0][:, 0]]
    return np.bincount(owners, minlength=classes) / len(places)


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"encode"}), needs_for=codes.needs_for)
