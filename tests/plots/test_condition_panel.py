"""The panel of a conditional model shows what was asked where it was asked."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.kinds import FIGURES

NAMES = np.array(["zero", "one", "two"])


def asked(order=tuple(range(6)), **more):
    """Images of 2 x 3 cells of 2 x 2 pixels, each as grey as its cell's number, in any order."""
    order = np.array(order)
    images = np.ones((6, 4, 6, 1)) * (order / 10)[:, None, None, None]
    cells = {"asked_row": order // 3, "asked_column": order % 3, "cells": np.array([2, 3]), "grid": np.array([1, 6, 1])}
    return {"images": images, "asked_class": np.full(6, 1), "class_names": NAMES} | cells | more


def levels(drawing):
    """Grey levels of the panel's images, in tenths."""
    axes = drawing.figure.axes[0]
    painted = np.asarray(axes.images[0].get_array())[..., 0]
    tall, wide = painted.shape
    rows, columns = [round((r + 0.5) * tall / 2) for r in range(2)], [round((c + 0.5) * wide / 3) for c in range(3)]
    return np.round(painted[np.ix_(rows, columns)] / 25.5).astype(int).tolist()


def texts(drawing):
    """All labels of the panel."""
    return [text.get_text() for axes in drawing.figure.axes for text in axes.texts]


def test_rows_are_rows_and_columns_are_columns(drawn):
    """S0-E22: the image of row 2, column 3 stands in the second row and third column, in whatever order images come."""
    for order in (range(6), (5, 3, 1, 0, 2, 4)):
        drawing = drawn("condition_panel", {"cvae": asked(order)}, z="prior", ink="light")
        assert levels(drawing) == [[0, 1, 2], [3, 4, 5]]
    assert texts(drawing) == ["row 1", "row 2", "column 1", "column 2", "column 3"]


def test_the_frame_lies_on_the_cell_asked(drawn):
    """In the image of row 2, column 3 the frame has the place and the size of that cell; it can be left out."""
    axes = drawn("condition_panel", {"cvae": asked()}, z="prior").figure.axes[0]
    frame, wide, tall = axes.patches[5], *(abs(b - a) for a, b in (axes.get_xlim(), axes.get_ylim()))
    assert len(axes.patches) == 6
    assert (frame.get_x() + frame.get_width()) / wide == pytest.approx(1, abs=0.02)
    assert (frame.get_y() + frame.get_height()) / tall == pytest.approx(1, abs=0.02)
    assert frame.get_width() / wide == pytest.approx(1 / 9, abs=0.02)
    assert frame.get_height() / tall == pytest.approx(1 / 4, abs=0.02)
    assert not drawn("condition_panel", {"cvae": asked()}, z="prior", frame=False).figure.axes[0].patches


def test_the_caption_says_which_image_was_encoded(drawn):
    """S0-E23: class, index and split of the encoded image are stated, with the class asked."""
    encoded = asked(index=np.full(6, 16), source_class=np.full(6, 2))
    details = drawn("condition_panel", {"cvae": asked() | encoded}, split="validation").details
    assert "Class asked: one." in details
    assert "image no. 16 of the validation set (counted from 0; class: two)" in details


@pytest.mark.parametrize(("z", "stated"), [("prior", "a new draw from N(0, I) for each image"), ("fixed", "one draw")])
def test_the_caption_says_how_codes_were_drawn(drawn, z, stated):
    """S0-E08: a fixed and a new code for each cell are different experiments, and their captions differ; the seed is stated."""
    details = drawn("condition_panel", {"cvae": asked()}, z=z, seed=7).details
    assert stated in details
    assert "seed of the draw: 7" in details


def test_runs_stand_side_by_side(drawn):
    """Two runs are two panels under their names, and what differs between them is stated by name."""
    arrays = {"small": asked(), "large": asked() | {"asked_class": np.full(6, 2)}}
    drawing = drawn("condition_panel", arrays, z="prior")
    assert {"SMALL", "LARGE"} <= set(texts(drawing))
    assert "SMALL: one; LARGE: two" in drawing.details


def test_what_is_asked_of_the_probe():
    """An encoded code asks for its own class, a drawn one for one class, the first by default; always every cell."""
    kind = FIGURES.get("condition_panel")

    def parameters(**given):
        return kind.probes(kind.Parameters(runs=("cvae",), **given))["cvae"].parameters

    assert parameters(index=16) == {"classes": None, "positions": "all", "z": "encoded", "split": "test", "index": 16}
    assert parameters(z="fixed", seed=3) == {"classes": [0], "positions": "all", "z": "fixed", "seed": 3}
    assert parameters(asked_class="two")["classes"] == ["two"]
