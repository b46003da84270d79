"""What sheets of samples share: names of classes, what a judge says, how many images fit side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from report_builder.plots._text import text_width

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays
    from report_builder.languages import Language


def class_name(arrays: Arrays, label: int) -> str:
    """Name of a class as printed; its number where the arrays have no names."""
    return str(arrays["class_names"][label]).replace("_", " ") if "class_names" in arrays else str(label)


def recognised(arrays: Arrays, language: Language) -> list[str]:
    """Class that the judge finds most probable, and under it its probability, for each image; empty without a judge."""
    if "probability" not in arrays:
        return []
    names = [str(name).replace("_", " ") for name in arrays["judge_names"]]
    surest = [int(row.argmax()) for row in arrays["probability"]]
    return [
        f"{names[k]}\n{language.percent(round(float(row[k]), 2))}" for k, row in zip(surest, arrays["probability"], strict=True)
    ]


def room_for(labels: Sequence[str]) -> float:
    """Width of an image, in cm, at which labels above or below it do not touch: that of the longest word, and some air."""
    return max((text_width(word) for label in labels for word in label.split()), default=0.0) + 0.15


def per_band(labels: Sequence[str], columns: int, width_cm: float) -> int:
    """How many of the images stand side by side so that their labels do not touch, in bands of equal length."""
    fit = max(1, min(columns, len(labels), int(width_cm / room_for(labels))))
    return -(-len(labels) // -(-len(labels) // fit))


def in_bands(images: np.ndarray, per_row: int) -> np.ndarray:
    """Images `(n, ...)` in rows `(bands, per_row, ...)`, the places after the last one blank (the darkest value)."""
    import numpy as np

    missing = -len(images) % per_row
    blank = np.zeros((missing, *images.shape[1:]), dtype=images.dtype)
    return np.concatenate([images, blank]).reshape(-1, per_row, *images.shape[1:])
