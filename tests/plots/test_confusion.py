"""Heat maps of confusions: counts, numbers in the cells, and legible colours."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from report_builder import languages
from report_builder.drawing import draw
from report_builder.errors import ReportError
from report_builder.kinds import FIGURES, Subject
from report_builder.plots import _style
from report_builder.plots.confusion import drawing as confusion

ENGLISH = languages.load("en")


def judged(asked, recognised, names=("a", "b", "c")):
    """Return samples of classes with the classes that the judge recognises, in another order."""
    other = ("c", "a", "b")
    probability = np.eye(3)[[other.index(name) for name in recognised]]
    found = {"asked_class": np.array([names.index(name) for name in asked]), "class_names": np.array(names)}
    return found | {"probability": probability, "judge_names": np.array(other)}


def scored(n_of):
    """Return a classifier's scores with these counts of recognised classes (columns) for each class (rows)."""
    pairs = [(i, j) for i, row in enumerate(n_of) for j, n in enumerate(row) for _ in range(n)]
    y, found = np.array(pairs).T
    return {"probability": np.eye(len(n_of))[found], "y": y, "class_names": np.array([f"c{i}" for i in range(len(n_of))])}


def cells(drawing):
    """Return the texts of the cells of the first panel, row by row."""
    axes = drawing.figure.axes[0]
    rows, columns = axes.images[0].get_array().shape
    texts = {(round(t.get_position()[1]), round(t.get_position()[0])): t for t in axes.texts}
    return [[texts[row, column].get_text() for column in range(columns)] for row in range(rows)]


def test_rows_are_asked_columns_recognised(drawn):
    """Classes are matched by name, those without any image have no column, and the caption counts the diagonal."""
    drawing = drawn("confusion", {"gan": judged("aaab", "aabb")}, judge="cnn", cells="count")
    axes = drawing.figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
    assert cells(drawing) == [["2", "1"], ["", "1"]]
    np.testing.assert_allclose(axes.images[0].get_array(), [[2 / 3, 1 / 3], [0, 1]])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("class recognised", "class asked")
    assert "Recognised as the class asked: 75% of 4." in drawing.details
    assert "classifier “cnn”" in drawing.details


def test_shares_do_not_round_to_none_or_all(drawn):
    """One image of a thousand is printed as less than one per cent, the rest as more than 99 per cent."""
    drawing = drawn("confusion", {"cnn": scored([[999, 1], [10, 30]])})
    assert cells(drawing) == [[">99", "<1"], ["25", "75"]]
    assert drawing.figure.axes[0].get_ylabel() == "true class"
    assert "Recognised as their true class: 98.9% of 1040." in drawing.details
    assert "test set" in drawing.details


def test_every_run_says_its_own_share(drawn):
    """Each run has a panel with a title and a share in the caption, and the table has a row for each class."""
    drawing = drawn("confusion", {"one": scored([[5, 0], [0, 5]]), "two": scored([[4, 1], [0, 5]])})
    assert [axes.get_title(loc="left") for axes in drawing.figure.axes] == ["ONE", "TWO"]
    assert "ONE: 100% of 10; TWO: 90% of 10" in drawing.details
    assert drawing.table.columns[0].values == ["ONE: c0", "ONE: c1", "TWO: c0", "TWO: c1"]
    assert [column.values for column in drawing.table.columns[1:]] == [[5, 0, 4, 0], [0, 5, 1, 5]]


@pytest.mark.parametrize(("classes", "numbers"), [(10, True), (60, False)])
def test_numbers_stand_where_there_is_room(drawn, classes, numbers):
    """Ten classes of two runs are printed as numbers; sixty are shown by colour only, with a bar and some of the names."""
    n_of = np.full((classes, classes), 1) + 20 * np.eye(classes, dtype=int)
    drawing = drawn("confusion", {"one": scored(n_of), "two": scored(n_of)}, cells="count")
    panel = drawing.figure.axes[0]
    assert bool(panel.texts) is numbers
    assert len(drawing.figure.axes) == (2 if numbers else 3)
    assert (len(panel.get_yticks()) == classes) is numbers
    assert ("Numbers: images" in drawing.details) is numbers


