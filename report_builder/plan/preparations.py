"""What tells two preparations of one data set apart in print: their images, as far as a plan knows them."""

from __future__ import annotations

from collections.abc import Iterable

from report_builder.plan.resolved import DataSet


def told_apart(data: DataSet, others: Iterable[DataSet]) -> str:
    """As little of `28 × 28, [-1, 1], n = 3000` as no other preparation has, else the id; "" where there is no other.

    Args:
        data: a data set with its steps.
        others: those with the same name in print.
    """
    left, said = [other for other in others if other.located() != data.located()], []
    for place, mark in enumerate(_marks(data)):
        same = [other for other in left if _marks(other)[place] == mark]
        if mark and len(same) < len(left):
            said.append(mark)
            left = same
    return ", ".join([*said, data.id] if left else said)


def _marks(data: DataSet) -> tuple[str, str, str]:
    """Size, possible pixels, number of training images; "" where a plan does not know."""
    layout = data.layout
    if layout is None:
        return "", "", ""
    low, high = layout.value_range
    size = f"{layout.image_shape[0]} × {layout.image_shape[1]}" if layout.image_shape else ""
    binary = any(step.name == "binarise" for step in data.steps)
    pixels = f"{{{low:g}, {high:g}}}" if binary else f"[{low:g}, {high:g}]"
    return size, pixels, f"n = {layout.images['train']}" if layout.images.get("train") else ""
