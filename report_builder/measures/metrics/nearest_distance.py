"""Whether a model copies its training images: distances of samples to the nearest one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures.probes import nearest_distances

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

Parameters = nearest_distances.Parameters


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the distances of samples and of real images."""
    return {"distances": ProbeRequest("nearest_distances", parameters.model_dump())}


def values(_: Parameters, __: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare the mean distances of samples and of real images, their ratio, and how often a sample is nearer."""
    how = "root mean square pixel difference to the nearest training image, mean over"
    return (
        Quantity("nearest_distance", "", "none", "draws", f"{how} samples"),
        Quantity("nearest_distance_real", "", "none", "images", f"{how} real images"),
        Quantity("nearest_distance_ratio", "", "none", "draws", "quotient of both means"),
        Quantity("data_copying", "", "none", "draws", "share of pairs with the sample nearer"),
    )


def measure(arrays: Mapping[str, Arrays], _: Parameters) -> Mapping[str, Measured]:
    """Measure distances to the nearest training image: root mean square difference of the pixels, relative to their range.

    `nearest_distance` is the mean over samples, `nearest_distance_real` that over real images not used in training, and
    `nearest_distance_ratio` their ratio. `data_copying` is the share of pairs of a sample and a real image in which the sample
    is nearer to the training images (ties count 1/2), i.e. U / (n m) of Mann and Whitney: 1/2 if both are equally near, 1 if
    every sample is nearer than every real image (Meehan, Chaudhuri and Dasgupta, A non-parametric test to detect data-copying
    in generative models, 2020; without its cells).
    """
    found = arrays["distances"]
    drawn, real = found["distance"], found["real"]
    return {
        "nearest_distance": Measured.mean(drawn),
        "nearest_distance_real": Measured.mean(real, found["index"]),
        "nearest_distance_ratio": Measured(float(drawn.mean() / max(real.mean(), 1e-12)), len(drawn)),
        "data_copying": Measured(share_nearer(drawn, real), len(drawn)),
    }


def share_nearer(drawn: np.ndarray, real: np.ndarray) -> float:
    """Return the share of all pairs in which a value of `drawn` is less than one of `real`; ties count 1/2."""
    import numpy as np

    ordered = np.sort(real)
    greater = len(real) - np.searchsorted(ordered, drawn, side="right")
    equal = np.searchsorted(ordered, drawn, side="right") - np.searchsorted(ordered, drawn, side="left")
    return float((greater + equal / 2).mean() / len(real))


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