def test_numbers_fit_into_their_cells(drawn):
    """The widest number is narrower than its cell, and names of neighbouring columns do not touch."""
    drawing = drawn("confusion", {"one": scored(np.full((10, 10), 123)), "two": scored(np.full((10, 10), 45))}, cells="count")
    drawing.figure.draw_without_rendering()
    for axes in drawing.figure.axes:
        side = axes.get_window_extent().width / 10
        assert max(text.get_window_extent().width for text in axes.texts) < side
        labels = [label.get_window_extent() for label in axes.get_xticklabels()]
        assert all(left.x1 < right.x0 for left, right in pairwise(labels))


def lightness(colour):
    """Return L*, a*, b* of an sRGB colour under D65."""
    linear = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)])
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ linear
    x, y, z = (t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in xyz / [0.95047, 1, 1.08883])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_equal_steps_of_the_share_look_equal():
    """The colours form an evenly spaced straight line in CIELAB that gets darker, so that grey prints keep the order."""
    lab = np.array([lightness(colour) for colour in _style.SHARES])
    steps = np.linalg.norm(np.diff(lab, axis=0), axis=1)
    assert steps == pytest.approx(steps.mean(), rel=0.08)
    assert np.diff(lab[:, 0]) == pytest.approx((lab[-1, 0] - 100) / 10, rel=0.08)


def test_numbers_can_be_read_on_every_colour(drawn):
    """The contrast of each number with its cell is at least 4.5 to 1 (WCAG 2.1, level AA)."""
    n_of = [[100 - share, share] for share in range(0, 101, 4)]
    scores = scored([[*row, *[0] * 24] for row in n_of])
    drawing = drawn("confusion", {"cnn": scores}, n=None)
    picture = drawing.figure.axes[0].images[0]
    for text in drawing.figure.axes[0].texts:
        x, y = (round(place) for place in text.get_position())
        cell, ink = (luminance(c) for c in (picture.cmap(picture.norm(picture.get_array()[y, x])), text.get_color()))
        if text.get_text():
            assert (max(cell, ink) + 0.05) / (min(cell, ink) + 0.05) >= 4.5


def test_the_style_names_the_colours(tmp_path):
    """A style with `image.cmap` changes the colours, on which numbers stay legible."""
    kind, arrays, seen = FIGURES.get("confusion"), {"cnn": scored([[9, 1], [0, 10]])}, []
    parameters = kind.parameters(runs=("cnn",))

    def noted(*given):
        drawing = kind.draw(*given)
        panel = drawing.figure.axes[0]
        seen.append((panel.images[0].cmap.name, [text.get_color() for text in panel.texts if text.get_text() == "100"]))
        return drawing

    for style in ({}, {"image.cmap": "gray"}):
        draw(
            replace(kind, draw=noted),
            parameters,
            arrays,
            {"cnn": Subject("CNN")},
            ENGLISH,
            tmp_path,
            style=style,
        )
    assert seen == [("report-builder", ["white"]), ("gray", ["black"])]


def luminance(colour):
    """Return the relative luminance of an sRGB colour."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def test_images_without_a_class_asked_are_refused():
    """Samples without a requested class, which would have no row, are refused."""
    arrays = judged("ab", "ab")
    del arrays["asked_class"]
    with pytest.raises(ReportError, match="no class was asked of the images of 'gan'"):
        confusion.count_matrix(arrays, languages.load("en"), "gan")


def test_what_is_asked_of_whom():
    """With a judge, conditional samples are judged; without one, the runs themselves classify a split."""
    kind = FIGURES.get("confusion")
    judge = kind.reads(kind.parameters(runs=("gan",), judge="cnn", per_class=5))["gan"]
    assert (judge.kind, judge.judge, judge.parameters["images"]["per_condition"]) == ("classified", "cnn", 5)
    assert kind.reads(kind.parameters(runs=("cnn",), split="validation"))["cnn"].parameters["split"] == "validation"
