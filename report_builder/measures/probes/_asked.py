"""Condition vectors for what is asked of a conditional model: classes, cells of the canvas, attributes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import Condition, ImageData, Layout, Split
from report_builder.measures.probes._pairs import class_number, classes_of
from report_builder.records import frozen

Cells = Literal["all"] | tuple[tuple[int, int], ...] | None


@frozen
class Asked:
    """What is asked, image by image.

    Attributes:
        condition: condition vectors, `(n, k)` float32.
        about: int64 arrays. Where the condition has a class, `asked_class` (n,); where it has a position, `asked_row` and
            `asked_column` (n,), counted from 0, and `cells` (2,); `grid` (3,): how many classes, cells, and images of each.
    """

    condition: np.ndarray
    about: dict[str, np.ndarray]


def ask(
    data: ImageData,
    part: Split,
    sources: np.ndarray,
    *,
    classes: Sequence[int | str] | None,
    cells: Cells,
    own: bool,
    own_cells: bool | None = None,
) -> Asked:
    """Each class in each cell, an image for each source; classes slowest, sources fastest.

    Args:
        data: its conditions say what the vector means.
        part: whose condition vectors stand at first for what is not asked.
        sources: places in the split of the images whose condition vectors stand at first, one for each image of a combination.
        classes: numbers or names; None: all that were trained on, with `own` for each source its own.
        cells: `all`, or pairs of row and column, counted from 1; None: the cells in turn, with `own` that of the source.
        own: whether what is not asked is that of the sources.
        own_cells: the same for cells alone; None: as `own`.

    Raises:
        ReportError: the data has no condition, no such class or no such cell.
    """
    base = _vectors(part)[sources]
    labels = _labels(data, part, sources, classes, own=own)
    known = cell_values(data)
    places = _cells(known, cells)
    shape = (max(1, len(labels)), max(1, len(places)), len(sources))
    condition = np.broadcast_to(base, (*shape, base.shape[1])).copy()
    about: dict[str, np.ndarray] = {"grid": np.array(shape)}
    if len(labels):
        condition[..., part_columns(data.conditions, "class")] = _one_hot(data, labels)[:, None]
        about["asked_class"] = np.broadcast_to(labels[:, None], shape).ravel()
    if known:
        stays = own if own_cells is None else own_cells
        chosen = _positions(known, places, condition[..., part_columns(data.conditions, "position")], own=stays)
        condition[..., part_columns(data.conditions, "position")] = _values(known, chosen)
        about |= {"asked_row": chosen[..., 0].ravel(), "asked_column": chosen[..., 1].ravel()}
        about["cells"] = np.array([len(axis) for axis in known])
    return Asked(condition.reshape(-1, base.shape[1]), about)


def varied(data: ImageData, asked: Asked, attributes: Sequence[str]) -> Asked:
    """The same once for each combination of the values 0 and 1 of these attributes; the last of them changes fastest.

    Raises:
        ReportError: the condition has no such attribute.
    """
    combinations = list(itertools.product((0, 1), repeat=len(attributes)))
    vectors = [with_attributes(data, asked.condition, dict(zip(attributes, values, strict=True))) for values in combinations]
    single = ("cells", "grid")
    about = {name: each if name in single else np.tile(each, len(combinations)) for name, each in asked.about.items()}
    return Asked(np.concatenate(vectors), about)


def cells_named(data: ImageData, positions: Cells | Literal["rows", "columns"], cell: tuple[int, int]) -> Cells:
    """The cells as pairs where one of each row, or of each column, is asked; else as they are."""
    known = cell_values(data)
    if positions == "rows":
        return tuple((row + 1, cell[1]) for row in range(len(known[0]) if known else 1))
    if positions == "columns":
        return tuple((cell[0], column + 1) for column in range(len(known[1]) if known else 1))
    return positions


def check_parts(layout: Layout, *, a_class: bool, a_position: bool, attributes: Sequence[str]) -> None:
    """Refuses what the condition, by all that is known before the data is read, cannot be asked for.

    Raises:
        ReportError: the condition has no class, no position, or no such attribute.
    """
    parts = {part.kind: part.names for part in layout.conditions}
    problems = []
    if a_class and "class" not in parts:
        problems.append(Problem("", "the condition has no class to ask for", next_step="Add the step one_hot to the data."))
    if a_position and "position" not in parts:
        problems.append(Problem("", "the condition has no position", next_step="Add the step canvas to the data."))
    names = parts.get("attributes", ())
    if not names and layout.attribute_names is None:
        attributes = ()
    strange = [name for name in attributes if name not in names]
    rule = "the condition has no such attribute"
    problems += [Problem("", rule, repr(name), near_miss(name, names), "Add the step attribute_condition.") for name in strange]
    if problems:
        raise ReportError(*problems)


def with_attributes(
    data: ImageData, condition: np.ndarray, attributes: Mapping[str, int], but: Sequence[str] = ()
) -> np.ndarray:
    """The vectors with these attributes set, but for some of them.

    Raises:
        ReportError: the condition has no such attribute.
    """
    if not attributes:
        return condition
    names = next((part.names for part in data.conditions if part.kind == "attributes"), ())
    if unknown := [name for name in attributes if name not in names]:
        rule = "the condition has no such attribute"
        raise ReportError(*(Problem("", rule, repr(name), near_miss(name, names)) for name in unknown))
    first, changed = part_columns(data.conditions, "attributes").start, condition.copy()
    for name in (each for each in attributes if each not in but):
        changed[:, first + names.index(name)] = attributes[name]
    return changed


def in_turn(y: np.ndarray, n: int) -> np.ndarray:
    """Places of `n` images of the classes `y` in turn: the first of each class that there is, then the second of each."""
    of_class = [np.flatnonzero(y == label) for label in np.unique(y)]
    turns = (divmod(i, len(of_class)) for i in range(n))
    return np.array([of_class[c][turn % len(of_class[c])] for turn, c in turns])


def draw_places(images: int, n: int, seed: int) -> np.ndarray:
    """Places of `n` images drawn at random of so many; each of them once before any comes twice."""
    random = np.random.default_rng(seed)
    return np.concatenate([random.permutation(images) for _ in range(-(-n // images))])[:n]


def part_columns(conditions: Sequence[Condition], kind: str) -> slice:
    """Where a part of the condition stands in its vector; empty where there is none."""
    start = 0
    for part in conditions:
        if part.kind == kind:
            return slice(start, start + len(part.names))
        start += len(part.names)
    return slice(0, 0)


def cell_values(data: ImageData) -> tuple[np.ndarray, ...]:
    """The values that row and column have in the condition, ascending; empty where there is no position."""
    at, vectors = part_columns(data.conditions, "position"), data.splits["train"].condition
    if at.stop == at.start or vectors is None:
        return ()
    return tuple(np.unique(np.asarray(vectors[:, column], dtype=np.float32)) for column in range(at.start, at.stop))


def cells_of(data: ImageData, condition: np.ndarray) -> dict[str, np.ndarray]:
    """`row`, `column` (n,) of the cells that vectors `(n, k)` name, counted from 0, and `cells` (2,); empty without cells."""
    known = cell_values(data)
    if not known:
        return {}
    places = _nearest(known, condition[:, part_columns(data.conditions, "position")])
    return {"row": places[:, 0], "column": places[:, 1], "cells": np.array([len(axis) for axis in known])}


def all_classes(classes: Sequence[int | str] | None, layout: Layout) -> tuple[int | str, ...] | None:
    """The classes written out, checked against what is known of the data before it is read.

    Raises:
        ReportError: there is no such class.
    """
    if layout.class_names is None:
        return None if classes is None else tuple(classes)
    if classes is None:
        return tuple(layout.class_names)
    for chosen in classes:
        class_number(chosen, ImageData({}, tuple(layout.class_names)))
    return tuple(classes)


def _vectors(part: Split) -> np.ndarray:
    if part.condition is None:
        step = "Add a step that makes one, e.g. one_hot."
        raise ReportError(Problem("", "this asks for images by condition, and the data has none", next_step=step))
    return np.asarray(part.condition, dtype=np.float32)


def _labels(data: ImageData, part: Split, sources: np.ndarray, classes: Sequence[int | str] | None, *, own: bool) -> np.ndarray:
    """Numbers of the classes asked, `(classes, 1)`, or of the sources' own, `(1, sources)`; empty without a class."""
    if part_columns(data.conditions, "class") == slice(0, 0):
        if classes:
            raise ReportError(Problem("", "the condition has no class to ask for", repr(list(classes))))
        return np.zeros(0, dtype=np.int64)
    if classes is None and own:
        return np.asarray(part.y[sources], dtype=np.int64)[None]
    chosen = classes_of(classes, data, data.splits["train"].y, "the training set")
    return np.array([[number] for number in chosen.values()], dtype=np.int64)


