"""The preprocessing steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import PIL.Image
import pytest

from report_builder.datasets.steps import binarise, greyscale, scale, subset
from report_builder.errors import ReportError
from report_builder.kinds import ImageData, Layout, Split


@pytest.fixture
def data():
    """Small images in two splits."""
    x = np.arange(40, dtype=np.uint8).reshape(10, 2, 2, 1) * 6
    x[0], x[-1] = 0, 255
    y = np.arange(10, dtype=np.int64) % 3
    return ImageData({"train": Split(x, y), "test": Split(x[:6], y[:6])}, ("zero", "one", "two"))


@pytest.mark.parametrize(("name", "low", "high"), [("unit", 0, 1), ("symmetric", -1, 1)])
def test_scale_maps_black_and_white_to_the_ends(data, name, low, high):
    """Grey 0 becomes the lower end and grey 255 the upper end, in float32."""
    scaled = scale.apply(data, scale.Parameters(range=name))
    x = scaled.splits["train"].x
    assert x.dtype == np.float32
    assert (x.min(), x.max(), scaled.value_range) == (low, high, (low, high))


def test_scale_of_scaled_data_starts_from_its_range(data):
    """Scaling to [-1, 1] and then to [0, 1] is scaling to [0, 1]."""
    there = scale.apply(data, scale.Parameters(range="symmetric"))
    back = scale.apply(there, scale.Parameters(range="unit"))
    assert np.allclose(back.splits["train"].x, scale.apply(data, scale.Parameters()).splits["train"].x, atol=1e-6)


def test_binarise_cuts_at_a_share_of_the_range(data):
    """A pixel is 1 exactly if it is above the threshold, relative to the pixel range."""
    direct = binarise.apply(data, binarise.Parameters(threshold=0.25)).splits["train"].x
    symmetric = scale.apply(data, scale.Parameters(range="symmetric"))
    later = binarise.apply(symmetric, binarise.Parameters(threshold=0.25)).splits["train"].x
    assert (direct == (data.splits["train"].x > 63.75)).all()
    assert (direct == later).all()
    assert direct.dtype == np.float32


def test_subset_of_classes_has_those_alone(data):
    """Classes are chosen by name or index; the subset has only those, in their old order, and each image keeps its name."""
    before = data.splits["train"]
    for classes in (("two", "zero"), (2, 0), (2, "two", 0)):
        chosen = subset.Parameters(classes=classes)
        left = subset.apply(data, chosen)
        assert left.class_names == subset.layout(data.layout, chosen).class_names == ("zero", "two")
        named = [left.class_names[y] for y in left.splits["train"].y]
        assert named == [data.class_names[y] for y in before.y if y != 1]


def test_a_number_is_a_name_where_classes_are_numbers(data):
    """Of classes called 1, 2 and 10, 1 means the class of that name, not the second one, and there is no class 0."""
    numbered = replace(data, class_names=("1", "2", "10"))
    assert subset.apply(numbered, subset.Parameters(classes=(1, "10"))).class_names == ("1", "10")
    with pytest.raises(ReportError, match="no such class"):
        subset.layout(numbered.layout, subset.Parameters(classes=(0,)))


def test_subset_of_a_size_is_drawn_by_its_seed(data):
    """The same seed draws the same images, each at most once, in their old order."""
    first, again, other = (subset.apply(data, subset.Parameters(train=4, seed=s)).splits["train"] for s in (0, 0, 1))
    assert (first.x == again.x).all()
    assert (first.x != other.x).any()
    assert (np.diff(first.x[:, 0, 0, 0].astype(int)) > 0).all()


def test_subset_larger_than_the_data_keeps_all(data):
    """A subset size above the number of images is not an error."""
    assert len(subset.apply(data, subset.Parameters(test=100)).splits["test"].y) == 6


def test_binarise_draws_with_the_brightness_as_probability():
    """A fifth of the pixels at a fifth of the range become 1; black ones never do, white ones always."""
    x = np.repeat(np.array([0, 51, 255], np.uint8), 3000).reshape(3, 60, 50, 1)
    split = Split(x, np.zeros(3, np.int64))
    for before in (
        ImageData({"train": split}, ("a",)),
        scale.apply(ImageData({"train": split}, ("a",)), scale.Parameters(range="symmetric")),
    ):
        drawn = binarise.apply(before, binarise.Parameters(mode="stochastic")).splits["train"].x
        assert set(np.unique(drawn)) == {0, 1}
        assert drawn.mean(axis=(1, 2, 3)) == pytest.approx([0, 0.2, 1], abs=0.03)


def test_what_is_drawn_belongs_to_the_image(colours):
    """The same image gets the same pixels in any batch; another seed, image or split gives others."""
    first, again, other = (binarise.apply(colours, binarise.Parameters(mode="stochastic", seed=s)).splits for s in (0, 0, 1))
    assert (first["train"].x == again["train"].x).all()
    for others in (other["train"].x[:30], first["test"].x, first["train"].x[30:]):
        assert (first["train"].x[:30] != others).any()


def test_greyscale_weighs_the_colours_as_the_eye_does(colours):
    """Grey is 0.299 red + 0.587 green + 0.114 blue, as in Pillow; grey images stay unchanged."""
    grey = greyscale.apply(colours, greyscale.Parameters())
    x = grey.splits["train"].x
    assert (x.shape, x.dtype) == ((60, 8, 8, 1), np.uint8)
    theirs = np.asarray(PIL.Image.fromarray(colours.splits["train"].x[0]).convert("L"))
    assert np.abs(x[0, :, :, 0].astype(int) - theirs).max() <= 1
    assert greyscale.apply(grey, greyscale.Parameters()) is grey
    scaled = scale.apply(colours, scale.Parameters(range="symmetric"))
    assert np.allclose(greyscale.apply(scaled, greyscale.Parameters()).splits["train"].x * 127.5 + 127.5, x, atol=0.51)


def test_only_colours_are_made_grey():
    """Images with two channels, which are neither grey nor RGB, are refused."""
    with pytest.raises(ReportError, match="only RGB"):
        greyscale.layout(Layout((8, 8, 2)), greyscale.Parameters())


@pytest.mark.parametrize(
    ("number", "count", "digits"),
    [("123456", 4, {6, 5, 4, 3}), ("100200", 3, {0, 2, 1}), ("S-77 0 71", 3, {1, 7, 0}), ("7", 1, {7})],
)
def test_a_student_number_chooses_classes_from_its_end(number, count, digits):
    """The classes are the distinct digits of the student number, read from its end."""
    y = np.arange(40, dtype=np.int64) % 10
    split = Split(np.zeros((40, 2, 2, 1), np.uint8), y)
    ten = ImageData({"train": split, "test": split}, tuple("0123456789"))
    left = subset.apply(ten, subset.Parameters(student_number=number, count=count))
    assert {int(left.class_names[y]) for y in left.splits["train"].y} == digits


@pytest.mark.parametrize(
    ("parameters", "rule"),
    [
        ({"student_number": "1212"}, "does not have 4 different digits"),
        ({"student_number": "1234", "classes": ("zero",)}, "chosen twice"),
        ({"student_number": "0129"}, r"no such class\n  Received: 9"),
    ],
)
def test_a_student_number_that_does_not_fit_is_an_error(data, parameters, rule):
    """Too few digits, a digit without a class, and two choices at once are refused by the plan."""
    with pytest.raises(ReportError, match=rule):
        subset.layout(data.layout, subset.Parameters(**parameters))


def test_a_class_without_images_in_a_split_is_an_error(data):
    """A choice of classes that leaves a split empty is an error that names the split and the classes."""
    some = ImageData({"train": data.splits["train"], "test": data.splits["test"].take(np.array([0, 3]))}, data.class_names)
    with pytest.raises(ReportError, match=r"no image of the split 'test' is left\n  Received: one, two"):
        subset.apply(some, subset.Parameters(classes=("one", 2)))


@pytest.mark.parametrize("classes", [("three",), (3,), ("on",)])
def test_an_unknown_class_is_an_error_that_lists_the_known(data, classes):
    """An unknown class is an error that lists the classes of the data set."""
    with pytest.raises(ReportError, match=r"no such class.*\n.*0 \(zero\), 1 \(one\), 2 \(two\)"):
        subset.apply(data, subset.Parameters(classes=classes))
