"""The cells of a canvas, as pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from report_builder.errors import Problem, ReportError

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


def in_cells(images: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """The cells of each canvas.

    Args:
        images: shape `(n, height, width, channels)`.
        cells: rows and columns of a canvas, shape `(2,)`.

    Returns:
        Shape `(n, rows, columns, height / rows, width / columns, channels)`.

    Raises:
        ReportError: the canvas cannot be cut into so many equal cells.
    """
    n, height, width, channels = images.shape
    rows, columns = (int(count) for count in cells)
    if height % rows or width % columns:
        rule = "the images cannot be cut into equal cells"
        raise ReportError(Problem("", rule, f"{height} × {width} pixels, {rows} × {columns} cells"))
    split = images.reshape(n, rows, height // rows, columns, width // columns, channels)
    return split.transpose(0, 1, 3, 2, 4, 5)


def asked_cells(images: np.ndarray, arrays: Arrays) -> np.ndarray:
    """Of each canvas the cell asked, of a real one that of its image, `(n, height / rows, width / columns, channels)`."""
    cells = in_cells(images, arrays["cells"])
    row, column = (arrays.get(f"asked_{axis}", arrays.get(axis)) for axis in ("row", "column"))
    return cells[np.arange(len(cells)), row, column]
