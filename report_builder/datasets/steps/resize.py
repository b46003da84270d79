"""Resize images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import Field

from report_builder import kinds
from report_builder.datasets._stream import each
from report_builder.datasets.steps._size import Size, pair, resized
from report_builder.kinds import DataStep, ImageData, Layout

SHARPNESS = -0.5  # the parameter a of the cubic filter (Keys, IEEE Transactions on Acoustics 29, 1981, equation 4)


class Parameters(kinds.Parameters):
    """The target size, and the interpolation method."""

    size: Size = Field(28, description="Pixels of a side, or [height, width]; proportions are not kept.")
    method: Literal["area", "bilinear", "bicubic", "nearest"] = Field(
        "area", description="area: mean over the area that a new pixel covers; bilinear, bicubic: filtered; nearest: one pixel."
    )


def layout(before: Layout, parameters: Parameters) -> Layout:
    """Return the layout with the new size."""
    return replace(before, image_shape=resized(before, parameters.size))


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Resize the images to float32 in the same range."""
    height, width, channels = data.image_shape
    new_height, new_width = pair(parameters.size)
    rows, columns = weights(height, new_height, parameters.method), weights(width, new_width, parameters.method).T
    low, high = (np.float32(end) for end in data.value_range)

    def smaller(images: np.ndarray, _: np.ndarray) -> np.ndarray:
        # channels become a batch axis, so that each axis takes one matrix product
        planes = np.moveaxis(images, 3, 1).astype(np.float32)
        return np.moveaxis(np.clip(rows @ planes @ columns, low, high), 1, 3)  # the cubic filter overshoots

    return replace(data, splits=each(data, smaller, (new_height, new_width, channels), np.float32))


def weights(old: int, new: int, method: str) -> np.ndarray:
    """Return the weight of each of `old` pixels along an axis in each of `new` ones.

    When an axis shrinks, the filters widen in proportion so that no old pixel is skipped, except with `nearest`.

    Returns:
        float32, shape `(new, old)`; each row sums to 1.
    """
    step = old / new
    left = np.arange(new)[:, None] * step
    pixel = np.arange(old)[None, :]
    if method == "nearest":
        share = (pixel == np.floor(left + step / 2)).astype(float)
    elif method == "area":
        share = np.clip(np.minimum(pixel + 1, left + step) - np.maximum(pixel, left), 0, None)
    else:
        share = FILTERS[method]((pixel + 0.5 - left - step / 2) / max(step, 1.0))
    return np.asarray(share / share.sum(axis=1, keepdims=True), np.float32)


def _triangle(distance: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(1 - np.abs(distance), 0, None))


def _cubic(distance: np.ndarray) -> np.ndarray:
    x, a = np.abs(distance), SHARPNESS
    near = (a + 2) * x**3 - (a + 3) * x**2 + 1
    far = a * (x**3 - 5 * x**2 + 8 * x - 4)
    return np.asarray(np.where(x < 1, near, np.where(x < 2, far, 0.0)))


FILTERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"bilinear": _triangle, "bicubic": _cubic}


KIND = DataStep(parameters=Parameters, layout=layout, apply=apply)
