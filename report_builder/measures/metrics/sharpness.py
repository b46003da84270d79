"""Sharpness of images relative to real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures._arrays import by_pair, ends_of, images_of, units_of
from report_builder.measures.metrics._own_images import OwnImages, noise_of, own_images

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays


def reads(parameters: OwnImages) -> Mapping[str, ProbeRequest]:
    """Request the real images and, unless a figure's images are measured, those of the metric's own probe."""
    real = {"real": ProbeRequest("images", {"split": parameters.split, "n": parameters.n})}
    return {**real, **own_images(parameters)}


def values(parameters: OwnImages, requests: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare the sharpness, and its distance from that of real images."""
    noise, how = noise_of(parameters, requests["images"]), "edge strength over that of real images, mean over images"
    return (
        Quantity("sharpness", "", "none", noise, how),
        Quantity("sharpness_distance", "", "lower", noise, f"distance from 1 of: {how}"),
    )


def measure(arrays: Mapping[str, Arrays], parameters: OwnImages) -> Mapping[str, Measured]:
    """Measure `sharpness`: mean edge strength relative to real images; 1 is as sharp as real, 0 is blank.

    More is not better: noise is sharper than any real image. `sharpness_distance` = |`sharpness` - 1| is better if smaller.

    The edge strength of an image is sum |g|^2 / sum |g| over its pixels, with the forward-difference gradient g: the mean
    gradient magnitude at edges. The numerator is the Tenengrad focus measure (Krotkov 1988; Pertuz et al. 2013, GRA6); the
    denominator, the total variation, makes it independent of the amount of ink. Blur spreads an edge: sum |g| stays constant,
    sum |g|^2 falls.
    """
    real = edge_strength(images_of(arrays["real"])).mean()
    images = ends_of(arrays["images"]) if parameters.ends else images_of(arrays["images"])
    samples = by_pair(edge_strength(images), ends=parameters.ends) / max(real, 1e-12)
    distances = samples - 1 if samples.mean() >= 1 else 1 - samples  # their mean is the distance
    units = units_of(arrays["images"], len(samples))
    return {"sharpness": Measured.mean(samples, units), "sharpness_distance": Measured.mean(distances, units)}


def edge_strength(images: np.ndarray) -> np.ndarray:
    """Return sum |g|^2 / sum |g| of the gradient g of each image, in units of the pixels; 0 for a blank image.

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


KIND = Metric(parameters=OwnImages, reads=reads, values=values, measure=measure)
