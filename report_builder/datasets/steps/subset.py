"""A part of the data: some classes, or a random choice of images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from pydantic import Field

from report_builder import kinds
from report_builder.datasets._stream import selected
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import ImageData, Layout, Split


class Parameters(kinds.Parameters):
    """What is kept. A class keeps its number and its name."""

    train: int | None = Field(None, ge=1, description="Training images kept, drawn at random; null keeps all.")
    validation: int | None = Field(None, ge=1, description="Validation images kept, drawn at random; null keeps all.")
    test: int | None = Field(None, ge=1, description="Test images kept, drawn at random; null keeps all.")
    classes: tuple[str | int, ...] | None = Field(
        None, min_length=1, description="Classes kept, by name or by number; null keeps all."
    )
    student_number: str | None = Field(
        None, description="In quotes: its last distinct digits, read from the end, are the numbers of the classes kept."
    )
    count: int = Field(4, ge=1, le=10, description="How many classes a student number chooses.")
    seed: int = Field(0, ge=0, description="Seed of the choice.")

    def size(self, split: str) -> int | None:
        """How many images of a split are kept; None: all."""
        return {"train": self.train, "validation": self.validation, "test": self.test}.get(split)


def layout(before: Layout, parameters: Parameters) -> Layout:
    """At most as many images as asked for.

    Raises:
        ReportError: a class is unknown, or the student number chooses too few.
    """
    _numbers(parameters, before.class_names)
    images = {name: _least(n, parameters.size(name)) for name, n in before.images.items()}
    return replace(before, images=images)


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """The images kept, in their old order; where fewer are there than asked for, all of them.

    Raises:
        ReportError: a class is unknown, or none of its images is left.
    """
    wanted = _numbers(parameters, data.class_names)
    splits = {name: _part(split, wanted, parameters.size(name), parameters.seed) for name, split in data.splits.items()}
    if empty := [name for name, split in splits.items() if not len(split.y)]:
        received = ", ".join(data.class_names[number] for number in wanted or ())
        rule = f"no image of the split '{empty[0]}' is left"
        raise ReportError(Problem("subset.classes", rule, received, next_step="Choose classes that every split has."))
    return replace(data, splits=splits)


def _part(split: Split, classes: list[int] | None, size: int | None, seed: int) -> Split:
    index: np.ndarray = np.arange(len(split.y)) if classes is None else np.flatnonzero(np.isin(split.y, classes))
    if size is not None:
        index = np.sort(np.random.default_rng(seed).permutation(index)[:size])
    return selected(split, index)


def _least(images: int | None, wanted: int | None) -> int | None:
    return min((n for n in (images, wanted) if n is not None), default=None)


def _numbers(parameters: Parameters, names: Sequence[str] | None) -> list[int] | None:
    """Numbers of the classes kept, None for all; which names there are may not be known yet."""
    if parameters.student_number is not None:
        return _of_student(parameters, names)
    if parameters.classes is None or names is None:
        return None
    known = {name: number for number, name in enumerate(names)}
    for entry in parameters.classes:
        if str(entry) not in known and not (isinstance(entry, int) and 0 <= entry < len(names)):
            raise ReportError(Problem("subset.classes", "unknown class", repr(entry), near_miss(str(entry), names)))
    return [entry if isinstance(entry, int) else known[entry] for entry in parameters.classes]


def _of_student(parameters: Parameters, names: Sequence[str] | None) -> list[int]:
    """The distinct last digits of the student number, in the order in which they are met from its end."""
    where, number = "subset.student_number", str(parameters.student_number)
    if parameters.classes is not None:
        raise ReportError(Problem(where, "classes are chosen twice", number, next_step="Leave out 'classes', or the number."))
    digits = list(dict.fromkeys(int(digit) for digit in reversed(number) if digit in "0123456789"))[: parameters.count]
    if len(digits) < parameters.count:
        rule = f"this number does not have {parameters.count} different digits"
        raise ReportError(
            Problem(where, rule, repr(number), next_step="Name the missing class with 'classes', or lower 'count'.")
        )
    if names is not None and max(digits) >= len(names):
        raise ReportError(Problem(where, f"there is no class {max(digits)}", repr(number), f"Classes: 0 to {len(names) - 1}."))
    return digits
