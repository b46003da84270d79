"""Shared parts of sample sheets: class names, verdicts of a judge, and the number of images side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays
from report_builder.languages import Language
from report_builder.plots._details import items_text, values_text
from report_builder.plots._options import LookOptions
from report_builder.plots._text import text_width

if TYPE_CHECKING:
    from report_builder.plots._sheet import Block

MOST = 10  # default maximum of images side by side
WORD_CM = 2.2  # longer words near images are broken


def class_name(arrays: Arrays, label: int, language: Language) -> str:
    """Return the name of a class as printed, or its number if the arrays have no names."""
    return language.name(str(arrays["class_names"][label])) if "class_names" in arrays else str(label)


def asked_classes(arrays: Arrays, language: Language) -> list[str]:
    """Return the class asked of each image as printed; empty if none was."""
    return [class_name(arrays, int(label), language) for label in arrays.get("asked_class", ())]


def cell_for(blocks: Sequence[Block], look: LookOptions) -> float:
    """Return the width of images, in cm: that of the options, or more where texts above or below them would touch."""
    texts = [text for block in blocks for row in (block.columns.labels, *block.below) for text in row]
    return max(look.cell_cm, room_for(texts))


def of_epoch(arrays: Arrays, epoch: int | None) -> Arrays:
    """Return the samples that a run kept after an epoch; if it is None, return the arrays unchanged.

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
    """Return sentences about the conditions of the first `n` samples: classes in turn, or conditions of training images."""
    asked = {name: each["asked_class"][:n] for name, each in of_runs.items() if "asked_class" in each}
    classes = {
        name: items_text(language, (class_name(of_runs[name], int(label), language) for label in labels))
        for name, labels in asked.items()
    }
    if classes:
        return [language.word("details.in_turn", names=values_text(language, classes))]
    return [language.word("details.conditions_of_data")] if any("condition" in each for each in of_runs.values()) else []


def stated_origin(epoch: int | None, seed: int, language: Language) -> str:
    """Return a sentence about new samples, drawn with a seed, or about those that a run kept after an epoch."""
    if epoch is None:
        return language.word("details.code", code=language.word("code.prior", seed=seed))
    return language.word("details.after_epoch" if epoch else "details.untrained", n=epoch)


def recognised(arrays: Arrays, language: Language) -> list[str]:
    """Return the most probable class of each image and its probability, on two lines; empty without a judge."""
    if "probability" not in arrays:
        return []
    names = [language.name(str(name)) for name in arrays["judge_names"]]
    surest = [int(row.argmax()) for row in arrays["probability"]]
    return [
        f"{names[k]}\n{language.percent(round(float(row[k]), 2))}" for k, row in zip(surest, arrays["probability"], strict=True)
    ]


def room_for(labels: Sequence[str]) -> float:
    """Return the width of an image, in cm, at which labels above or below it do not touch."""
    return min(WORD_CM, max((text_width(word) for label in labels for word in label.split()), default=0.0)) + 0.15


def per_band(labels: Sequence[str], columns: int | None, width_cm: float) -> int:
    """Return how many images to place side by side: `columns` if given, else as many as fit, in bands of equal length."""
    if columns:
        return min(columns, len(labels))
    fit = max(1, min(MOST, len(labels), int(width_cm / room_for(labels))))
    return -(-len(labels) // -(-len(labels) // fit))


def in_bands(images: np.ndarray, per_row: int) -> np.ndarray:
    """Arrange images `(n, ...)` in rows `(bands, per_row, ...)`, with NaN after the last one."""
    missing = -len(images) % per_row
    blank = np.full((missing, *images.shape[1:]), np.nan, dtype=images.dtype)
    return np.concatenate([images, blank]).reshape(-1, per_row, *images.shape[1:])


def in_shared_bands(sets: Sequence[np.ndarray], per_row: int) -> np.ndarray:
    """Arrange equally many images of each set in bands that have a row of each set."""
    bands = np.stack([in_bands(images, per_row) for images in sets], axis=1)
    return bands.reshape(-1, *bands.shape[2:])
