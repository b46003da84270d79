"""The preprocessing steps."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.datasets.steps import binarise, scale, subset
from report_builder.errors import ReportError
from report_builder.kinds import ImageData, Split


@pytest.fixture
def data():
    """Small images in two splits."""
    x = np.arange(40, dtype=np.uint8).reshape(10, 2, 2, 1) * 6
    x[0], x[-1] = 0, 255
    y = np.arange(10, dtype=np.int64) % 3
    return ImageData({"train": Split(x, y), "test": Split(x[:6], y[:6])}, ("zero", "one", "two"))


@pytest.mark.parametrize(("name", "low", "high"), [("unit", 0, 1), ("symmetric", -1, 1)])
def test_scale_maps_black_and_white_to_the_ends(data, name, low, high):
    """Grey 0 becomes the low end, grey 255 the high end, in float32."""
    scaled = scale.apply(data, scale.Parameters(range=name))
    x = scaled.splits["train"].x
    assert x.dtype == np.float32
    assert (x.min(), x.max(), scaled.value_range) == (low, high, (low, high))


def test_scale_of_scaled_data_starts_from_its_range(data):
    """Scaling to [-1, 1] and back to [0, 1] is scaling to [0, 1]."""
    there = scale.apply(data, scale.Parameters(range="symmetric"))
    back = scale.apply(there, scale.Parameters(range="unit"))
    assert np.allclose(back.splits["train"].x, scale.apply(data, scale.Parameters()).splits["train"].x, atol=1e-6)


def test_binarise_cuts_at_a_share_of_the_range(data):
    """A pixel is 1 exactly where it lies above the threshold, whatever range the pixels have."""
    direct = binarise.apply(data, binarise.Parameters(threshold=0.25)).splits["train"].x
    symmetric = scale.apply(data, scale.Parameters(range="symmetric"))
    later = binarise.apply(symmetric, binarise.Parameters(threshold=0.25)).splits["train"].x
    assert (direct == (data.splits["train"].x > 63.75)).all()
    assert (direct == later).all()
    assert direct.dtype == np.float32


def test_subset_of_classes_keeps_numbers_and_names(data):
    """Classes may be named or numbered; the images left keep their class number, and class_names stays whole."""
    for classes in (("two", "zero"), (2, 0)):
        left = subset.apply(data, subset.Parameters(classes=classes))
        assert set(left.splits["train"].y.tolist()) == {0, 2}
        assert left.class_names == data.class_names


def test_subset_of_a_size_is_drawn_by_its_seed(data):
    """The same seed draws the same images, each at most once, in their old order."""
    first, again, other = (subset.apply(data, subset.Parameters(train=4, seed=s)).splits["train"] for s in (0, 0, 1))
    assert (first.x == again.x).all()
    assert (first.x != other.x).any()
    assert (np.diff(first.x[:, 0, 0, 0].astype(int)) > 0).all()


def test_subset_larger_than_the_data_keeps_all(data):
    """Asking for more images than there are is no error."""
    assert len(subset.apply(data, subset.Parameters(test=100)).splits["test"].y) == 6


@pytest.mark.parametrize("classes", [("three",), (3,), ("on",)])
def test_an_unknown_class_is_an_error_that_lists_the_known(data, classes):
    """A class that the data set lacks is named with the classes that it has."""
    with pytest.raises(ReportError, match=r"unknown class.*\n.*one, two, zero"):
        subset.apply(data, subset.Parameters(classes=classes))
