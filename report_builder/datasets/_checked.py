"""Validation of what data sets and steps return, including a user's own, before any model is trained on it."""

from __future__ import annotations

import numpy as np

from report_builder.errors import Problem, ReportError
from report_builder.kinds import ImageData, Layout, Split
from report_builder.limits import CLASSES


def checked(data: ImageData, known: Layout, where: str) -> ImageData:
    """Validate a data set and return it unchanged.

    Args:
        data: what a data set or a preprocessing step returned.
        known: the layout that the kind announced.
        where: name of the kind, for messages.

    Raises:
        ReportError: if there is no split `train`, a split is empty, its arrays do not fit together, or its images do not have
            the announced shape.
    """
    if not isinstance(data, ImageData) or not {"train"} <= set(data.splits):
        raise ReportError(Problem(where, "this does not return ImageData with a split 'train'", type(data).__name__))
    CLASSES.hold(len(data.class_names), where)
    if len(set(data.class_names)) < len(data.class_names) or not all(map(str.strip, data.class_names)):
        rule = "the name of a class is empty or occurs twice"
        raise ReportError(Problem(where, rule, ", ".join(sorted(data.class_names)[:10])))
    for name, split in data.splits.items():
        if wrong := _wrong(data, split, known.image_shape or tuple(data.splits["train"].x.shape[1:])):
            received = f"x {split.x.dtype} {split.x.shape}, y {split.y.dtype} {split.y.shape}"
            raise ReportError(Problem(where, f"split '{name}': {wrong}", received))
    return data


def _wrong(data: ImageData, split: Split, expected: tuple[int, ...]) -> str:
    """Describe what is wrong with a split; empty if nothing is."""
    if len(split.x.shape) != 4:
        return "images are an array of four axes: image, height, width, channel"
    if not split.y.size:
        return "there is no image"
    if tuple(split.x.shape[1:]) != expected:
        return f"images are {' x '.join(map(str, expected))} (height, width, channels)"
    if split.y.ndim != 1 or not np.issubdtype(split.y.dtype, np.integer):
        return "classes are one whole number for each image"
    if not 0 <= int(split.y.min()) <= int(split.y.max()) < len(data.class_names):
        return f"classes are 0 to {len(data.class_names) - 1}, as many as there are names"
    parts = {"y": split.y, "condition": split.condition, "attributes": split.attributes, "original": split.original}
    short = [name for name, part in parts.items() if part is not None and len(part) != len(split.x)]
    return f"{short[0]} differs in length from x" if short else ""
