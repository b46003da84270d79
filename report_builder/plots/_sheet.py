"""Sheets of images: equal cells, labelled rows and columns, and a whole number of device pixels for each source pixel.

A sheet is laid out in source pixels. The resolution of the figure, at least 300 dpi, is then chosen so that each source pixel
covers exactly `k` x `k` device pixels: nothing is interpolated, and all rows of pixels are equally thick.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays, Subject
from report_builder.plots._fitting import (
    BAND_CM,
    ROW_CM,
    extent,
    fitted_to_page,
    heights,
    label_width,
    lines_of,
    room_beside,
    title_width,
    word_size,
)
from report_builder.plots._options import LookOptions, SheetOptions
from report_builder.plots._style import arrays_of
from report_builder.plots._text import INCH, POINT, all_wrapped, text_height, title_size
from report_builder.records import frozen

DPI = 300
PAD_CM = 0.12
THIN, WIDE = 0.02, 0.3  # gaps, relative to a cell: between neighbours, between groups
SEPARATOR = 214  # grey level of thin gaps
TOLERANCE = 0.02  # share of the pixel range by which values may exceed it


@frozen
class Lines:
    """Rows or columns of a sheet: a label for each, and the gap before each, relative to a cell."""

    labels: Sequence[str]
    gaps: Sequence[float] = ()

    @property
    def offsets(self) -> np.ndarray:
        """Start of each line, in cells from the first."""
        gaps = np.array(self.gaps or [0.0] + [THIN] * (len(self.labels) - 1))
        return np.asarray(np.arange(len(self.labels)) + np.cumsum(gaps) - gaps[0])

    @property
    def extent(self) -> float:
        """Distance from the start of the first line to the end of the last, in cells."""
        return float(self.offsets[-1]) + 1

    @property
    def separated(self) -> bool:
        """Whether thin separators are drawn between neighbours."""
        return any(0 < gap <= THIN for gap in self.gaps) or not self.gaps

    def apart(self, more: Sequence[float]) -> Lines:
        """Return the lines with more space after each but the last, in cells."""
        gaps = self.gaps or [0.0] + [THIN] * (len(self.labels) - 1)
        return Lines(self.labels, [gap + room for gap, room in zip(gaps, (0.0, *more), strict=False)])

    @property
    def pitch(self) -> float:
        """Smallest distance between the centres of neighbours, in cells."""
        return float(np.diff(self.offsets).min(initial=self.extent if len(self.labels) == 1 else np.inf))


@frozen
class Block:
    """A grid of images with labels.

    Attributes:
        images: shape `(rows, columns, height, width, channels)`, values in [0, 1]; NaN leaves a cell blank.
        rows: labels and gaps of the rows.
        columns: labels and gaps of the columns.
        title: text above the block.
        below: texts below the images, by row; an empty row has none.
    """

    images: np.ndarray
    rows: Lines
    columns: Lines
    title: str = ""
    below: Sequence[Sequence[str]] = ()


@frozen
class Sheet:
    """A drawn sheet.

    Attributes:
        figure: the figure.
        axes: axes of each block.
        row_centres: centres of the rows of each block, from the top, in data units.
        column_centres: centres of the columns of each block, in data units.
        scale: width of an image pixel, in data units.
    """

    figure: Figure
    axes: Sequence[Axes]
    row_centres: Sequence[np.ndarray] = field(default=())
    column_centres: Sequence[np.ndarray] = field(default=())
    scale: int = 1


def unit_range(arrays: Arrays, name: str, panel: str) -> np.ndarray:
    """Return an array rescaled from its `value_range` to [0, 1], as float32.

    Args:
        panel: name of the panel, for error messages.

    Raises:
        ReportError: values are out of range, for example logits shown as probabilities, or data whose scaling does not match
            the output of the model.
    """
    images = np.asarray(arrays[name], dtype=np.float32)
    low, high = (float(v) for v in arrays.get("value_range", (0.0, 1.0)))
    images = (images - low) / (high - low)
    if not np.isfinite(images).all() or images.min() < -TOLERANCE or images.max() > 1 + TOLERANCE:
        received = f"{panel}.{name}: {images.min() * (high - low) + low:.3g} to {images.max() * (high - low) + low:.3g}"
        rule, allowed = "pixels lie outside the range of the data", f"Allowed: {low:g} to {high:g}."
        raise ReportError(Problem("", rule, received, allowed, "Give the decoder an output that fits the scaling of the data."))
    return images.clip(0, 1)


def printed(images: np.ndarray, ink: str) -> np.ndarray:
    """Return images `(..., height, width, channels)` in [0, 1] as printed, uint8; grey images in dark or light ink."""
    negative = ink == "dark" and images.shape[-1] == 1
    return np.round(255 * (1 - images if negative else images)).astype(np.uint8)


def outputs(arrays: Mapping[str, Arrays], options: SheetOptions, name: str) -> dict[str, Arrays]:
    """Return the arrays of the chosen runs, with the generated images `name` thresholded if the options say so.

    Raises:
        ReportError: a run has no such images, or has values out of range that thresholding would hide.
    """
    of_runs = arrays_of(arrays, options.runs, name)
    if options.threshold is None:
        return of_runs
    return {run: {**each, name: _two_levels(each, name, run, options.threshold)} for run, each in of_runs.items()}


def _two_levels(arrays: Arrays, name: str, run: str, threshold: float) -> np.ndarray:
    """Images whose pixels are the lowest or highest value of their range."""
    low, high = (float(v) for v in arrays.get("value_range", (0.0, 1.0)))
    return np.where(unit_range(arrays, name, run) >= threshold, high, low).astype(np.float32)


def sheet(
    blocks: Sequence[Block],
    look: LookOptions,
    *,
    cell_cm: float | None = None,
    axis_room: tuple[float, float] = (0.0, 0.0),
    per_band: int | None = None,
    gap_cm: float = PAD_CM,
    dpi: float = DPI,
) -> Sheet:
    """Draw blocks side by side.

    Args:
        blocks: at least one; all images have the same height and width.
        look: width of the figure, in which the blocks are centred; maximum width of a cell; ink.
        cell_cm: maximum width of a cell, overriding `look`.
        axis_room: space to the left of and below each block for ticks and axis labels, in cm.
        per_band: number of blocks side by side, the others below them; all if None.
        gap_cm: space between two blocks, in cm.
        dpi: minimum resolution.

    Raises:
        ReportError: the blocks do not fit on a page, or an ink is chosen for colour images.
    """
    width_cm, ink = look.width_cm, look.ink
    if ink == "light" and blocks[0].images.shape[-1] > 1:
        rule = "an ink is for grey images, and these have colours"
        raise ReportError(Problem("", rule, f"ink: {ink}", next_step="Leave 'ink' out."))
    across = per_band or len(blocks)
    bands = [list(blocks[start : start + across]) for start in range(0, len(blocks), across)]
    left = [[label_width(block.rows.labels) + axis_room[0] for block in band] for band in bands]
    height, width = blocks[0].images.shape[2:4]
    free = [width_cm - 2 * PAD_CM - sum(rooms) for rooms in left]
    cell = min(cell_cm or look.cell_cm, *((f - gap_cm * (len(b) - 1)) / extent(b) for f, b in zip(free, bands, strict=True)))
    rooms_above = [f / len(band) - 2 * PAD_CM for f, band in zip(free, bands, strict=True)]
    bands, cell = fitted_to_page(bands, rooms_above, cell, height / width, axis_room[1])
    gap = max(gap_cm, *(title_width(b) - b.columns.extent * cell + PAD_CM for band in bands for b in band if len(band) > 1), 0)
    top, under = heights(bands)
    row = cell * height / width
    bands = [[replace(b, rows=b.rows.apart([room / row for room in under])) for b in band] for band in bands]
    tall = [
        top + max(b.rows.extent * row + under[len(b.rows.labels) - 1] for b in band) + axis_room[1] + BAND_CM for band in bands
    ]
    scale = math.ceil(cell / INCH * dpi / width)
    dpi = scale * width / (cell / INCH)
    size = (width_cm, sum(tall) - BAND_CM + 2 * PAD_CM)
    wide, tall_page = (round(side / INCH * dpi) / dpi for side in size)
    figure = Figure(figsize=(wide, tall_page), dpi=dpi)
    drawn = []
    for place, (band, rooms) in enumerate(zip(bands, left, strict=True)):
        used = sum(rooms) + extent(band) * cell + gap * (len(band) - 1)
        x, y = (width_cm - used) / 2, PAD_CM + sum(tall[:place]) + top
        for block, room in zip(band, rooms, strict=True):
            drawn.append(_draw(figure, block, x + room, y, scale, ink))
            x += room + block.columns.extent * cell + gap
    all_axes, rows, columns = zip(*drawn, strict=True)
    return Sheet(figure, all_axes, rows, columns, scale)


def _draw(
    figure: Figure, block: Block, left_cm: float, top_cm: float, scale: int, ink: str
) -> tuple[Axes, np.ndarray, np.ndarray]:
    """Draw one block with its upper left corner at the given place; return its axes and the centres of its rows and columns."""
    height, width = block.images.shape[2:4]
    # Without separators the image keeps the size of its source, and the renderer repeats each pixel `scale` times.
    zoom = scale if block.columns.separated else 1
    picture, starts_y, starts_x = _montage(block, zoom, ink)
    rest = scale // zoom
    (tall, wide), starts_y, starts_x = np.array(picture.shape[:2]) * rest, starts_y * rest, starts_x * rest
    page_w, page_h = (round(side * figure.dpi) for side in figure.get_size_inches())
    x, y = round(left_cm / INCH * figure.dpi), page_h - round(top_cm / INCH * figure.dpi) - tall
    axes = figure.add_axes((x / page_w, y / page_h, wide / page_w, tall / page_h))
    axes.imshow(picture, interpolation="none", aspect="auto", extent=(0, wide, tall, 0))
    axes.grid(visible=False)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    rows, columns = starts_y + height * scale / 2, starts_x + width * scale / 2
    room = room_beside(block, width * scale / figure.dpi * INCH)
    _label(axes, block, rows, columns, wide, figure.dpi, room)
    size = word_size([text for texts in block.below for text in texts], room)
    for texts, y in zip(block.below, rows + height * scale / 2, strict=False):
        for text, x in zip(texts, columns, strict=False):
            axes.annotate(text, (x, y), (0, -3), textcoords="offset points", ha="center", va="top", fontsize=size)
    return axes, rows, columns


def _montage(block: Block, scale: int, ink: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All cells as one image, uint8 `(height, width, 3)`, and the starts of rows and columns in its pixels."""
    images = block.images
    count_y, count_x, height, width = images.shape[:4]
    starts_y = np.round(block.rows.offsets * height * scale).astype(int)
    starts_x = np.round(block.columns.offsets * width * scale).astype(int)
    edge = round(THIN * width * scale) if block.columns.separated else 0
    starts_y, starts_x = starts_y + edge, starts_x + edge
    picture = np.full((starts_y[-1] + height * scale + edge, starts_x[-1] + width * scale + edge, 3), 255, dtype=np.uint8)
    places = [(row, column) for row in range(count_y) for column in range(count_x) if np.isfinite(images[row, column]).all()]
    for y, x in ((starts_y[row], starts_x[column]) for row, column in places):
        picture[y - edge : y + height * scale + edge, x - edge : x + width * scale + edge] = SEPARATOR
    for row, column in places:
        coloured = printed(images[row, column], ink)
        y, x = starts_y[row], starts_x[column]
        picture[y : y + height * scale, x : x + width * scale] = coloured.repeat(scale, axis=0).repeat(scale, axis=1)
    return picture, starts_y, starts_x


def _label(axes: Axes, block: Block, rows: np.ndarray, columns: np.ndarray, wide: int, dpi: float, room: float) -> None:
    tall = float(np.diff(rows).min(initial=2 * rows[0])) / dpi * INCH
    parts = max(lines_of(block.rows.labels), 1)
    names = all_wrapped(block.rows.labels, ROW_CM, lines=max(1, int(tall / text_height("x")) // parts))
    for label, y in zip(names, rows, strict=True):
        axes.annotate(label, (0, y), (-4, 0), textcoords="offset points", ha="right", va="center")
    size = word_size(block.columns.labels, room)
    for label, x in zip(block.columns.labels, columns, strict=True):
        axes.annotate(label, (x, 0), (0, 3), textcoords="offset points", ha="center", va="bottom", fontsize=size)
    if block.title:
        lift = 5 + text_height("") / POINT * lines_of(block.columns.labels)
        size = title_size()
        axes.annotate(
            block.title, (wide / 2, 0), (0, lift), textcoords="offset points", ha="center", va="bottom", fontsize=size
        )


def title_of(subjects: Mapping[str, Subject], name: str) -> str:
    """Return the name of a run as printed."""
    return str(subjects[name].name) if name in subjects else name
