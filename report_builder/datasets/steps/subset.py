"""A part of the data: some classes, or a random choice of images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder import kinds
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import ImageData, Split

if TYPE_CHECKING:
    import numpy as np


class Parameters(kinds.Parameters):
    """What is kept. A class keeps its number and its name."""

    train: int | None = Field(None, ge=1, description="Training images kept, drawn at random; null keeps all.")
    test: int | None = Field(None, ge=1, description="Test images kept, drawn at random; null keeps all.")
    classes: tuple[str | int, ...] | None = Field(
        None, min_length=1, description="Classes kept, by name or by number; null keeps all."
    )
    seed: int = Field(0, ge=0, description="Seed of the choice.")


def train_images(parameters: Parameters, before: int) -> int:
    """At most how many training images are left of `before`."""
    return min(before, parameters.train or before)


def apply(data: ImageData, parameters: Parameters) -> ImageData:
    """The images kept, in their old order; where fewer are there than asked for, all of them.

    Raises:
        ReportError: a class is unknown, or none of its images is left.
    """
    sizes = {"train": parameters.train, "test": parameters.test}
    wanted = _numbers(parameters.classes, data.class_names)
    splits = {name: _part(split, wanted, sizes.get(name), parameters.seed) for name, split in data.splits.items()}
    if empty := [name for name, split in splits.items() if not len(split.y)]:
        raise ReportError(Problem("subset.classes", f"no image of the split '{empty[0]}' is left", repr(parameters.classes)))
    return replace(data, splits=splits)


def _part(split: Split, classes: list[int] | None, size: int | None, seed: int) -> Split:
    import numpy as np

    index: np.ndarray = np.arange(len(split.y)) if classes is None else np.flatnonzero(np.isin(split.y, classes))
    if size is not None:
        index = np.sort(np.random.default_rng(seed).permutation(index)[:size])
    return Split(split.x[index], split.y[index])


def _numbers(classes: Sequence[str | int] | None, names: Sequence[str]) -> list[int] | None:
    """Numbers of classes given by number or by name; for digits both say the same."""
    if classes is None:
        return None
    known = {name: number for number, name in enumerate(names)}
    for entry in classes:
        if str(entry) not in known and not (isinstance(entry, int) and 0 <= entry < len(names)):
            raise ReportError(Problem("subset.classes", "unknown class", repr(entry), near_miss(str(entry), names)))
    return [entry if isinstance(entry, int) else known[entry] for entry in classes]
