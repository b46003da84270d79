"""Similarity of images and their reconstructions: peak signal-to-noise ratio and structural similarity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures._arrays import units_of
from report_builder.measures._parameters import OfSplit

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


def reads(parameters: OfSplit) -> Mapping[str, ProbeRequest]:
    """Request the similarity of each image and its reconstruction."""
    return {"quality": ProbeRequest("reconstruction_quality", parameters.model_dump())}


def values(_: OfSplit, __: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare both measures of similarity."""
    return (
        Quantity("reconstruction_psnr", "dB", "higher", "images", "mean over images"),
        Quantity("reconstruction_ssim", "", "higher", "images", "mean over places, channels and images"),
    )


def measure(arrays: Mapping[str, Arrays], _: OfSplit) -> Mapping[str, Measured]:
    """Measure `reconstruction_psnr` in dB and `reconstruction_ssim` (Wang et al. 2004; 1: equal), means over the images."""
    quality = arrays["quality"]
    side, of_range = quality["window"], "pixels between 0 and 1"
    units, window = units_of(quality, len(quality["psnr"])), f"Gaussian window {side} x {side} with sigma 1.5, {of_range}"
    return {
        "reconstruction_psnr": Measured.mean(quality["psnr"], units, of_range),
        "reconstruction_ssim": Measured.mean(quality["ssim"], units, window),
    }


KIND = Metric(parameters=OfSplit, reads=reads, values=values, measure=measure)
