"""Choice of image pairs by class or by index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from report_builder import kinds
from report_builder.errors import Problem, ReportError
from report_builder.kinds import ImageData, Split
from report_builder.measures._pair_names import Pair


def class_number(chosen: int | str, data: ImageData) -> int:
    """Return the number of a class given by number or name.

    Raises:
        ReportError: if the data has no such class.
    """
    return kinds.class_number(chosen, data.class_names)


def classes_of(chosen: Sequence[int | str] | None, data: ImageData, y: np.ndarray, what: str) -> dict[str, int]:
    """Return the numbers of the chosen classes by name; None, or all classes, selects those that occur in `y`.

    Args:
        chosen: numbers or names of classes.
        data: the data set.
        y: class of each image.
        what: description of these images, for messages.

    Raises:
        ReportError: if the data has no such class, or `y` does not contain a class that was chosen individually.
    """
    named = {str(label): class_number(label, data) for label in (data.class_names if chosen is None else chosen)}
    there = set(np.unique(y).tolist())
    if len(set(named.values())) == len(data.class_names):  # all classes: the plan writes them out before the data is read
        return {label: number for label, number in named.items() if number in there}
    if absent := [data.class_names[number] for number in named.values() if number not in there]:
        known = ", ".join(name for number, name in enumerate(data.class_names) if number in there)
        raise ReportError(Problem("", f"{what} has no image of such a class", ", ".join(absent), f"It has: {known}."))
    return named


def members(part: Split, chosen: int, name: str) -> np.ndarray:
    """Return the indices of all images of a class, ascending.

    Raises:
        ReportError: if the split has none.
    """
    found = np.flatnonzero(part.y == chosen)
    if not len(found):
        raise ReportError(Problem("", f"the split has no image of class {name}", next_step="Choose another class or split."))
    return found


def first_pairs(part: Split, data: ImageData, pairs: Sequence[Pair]) -> np.ndarray:
    """Return the index of the first image of each class in a pair, shape `(pairs, 2)`; first and second if they are equal."""
    chosen = []
    for pair in pairs:
        a, b = (class_number(label, data) for label in pair)
        first, second = members(part, a, data.class_names[a]), members(part, b, data.class_names[b])
        chosen.append((first[0], second[min(1, len(second) - 1)] if a == b else second[0]))
    return np.array(chosen, dtype=np.int64)


def given_pairs(part: Split, indices: Sequence[tuple[int, int]]) -> np.ndarray:
    """Return the given indices, shape `(pairs, 2)`.

    Raises:
        ReportError: if an index is outside the split.
    """
    return within(part, np.array(indices, dtype=np.int64))


def within(part: Split, index: np.ndarray) -> np.ndarray:
    """Check indices and return them.

    Raises:
        ReportError: if an index is outside the split.
    """
    if index.min() < 0 or index.max() >= len(part.y):
        raise ReportError(
            Problem("", "an index lies outside the split", str(index.tolist()), f"Allowed: 0 to {len(part.y) - 1}.")
        )
    return index
