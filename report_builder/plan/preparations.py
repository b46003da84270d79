"""How data was prepared, in print: all that a plan knows of it, or only what distinguishes two preparations of one data set."""

from __future__ import annotations

from collections.abc import Iterable

from report_builder.languages import Language
from report_builder.plan.resolved import DataSet


def described(name: str, data: DataSet, language: Language) -> str:
    """Name of a data set and what is known of its training images: `CIFAR-10, 4 classes, 300 images, 32 × 32, [0; 1]`."""
    layout = data.layout
    if layout is None:
        return name
    classes, images = len(layout.class_names or ()), layout.images.get("train")
    counts = [language.quantity(n, unit) for n, unit in ((classes, "classes"), (images or 0, "images")) if n]
    low, high = map(language.number, layout.value_range)
    pixels = language.word("details.interval", low=low, high=high)
    pixels = f"{{{pixels[1:-1]}}}" if _is_binary(data) else pixels
    return language.words["list.comma"].join(filter(None, [name, *counts, _size(data), pixels]))


def told_apart(name: str, data: DataSet, others: Iterable[DataSet], language: Language) -> str:
    """Name with as many of `28 × 28, [-1, 1], n = 3000` as distinguish it from the others, or the id if these do not suffice.

    Args:
        name: printed name of the data.
        data: a data set with its steps.
        others: data sets with the same printed name; without any, the name stands alone.
    """
    left, said = [other for other in others if other.located() != data.located()], []
    for place, mark in enumerate(_marks(data)):
        same = [other for other in left if _marks(other)[place] == mark]
        if mark and len(same) < len(left):
            said.append(mark)
            left = same
    return language.words["list.comma"].join([name, *said, *([data.id] if left else [])])


def _marks(data: DataSet) -> tuple[str, str, str]:
    """Image size, possible pixel values, number of training images; "" for what a plan does not know."""
    layout = data.layout
    if layout is None:
        return "", "", ""
    low, high = layout.value_range
    pixels = f"{{{low:g}, {high:g}}}" if _is_binary(data) else f"[{low:g}, {high:g}]"
    return _size(data), pixels, f"n = {layout.images['train']}" if layout.images.get("train") else ""


def _is_binary(data: DataSet) -> bool:
    return any(step.name == "binarise" for step in data.steps)


def _size(data: DataSet) -> str:
    """Height and width of the images; "" if unknown."""
    shape = data.layout.image_shape if data.layout else None
    return f"{shape[0]} × {shape[1]}" if shape else ""
