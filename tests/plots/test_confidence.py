"""The judge's confidence in generated and in real images, and the balance of the classes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.patches import StepPatch
from pydantic import ValidationError

from report_builder.kinds import FIGURES

NAMES = np.array(["a", "b"])


def said(*surest, of=0):
    """Return arrays of a judge of two classes that recognises class `of` with these probabilities."""
    rows = np.array([[p, 1 - p] if of == 0 else [1 - p, p] for p in surest])
    return {"probability": rows, "judge_names": NAMES, "class_names": NAMES}


@pytest.fixture
def drawing(drawn):
    """A drawing of two runs against real images."""
    arrays = {"one": said(0.62, 0.97, 0.98, 0.99), "two": said(0.7, 0.7, of=1), "cnn": said(0.99, 0.999)}
    return drawn("confidence", arrays, runs=("one", "two"), judge="cnn", n=4, bins=10)


def test_the_histogram_is_of_the_class_recognised(drawing):
    """Shares per bin of the largest probability sum to one for each run and for the real images."""
    steps = [patch for patch in drawing.figure.axes[0].patches if isinstance(patch, StepPatch)]
    values = [patch.get_data().values for patch in steps]
    assert [v.sum() for v in values] == pytest.approx([1, 1, 1])
    assert values[1][6] == 0.25
    assert values[1][9] == 0.75
    assert values[2][7] == 1 or values[2][6] == 1  # 0.7 on the border of two bins
    assert [patch.get_fill() for patch in steps] == [True, False, False]


def test_bars_are_the_shares_of_the_classes_recognised(drawing):
    """Bars are the shares of the recognised classes: real images first, then the runs in order, class by class."""
    heights = [[bar.get_height() for bar in bars] for bars in drawing.figure.axes[1].containers]
    assert heights == [[1, 0], [1, 0], [0, 1]]
    assert [label.get_text() for label in drawing.figure.axes[1].get_xticklabels()] == ["a", "b"]


def test_bars_and_steps_have_the_colours_of_the_legend(drawing):
    """A single legend names the real images and each run once, in the colours of bars and steps."""
    (legend,) = drawing.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["real images", "ONE", "TWO"]
    colours = [patch.get_facecolor()[:3] for patch in legend.get_patches()]
    assert colours == [bars[0].get_facecolor()[:3] for bars in drawing.figure.axes[1].containers]


def test_the_caption_says_how_many_and_how_sure(drawing):
    """The caption states the numbers of generated and real images, the split, and the mean confidence in each."""
    for part in ("classifier “CNN”", "each model: 4.", "test set (2)", "real images: 99.4%; ONE: 89%; TWO: 70%"):
        assert part in drawing.details


def test_long_names_of_classes_do_not_touch(drawn):
    """Names that are too wide are set vertically."""
    names = np.array([f"a long class {i}" for i in range(10)])
    arrays = {name: {"probability": np.eye(10), "judge_names": names, "class_names": names} for name in ("one", "cnn")}
    figure = drawn("confidence", arrays, runs=("one",), judge="cnn").figure
    figure.draw_without_rendering()
    labels = [label.get_window_extent() for label in figure.axes[1].get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in pairwise(labels))


def test_a_narrow_figure_has_its_panels_under_each_other(drawn):
    """At the width of a column, both panels are as wide as the figure."""
    arrays = {"one": said(0.9, 0.8), "cnn": said(0.99)}
    figure = drawn("confidence", arrays, runs=("one",), judge="cnn", width_cm=7.5).figure
    figure.draw_without_rendering()
    histogram, balance = (axes.get_position() for axes in figure.axes)
    assert histogram.y0 > balance.y1
    assert min(histogram.width, balance.width) > 0.7


def test_the_real_images_are_those_of_the_judge():
    """Samples of any model are judged; the real images are the judge's own test images, and the judge is not shown."""
    kind = FIGURES.get("confidence")
    requests = kind.reads(kind.parameters(runs=("gan",), judge="cnn"))
    assert (requests["gan"].parameters["images"]["kind"], requests["gan"].judge) == ("samples", "cnn")
    assert (requests["cnn"].kind, requests["cnn"].run, requests["cnn"].parameters["split"]) == ("class_scores", "cnn", "test")
    with pytest.raises(ValidationError, match="leave it out of 'runs'"):
        kind.parameters(runs=("gan", "cnn"), judge="cnn")
