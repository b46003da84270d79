"""Keep some of the classes, or a random choice of images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from pydantic import Field

from report_builder import kinds
from report_builder.datasets._stream import selected
from report_builder.errors import Problem, ReportError
from report_builder.kinds import DataStep, ImageData, Layout, Split, class_number


class Parameters(kinds.Parameters):
    """What to keep. Chosen classes are renumbered from 0 in their old order and keep their names."""

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
        """Return how many images of a split to keep; None for all."""
        return {"train": self.train, "validation": self.validation, "test": self.test}.get(split)


def layout(before: Layout, parameters: Parameters) -> Layout:
    """Return the layout with the classes kept, and at most as many images as requested.

    Raises:
        ReportError: if a class is unknown, or the student number has too few distinct digits.
    """
    wanted = _numbers(parameters, before.class_names)
    names = before.class_names
    if wanted is not None:
        names = None if names is None else tuple(names[number] for number in wanted)
    images = {name: _least(n, parameters.size(name)) for name, n in before.images.items()}
    return replace(before, images=images, class_names=names)


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """Keep the chosen images in their old order; a split with fewer than requested keeps all of them.

    Raises:
        ReportError: if a class is unknown, or a split has no image left.
    """
    wanted = _numbers(parameters, data.class_names)
    splits = {name: _subset(split, wanted, parameters.size(name), parameters.seed) for name, split in data.splits.items()}
    if empty := [name for name, split in splits.items() if not len(split.y)]:
        received = ", ".join(data.class_names[number] for number in wanted or ())
        rule = f"no image of the split '{empty[0]}' is left"
        raise ReportError(Problem("subset.classes", rule, received, next_step="Choose classes that every split has."))
    if wanted is None:
        return replace(data, splits=splits)
    renumbered = {name: replace(split, y=np.searchsorted(wanted, split.y)) for name, split in splits.items()}
    return replace(data, splits=renumbered, class_names=tuple(data.class_names[number] for number in wanted))


def _subset(split: Split, classes: list[int] | None, size: int | None, seed: int) -> Split:
    index: np.ndarray = np.arange(len(split.y)) if classes is None else np.flatnonzero(np.isin(split.y, classes))
    if size is not None:
        index = np.sort(np.random.default_rng(seed).permutation(index)[:size])
    return selected(split, index)


def _least(images: int | None, wanted: int | None) -> int | None:
    return min((n for n in (images, wanted) if n is not None), default=None)


def _numbers(parameters: Parameters, names: Sequence[str] | None) -> list[int] | None:
    """Return the numbers of the classes to keep, ascending; None for all, or if the names are not known yet."""
    where, chosen = "subset.classes", parameters.classes
    if parameters.student_number is not None:
        where, chosen = "subset.student_number", _of_student(parameters)
    if chosen is None or names is None:
        return None
    try:
        return sorted({class_number(entry, names) for entry in chosen})
    except ReportError as error:
        raise ReportError(*(replace(problem, where=where) for problem in error.problems)) from None


def _of_student(parameters: Parameters) -> tuple[int, ...]:
    """Return the last distinct digits of the student number, read from its end."""
    where, number = "subset.student_number", str(parameters.student_number)
    if parameters.classes is not None:
        raise ReportError(Problem(where, "classes are chosen twice", number, next_step="Leave out 'classes', or the number."))
    digits = list(dict.fromkeys(int(digit) for digit in reversed(number) if digit in "0123456789"))[: parameters.count]
    if len(digits) < parameters.count:
        rule = f"this number does not have {parameters.count} different digits"
        raise ReportError(
            Problem(where, rule, repr(number), next_step="Name the missing class with 'classes', or lower 'count'.")
        )
    return tuple(digits)


KIND = DataStep(parameters=Parameters, layout=layout, apply=apply)
