"""Condition vectors that request classes, cells of a canvas and attributes from a conditional model."""

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
    """Requested conditions, one for each image.

    Attributes:
        condition: condition vectors, `(n, k)` float32.
        about: int64 arrays. `asked_class` (n,), if the condition has a class; `asked_row` and `asked_column` (n,), counted from
            0, and `cells` (2,), if it has a position; `grid` (3,): number of classes, of cells, and of images for each.
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
    """Request each class in each cell, once for each source; the class varies slowest, the source fastest.

    Args:
        data: its conditions define the meaning of the vector.
        part: the split whose condition vectors are the starting point for what is not requested.
        sources: indices in the split of the images whose condition vectors are used, one for each image of a combination.
        classes: numbers or names; None: all in the training set or, with `own`, the class of each source.
        cells: `all`, or pairs of row and column, counted from 1; None: the cells in turn or, with `own`, that of the source.
        own: whether to keep the sources' conditions where nothing is requested.
        own_cells: the same for cells only; None: as `own`.

    Raises:
        ReportError: if the data has no condition, no such class or no such cell.
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
    """Repeat the request for each combination of the values 0 and 1 of these attributes; the last one varies fastest.

    Raises:
        ReportError: if the condition has no such attribute.
    """
    combinations = list(itertools.product((0, 1), repeat=len(attributes)))
    vectors = [with_attributes(data, asked.condition, dict(zip(attributes, values, strict=True))) for values in combinations]
    single = ("cells", "grid")
    about = {name: each if name in single else np.tile(each, len(combinations)) for name, each in asked.about.items()}
    return Asked(np.concatenate(vectors), about)


def cells_named(data: ImageData, positions: Cells | Literal["rows", "columns"], cell: tuple[int, int]) -> Cells:
    """Expand `rows` or `columns` into one cell of each row or column; return other values unchanged."""
    known = cell_values(data)
    if positions == "rows":
        return tuple((row + 1, cell[1]) for row in range(len(known[0]) if known else 1))
    if positions == "columns":
        return tuple((cell[0], column + 1) for column in range(len(known[1]) if known else 1))
    return positions


def check_parts(layout: Layout, *, a_class: bool, a_position: bool, attributes: Sequence[str]) -> None:
    """Refuse requests that the condition cannot express, as far as it is known before the data is read.

    Raises:
        ReportError: if the condition has no class, no position, or no such attribute.
    """
    parts = {part.kind: part.names for part in layout.conditions}
    problems = []
    if a_class and "class" not in parts:
        problems.append(Problem("", "the condition does not contain a class", next_step="Add the step one_hot to the data."))
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
    """Return the vectors with these attributes set, except for those in `but`.

    Raises:
        ReportError: if the condition has no such attribute.
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
    """Return the indices of `n` images with the classes `y` in turn: the first of each class, then the second of each."""
    of_class = [np.flatnonzero(y == label) for label in np.unique(y)]
    turns = (divmod(i, len(of_class)) for i in range(n))
    return np.array([of_class[c][turn % len(of_class[c])] for turn, c in turns])


def draw_places(images: int, n: int, seed: int) -> np.ndarray:
    """Return the indices of `n` images drawn at random; each occurs once before any is repeated."""
    random = np.random.default_rng(seed)
    return np.concatenate([random.permutation(images) for _ in range(-(-n // images))])[:n]


def part_columns(conditions: Sequence[Condition], kind: str) -> slice:
    """Return the columns of a part of the condition vector; an empty slice if there is no such part."""
    start = 0
    for part in conditions:
        if part.kind == kind:
            return slice(start, start + len(part.names))
        start += len(part.names)
    return slice(0, 0)


def cell_values(data: ImageData) -> tuple[np.ndarray, ...]:
    """Return the values of row and of column in the condition, ascending; empty if it has no position."""
    at, vectors = part_columns(data.conditions, "position"), data.splits["train"].condition
    if at.stop == at.start or vectors is None:
        return ()
    return tuple(np.unique(np.asarray(vectors[:, column], dtype=np.float32)) for column in range(at.start, at.stop))


def cells_of(data: ImageData, condition: np.ndarray) -> dict[str, np.ndarray]:
    """Return `row` and `column` (n,), counted from 0, and `cells` (2,) of condition vectors `(n, k)`; empty without cells."""
    known = cell_values(data)
    if not known:
        return {}
    places = _nearest(known, condition[:, part_columns(data.conditions, "position")])
    return {"row": places[:, 0], "column": places[:, 1], "cells": np.array([len(axis) for axis in known])}


def all_classes(classes: Sequence[int | str] | None, layout: Layout) -> tuple[int | str, ...] | None:
    """Return the classes written out, validated by what is known before the data is read.

    Raises:
        ReportError: if there is no such class.
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
    """Return the requested class numbers, `(classes, 1)`, or the sources' own, `(1, sources)`; empty without a class."""
    if part_columns(data.conditions, "class") == slice(0, 0):
        if classes:
            raise ReportError(Problem("", "the condition does not contain a class", repr(list(classes))))
        return np.zeros(0, dtype=np.int64)
    if classes is None and own:
        return np.asarray(part.y[sources], dtype=np.int64)[None]
    chosen = classes_of(classes, data, data.splits["train"].y, "the training set")
    return np.array([[number] for number in chosen.values()], dtype=np.int64)


def _one_hot(data: ImageData, labels: np.ndarray) -> np.ndarray:
    """Return the class part of the condition, `(*labels.shape, names)`, by name: a later step may have dropped classes."""
    names = next(part.names for part in data.conditions if part.kind == "class")
    places = [names.index(data.class_names[label]) for label in labels.ravel()]
    return np.eye(len(names), dtype=np.float32)[places].reshape(*labels.shape, len(names))


def _cells(known: Sequence[np.ndarray], cells: Cells) -> np.ndarray:
    """Return the requested rows and columns, counted from 0, shape `(cells, 2)`; empty if there are none."""
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
    """Return row and column of each image, `(classes, cells, sources, 2)` int64; `given` are the sources' positions."""
    shape = given.shape[:-1]
    if len(places):
        return np.broadcast_to(places[None, :, None], (*shape, 2))
    if own:
        return _nearest(known, given)
    in_turn = np.stack(np.divmod(np.arange(shape[2]) % (len(known[0]) * len(known[1])), len(known[1])), axis=-1)
    return np.broadcast_to(in_turn, (*shape, 2))


def _nearest(known: Sequence[np.ndarray], given: np.ndarray) -> np.ndarray:
    """Return row and column of positions `(..., 2)` in the condition."""
    return np.stack([np.abs(given[..., axis, None] - values).argmin(axis=-1) for axis, values in enumerate(known)], axis=-1)


def _values(known: Sequence[np.ndarray], chosen: np.ndarray) -> np.ndarray:
    return np.stack([values[chosen[..., axis]] for axis, values in enumerate(known)], axis=-1)
