"""Image sheets show every source pixel at its place."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.plots._options import LookOptions
from report_builder.plots._sheet import THIN, Block, Lines, sheet, unit_range
from report_builder.plots._text import wrapped


def numbered(rows, columns):
    """Return cells of one grey level each, increasing along rows."""
    levels = np.arange(rows * columns, dtype=np.float32).reshape(rows, columns) / (rows * columns)
    return np.ones((rows, columns, 7, 5, 1), dtype=np.float32) * levels[..., None, None, None]


def picture(figure):
    """Return the figure as Matplotlib paints it, uint8 grey."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., 0]


@pytest.mark.parametrize("gap", [0.0, THIN])
def test_every_source_pixel_is_a_whole_number_of_printed_ones(gap):
    """At the figure's resolution, each image is painted as its pixels repeated k x k, without interpolation."""
    random = np.random.default_rng(0)
    images = (random.integers(1, 9, (2, 3, 7, 5, 1)) / 10).astype(np.float32)
    block = Block(images, Lines(["", ""], [0, gap]), Lines(["", "", ""], [0, gap, gap]))
    drawn = sheet([block], LookOptions(width_cm=6, cell_cm=1.0, ink="light"))
    painted, axes = picture(drawn.figure), drawn.axes[0]
    box = axes.get_position()
    tall, wide = painted.shape
    corner_y, corner_x = tall - round(box.y1 * tall), round(box.x0 * wide)
    scale = round(drawn.figure.dpi / 2.54 / 5)  # a cell of 1 cm has five pixels across
    for row, y in enumerate(drawn.row_centres[0]):
        for column, x in enumerate(drawn.column_centres[0]):
            top, left = corner_y + round(y - 3.5 * scale), corner_x + round(x - 2.5 * scale)
            cell = painted[top : top + 7 * scale, left : left + 5 * scale]
            expected = np.round(255 * images[row, column, ..., 0]).astype(int).repeat(scale, 0).repeat(scale, 1)
            np.testing.assert_array_equal(cell, expected)


def test_a_sheet_is_as_wide_as_asked_and_at_least_300_dpi():
    """The figure has the requested width, whatever it contains, at 300 dpi or more."""
    for columns in (1, 4, 30):
        block = Block(numbered(2, columns), Lines(["first", "second"]), Lines([""] * columns))
        figure = sheet([block], LookOptions(width_cm=16, cell_cm=1.5, ink="dark")).figure
        assert figure.get_size_inches()[0] * 2.54 == pytest.approx(16, abs=0.02)
        assert figure.dpi >= 300


def test_a_tall_sheet_fits_a_page():
    """Many rows give smaller cells, not a figure that exceeds the page."""
    block = Block(numbered(60, 2), Lines([""] * 60), Lines(["", ""]))
    assert sheet([block], LookOptions(width_cm=16, cell_cm=1.5, ink="dark")).figure.get_size_inches()[1] * 2.54 < 23


def test_dark_ink_prints_large_values_black():
    """Grey images are inverted for paper by default; colours never are."""
    bright = np.ones((1, 1, 4, 4, 1), dtype=np.float32)
    for images, ink, level in ((bright, "dark", 0), (bright, "light", 255), (bright.repeat(3, axis=-1), "dark", 255)):
        axes = sheet([Block(images, Lines([""]), Lines([""]))], LookOptions(width_cm=5, cell_cm=1, ink=ink)).axes[0]
        painted = np.asarray(axes.images[0].get_array())
        assert painted[painted.shape[0] // 2, painted.shape[1] // 2, 0] == level


def test_logits_are_not_shown_as_probabilities():
    """Values outside the range of the data are an error that names the array and its range."""
    arrays = {"images": np.array([-4.0, 7.0]), "value_range": np.array([0.0, 1.0])}
    with pytest.raises(ReportError, match=r"vae\.images: -4 to 7.*Allowed: 0 to 1"):
        unit_range(arrays, "images", "vae")


def test_other_ranges_are_brought_to_one():
    """Images in [-1, 1] are shown from black to white."""
    arrays = {"x": np.array([-1.0, 0.0, 1.0]), "value_range": np.array([-1.0, 1.0])}
    np.testing.assert_allclose(unit_range(arrays, "x", "data"), [0, 0.5, 1])


def test_labels_break_at_spaces():
    """A long label is broken into lines; a word with enough room is not broken."""
    assert wrapped("first original", 1.5) == "first\noriginal"
    assert wrapped("rekonstrukcje", 5) == "rekonstrukcje"


def test_a_long_word_over_a_column_is_printed_smaller():
    """A class name wider than its column does not touch its neighbour or leave the figure, and is still legible."""
    names = ["automobile"] * 10
    drawn = sheet([Block(numbered(1, 10), Lines([""]), Lines(names))], LookOptions(width_cm=13, cell_cm=2, ink="dark"))
    drawn.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in drawn.axes[0].texts if text.get_text() == "automobile"]
    assert len(boxes) == 10
    assert all(left.x1 <= right.x0 + 1 for left, right in itertools.pairwise(boxes))
    assert boxes[-1].x1 <= drawn.figure.bbox.x1
    assert {7 <= text.get_fontsize() < 9 for text in drawn.axes[0].texts if text.get_text()} == {True}


def test_texts_below_images_have_room(tmp_path):
    """Each row leaves room for the texts below its images, so that none covers the next row or leaves the figure."""
    below = [["a\nb", "c"], ["d", "e\nf"]]
    drawn = sheet(
        [Block(numbered(2, 2), Lines(["", ""]), Lines(["", ""]), below=below)], LookOptions(width_cm=8, cell_cm=2, ink="dark")
    )
    drawn.figure.draw_without_rendering()
    axes = drawn.axes[0]
    boxes = [text.get_window_extent() for text in axes.texts if text.get_text().strip()]
    cell = 3.5 * drawn.scale  # half the height of an image, in device pixels
    top = axes.get_window_extent().y1
    tops, bottoms = ([top - centre + sign * cell for centre in drawn.row_centres[0]] for sign in (1, -1))
    assert [box.y1 <= bottoms[i // 2] for i, box in enumerate(boxes)] == [True] * 4
    assert all(box.y0 >= tops[1] for box in boxes[:2])
    assert all(box.y0 >= 0 for box in boxes[2:])
