"""Convert colour images to greyscale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from report_builder import kinds
from report_builder.datasets._stream import each
from report_builder.errors import Problem, ReportError
from report_builder.kinds import DataStep, ImageData, Layout

LUMA = (0.299, 0.587, 0.114)  # weights of red, green and blue: ITU-R BT.601


class Parameters(kinds.Parameters):
    """This step has no parameters."""


def layout(before: Layout, parameters: Parameters) -> Layout:
    """Return the layout with one channel.

    Raises:
        ReportError: if the images are neither grey nor RGB.
    """
    if before.image_shape is None:
        return before
    if before.image_shape[2] not in (1, 3):
        raise ReportError(Problem("greyscale", "only RGB images can be converted to grey", f"{before.image_shape[2]} channels"))
    return replace(before, image_shape=(*before.image_shape[:2], 1))


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Convert to images `(n, height, width, 1)` of the same type and range; grey images are left as they are.

    Raises:
        ReportError: if the images are neither grey nor RGB.
    """
    shape = layout(data.layout, parameters).image_shape or data.image_shape
    if shape == data.image_shape:
        return data

    def grey(images: np.ndarray, _: np.ndarray) -> np.ndarray:
        mixed = images.astype(np.float32) @ np.array(LUMA, np.float32)[:, None]
        return np.rint(mixed) if images.dtype == np.uint8 else mixed

    return replace(data, splits=each(data, grey, shape))


KIND = DataStep(parameters=Parameters, layout=layout, apply=apply)
