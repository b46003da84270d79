"""Crop each image to a smaller size."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field

from report_builder import kinds
from report_builder.datasets._stream import each
from report_builder.datasets.steps._size import Size, must_fit, pair, resized
from report_builder.kinds import DataStep, ImageData, Layout


class Parameters(kinds.Parameters):
    """The part to keep."""

    size: Size = Field(24, description="Pixels of a side, or [height, width].")
    place: Literal["centre", "top", "bottom", "left", "right"] = Field(
        "centre", description="Where it is cut out; along the other axis always in the middle."
    )


def layout(before: Layout, parameters: Parameters) -> Layout:
    """Return the layout with the new size.

    Raises:
        ReportError: if the size exceeds that of the image.
    """
    if before.image_shape:
        rule, advice = "a part cannot be larger than the image", "Use the step 'pad' or 'resize'."
        must_fit("crop", pair(parameters.size), before.image_shape, rule, advice)
    return replace(before, image_shape=resized(before, parameters.size))


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Crop each image.

    Raises:
        ReportError: if the size exceeds that of the image.
    """
    layout(data.layout, parameters)
    height, width, channels = data.image_shape
    new_height, new_width = pair(parameters.size)
    spare_rows, spare_columns = height - new_height, width - new_width
    top = {"top": 0, "bottom": spare_rows}.get(parameters.place, spare_rows // 2)
    left = {"left": 0, "right": spare_columns}.get(parameters.place, spare_columns // 2)
    part = (slice(None), slice(top, top + new_height), slice(left, left + new_width))
    return replace(data, splits=each(data, lambda images, _: images[part], (new_height, new_width, channels)))


KIND = DataStep(parameters=Parameters, layout=layout, apply=apply)
