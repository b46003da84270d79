"""Numbers in the scatter are the numbers below the images."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.text import Text

from report_builder.errors import ReportError


@pytest.fixture
def draws(codes):
    """Five draws whose images have the draw's index as grey level."""
    prior = np.array([[0.0, 0.0], [1.25, -0.5], [-2.0, 1.0], [0.5, 0.5], [0.5, 0.55]], dtype=np.float32)
    levels = (np.arange(5, dtype=np.float32) + 1) / 6
    return codes | {"prior": prior, "images": np.ones((5, 4, 4, 1), np.float32) * levels[:, None, None, None]}


def parts(drawing):
    """Return the sheet and the scatter above it."""
    return drawing.figure.axes


def test_marks_stand_at_the_draws_and_codes_under_them(drawn, draws):
    """Codes of the images are pale points, draws are marks with numbers in order, each number linked to its mark."""
    _, scatter = parts(drawn("prior_samples", {"vae": draws}, samples=5))
    pale, marks = scatter.collections
    np.testing.assert_allclose(pale.get_offsets(), draws["z_mean"])
    np.testing.assert_allclose(marks.get_offsets(), draws["prior"])
    assert [text.get_text() for text in scatter.texts] == ["1", "2", "3", "4", "5"]
    np.testing.assert_allclose([text.xy for text in scatter.texts], draws["prior"])
    written = np.array([text.get_position() for text in scatter.texts])
    apart = np.linalg.norm(written[:, None] - written[None], axis=2) + 9 * np.eye(5)
    assert apart.min() > 0.03 * np.ptp(scatter.get_ylim())


def test_numbers_of_crowded_draws_are_legible(drawn, draws):
    """For eighteen close draws, no number overlaps another or a mark, and all are inside the axes."""
    random = np.random.default_rng(3)
    prior = random.normal(0, 0.3, (18, 2)).astype(np.float32)
    images = np.zeros((18, 4, 4, 1), np.float32)
    figure = drawn("prior_samples", {"vae": draws | {"prior": prior, "images": images}}, samples=18).figure
    figure.draw_without_rendering()
    scatter = figure.axes[1]
    whole = [Text.get_window_extent(text) for text in scatter.texts]  # excludes the lines to the marks
    boxes = [line.padded(0, -0.15 * line.height) for line in whole]  # digits have no descenders
    marks = scatter.transData.transform(prior)
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    assert not any(box.contains(*mark) for box in boxes for mark in marks)
    assert all(scatter.bbox.contains(*corner) for box in boxes for corner in (box.min, box.max))


def test_images_have_the_number_and_coordinates_of_their_draw(drawn, draws):
    """Below image i are the number i and its decoded coordinates, and images are in row-major order."""
    sheet, _ = parts(drawn("prior_samples", {"vae": draws}, samples=5, language="pl", ink="light"))
    below = [text for text in sheet.texts if text.get_text()]
    assert [text.get_text().replace("\u00a0", " ") for text in below][:2] == ["1\n(0,00; 0,00)", "2\n(1,25; −0,50)"]
    painted = np.asarray(sheet.images[0].get_array())[..., 0]
    bottom, right = sheet.get_ylim()[0], sheet.get_xlim()[1]
    tall, wide = painted.shape
    for number, text in enumerate(below, start=1):
        x, y = text.xy
        level = painted[round((y / bottom) * tall) - 2, round(x / right * wide)] / 255
        assert level == pytest.approx(number / 6, abs=0.01)


def test_more_dimensions_than_two_are_said(drawn, draws):
    """For a four-dimensional code, the caption says which two coordinates are shown; for a two-dimensional one nothing."""
    more = draws | {"prior": np.tile(draws["prior"], 2), "z_mean": np.tile(draws["z_mean"], 2)}
    assert "Coordinates: 1 and 4 of 4." in drawn("prior_samples", {"vae": more}, samples=5, axes=(1, 4)).details
    said = drawn("prior_samples", {"vae": draws}, samples=5, seed=7).details
    assert "Coordinates:" not in said
    assert "draws from N(0, I) (5; seed of the draw: 7)" in said


def test_the_page_is_not_overfull(drawn, draws):
    """Many samples are scaled down to fit the page; more than can be legible are refused."""
    many = draws | {"prior": np.tile(draws["prior"], (8, 1)), "images": np.tile(draws["images"], (8, 1, 1, 1))}
    assert drawn("prior_samples", {"vae": many}, samples=40).figure.get_size_inches()[1] * 2.54 < 24
    with pytest.raises(ReportError, match="do not fit on a page"):
        drawn("prior_samples", {"ae": many, "vae": many, "wide": many}, samples=40)


def test_the_sheet_keeps_its_pixels(drawn, draws):
    """Below the scatter, every source pixel is a whole number of printed pixels on the device grid."""
    figure = drawn("prior_samples", {"vae": draws}, samples=5).figure
    box = figure.axes[0].get_position(original=True)
    page = np.round(figure.get_size_inches() * figure.dpi)
    corners = np.array([[box.x0, box.y0], [box.x1, box.y1]]) * page
    np.testing.assert_allclose(corners, corners.round(), atol=1e-6)
    scale = (corners[1] - corners[0]) / np.asarray(figure.axes[0].images[0].get_array()).shape[1::-1]
    np.testing.assert_allclose(scale, scale.round(), atol=1e-6)
