"""Fits the texts of a sheet of images: line breaks, heights, and the cell width at which everything fits on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from report_builder.errors import Problem, ReportError
from report_builder.plots._text import POINT, all_wrapped, text_height, text_size, text_width, title_size, wrapped

if TYPE_CHECKING:
    from report_builder.plots._sheet import Block  # which imports this

MAX_HEIGHT_CM = 22.0
BAND_CM = 0.45  # between bands
SMALLEST_CM = 0.1  # smallest width of an image
AIR_CM = 0.05  # between neighbouring texts
ROW_CM = 2.8  # maximum width of a row label
LINES = 2  # maximum lines of a text above or below an image, or of a title
SMALLEST_FONT = 7.0  # points


def extent(band: Sequence[Block]) -> float:
    """Return the total width of the blocks of a band, in cells."""
    return sum(block.columns.extent for block in band)


def heights(bands: Sequence[Sequence[Block]]) -> tuple[float, list[float]]:
    """Return the heights for texts, in cm: above each band, and below each row of images, from the first to the last."""
    blocks = [block for band in bands for block in band]
    rows = range(max(len(block.rows.labels) for block in blocks))
    return max(map(_label_height, blocks)), [max(_height_below(block, row) for block in blocks) for row in rows]


def fitted_to_page(
    bands: list[list[Block]], rooms_above: list[float], cell: float, aspect: float, axis_room: float
) -> tuple[list[list[Block]], float]:
    """Break the texts of all blocks, and find the cell width at which the bands fit on a page.

    Args:
        bands: blocks of each band.
        rooms_above: width for the title of each block, by band, in cm.
        cell: largest cell width, in cm.
        aspect: height of an image over its width.
        axis_room: height kept free below each band, in cm.

    Raises:
        ReportError: the images would be smaller than `SMALLEST_CM`.
    """
    rows = [max(len(block.rows.labels) for block in band) for band in bands]
    tall = sum(max(block.rows.extent for block in band) for band in bands) * aspect
    fitted = bands
    for _ in range(3):  # smaller cells have more lines of labels, which leave less room
        fitted = [[_fit(block, cell, room) for block in band] for band, room in zip(bands, rooms_above, strict=True)]
        top, under = heights(fitted)
        texts = sum(sum(under[:count]) for count in rows)
        free = MAX_HEIGHT_CM - len(bands) * (top + axis_room + BAND_CM) + BAND_CM - texts
        cell = min(cell, free / tall)
        if cell < SMALLEST_CM:
            step = "Show fewer runs, or fewer images of each."
            raise ReportError(Problem("", "the images would not fit on a page", f"{sum(rows)} rows of images", next_step=step))
    return fitted, cell


def room_beside(block: Block, cell: float) -> float:
    """Return the width of a text above or below an image at which it does not touch its neighbours, in cm."""
    return cell * block.columns.pitch - AIR_CM


def word_size(labels: Sequence[str], room: float) -> float:
    """Return the font size in points at which the longest word of the labels fits into `room`, in cm.

    Words that would become illegibly small are ignored, because they are broken instead.
    """
    usual = text_size()
    widths = (text_width(word) for label in labels for word in label.split())
    widest = max((width for width in widths if width * SMALLEST_FONT <= room * usual), default=0.0)
    return min(usual, usual * room / widest) if widest else usual


def label_width(labels: Sequence[str]) -> float:
    """Return the width of labels next to rows, in cm."""
    widest = max((text_width(label) for label in labels), default=0.0)
    return min(widest, ROW_CM) + 0.2 if widest else 0.0


def title_width(block: Block) -> float:
    """Return the width of a title, in cm."""
    return max(text_width(line, title_size()) for line in block.title.split("\n"))


def lines_of(labels: Sequence[str]) -> int:
    """Return the number of lines of the longest label."""
    return max((label.count("\n") + 1 for label in labels if label), default=0)


def _fit(block: Block, cell: float, room: float) -> Block:
    """Break the title of a block to fit `room`, and the texts above and below its images so that they do not touch."""
    beside = room_beside(block, cell)
    above = all_wrapped(block.columns.labels, beside, word_size(block.columns.labels, beside), lines=LINES)
    size = word_size([text for row in block.below for text in row], beside)
    below = [[wrapped(text, beside, size, lines=LINES) for text in row] for row in block.below]
    title = wrapped(block.title, room, title_size(), lines=LINES)
    lines = max((lines_of(row) for row in below), default=0)
    level = [[text + "\n" * (lines - 1 - text.count("\n")) for text in row] for row in below]  # align first lines
    return replace(block, columns=replace(block.columns, labels=above), below=level, title=title)


def _height_below(block: Block, row: int) -> float:
    """Height below a row for the texts of its images, in cm."""
    lines = lines_of(block.below[row]) if row < len(block.below) else 0
    return lines * text_height("") + 5 * POINT if lines else 0.0


def _label_height(block: Block) -> float:
    """Height above a block for column labels and title, in cm."""
    lines = lines_of(block.columns.labels)
    title = text_height(block.title, title_size()) + 3 * POINT if block.title else 0.0
    return lines * text_height("") + (4 * POINT if lines else 0.0) + title
