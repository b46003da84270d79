"""Four images are in their corners, framed and named."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError

NAMES = np.array(["zero", "one", "two", "three"])


def square(n=3, **more):
    """Return cells whose grey level increases with their index."""
    levels = np.arange(n * n, dtype=np.float32) / (n * n)
    known = {"images": np.ones((n * n, 4, 4, 1), dtype=np.float32) * levels[:, None, None, None], "z": np.zeros((n, n, 2))}
    return known | {"labels": np.array([2, 0, 3, 1]), "index": np.array([7, 1, 4, 9]), "class_names": NAMES} | more


def test_cells_stand_where_the_probe_put_them(drawn):
    """Row 0 of the arrays is printed at the top, its first cell on the left: neither transposed nor mirrored."""
    axes = drawn("four_corners", {"vae": square()}, ink="light", n=3).figure.axes[0]
    painted = np.asarray(axes.images[0].get_array())[..., 0]
    step = painted.shape[0] // 3
    levels = painted[step // 2 :: step, step // 2 :: step]
    np.testing.assert_array_equal(levels, np.round(255 * np.arange(9).reshape(3, 3) / 9))


def test_corners_are_named_and_framed_where_they_are(drawn):
    """Class names are at the corners of their images, left and right, above and below, and four frames surround these."""
    figure = drawn("four_corners", {"vae": square()}, n=3).figure
    axes = figure.axes[0]
    bottom, top = axes.get_ylim()
    right = axes.get_xlim()[1]
    places = {text.get_text(): text.xy for text in axes.texts if text.get_text().strip()}
    for name, (x, y) in {"two": (0, top), "zero": (right, top), "three": (0, bottom), "one": (right, bottom)}.items():
        assert places[name] == pytest.approx((x, y), abs=0.03 * right)
    frames = [patch.get_bbox().get_points().mean(axis=0) / [right, bottom] for patch in axes.patches]
    sixth = 1 / 6
    assert {text.get_ha() for text in axes.texts if text.get_text() in ("zero", "one")} == {"right"}
    expected = [[sixth, sixth], [1 - sixth, sixth], [sixth, 1 - sixth], [1 - sixth, 1 - sixth]]
    np.testing.assert_allclose(frames, expected, atol=0.03)


def test_the_caption_names_images_and_way(drawn):
    """The caption gives each image's place in the split, and mentions an arc or a condition only if there is one."""
    said = drawn("four_corners", {"vae": square()}, n=3).details
    assert "top left two (no. 7); top right zero (no. 1); bottom left three (no. 4); bottom right one (no. 9)" in said
    assert "arcs" not in said
    assert "Condition" not in said
    conditional = {"cvae": square(condition=np.zeros((3, 3, 4)))}
    said = drawn("four_corners", conditional, n=3, path="spherical", condition="first").details
    assert "arcs around the origin" in said
    assert "Condition: that of the top left image everywhere." in said


def test_corners_stand_for_all_runs(drawn):
    """Squares between other images are refused, since the caption names the corners only once."""
    with pytest.raises(ReportError, match=r"'ae' and 'vae' were not measured on the same data(?s:.*)index"):
        drawn("four_corners", {"ae": square(), "vae": square(index=np.array([7, 1, 4, 8]))}, n=3)


def test_an_interpolation_says_its_way(drawn):
    """The caption mentions a spherical path, and the treatment of the condition, only if there is one."""
    steps, ends = np.full((1, 3, 4, 4, 1), 0.5, np.float32), np.zeros((1, 2, 4, 4, 1), np.float32)
    arrays = {"images": steps, "ends": ends, "labels": np.array([[0, 1]]), "index": np.array([[0, 1]]), "class_names": NAMES}
    assert "arc" not in drawn("interpolation", {"vae": arrays}, steps=3).details
    said = drawn("interpolation", {"cvae": arrays | {"condition": np.zeros((1, 3, 2))}}, steps=3, path="spherical").details
    assert "arcs around the origin" in said
    assert "Condition: between those of the images" in said


def test_names_at_the_corners_are_not_clipped(drawn):
    """All four names are inside the figure, even for a single square."""
    figure = drawn("four_corners", {"vae": square()}, n=3).figure
    figure.draw_without_rendering()
    page = figure.bbox
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert not text.get_text() or (box.y1 <= page.y1 and box.y0 >= 0 and box.x0 >= 0 and box.x1 <= page.x1)
