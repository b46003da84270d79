"""The sheet of an attribute's vector, and its table."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError


def arrays(batches=2, shade=0.5):
    """Return arrays of two images, the first with the attribute, decoded with three multiples of its vector."""
    made = np.ones((2, 3, 4, 4, 1)) * (shade + np.array([[0, 0.1, 0.2], [0.25, 0.35, 0.45]]))[..., None, None, None]
    found = {"images": made, "x": np.ones((2, 4, 4, 1)) * np.array([0.05, 0.15])[:, None, None, None], "has": np.array([1, 0])}
    rows = {name: np.arange(batches) + 0.5 for name in ("moved_with", "moved_without", "distance", "change")}
    about = {
        "multiples": np.array([-1.0, 0.0, 1.5]),
        "attribute": np.array("Blond_Hair"),
        "seen": np.arange(1, batches + 1) * 7,
    }
    return found | rows | about


def texts(drawing):
    """Return all labels of a sheet."""
    return [text.get_text() for axes in drawing.figure.axes for text in axes.texts if text.get_text()]


def test_each_image_stands_before_its_multiples(drawn):
    """Each row has the original and then the multiples in order, each with its sign above."""
    drawing = drawn("attribute_vector", {"vae": arrays()}, attribute="Blond_Hair", ink="light")
    assert texts(drawing) == ["with it", "without it", "original", "−1", "0", "+1.5"]
    painted = np.asarray(drawing.figure.axes[0].images[0].get_array())[..., 0] / 255
    lower = painted[3 * painted.shape[0] // 4]
    levels = [v for place, v in enumerate(lower) if v not in (1.0, 214 / 255) and v != lower[place - 1]]
    assert levels == pytest.approx([0.15, 0.75, 0.85, 0.95], abs=0.01)
    assert "Attribute: Blond Hair." in drawing.details
    assert "found: 14." in drawing.details


def test_originals_stand_for_all_runs(drawn):
    """Runs of other images or of another attribute are refused, since their rows would have a foreign original."""
    for name, other in (("x", arrays()["x"] / 2), ("attribute", np.array("Smiling"))):
        with pytest.raises(ReportError, match=f"'ae' and 'vae' were not measured on the same data(?s:.*){name}"):
            drawn("attribute_vector", {"ae": arrays(), "vae": arrays() | {name: other}}, attribute="Blond_Hair")


def test_the_table_tells_how_the_vector_was_found(drawn):
    """S3-F12: the table has a row for each batch; shorter runs end in blanks, and headings name the run."""
    single = drawn("attribute_vector", {"vae": arrays()}, attribute="Blond_Hair").table
    assert [column.heading for column in single.columns][:2] == ["batch", "images with it"]
    assert list(single.columns[1].values) == [7, 14]
    both = drawn("attribute_vector", {"ae": arrays(), "vae": arrays(4, 0.3)}, attribute="Blond_Hair").table
    assert list(both.columns[1].values) == [7, 14, None, None]
    assert both.columns[1].heading == "AE: images with it"
    assert len(both.columns) == 11
