"""Make each pixel black or white."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import Field

from report_builder import kinds
from report_builder.datasets._stream import Change, mapped
from report_builder.kinds import DataStep, ImageData, Layout


class Parameters(kinds.Parameters):
    """How pixels are binarised."""

    mode: Literal["threshold", "stochastic"] = Field(
        "threshold", description="threshold: cut at the threshold; stochastic: 1 with the pixel's brightness as probability."
    )
    threshold: float = Field(0.5, ge=0, lt=1, description="A pixel above this share of the range becomes 1, every other 0.")
    seed: int = Field(0, ge=0, description="Seed of the stochastic mode.")


def layout(before: Layout, parameters: Parameters) -> Layout:
    """Return the layout with the range [0, 1]."""
    return replace(before, value_range=(0.0, 1.0))


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Binarise the images: float32 pixels of 0 or 1.

    Stochastic pixels are drawn once and not anew in each epoch, so that a test image is the same for every model, as in the
    binary MNIST of Salakhutdinov and Murray (ICML 2008).
    """
    splits = {
        name: replace(split, x=mapped(split.x, _function(data, parameters, name), data.image_shape, np.float32))
        for name, split in data.splits.items()
    }
    return replace(data, splits=splits, value_range=(0.0, 1.0))


def _function(data: ImageData, parameters: Parameters, split: str) -> Change:
    low, high = data.value_range
    edge = low + parameters.threshold * (high - low)
    if parameters.mode == "threshold":
        return lambda images, _: (images > edge).astype(np.float32)

    def drawn(images: np.ndarray, places: np.ndarray) -> np.ndarray:
        # one generator per image, so that its pixels do not depend on the rest of the batch
        seeds = ([parameters.seed, *split.encode(), place] for place in places.tolist())
        random = [np.random.default_rng(seed).random(images.shape[1:], np.float32) for seed in seeds]
        return (np.reshape(random, images.shape) * (high - low) + low < images).astype(np.float32)

    return drawn


KIND = DataStep(parameters=Parameters, layout=layout, apply=apply)
