"""Whether a model copies its training images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from report_builder.kinds import ProbeRequest, Value
from report_builder.measures.probes import nearest_distances

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays


class Parameters(nearest_distances.Parameters):
    """How many samples, and against which real images."""


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The distances of samples and of real images."""
    return {"distances": ProbeRequest("nearest_distances", parameters.model_dump())}


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Four values."""
    return ["nearest_distance", "nearest_distance_real", "nearest_distance_ratio", "data_copying"]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """Distances to the nearest training image: root mean square difference of the pixels in units of their range.

    `nearest_distance` is the mean over samples, `nearest_distance_real` over real images that were not trained on,
    `nearest_distance_ratio` their quotient; `data_copying` the share of pairs of a sample and a real image in which the sample
    lies nearer to the training images (of ties one half), U / (n m) of Mann and Whitney: 1/2 where both lie alike, 1 where
    every sample is nearer than every real image (Meehan, Chaudhuri and Dasgupta, A non-parametric test to detect data-copying
    in generative models, 2020; without its cells).
    """
    drawn, real = arrays["distances"]["distance"], arrays["distances"]["real"]
    how, n = "root mean square pixel difference to the nearest training image, mean over", len(drawn)
    return [
        Value("nearest_distance", float(drawn.mean()), "", "none", f"{how} samples", n, drawn, paired=False),
        Value("nearest_distance_real", float(real.mean()), "", "none", f"{how} real images", len(real), real),
        Value("nearest_distance_ratio", float(drawn.mean() / max(real.mean(), 1e-12)), reduction="quotient of both means", n=n),
        Value("data_copying", share_nearer(drawn, real), reduction="share of pairs with the sample nearer", n=n),
    ]


def share_nearer(drawn: np.ndarray, real: np.ndarray) -> float:
    """Share of all pairs in which a value of `drawn` is less than one of `real`, ties counted as one half."""
    import numpy as np

    ordered = np.sort(real)
    greater = len(real) - np.searchsorted(ordered, drawn, side="right")
    equal = np.searchsorted(ordered, drawn, side="right") - np.searchsorted(ordered, drawn, side="left")
    return float((greater + equal / 2).mean() / len(real))
