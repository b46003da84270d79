"""Add a border around each image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from pydantic import Field

from report_builder import kinds
from report_builder.datasets._stream import each
from report_builder.datasets.steps._size import Size, must_fit, pair, resized
from report_builder.kinds import DataStep, ImageData, Layout


class Parameters(kinds.Parameters):
    """The target size."""

    size: Size = Field(32, description="Pixels of a side, or [height, width]; the image stands in the middle.")


def layout(before: Layout, parameters: Parameters) -> Layout:
    """Return the layout with the new size.

    Raises:
        ReportError: if the size is smaller than the image.
    """
    if before.image_shape:
        rule, advice = "a padded image cannot be smaller than the image", "Use the step 'crop' or 'resize'."
        must_fit("pad", before.image_shape, pair(parameters.size), rule, advice)
    return replace(before, image_shape=resized(before, parameters.size))


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Surround each image with the darkest pixel value; of an odd border the larger half is at the bottom and on the right.

    Raises:
        ReportError: if the size is smaller than the image.
    """
    layout(data.layout, parameters)
    height, width, channels = data.image_shape
    new_height, new_width = pair(parameters.size)
    top, left = (new_height - height) // 2, (new_width - width) // 2

    def padded(images: np.ndarray, _: np.ndarray) -> np.ndarray:
        larger = np.full((len(images), new_height, new_width, channels), data.value_range[0], images.dtype)
        larger[:, top : top + height, left : left + width] = images
        return larger

    return replace(data, splits=each(data, padded, (new_height, new_width, channels)))


KIND = DataStep(parameters=Parameters, layout=layout, apply=apply)
