"""Matrices of shares as heat maps, with numbers in the cells if they fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.image import AxesImage

from report_builder.languages import Language
from report_builder.plots._text import NAME_CM, all_wrapped, text_height, text_width
from report_builder.records import frozen

LIGHT = 0.179  # background luminance below which white text has more contrast than black text
LARGEST_CM = 0.95  # maximum side of a cell
MARGIN_CM, TICKS_CM = 0.95, 0.25  # margins around the cells, without class names


@frozen
class Matrix:
    """Counts of a panel.

    Attributes:
        counts: shape `(rows, columns)`, int64.
        rows: name of each row.
        columns: name of each column.
    """

    counts: np.ndarray
    rows: Sequence[str]
    columns: Sequence[str]

    @property
    def shares(self) -> np.ndarray:
        """Share of each cell in its row, `(rows, columns)`; 0 in an empty row."""
        total = self.counts.sum(axis=1, keepdims=True)
        shares: np.ndarray = self.counts / total.clip(1)
        return shares

    @property
    def right(self) -> int:
        """Number of images on the diagonal: in the column with the name of their row."""
        return sum(int(self.counts[i, self.columns.index(row)]) for i, row in enumerate(self.rows) if row in self.columns)

    def texts(self, language: Language, *, counts: bool) -> list[list[str]]:
        """Return the text of each cell: a count or a whole percentage; empty if there is no image."""
        both = zip(self.counts.tolist(), self.shares.tolist(), strict=True)
        return [[_text(n, share, language, counts=counts) for n, share in zip(*row, strict=True)] for row in both]

    @property
    def row_names(self) -> list[str]:
        """Names of the rows, broken into lines."""
        return all_wrapped(self.rows, NAME_CM)

    @property
    def column_names(self) -> list[str]:
        """Names of the columns, broken into lines."""
        return all_wrapped(self.columns, NAME_CM)

    def cell_cm(self, width_cm: float) -> float:
        """Return the side of a cell in a panel of this width, in cm."""
        beside = MARGIN_CM + TICKS_CM + max(map(text_width, self.row_names))
        return min(LARGEST_CM, (width_cm - beside) / len(self.columns))

    def height_cm(self, cell_cm: float, *, title: bool) -> float:
        """Return the height of a panel with cells of this size, names and title included, in cm."""
        names = max(map(text_width, self.column_names)) if self.turned(cell_cm) else text_height("")
        return cell_cm * len(self.rows) + names + MARGIN_CM + TICKS_CM + (0.6 if title else 0.0)

    def turned(self, cell_cm: float) -> bool:
        """Return whether column names must be vertical, because side by side they would touch."""
        return max(map(text_width, self.column_names)) + 0.1 > cell_cm


def room_for(texts: Sequence[Sequence[str]]) -> float:
    """Return the side of a cell in which all texts fit, in cm."""
    return max(text_width(text) for row in texts for text in row) + 0.08


def draw(axes: Axes, matrix: Matrix, texts: Sequence[Sequence[str]] | None, cell_cm: float) -> AxesImage:
    """Draw the cells with their texts, if given, label rows and columns, and return the image."""
    shares = matrix.shares
    picture = axes.imshow(shares, vmin=0, vmax=1, aspect="equal", interpolation="nearest")
    inks = [["white" if luminance < LIGHT else "black" for luminance in row] for row in _luminance(picture.to_rgba(shares))]
    for row, of_row in enumerate(texts or ()):
        for column, text in enumerate(of_row):
            axes.text(column, row, text, ha="center", va="center", color=inks[row][column])
    every = -(-text_height("") // cell_cm) if cell_cm > 0 else 1
    _label_axis(axes.yaxis, matrix.row_names, int(every))
    _label_axis(axes.xaxis, matrix.column_names, int(every), rotation=90 if matrix.turned(cell_cm) else 0)
    axes.grid(visible=False)
    axes.spines[:].set(visible=True, color="#cccccc")
    axes.tick_params(length=0)
    return picture


def _luminance(colours: np.ndarray) -> np.ndarray:
    """Relative luminance in [0, 1], shape `(...)`, of sRGB colours `(..., 4)`, as defined by WCAG 2."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear[..., :3] @ (0.2126, 0.7152, 0.0722))


def _label_axis(axis: Axis, names: Sequence[str], every: int, rotation: float = 0) -> None:
    """Label every `every`-th place of an axis, so that names do not overlap."""
    places = range(0, len(names), max(1, every))
    axis.set_ticks(list(places), [names[place] for place in places], rotation=rotation)


def _text(n: int, share: float, language: Language, *, counts: bool) -> str:
    if n == 0:
        return ""
    if counts:
        return language.number(n)
    whole = round(100 * share)
    if whole in (0, 100) and share < 1:
        return "<1" if whole == 0 else ">99"
    return language.number(whole)
