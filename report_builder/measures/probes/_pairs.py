"""Which two images make a pair: by class, or by index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from report_builder import kinds
from report_builder.errors import Problem, ReportError
from report_builder.kinds import ImageData, Split
from report_builder.measures._pair_names import Pair


def class_number(chosen: int | str, data: ImageData) -> int:
    """A class by number or name.

    Raises:
        ReportError: the data has no such class.
    """
    return kinds.class_number(chosen, data.class_names)


def classes_of(chosen: Sequence[int | str] | None, data: ImageData, y: np.ndarray, what: str) -> dict[str, int]:
    """The classes that are chosen, as named, with their numbers; null, or all, are those that the images `y` have.

    Raises:
        ReportError: the data has no such class, or a class was chosen by itself that no image has; `what` says which images.
    """
    named = {str(label): class_number(label, data) for label in (data.class_names if chosen is None else chosen)}
    there = set(np.unique(y).tolist())
    if len(set(named.values())) == len(data.class_names):  # all of them: a plan writes them out before the data is read
        return {label: number for label, number in named.items() if number in there}
    if absent := [data.class_names[number] for number in named.values() if number not in there]:
        known = ", ".join(name for number, name in enumerate(data.class_names) if number in there)
        raise ReportError(Problem("", f"{what} has no image of such a class", ", ".join(absent), f"It has: {known}."))
    return named


def members(part: Split, chosen: int, name: str) -> np.ndarray:
    """Indices of the images of a class, ascending.

    Raises:
        ReportError: the split has none.
    """
    found = np.flatnonzero(part.y == chosen)
    if not len(found):
        raise ReportError(Problem("", f"the split has no image of class {name}", next_step="Choose another class or split."))
    return found


def first_pairs(part: Split, data: ImageData, pairs: Sequence[Pair]) -> np.ndarray:
    """Index of the first image of either class (of one class twice: the first and the second), shape `(pairs, 2)`."""
    chosen = []
    for pair in pairs:
        a, b = (class_number(label, data) for label in pair)
        first, second = members(part, a, data.class_names[a]), members(part, b, data.class_names[b])
        chosen.append((first[0], second[min(1, len(second) - 1)] if a == b else second[0]))
    return np.array(chosen, dtype=np.int64)


def given_pairs(part: Split, indices: Sequence[tuple[int, int]]) -> np.ndarray:
    """Indices as given, shape `(pairs, 2)`.

    Raises:
        ReportError: the split has no image of such an index.
    """
    return within(part, np.array(indices, dtype=np.int64))


def within(part: Split, index: np.ndarray) -> np.ndarray:
    """The indices.

    Raises:
        ReportError: the split has no image of such an index.
    """
    if index.min() < 0 or index.max() >= len(part.y):
        raise ReportError(
            Problem("", "an index lies outside the split", str(index.tolist()), f"Allowed: 0 to {len(part.y) - 1}.")
        )
    return index
