"""Errors by class, extreme reconstructions, and samples next to their nearest training images."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from report_builder.errors import ReportError
from report_builder.kinds import FIGURES

NAMES = np.array(["zero", "one", "two"])


def level(values):
    """Return images of one grey level each."""
    return np.ones((len(values), 4, 4, 1), dtype=np.float32) * np.array(values, dtype=np.float32)[:, None, None, None]


def texts(drawing):
    """Return all non-empty labels of a sheet."""
    return [text.get_text().strip() for axes in drawing.figure.axes for text in axes.texts if text.get_text().strip()]


def errors(shift=0.0):
    """Return ten errors of each of three classes: 0 to 9, 10 to 19, 20 to 29, plus a shift."""
    found = np.arange(30.0) + shift
    return {"bce": found, "mse": found / 10, "pixels": np.array(4), "y": np.arange(30) // 10, "class_names": NAMES}


def test_boxes_are_those_of_the_classes(drawn):
    """Each class and run has a box with the quartiles of its errors and a mark at the mean, and the axis names the class."""
    drawing = drawn("error_by_class", {"ae": errors(), "vae": errors(2)})
    (axes,) = drawing.figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["zero", "one", "two"]
    sides = [box.get_path().vertices[:, 0] for box in axes.patches]
    assert len(sides) == 6
    assert (sides[1].min(), sides[1].max()) == (12.25, 16.75)
    assert (sides[4].min(), sides[4].max()) == (14.25, 18.75)
    means = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert means == [4.5, 14.5, 24.5, 6.5, 16.5, 26.5]
    assert [text.get_text() for text in drawing.figure.legends[0].get_texts()] == ["AE", "VAE"]
    assert "Images: 30." in drawing.details


def test_the_first_class_is_on_top(drawn):
    """The class axis runs downwards."""
    bottom, top = drawn("error_by_class", {"ae": errors()}).figure.axes[0].get_ylim()
    assert bottom > top


@pytest.mark.parametrize(
    ("options", "label", "mean"),
    [
        ({}, "binary cross-entropy [nats/image]", 14.5),
        ({"per": "pixel"}, "binary cross-entropy [nats/pixel]", 14.5 / 4),
        ({"error": "mse"}, "squared error per image", 1.45),
        ({"error": "mse", "per": "pixel"}, "squared error per pixel", 1.45 / 4),
    ],
)
def test_the_axis_says_what_is_measured(drawn, options, label, mean):
    """The axis states the unit or the sum, and the table has the means in it."""
    drawing = drawn("error_by_class", {"ae": errors()}, **options)
    assert drawing.figure.axes[0].get_xlabel() == label
    classes, means = drawing.table.columns
    assert list(classes.values) == ["zero", "one", "two"]
    assert means.values[1] == pytest.approx(mean)


def test_a_class_without_images_has_no_box(drawn):
    """A run with two of three classes has two boxes and a gap in the table."""
    part = errors() | {"bce": np.arange(20.0), "y": np.arange(20) // 10}
    drawing = drawn("error_by_class", {"ae": part, "vae": errors()})
    assert drawing.table.columns[1].values[2] is None
    assert [text.get_text() for text in drawing.figure.axes[0].get_yticklabels()] == ["zero", "one", "two"]


def test_extremes_stand_under_their_originals(drawn):
    """Best are above worst, each original above its reconstruction, with the error below each pair."""
    arrays = {"x": level([0.1, 0.2, 0.3, 0.4]), "reconstruction": level([0.5, 0.6, 0.7, 0.8]), "searched": np.array(50)}
    arrays |= {"error": np.array([1.26, 2.5, 90, 80.5]), "y": np.zeros(4, int), "index": np.arange(4), "class_names": NAMES}
    drawing = drawn("extreme_reconstructions", {"ae": arrays}, count=2, ink="light")
    assert texts(drawing) == ["best", "worst", "1.3", "2.5", "90.0", "80.5"]
    painted = np.asarray(drawing.figure.axes[0].images[0].get_array())[..., 0] / 255
    column = painted[:, painted.shape[1] // 4]
    runs = [value for place, value in enumerate(column) if value not in (1.0, 214 / 255) and value != column[place - 1]]
    assert runs == pytest.approx([0.1, 0.5, 0.3, 0.7], abs=0.01)
    assert "binary cross-entropy [nats]" in drawing.details
    assert "Images searched: 50." in drawing.details
    assert "as the model made them" not in drawing.details
    assert "as the model made them" in drawn("extreme_reconstructions", {"ae": arrays}, count=2, threshold=0.5).details


def test_no_image_is_best_and_worst(drawn):
    """If there are fewer pairs than requested, caption and alt text say so; too small an n is refused."""
    arrays = {"x": level([0.1, 0.2]), "reconstruction": level([0.5, 0.6]), "searched": np.array(3), "error": np.array([1, 90])}
    drawing = drawn("extreme_reconstructions", {"ae": arrays}, count=2)
    assert texts(drawing) == ["best", "worst", "1.0", "90.0"]
    assert "Best and worst: 1 of each" in drawing.details
    assert "the 1 best" in drawing.alt
    assert "of each" not in drawn("extreme_reconstructions", {"ae": arrays}, count=1).details
    with pytest.raises(ValidationError, match="use n >= 16"):
        FIGURES.get("extreme_reconstructions").parameters(runs=("ae",), n=15)


def test_boxes_of_other_classes_are_refused(drawn):
    """The first run's class names must be those of all runs, and each run's number of images is stated."""
    renamed = errors() | {"class_names": NAMES[::-1]}
    with pytest.raises(ReportError, match=r"'ae' and 'vae' were not measured on the same data(?s:.*)class_names"):
        drawn("error_by_class", {"ae": errors(), "vae": renamed})
    fewer = errors() | {"bce": np.arange(20.0), "y": np.arange(20) // 10}
    assert "Images: AE: 30; VAE: 20." in drawn("error_by_class", {"ae": errors(), "vae": fewer}).details


def test_samples_stand_above_their_neighbours(drawn):
    """Each band has the samples at the top and their neighbours below, nearest first, each with its distance."""
    arrays = {"images": level([0.1, 0.2, 0.3]), "neighbours": np.stack([level([0.5, 0.6, 0.7]), level([0.8] * 3)], axis=1)}
    arrays |= {"distance": np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]), "searched": np.array(1000)}
    drawing = drawn("nearest_training", {"gan": arrays}, n=3, k=2, columns=2, ink="light")
    said = texts(drawing)
    assert said[:4] == ["samples", "nearest", "samples", "nearest"]
    assert said[4:] == ["0.100", "0.300", "0.200", "0.400", "0.500", "0.600"]
    assert "seed of the draw: 0" in drawing.details
    assert "searched" in drawing.details
