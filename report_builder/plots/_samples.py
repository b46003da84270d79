"""What sheets of samples share: names of classes, what a judge says, how many images fit side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays
from report_builder.languages import Language
from report_builder.plots._details import items_text, values_text
from report_builder.plots._text import text_width

MOST = 10  # images side by side, unless told otherwise
WORD_CM = 2.2  # longer words above and below images are broken


def class_name(arrays: Arrays, label: int, language: Language) -> str:
    """Name of a class as printed; its number where the arrays have no names."""
    return language.name(str(arrays["class_names"][label])) if "class_names" in arrays else str(label)


def of_epoch(arrays: Arrays, epoch: int | None) -> Arrays:
    """Of what a run kept, the samples after an epoch; without an epoch the arrays as they are.

    Raises:
        ReportError: the run has no such epoch.
    """
    if epoch is None:
        return arrays
    if epoch >= len(arrays["images"]):
        allowed = f"Allowed: 0 to {len(arrays['images']) - 1}."
        raise ReportError(Problem("", "the run has no such epoch", f"epoch: {epoch}", allowed))
    return {**arrays, "images": arrays["images"][epoch]}


def asked_in_turn(of_runs: Mapping[str, Arrays], n: int, language: Language) -> list[str]:
    """What was asked of the first `n` samples of conditional models: the classes in turn, or what training images have."""
    asked = {name: each["asked_class"][:n] for name, each in of_runs.items() if "asked_class" in each}
    classes = {
        name: items_text(language, (class_name(of_runs[name], int(label), language) for label in labels))
        for name, labels in asked.items()
    }
    if classes:
        return [language.word("details.in_turn", names=values_text(language, classes))]
    return [language.word("details.conditions_of_data")] if any("condition" in each for each in of_runs.values()) else []


def recognised(arrays: Arrays, language: Language) -> list[str]:
    """Class that the judge finds most probable, and under it its probability, for each image; empty without a judge."""
    if "probability" not in arrays:
        return []
    names = [language.name(str(name)) for name in arrays["judge_names"]]
    surest = [int(row.argmax()) for row in arrays["probability"]]
    return [
        f"{names[k]}\n{language.percent(round(float(row[k]), 2))}" for k, row in zip(surest, arrays["probability"], strict=True)
    ]


def room_for(labels: Sequence[str]) -> float:
    """Width of an image, in cm, at which labels above or below it do not touch: of the longest word, unless that is broken."""
    return min(WORD_CM, max((text_width(word) for label in labels for word in label.split()), default=0.0)) + 0.15


def per_band(labels: Sequence[str], columns: int | None, width_cm: float) -> int:
    """How many images stand side by side: as asked, or else so many that their labels do not touch, in equally long bands."""
    if columns:
        return min(columns, len(labels))
    fit = max(1, min(MOST, len(labels), int(width_cm / room_for(labels))))
    return -(-len(labels) // -(-len(labels) // fit))


def in_bands(images: np.ndarray, per_row: int) -> np.ndarray:
    """Images `(n, ...)` in rows `(bands, per_row, ...)`, the places after the last one blank."""
    missing = -len(images) % per_row
    blank = np.full((missing, *images.shape[1:]), np.nan, dtype=images.dtype)
    return np.concatenate([images, blank]).reshape(-1, per_row, *images.shape[1:])
