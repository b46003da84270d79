"""Axes of a panel of conditional images: what changes from row to row and from column to column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays, Parameters
from report_builder.languages import Language
from report_builder.records import frozen

if TYPE_CHECKING:
    import numpy as np


class AttributeAxis(Parameters):
    """An attribute of the condition: absent, then present."""

    attribute: str = Field(description="Name of the attribute.")


Axis = Literal["row", "column", "class", "z"] | AttributeAxis
CELLS = ("row", "column")


@frozen
class Along:
    """Positions along one axis: the index of each image, `(n,)` int64, and the label of each position."""

    places: np.ndarray
    labels: Sequence[str]


def kind_of(axis: Axis) -> str:
    """Return the kind of an axis: `row`, `column`, `class`, `z` or `attribute`."""
    return axis if isinstance(axis, str) else "attribute"


def along(axis: Axis, arrays: Arrays, language: Language, *, short: bool) -> Along:
    """Return the positions of the images along an axis.

    Args:
        axis: what changes along it.
        arrays: the images and what was asked of each.
        short: label rows and columns of the canvas by number only.

    Raises:
        ReportError: the images do not vary in this.
    """
    import numpy as np

    if isinstance(axis, AttributeAxis):
        return _by_attribute(axis.attribute, arrays, language)
    if axis in CELLS:
        count, values = int(_array(arrays, "cells", axis)[CELLS.index(axis)]), arrays[f"asked_{axis}"]
        return Along(values, [str(i + 1) if short else language.word(f"sheet.{axis}", i=i + 1) for i in range(count)])
    values = _array(arrays, "asked_class" if axis == "class" else "draw", axis)
    distinct = list(dict.fromkeys(values.tolist()))
    labels = _classes(arrays, distinct, language) if axis == "class" else _codes(arrays, distinct, language)
    return Along(np.array([distinct.index(value) for value in values.tolist()], dtype=np.int64), labels)


def axis_name(axis: Axis, z: str, language: Language) -> str:
    """Return what changes along an axis, as a caption names it."""
    if isinstance(axis, AttributeAxis):
        return language.word("panel.attribute", name=language.name(axis.attribute))
    return language.word(f"panel.{z}" if axis == "z" else f"panel.{axis}")


def _array(arrays: Arrays, name: str, axis: str) -> np.ndarray:
    if name not in arrays:
        raise ReportError(Problem("", f"the images were not asked by {axis}", next_step="Choose another axis of the panel."))
    return arrays[name]


def _classes(arrays: Arrays, numbers: Sequence[int], language: Language) -> list[str]:
    from report_builder.plots._samples import class_name

    return [class_name(arrays, number, language) for number in numbers]


def _codes(arrays: Arrays, numbers: Sequence[int], language: Language) -> list[str]:
    """Labels of codes: draws are counted from 1; encoded images have their index in the split."""
    if "index" not in arrays:
        return [language.word("sheet.draw", i=number + 1) for number in numbers]
    of_draw = dict(zip(arrays["draw"].tolist(), arrays["index"].tolist(), strict=True))
    return [language.word("sheet.image", i=of_draw[number]) for number in numbers]


def _by_attribute(name: str, arrays: Arrays, language: Language) -> Along:
    import numpy as np

    known = arrays.get("condition_names", np.array([])).tolist()
    if name not in known:
        raise ReportError(Problem("", "the images were not asked by this attribute", repr(name), f"Known: {', '.join(known)}."))
    present = (arrays["condition"][:, known.index(name)] > 0.5).astype(np.int64)
    printed = language.name(name)
    return Along(present, [language.word("details.named", name=printed, value=language.word(word)) for word in ("no", "yes")])
