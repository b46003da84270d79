"""How sharp images are, against real ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays


class Parameters(Base):
    """Which images are measured, and against which."""

    of: str | None = Field(default=None, description="Id of the figure whose images are measured.")
    probe: dict[str, Any] | None = Field(
        default=None, description="Instead: a probe that gives images, {kind: ..., parameters}; default: reconstructions."
    )
    split: str = Field(default="test", description="Part of the data set: the real images, and the images to reconstruct.")
    n: int = Field(default=1000, ge=1, description="How many real images, drawn at random.")
    ends: bool = Field(
        default=False, description="Of pairs: the reconstructions of both ends (their mean for each pair), not what is between."
    )


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The real images, and unless a figure's images are measured those of the metric's own probe."""
    from report_builder.measures.metrics._own_probe import own_probe

    real = {"real": ProbeRequest("images", {"split": parameters.split, "n": parameters.n})}
    own = own_probe(parameters.of, parameters.probe, parameters.split, parameters.n)
    return real | ({"images": ProbeRequest(*own)} if own else {})


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """The sharpness, and how far it is from that of real images."""
    return ["sharpness", "sharpness_distance"]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """`sharpness`: mean edge strength of the images over that of the real images; 1 is as sharp as real, 0 is blank.

    More is not better: noise is sharper than any real image. `sharpness_distance` = |`sharpness` - 1| is better the smaller.

    Edge strength of an image is sum |g|^2 / sum |g| over its pixels, g being the forward-difference gradient: the mean gradient
    magnitude where there is an edge. The numerator is the Tenengrad focus measure (Krotkov 1988; Pertuz et al. 2013, GRA6);
    the denominator, the total variation, makes it independent of how much ink an image has. Blur spreads an edge: sum |g|
    stays, sum |g|^2 falls.
    """
    from report_builder.measures._arrays import by_pair, ends_of, images_of, same_images

    real = edge_strength(images_of(arrays["real"])).mean()
    images = ends_of(arrays["images"]) if parameters.ends else images_of(arrays["images"])
    samples = by_pair(edge_strength(images), ends=parameters.ends) / max(real, 1e-12)
    how, n, paired = "edge strength over that of real images, mean over images", len(samples), same_images(arrays["images"])
    away = samples.mean() - 1
    distances = samples - 1 if away >= 0 else 1 - samples  # their mean is the distance
    return [
        Value("sharpness", float(samples.mean()), "", "none", how, n, samples, paired),
        Value("sharpness_distance", float(abs(away)), "", "lower", f"distance from 1 of: {how}", n, distances, paired),
    ]


def edge_strength(images: np.ndarray) -> np.ndarray:
    """Sum of squared gradient magnitudes over sum of gradient magnitudes, in units of the pixels' range; 0 for a blank image.

    Args:
        images: shape `(n, height, width, channels)`.

    Returns:
        Shape `(n,)`, float64.
    """
    import numpy as np

    x = images.astype(np.float64)
    squared = np.diff(x, axis=1)[:, :, :-1] ** 2 + np.diff(x, axis=2)[:, :-1] ** 2
    energy, variation = squared.sum(axis=(1, 2, 3)), np.sqrt(squared).sum(axis=(1, 2, 3))
    blank = variation < 1e-9
    return np.where(blank, 0.0, energy / np.where(blank, 1.0, variation))
