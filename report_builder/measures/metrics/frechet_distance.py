"""How far the distribution of generated images is from that of real ones, as a reference classifier sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

NAMES = ("frechet_distance", "kernel_distance", "frechet_distance_floor", "kernel_distance_floor", "feature_dimension")


class Parameters(Base):
    """Which images are compared, and through whose eyes."""

    judge: str = Field(description="Id of the run of a classifier that provides features; of canvases it sees the cell asked.")
    of: str | None = Field(default=None, description="Id of the figure whose images are compared with real ones.")
    probe: dict[str, Any] = Field(
        default={"kind": "samples", "n": 1000, "conditions": "drawn"},
        description="Instead: a probe that gives images, {kind: ..., parameters}; default: samples of any model.",
    )
    split: str = Field(default="test", description="Part of the data set that the real images are of.")
    n: int | None = Field(default=1000, ge=2, description="How many real images of each split, drawn at random; null: all.")


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The judge's features of the images, of the real ones, and of those of another split, which show how small it can be."""
    from report_builder.measures.metrics._features import own_seen, real_seen

    other = "test" if parameters.split == "train" else "train"
    real = {name: real_seen(parameters.judge, of, parameters.n) for name, of in (("real", parameters.split), ("floor", other))}
    return {"images": own_seen(parameters.probe, parameters.judge)} | real


def of_figure(parameters: Parameters, request: ProbeRequest) -> ProbeRequest:
    """The request for a figure's images, seen by the judge."""
    from report_builder.measures.metrics._features import seen

    return seen(request, parameters.judge)


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Five values, whatever the parameters."""
    return list(NAMES)


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """Distances of generated from real images, and, as the floor, of training from test images.

    `frechet_distance`: of the Gaussians with mean and covariance of the judge's features, squared, in [0, inf) (Heusel et al.
    2017, eq. 6, with the judge in place of Inception: comparable between models that one judge has seen, not with published
    values). It is biased upwards for few images; where there are not more images than features its reduction says so.

    `kernel_distance`: unbiased squared maximum mean discrepancy with a cubic kernel (Bińkowski et al. 2018); may be below 0.

    `feature_dimension`: how many features there are. O(n d^2 + d^3) and O(n^2 d) for n images and d features.

    Raises:
        ReportError: there are fewer than two images, or they are among the real ones.
    """
    from report_builder.measures.metrics._features import features_of, strangers

    strangers(arrays["images"], arrays["real"])
    images, real, floor = (features_of(arrays[name], 2) for name in ("images", "real", "floor"))
    dimension = Value(NAMES[4], real.shape[1], reduction="count of features", n=len(images))
    return [
        *_both(NAMES[:2], images, real, "images"),
        *_both(NAMES[2:4], floor, real, "real images of another split"),
        dimension,
    ]


def _both(names: tuple[str, ...], x: np.ndarray, y: np.ndarray, what: str) -> list[Value]:
    """Both distances of `x` from `y`."""
    from report_builder.measures.metrics._distances import frechet, kernel

    dimension, n = y.shape[1], len(x)
    to = f"of {what} from {len(y)} real images in {dimension} features"
    few = "; not more images than features: the covariance is singular" if min(n, len(y)) <= dimension else ""
    (distance, of_each), (discrepancy, of_each_by_kernel) = frechet(x, y), kernel(x, y)
    return [
        Value(names[0], distance, "", "lower", f"squared Fréchet distance {to}{few}", n, of_each, paired=False),
        Value(names[1], discrepancy, "", "lower", f"unbiased squared MMD {to}", n, of_each_by_kernel, paired=False),
    ]
