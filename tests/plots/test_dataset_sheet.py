"""The sheet of a data set, with the labels of each image."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest

from report_builder import languages
from report_builder.errors import ReportError
from report_builder.kinds import FIGURES, Condition, ImageData, Split, Subject
from report_builder.measures.probes import images
from report_builder.plots._style import STYLE

CELLS = Condition("position", ("row", "column"))


def pictures(conditions=(), condition=None, **more):
    """Return six images of the classes a, b, c in turn, as grey as their index in tenths."""
    x = np.ones((6, 4, 4, 1), dtype=np.float32) * (np.arange(6) / 10)[:, None, None, None].astype(np.float32)
    split = Split(x, np.arange(6) % 3, condition, more.get("attributes"))
    return ImageData({"train": split}, ("a", "b", "c"), (0.0, 1.0), conditions, more.get("names", ()))


def on_canvas():
    """Return the same images in the cells (1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3) of 2 x 3."""
    row, column = np.divmod(np.arange(6), 3)
    return pictures((CELLS,), np.stack([row, column / 2], axis=1).astype(np.float32))


def with_attributes():
    """Return images with two attributes, the second of which is the condition."""
    attributes = np.array([[1, 1], [1, 0], [0, 1], [0, 0], [0, 0], [0, 0]], dtype=np.uint8)
    condition = attributes[:, 1:].astype(np.float32)
    return pictures((Condition("attributes", ("Smiling",)),), condition, attributes=attributes, names=("Big_Nose", "Smiling"))


def drawn(data, **parameters):
    """Return the sheet of a data set, drawn in the style."""
    kind = FIGURES.get("dataset_sheet")
    chosen = kind.parameters(data="pictures", **parameters)
    request = kind.reads(chosen)["pictures"]
    arrays = {"pictures": images.measure(None, data, images.Parameters.model_validate(request.parameters))}
    with mpl.rc_context(fname=STYLE):
        return kind.draw(arrays, chosen, {"pictures": Subject("Pictures", data="Pictures")}, languages.load("en"))


def texts(drawing):
    """Return all labels without the blank lines that align them."""
    return [text.get_text().strip() for axes in drawing.figure.axes for text in axes.texts]


def levels(drawing, rows, columns):
    """Return the grey levels of the images, in tenths."""
    painted = np.asarray(drawing.figure.axes[0].images[0].get_array())[..., 0]
    tall, wide = painted.shape
    down, right = ([round((i + 0.5) * side / n) for i in range(n)] for side, n in ((tall, rows), (wide, columns)))
    return np.round(painted[np.ix_(down, right)] / 25.5).astype(int).tolist()


def test_a_row_for_each_class():
    """Each class has a row with its first images, in the order of the split."""
    drawing = drawn(pictures(), per_class=2, ink="light")
    assert levels(drawing, 3, 2) == [[0, 3], [1, 4], [2, 5]]
    assert texts(drawing)[:3] == ["a", "b", "c"]


def test_classes_may_be_chosen():
    """Only the given classes are shown, in the given order."""
    drawing = drawn(pictures(), per_class=1, classes=("c", 0), ink="light")
    assert texts(drawing)[:2] == ["c", "a"]
    assert levels(drawing, 2, 1) == [[2], [0]]


def test_row_and_column_stand_below_each_image():
    """S0-E22: below an image in the first row and third column is (1, 3), and the caption explains the order."""
    drawing = drawn(on_canvas(), per_class=2)
    assert texts(drawing)[-6:] == ["(1, 1)", "(2, 1)", "(1, 2)", "(2, 2)", "(1, 3)", "(2, 3)"]
    assert "row and column of its cell, counted from 1" in drawing.details
    assert "(1, 1)" not in texts(drawn(on_canvas(), per_class=2, conditions=False))


def test_cells_are_counted_in_the_whole_data():
    """The number of a cell does not depend on the shown images: in the last row alone it is still the second."""
    assert texts(drawn(on_canvas(), per_class=1, classes=("c",)))[-1] == "(1, 3)"


def test_the_first_images_with_their_classes():
    """With `n`, as many images are drawn from the split and set in the requested columns, class and cell below each."""
    drawing = drawn(on_canvas(), n=6, columns=6, ink="light")
    assert len(levels(drawing, 1, 6)[0]) == 6
    assert {*texts(drawing)[-6:]} == {"a\n(1, 1)", "b\n(1, 2)", "c\n(1, 3)", "a\n(2, 1)", "b\n(2, 2)", "c\n(2, 3)"}


@pytest.mark.parametrize("columns", [2, 6])
def test_columns_are_as_asked(columns):
    """The number of columns is as requested: wide texts are printed smaller, or broken into lines."""
    drawing = drawn(on_canvas(), n=6, columns=columns, width_cm=5)
    across = {round(text.xy[0]) for text in drawing.figure.axes[0].texts if "(" in text.get_text()}
    assert len(across) == columns


def test_attributes_are_named_where_an_image_has_them():
    """Attributes of the condition, and requested ones, are below the images that have them, and the caption lists them."""
    drawing = drawn(with_attributes(), n=6, attributes=("Big_Nose",))
    assert sorted(texts(drawing)[-6:]) == ["a", "a\nSmiling\nBig Nose", "b", "b\nBig Nose", "c", "c\nSmiling"]
    assert "Smiling and Big Nose" in drawing.details


def test_attributes_as_a_table():
    """All or chosen attributes form rows below the classes, with a column per image; without any, there are only classes."""
    table = drawn(with_attributes(), per_class=1).table
    rows = list(zip(*(column.values for column in table.columns), strict=True))
    assert [column.heading for column in table.columns] == ["attribute", "1", "2", "3"]
    assert rows == [("class", "a", "b", "c"), ("Big Nose", "1", "1", "0"), ("Smiling", "1", "0", "1")]
    chosen = drawn(with_attributes(), per_class=1, attributes=["Smiling"]).table
    assert [column.values[1:] for column in chosen.columns] == [["Smiling"], ["1"], ["0"], ["1"]]
    assert [column.values for column in drawn(pictures(), per_class=1).table.columns] == [["class"], ["a"], ["b"], ["c"]]


def test_an_attribute_that_the_data_lacks_is_refused():
    """For a misspelt attribute, the message suggests the nearest name."""
    with pytest.raises(ReportError, match="Did you mean 'Smiling'"):
        drawn(with_attributes(), n=4, attributes=("Smiling_",))


def test_the_caption_names_data_and_split():
    """The caption states data set and split."""
    assert "Pictures, training set" in drawn(pictures(), per_class=1).details


def test_images_of_a_class_stand_in_the_order_of_their_cells():
    """Images of a class are ordered by cell, row by row, whatever their order in the data."""
    row, column = np.divmod(np.arange(6)[::-1], 3)
    data = pictures((CELLS,), np.stack([row, column / 2], axis=1).astype(np.float32))
    assert [text for text in texts(drawn(data)) if text.startswith("(")] == [
        "(1, 3)",
        "(2, 3)",
        "(1, 2)",
        "(2, 2)",
        "(1, 1)",
        "(2, 1)",
    ]
