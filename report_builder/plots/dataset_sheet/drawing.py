"""Draws figures of the kind `dataset_sheet`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import Arrays, Column, Drawing, Subject, Table
from report_builder.languages import Language
from report_builder.plots._details import details
from report_builder.plots._samples import cell_for, class_name, in_bands, per_band
from report_builder.plots._sheet import Block, Lines, sheet, unit_range
from report_builder.plots._style import arrays_of
from report_builder.plots.dataset_sheet import Parameters

OF_IMAGES = ("x", "y", "row", "column", "index", "condition", "attributes")  # arrays with an entry for each image


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a row for each class, or images of all classes in bands."""
    images = arrays_of(arrays, [parameters.data], "x")[parameters.data]
    images = images if parameters.n else _in_order(images)
    texts = _texts(images, parameters, language)
    block = _bands(images, texts, parameters) if parameters.n else _by_class(images, texts, language)
    drawn = sheet([block], parameters, cell_cm=cell_for([block], parameters))
    stated = []
    if parameters.conditions and "cells" in images:
        stated.append(language.word("details.below_cell"))
    asked = list(_attributes_of(images).values()) if parameters.conditions else []
    if printed := [language.name(name) for name in dict.fromkeys([*asked, *parameters.attributes])]:
        stated.append(language.word("details.below_attributes", names=language.join(printed)))
    classes = language.join(list(dict.fromkeys(class_name(images, int(label), language) for label in images["y"])))
    alt = language.word("alt.dataset_sheet", n=language.number(len(images["y"])), classes=classes)
    people = [subjects[parameters.data]]
    said = details(language, people, *stated, split=parameters.split)
    return Drawing(drawn.figure, said, alt, raster=True, table=_table(images, parameters, language))


def _in_order(images: Arrays) -> Arrays:
    """Images of each class sorted by cell, row by row, if the images have cells."""
    if "cells" not in images:
        return images
    classes = list(dict.fromkeys(images["y"].tolist()))
    of_class = np.array([classes.index(label) for label in images["y"].tolist()])
    order = np.lexsort((images["column"], images["row"], of_class))
    return {name: array[order] if name in OF_IMAGES else array for name, array in images.items()}


def _texts(images: Arrays, parameters: Parameters, language: Language) -> list[str]:
    """Text below each image: with `n` its class, then row and column (1-based), then its attributes."""
    lines: list[list[str]] = [[class_name(images, int(label), language)] if parameters.n else [] for label in images["y"]]
    if parameters.conditions and "cells" in images:
        for each, row, column in zip(lines, images["row"], images["column"], strict=True):
            each.append(f"({row + 1}, {column + 1})")
    if parameters.conditions:
        chosen = _attributes_of(images)
        _add_names(lines, images["condition"][:, list(chosen)] if chosen else None, list(chosen.values()), language)
    if parameters.attributes:
        known = [str(name) for name in images.get("attribute_names", ())]
        if strange := [name for name in parameters.attributes if name not in known]:
            rule = "the data has no such attribute"
            raise ReportError(*(Problem("", rule, repr(name), near_miss(name, known)) for name in strange))
        places = [known.index(name) for name in parameters.attributes]
        _add_names(lines, images["attributes"][:, places], list(parameters.attributes), language)
    return ["\n".join(each) for each in lines]


def _table(images: Arrays, parameters: Parameters, language: Language) -> Table:
    """Table with a row for each chosen attribute (default: all) and a column for each image, 1 where the image has it.

    This way, many attributes make the table long and not wide. The first row holds the classes of the images.
    """
    known = [str(name) for name in images.get("attribute_names", ())]
    chosen = parameters.attributes or known
    rows = images["attributes"][:, [known.index(name) for name in chosen]] if chosen else np.zeros((len(images["y"]), 0))
    heads = [language.word("sheet.attribute"), *map(str, range(1, len(rows) + 1))]
    classes = [class_name(images, int(label), language) for label in images["y"]]
    names = [language.word("sheet.class"), *(language.name(name) for name in chosen)]
    cells = [[label, *(str(int(value > 0.5)) for value in row)] for label, row in zip(classes, rows, strict=True)]
    return Table([Column(head, values) for head, values in zip(heads, [names, *cells], strict=True)])


def _attributes_of(images: Arrays) -> dict[int, str]:
    """Attributes that are part of the condition, by index in its vector."""
    named = zip(images.get("condition_kinds", ()), images.get("condition_names", ()), strict=True)
    return {place: str(name) for place, (kind, name) in enumerate(named) if kind == "attributes"}


def _add_names(lines: list[list[str]], present: np.ndarray | None, names: list[str], language: Language) -> None:
    """Add the names of the attributes that each image has."""
    for each, row in zip(lines, present if present is not None else (), strict=False):
        each += [language.name(name) for name, value in zip(names, row, strict=True) if value > 0.5]


def _by_class(images: Arrays, texts: list[str], language: Language) -> Block:
    """A row for each class, padded with blanks if it has fewer images."""
    x, labels = unit_range(images, "x", "data"), list(dict.fromkeys(images["y"].tolist()))
    of_class = [np.flatnonzero(images["y"] == label) for label in labels]
    columns = max(len(found) for found in of_class)
    grid = np.full((len(labels), columns, *x.shape[1:]), np.nan, dtype=x.dtype)
    for row, found in enumerate(of_class):
        grid[row, : len(found)] = x[found]
    below = [[texts[i] for i in found] for found in of_class] if any(texts) else []
    return Block(grid, Lines([class_name(images, label, language) for label in labels]), Lines([""] * columns), below=below)


def _bands(images: Arrays, texts: list[str], parameters: Parameters) -> Block:
    """Images in their order, in bands."""
    x = unit_range(images, "x", "data")
    per_row = per_band(texts, parameters.columns, parameters.width_cm - 0.5)
    rows = in_bands(x, per_row)
    below = [texts[start : start + per_row] for start in range(0, len(texts), per_row)]
    return Block(rows, Lines([""] * len(rows)), Lines([""] * per_row), below=below)