def _one_hot(data: ImageData, labels: np.ndarray) -> np.ndarray:
    """The class part of the condition, `(*labels.shape, names)`, found by name: a step may have left classes out since."""
    names = next(part.names for part in data.conditions if part.kind == "class")
    places = [names.index(data.class_names[label]) for label in labels.ravel()]
    return np.eye(len(names), dtype=np.float32)[places].reshape(*labels.shape, len(names))


def _cells(known: Sequence[np.ndarray], cells: Cells) -> np.ndarray:
    """Rows and columns asked, counted from 0, shape `(cells, 2)`; empty where none are."""
    if cells is None:
        return np.zeros((0, 2), dtype=np.int64)
    if not known:
        raise ReportError(Problem("", "the condition has no position", next_step="Add the step canvas to the data."))
    rows, columns = (len(axis) for axis in known)
    every = [(row, column) for row in range(rows) for column in range(columns)]
    chosen = every if cells == "all" else [(row - 1, column - 1) for row, column in cells]
    if outside := [[row + 1, column + 1] for row, column in chosen if (row, column) not in every]:
        rule, allowed = "the canvas has no such cell", f"Rows 1 to {rows}, columns 1 to {columns}."
        raise ReportError(Problem("", rule, str(outside), allowed))
    return np.array(chosen, dtype=np.int64)


def _positions(known: Sequence[np.ndarray], places: np.ndarray, given: np.ndarray, *, own: bool) -> np.ndarray:
    """Row and column of each image, `(classes, cells, sources, 2)` int64; `given` are the positions that stand there so far."""
    shape = given.shape[:-1]
    if len(places):
        return np.broadcast_to(places[None, :, None], (*shape, 2))
    if own:
        return _nearest(known, given)
    in_turn = np.stack(np.divmod(np.arange(shape[2]) % (len(known[0]) * len(known[1])), len(known[1])), axis=-1)
    return np.broadcast_to(in_turn, (*shape, 2))


def _nearest(known: Sequence[np.ndarray], given: np.ndarray) -> np.ndarray:
    """Row and column of positions `(..., 2)` as the condition has them."""
    return np.stack([np.abs(given[..., axis, None] - values).argmin(axis=-1) for axis, values in enumerate(known)], axis=-1)


def _values(known: Sequence[np.ndarray], chosen: np.ndarray) -> np.ndarray:
    return np.stack([values[chosen[..., axis]] for axis, values in enumerate(known)], axis=-1)
