"""The panel of a conditional model shows each image at the place of its condition."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from report_builder.errors import ReportError
from report_builder.kinds import FIGURES

NAMES = np.array(["zero", "one", "two"])


def asked(order=tuple(range(6)), **more):
    """Return images of 2 x 3 cells of 2 x 2 pixels, in any order, each as grey as the number of its cell."""
    order = np.array(order)
    images = np.ones((6, 4, 6, 1)) * (order / 10)[:, None, None, None]
    cells = {"asked_row": order // 3, "asked_column": order % 3, "cells": np.array([2, 3]), "grid": np.array([1, 6, 1])}
    return {"images": images, "asked_class": np.full(6, 1), "class_names": NAMES} | cells | more


def levels(drawing):
    """Return the grey levels of the panel's images, in tenths."""
    axes = drawing.figure.axes[0]
    painted = np.asarray(axes.images[0].get_array())[..., 0]
    tall, wide = painted.shape
    rows, columns = [round((r + 0.5) * tall / 2) for r in range(2)], [round((c + 0.5) * wide / 3) for c in range(3)]
    return np.round(painted[np.ix_(rows, columns)] / 25.5).astype(int).tolist()


def texts(drawing):
    """Return all labels of the panel."""
    return [text.get_text() for axes in drawing.figure.axes for text in axes.texts]


def test_rows_are_rows_and_columns_are_columns(drawn):
    """S0-E22: the image of row 2, column 3 is in the second row and third column, whatever the order of the images."""
    for order in (range(6), (5, 3, 1, 0, 2, 4)):
        drawing = drawn("condition_panel", {"cvae": asked(order)}, z="prior", ink="light")
        assert levels(drawing) == [[0, 1, 2], [3, 4, 5]]
    assert texts(drawing) == ["row 1", "row 2", "column 1", "column 2", "column 3"]


def test_the_frame_lies_on_the_cell_asked(drawn):
    """In the image of row 2, column 3, the frame has position and size of that cell, and it can be disabled."""
    axes = drawn("condition_panel", {"cvae": asked()}, z="prior").figure.axes[0]
    frame, wide, tall = axes.patches[5], *(abs(b - a) for a, b in (axes.get_xlim(), axes.get_ylim()))
    assert len(axes.patches) == 6
    assert (frame.get_x() + frame.get_width()) / wide == pytest.approx(1, abs=0.02)
    assert (frame.get_y() + frame.get_height()) / tall == pytest.approx(1, abs=0.02)
    assert frame.get_width() / wide == pytest.approx(1 / 9, abs=0.02)
    assert frame.get_height() / tall == pytest.approx(1 / 4, abs=0.02)
    assert not drawn("condition_panel", {"cvae": asked()}, z="prior", frame=False).figure.axes[0].patches


def test_the_caption_says_which_image_was_encoded(drawn):
    """S0-E23: the caption states class, index and split of the encoded image, and the requested class."""
    encoded = asked(index=np.full(6, 16), source_class=np.full(6, 2))
    details = drawn("condition_panel", {"cvae": asked() | encoded}, split="validation").details
    assert "Class asked: one." in details
    assert "image no. 16 of the validation set (counted from 0; class: two)" in details


@pytest.mark.parametrize(("z", "stated"), [("prior", "a new draw from N(0, I) for each image"), ("fixed", "one draw")])
def test_the_caption_says_how_codes_were_drawn(drawn, z, stated):
    """S0-E08: the caption distinguishes a fixed code from a new one per cell, and states the seed."""
    details = drawn("condition_panel", {"cvae": asked()}, z=z, seed=7).details
    assert stated in details
    assert "seed of the draw: 7" in details


def test_runs_stand_side_by_side(drawn):
    """Two runs give two panels under their names, and the caption states their differences by name."""
    arrays = {"small": asked(), "large": asked() | {"asked_class": np.full(6, 2)}}
    drawing = drawn("condition_panel", arrays, z="prior")
    assert {"SMALL", "LARGE"} <= set(texts(drawing))
    assert "SMALL: one; LARGE: two" in drawing.details


def test_what_is_asked_of_the_probe():
    """An encoded code requests its own class, a drawn one a single class, by default the first; both request every cell."""
    kind = FIGURES.get("condition_panel")

    def parameters(**given):
        return kind.reads(kind.parameters(runs=("cvae",), **given))["cvae"].parameters

    assert parameters(index=16) == {"classes": None, "positions": "all", "z": "encoded", "split": "test", "index": 16}
    assert parameters(z="fixed", seed=3) == {"classes": [0], "positions": "all", "z": "fixed", "seed": 3}
    assert parameters(asked_class="two")["classes"] == ["two"]
    turned = parameters(z="fixed", rows="column", columns="row")
    assert turned["classes"] == [0]
    of_image = parameters(z="fixed", rows="row", columns="z")
    assert (of_image["classes"], of_image["every_class"]) == (None, False)


# --- other axes ---------------------------------------------------------------------------------------------------------------


