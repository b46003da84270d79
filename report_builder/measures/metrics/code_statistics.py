"""Where the codes lie: range and spread of each axis, covered area, density, and whether neighbours share a class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Subject, Value
from report_builder.measures.metrics._axes import check_axes, check_run

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

NEIGHBOURS = 5


class Parameters(Base):
    """Which codes are measured, and how."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(
        default=2000, ge=10, description="How many images, drawn at random; null: all. Compare only equal numbers."
    )
    axes: int = Field(default=2, ge=1, description="How many coordinates are described one by one, from the first on.")
    cell: float = Field(
        default=0.25, gt=0, description="Side of the squares that the covered area is counted in, in units of the code."
    )


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The codes."""
    return {"codes": ProbeRequest("codes", {"split": parameters.split, "n": parameters.n})}


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Five values for each axis, and four of the whole cloud."""
    of_axis = ("min", "max", "range", "std", "mean")
    return [f"code_{what}_{axis + 1}" for axis in range(parameters.axes) for what in of_axis] + [
        "code_area",
        "code_density",
        "code_neighbour_distance",
        "code_class_purity",
    ]


def check(parameters: Parameters, subject: Subject) -> None:
    """Raises ReportError where the model's code has fewer dimensions than `axes`."""
    check_run(parameters.axes, subject)


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """Statistics of the codes, in units of the code.

    `code_min/max/range/std/mean_<axis>` describe one coordinate; `code_area` is the area of the squares of side `cell` (on
    the first two coordinates) that hold a code, `code_density` the number of codes per unit of that area;
    `code_neighbour_distance` is the median distance to the nearest other code, over all coordinates; `code_class_purity` is
    the mean share of the five nearest other codes that have the same class.

    Raises:
        ReportError: the code has fewer coordinates than `axes`.
    """
    codes = arrays["codes"]
    z = codes["z_mean"].astype("float64")
    check_axes(parameters.axes, z.shape[1])
    of_axes = [value for axis in range(parameters.axes) for value in _axis(z, axis)]
    return of_axes + _area(z, parameters.cell) + _neighbours(z, codes["y"])


def _axis(z: np.ndarray, axis: int) -> list[Value]:
    import numpy as np

    x, n = z[:, axis], len(z)
    found = {"min": x.min(), "max": x.max(), "range": np.ptp(x), "std": x.std(ddof=1), "mean": x.mean()}
    return [
        Value(f"code_{what}_{axis + 1}", float(value), reduction=f"{what} over images", n=n) for what, value in found.items()
    ]


def _area(z: np.ndarray, cell: float) -> list[Value]:
    import numpy as np

    occupied = len(np.unique(np.floor(z[:, :2] / cell), axis=0))
    area = occupied * cell ** min(2, z.shape[1])
    how = f"squares of side {cell:g} that hold a code"
    return [
        Value("code_area", area, reduction=how, n=len(z)),
        Value("code_density", len(z) / area, reduction=f"codes / {how}", n=len(z)),
    ]


def _neighbours(z: np.ndarray, y: np.ndarray) -> list[Value]:
    import numpy as np

    from report_builder.measures._mathematics.neighbours import nearest

    index, distances = nearest(z, z, NEIGHBOURS, skip_self=True)
    distance, purity = distances[:, 0], (y[index] == y[:, None]).mean(axis=1)
    how = f"share among {NEIGHBOURS} nearest codes, mean over images"
    return [
        Value(
            "code_neighbour_distance", float(np.median(distance)), reduction="median over images", n=len(z), samples=distance
        ),
        Value("code_class_purity", float(purity.mean()), better="higher", reduction=how, n=len(z), samples=purity),
    ]
