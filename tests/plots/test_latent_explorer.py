"""The interactive plane in HTML shows each decoded image at its place."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.kinds import FIGURES, Subject

KIND = FIGURES.get("latent_explorer")


def plane(classes=1, cells=1, n=3):
    """Return a decoded plane whose grey levels tell the place; two of three codes are on it."""
    count = classes * cells * n * n
    levels = np.arange(count, dtype=np.float32).reshape(classes, cells, n, n, 1, 1, 1) / count
    found = {
        "images": np.broadcast_to(levels, (classes, cells, n, n, 4, 4, 1)),
        "axis_0": np.linspace(-2, 2, n),
        "axis_1": np.linspace(0, 8, n),
        "class_names": np.array(["bag", "boot", "coat"]),
        "z": np.array([[-2, 8], [1, 2], [3, 3]], dtype=np.float32),
        "y": np.array([0, 2, 2]),
    }
    found |= {"asked_class": np.arange(classes)} if classes > 1 else {}
    return found | ({"asked_cell": np.stack(np.divmod(np.arange(cells), 2), axis=1)} if cells > 1 else {})


def test_the_plane_in_html(drawn):
    """Codes have places from 0 to 1, those outside are left out, and the first image has the smallest coordinates."""
    live = drawn("latent_explorer", {"vae": plane()}, language="pl", ink="light").live
    assert [(control.kind, control.title) for control in live.controls[2:]] == [("upwards", "z₂"), ("across", "z₁")]
    assert live.controls[3].values == ["−2,00", "0,00", "2,00"]
    assert live.points == [(0.0, 1.0, "#1e4e9c"), (0.75, 0.25, "#661e54")]
    assert live.classes == {"bag": "#1e4e9c", "coat": "#661e54"}
    np.testing.assert_array_equal(live.tiles[0, 0, :, :, 0, 0, 0], np.round(255 * np.arange(9).reshape(3, 3) / 9))


def test_the_plane_on_paper_is_upright(drawn):
    """On paper, the smallest coordinates are at the lower left of the axes of the codes."""
    figure = drawn("latent_explorer", {"vae": plane()}, ink="light").figure
    left, right = figure.axes
    assert left.get_xlim() == right.get_xlim() == (-2, 2)
    assert left.get_ylim() == right.get_ylim() == (0, 8)
    painted = np.asarray(right.images[0].get_array())[::4, ::4, 0]
    np.testing.assert_array_equal(painted[::-1], np.round(255 * np.arange(9).reshape(3, 3) / 9))


def test_classes_and_cells_are_picked(drawn):
    """A conditional model has one control per condition, with cells as on the canvas, and a row per class on paper."""
    drawing = drawn("latent_explorer", {"cvae": plane(2, 4)}, ink="light")
    classes, cells, *_ = drawing.live.controls
    assert (classes.values, classes.kind) == (["bag", "boot"], "choice")
    assert (cells.values, cells.columns) == (["1, 1", "1, 2", "2, 1", "2, 2"], 2)
    assert drawing.live.tiles.shape == (2, 4, 3, 3, 4, 4, 1)
    assert [text.get_text() for text in drawing.figure.axes[0].texts if text.get_text()] == ["bag", "boot"]


def test_a_code_of_more_dimensions_is_refused_before_anything_trains():
    """The plan refuses a code of more dimensions, except for a plane of draws."""
    subjects = {"vae": Subject("VAE", latent_dim=8)}
    with pytest.raises(ReportError, match="space: prior"):
        KIND.check(KIND.parameters(runs=("vae",)), subjects)
    KIND.check(KIND.parameters(runs=("vae",), space="prior"), subjects)


def test_on_paper_the_cell_asked_is_shown_large(drawn):
    """On paper, the requested cell of 2 x 2 canvases fills each image, and is named."""
    asked = plane(2, 4)
    images = np.zeros(asked["images"].shape, dtype=np.float32)
    images[..., 2:, :2, :] = 1
    drawing = drawn("latent_explorer", {"cvae": asked | {"images": images}}, ink="light")
    painted = np.asarray(drawing.figure.axes[0].images[0].get_array())[..., 0]
    assert painted.min() >= 214  # the grey of the gaps
    assert "On paper: the cell asked, in row 2 and column 1." in drawing.details
    assert drawing.live.tiles.shape == (2, 4, 3, 3, 4, 4, 1)
