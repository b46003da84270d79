"""Fréchet and kernel distance between generated and real images, in the feature space of a reference classifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures.metrics import _features
from report_builder.measures.metrics._features import Compared, features_of, of_figure, strangers

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

SETS = {"": "images", "_floor": "real images of another split"}  # the sets of images


def reads(parameters: Compared) -> Mapping[str, ProbeRequest]:
    """Request the judge's features of the images, of real ones, and of another split, whose distance is the floor."""
    return _features.reads(parameters, "floor")


def values(_: Compared, __: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare both distances for the images and for the floor, and the number of features."""
    distances = [
        Quantity(f"{name}{which}", "", "lower", "draws", f"{how} of {what}", noun=f"floor {name}" if which else name)
        for which, what in SETS.items()
        for name, how in (("frechet_distance", "squared Fréchet distance"), ("kernel_distance", "unbiased squared MMD"))
    ]
    return [*distances, Quantity("feature_dimension", noise="exact", reduction="count of features")]


def measure(arrays: Mapping[str, Arrays], _: Compared) -> Mapping[str, Measured]:
    """Measure the distances of generated from real images and, as the floor, between two splits of real images.

    `frechet_distance`: squared distance of the Gaussians fitted to the judge's features, in [0, inf) (Heusel et al. 2017, eq.
    6, with the judge in place of Inception: comparable between models with the same judge, not with published values). It is
    biased upwards for few images; if there are not more images than features, the reduction says so.

    `kernel_distance`: unbiased squared maximum mean discrepancy with a cubic kernel (Bińkowski et al. 2018); may be negative.

    `feature_dimension`: number of features. O(n d^2 + d^3) and O(n^2 d) for n images and d features.

    Raises:
        ReportError: if there are fewer than two images, or they are among the real ones.
    """
    strangers(arrays["images"], arrays["real"])
    images, real, floor = (features_of(arrays[name], 2) for name in ("images", "real", "floor"))
    found = dict(_both("", images, real)) | dict(_both("_floor", floor, real))
    return found | {"feature_dimension": Measured(real.shape[1], len(images))}


def _both(which: str, x: np.ndarray, y: np.ndarray) -> Iterator[tuple[str, Measured]]:
    """Yield both distances of `x` from `y`."""
    from report_builder.measures.metrics._distances import frechet, kernel

    dimension, n = y.shape[1], len(x)
    given = f"from {len(y)} real images in {dimension} features"
    few = "; not more images than features: the covariance is singular" if min(n, len(y)) <= dimension else ""
    (distance, of_each), (discrepancy, of_each_by_kernel) = frechet(x, y), kernel(x, y)
    yield f"frechet_distance{which}", Measured(distance, n, of_each, given=f"{given}{few}")
    yield f"kernel_distance{which}", Measured(discrepancy, n, of_each_by_kernel, given=given)


KIND = Metric(parameters=Compared, reads=reads, values=values, measure=measure, of_figure=of_figure)
