"""Similarity of images and their reconstructions, computed next to the images, so that only numbers are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report_builder.kinds import Probe
from report_builder.measures._parameters import OfSplit

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Trained


class Parameters(OfSplit):
    """The images to reconstruct."""


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Compute the similarity of `x` and `decode(encode(x))`, without noise, with pixels rescaled to [0, 1].

    Returns:
        `psnr` (n,) float64 in dB, at most 100; `ssim` (n,) float64, -1 to 1; `window` () int64: side of the window of `ssim`;
        `index` (n,) int64.
    """
    import numpy as np

    from report_builder.measures._mathematics.quality import psnr, ssim, window
    from report_builder.measures.probes._batches import BATCH, part_of, pixels, places_of, reconstruct

    part = part_of(data, parameters.split, parameters.n)
    low, high = data.value_range
    found = []
    for start in range(0, len(part.y), BATCH):
        x = pixels(part.x[start : start + BATCH])
        one, other = ((images - low) / (high - low) for images in (x, reconstruct(model, x)))
        found.append((psnr(one, other, 1.0), ssim(one, other, 1.0)))
    ratio, likeness = np.concatenate(found, axis=1)
    side = len(window(min(part.x.shape[1:3])))
    about = {"window": np.array(side), "index": places_of(data, parameters.split, parameters.n)}
    return {"psnr": ratio, "ssim": likeness} | about


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"reconstruct"}))
