"""Reconstruction errors of `decode(encode(x))`, without noise, so that autoencoders and VAEs are comparable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures._arrays import units_of
from report_builder.measures._parameters import OfSplit

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


def reads(parameters: OfSplit) -> Mapping[str, ProbeRequest]:
    """Request the errors of each image."""
    return {"errors": ProbeRequest("reconstruction_errors", parameters.model_dump())}


def values(_: OfSplit, __: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare both errors, per image and per pixel."""
    of_image, of_pixel = "sum over pixels, mean over images", "mean over pixels, mean over images"
    return (
        Quantity("reconstruction_bce", "nats/image", "lower", "images", of_image),
        Quantity("reconstruction_mse", "", "lower", "images", of_image),
        Quantity("reconstruction_bce_per_pixel", "nats/pixel", "lower", "images", of_pixel),
        Quantity("reconstruction_mse_per_pixel", "", "lower", "images", of_pixel),
    )


def measure(arrays: Mapping[str, Arrays], _: OfSplit) -> Mapping[str, Measured]:
    """Measure binary cross-entropy (nats) and squared error, per image (sum over its pixels) and per pixel (mean)."""
    errors = arrays["errors"]
    bce, mse, pixels = errors["bce"], errors["mse"], float(errors["pixels"])
    units = units_of(errors, len(bce))
    return {
        "reconstruction_bce": Measured.mean(bce, units),
        "reconstruction_mse": Measured.mean(mse, units),
        "reconstruction_bce_per_pixel": Measured.mean(bce / pixels, units),
        "reconstruction_mse_per_pixel": Measured.mean(mse / pixels, units),
    }


KIND = Metric(parameters=OfSplit, reads=reads, values=values, measure=measure)
