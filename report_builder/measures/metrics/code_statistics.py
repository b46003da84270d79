"""Distribution of the codes: range and spread of each axis, covered area, density, and class purity of neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity, Subject
from report_builder.measures._arrays import units_of
from report_builder.measures._parameters import OfSplit, Size
from report_builder.measures.metrics._axes import check_axes, check_run

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

NEIGHBOURS = 5
OF_AXIS = ("min", "max", "range", "std", "mean")


class Parameters(OfSplit):
    """The codes to measure, and the axes and cells to use."""

    n: Size = Field(default=2000, ge=10, description="How many images, drawn at random; null: all. Compare only equal numbers.")
    axes: int = Field(default=2, ge=1, description="How many coordinates are described one by one, from the first on.")
    cell: float = Field(
        default=0.25, gt=0, description="Side of the squares that the covered area is counted in, in units of the code."
    )


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the codes."""
    return {"codes": ProbeRequest("codes", {"split": parameters.split, "n": parameters.n})}


def values(parameters: Parameters, _: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare five values for each axis, and four for all codes together."""
    squares = f"squares of side {parameters.cell:g} that hold a code"
    shared = f"share among {NEIGHBOURS} nearest codes, mean over images"
    of_axes = [
        Quantity(f"code_{what}_{axis + 1}", reduction=f"{what} over images", noun=f"code_{what} {axis + 1}")
        for axis in range(parameters.axes)
        for what in OF_AXIS
    ]
    return [
        *of_axes,
        Quantity("code_area", reduction=squares),
        Quantity("code_density", reduction=f"codes / {squares}"),
        Quantity("code_neighbour_distance", reduction="median over images"),
        Quantity("code_class_purity", "", "higher", "images", shared),
    ]


def check(parameters: Parameters, subject: Subject) -> None:
    """Raise ReportError if the model's code has fewer dimensions than `axes`."""
    check_run(parameters.axes, subject)


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> Mapping[str, Measured]:
    """Measure statistics of the codes, in units of the code.

    `code_min/max/range/std/mean_<axis>` describe one coordinate; `code_area` is the area of the squares of side `cell` (on the
    first two coordinates) that contain a code, `code_density` the number of codes per unit of that area;
    `code_neighbour_distance` is the median distance to the nearest other code, over all coordinates; `code_class_purity` is the
    mean share of the five nearest other codes that are of the same class.

    Raises:
        ReportError: if the code has fewer coordinates than `axes`.
    """
    import numpy as np

    from report_builder.measures._mathematics.neighbours import nearest

    codes = arrays["codes"]
    z, y = codes["z_mean"].astype("float64"), codes["y"]
    check_axes(parameters.axes, z.shape[1])
    n, area, units = len(z), _area(z, parameters.cell), units_of(codes, len(z))
    index, distances = nearest(z, z, NEIGHBOURS, skip_self=True)
    found = {
        f"code_{what}_{axis + 1}": Measured(float(value), n)
        for axis in range(parameters.axes)
        for what, value in zip(OF_AXIS, _of_axis(z[:, axis]), strict=True)
    }
    return found | {
        "code_area": Measured(area, n),
        "code_density": Measured(n / area, n),
        "code_neighbour_distance": Measured(float(np.median(distances[:, 0])), n),
        "code_class_purity": Measured.mean((y[index] == y[:, None]).mean(axis=1), units),
    }


def _of_axis(x: np.ndarray) -> tuple[float, ...]:
    return x.min(), x.max(), x.max() - x.min(), x.std(ddof=1), x.mean()


def _area(z: np.ndarray, cell: float) -> float:
    import numpy as np

    occupied = len(np.unique(np.floor(z[:, :2] / cell), axis=0))
    return float(occupied * cell ** min(2, z.shape[1]))


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure, check=check)
