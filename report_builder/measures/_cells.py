"""Pixels of the cells of a canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from report_builder.errors import Problem, ReportError

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


def in_cells(images: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Cut each canvas into its cells.

    Args:
        images: shape `(n, height, width, channels)`.
        cells: rows and columns of a canvas, shape `(2,)`.

    Returns:
        Shape `(n, rows, columns, height / rows, width / columns, channels)`.

    Raises:
        ReportError: if the canvas cannot be cut into this many equal cells.
    """
    n, height, width, channels = images.shape
    rows, columns = (int(count) for count in cells)
    if height % rows or width % columns:
        rule = "the images cannot be cut into equal cells"
        raise ReportError(Problem("", rule, f"{height} × {width} pixels, {rows} × {columns} cells"))
    split = images.reshape(n, rows, height // rows, columns, width // columns, channels)
    return split.transpose(0, 1, 3, 2, 4, 5)


def asked_cells(images: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Return the requested cell of each canvas, for a real canvas that of its image.

    Returns:
        Shape `(n, height / rows, width / columns, channels)`.
    """
    cells = in_cells(images, arrays["cells"])
    row, column = (arrays.get(f"asked_{axis}", arrays.get(axis)) for axis in ("row", "column"))
    return cells[np.arange(len(cells)), row, column]