def product(**more):
    """Return two draws of three classes with and without a smile, as grey as their index: smile slowest, draws fastest."""
    place = np.arange(12)
    images = np.ones((12, 4, 6, 1)) * (place / 20)[:, None, None, None]
    asked_class, draw = place // 2 % 3, place % 2
    condition = np.concatenate([np.eye(3)[asked_class], (place // 6)[:, None]], axis=1)
    names = np.array([*NAMES, "big_smile"])
    found = {"images": images, "asked_class": asked_class, "draw": draw, "condition": condition, "condition_names": names}
    return found | {"class_names": NAMES} | more


def part(arrays, chosen):
    """Return some of the images with everything that belongs to them."""
    return {name: each[chosen] if len(each) == 12 else each for name, each in arrays.items()}


def greys(drawing, rows, columns):
    """Return the grey levels of a panel's images, in twentieths."""
    painted = np.asarray(drawing.figure.axes[0].images[0].get_array())[..., 0]
    at = [[round((i + 0.5) * side / n) for i in range(n)] for side, n in zip(painted.shape, (rows, columns), strict=True)]
    return np.round(painted[np.ix_(*at)] / 12.75).astype(int).tolist()


def test_codes_stay_along_a_row_of_classes(drawn):
    """The classic panel has a fixed z per row and the classes as columns, and the caption says so."""
    drawing = drawn("condition_panel", {"cvae": part(product(), slice(6))}, rows="z", columns="class", z="fixed", ink="light")
    assert greys(drawing, 2, 3) == [[0, 2, 4], [1, 3, 5]]
    assert texts(drawing) == ["draw 1", "draw 2", "zero", "one", "two"]
    assert "Rows of the panel: draw of z; columns: class asked." in drawing.details
    assert "draws from N(0, I), each the same" in drawing.details
    assert not drawing.figure.axes[0].patches


def test_an_attribute_is_absent_then_present(drawn):
    """An attribute axis has the places no and yes, according to each image's condition, whatever the order."""
    arrays = part(product(), np.arange(12)[::-1][1::2])
    drawing = drawn(
        "condition_panel", {"cvae": arrays}, rows={"attribute": "big_smile"}, columns="class", z="fixed", ink="light"
    )
    assert greys(drawing, 2, 3) == [[4, 2, 0], [10, 8, 6]]
    assert texts(drawing) == ["big smile: no", "big smile: yes", "two", "one", "zero"]
    with pytest.raises(ReportError, match="Known: zero"):
        drawn("condition_panel", {"cvae": arrays}, rows={"attribute": "hat"}, columns="class", z="fixed")


def test_encoded_images_are_named_by_their_places(drawn):
    """With z encoded, places along the code axis are the images whose codes are used."""
    arrays = part(product(), slice(6)) | {"index": np.array([4, 9] * 3), "source_class": np.zeros(6, int)}
    drawing = drawn("condition_panel", {"cvae": arrays}, rows="class", columns="z")
    assert texts(drawing)[-2:] == ["no. 4", "no. 9"]
    assert "images of the test set" in drawing.details


def test_what_other_axes_ask_of_the_probe():
    """Each axis requests exactly what it shows: classes, cells of a row or column, codes, or both attribute values."""
    kind = FIGURES.get("condition_panel")

    def asked_of(**given):
        parameters = kind.parameters.model_validate({"runs": ("cvae",), **given})
        return kind.reads(parameters)["cvae"].parameters

    classic = asked_of(rows="z", columns="class", z="fixed", codes=7)
    assert (classic["per_condition"], classic["every_class"], classic["positions"]) == (7, True, None)
    cells = asked_of(rows="row", columns="class", cell=(1, 3), classes=("one",))
    assert (cells["positions"], cells["cell"], cells["classes"], cells["index"]) == ("rows", (1, 3), ["one"], 0)
    both = asked_of(rows={"attribute": "hat"}, columns={"attribute": "smile"}, z="fixed", attributes={"young": 1})
    assert (both["varied"], both["attributes"], both["every_class"]) == (["hat", "smile"], {"young": 1}, False)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rows": "class", "columns": "class"}, "show different things"),
        ({"rows": "z", "z": "prior"}, "z is encoded or fixed"),
        ({"rows": "class", "asked_class": 1}, "'classes' in place of 'asked_class'"),
    ],
)
def test_axes_that_make_no_panel_are_refused(wrong, message):
    """The same quantity on both axes, a code axis with varying codes, and two ways to name the class are mistakes."""
    with pytest.raises(ValidationError, match=message):
        FIGURES.get("condition_panel").parameters.model_validate({"runs": ("cvae",), **wrong})


def test_panels_of_many_runs_stand_in_bands(drawn):
    """Five panels, whose images would be a centimetre wide, are set in two bands with images half as wide again."""
    drawing = drawn("condition_panel", {f"cvae{i}": asked() for i in range(5)}, z="prior")
    boxes = [axes.get_position() for axes in drawing.figure.axes]
    assert [len({round(box.y0, 2) for box in boxes}), len({round(box.x0, 2) for box in boxes})] == [2, 5]
    assert min(box.width for box in boxes) * 16 / 3 >= 1.5
