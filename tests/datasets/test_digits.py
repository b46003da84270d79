"""The digits of scikit-learn."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from report_builder.datasets import digits
from report_builder.datasets.digits import Parameters


def load(**parameters):
    """Load the digits with these parameters."""
    chosen = Parameters(**parameters)
    return digits.load(chosen, digits.files(chosen, []))


@pytest.fixture(scope="module")
def few():
    """The originals with two copies of each."""
    return load(copies=2)


def test_digits_have_the_shape_of_mnist(few):
    """Images are 28 x 28 uint8 with one channel and the whole range of grey, each with a class in 0..9."""
    x, y = few.splits["train"].x, few.splits["train"].y
    assert (x.shape, x.dtype, y.dtype) == ((4500, 28, 28, 1), np.uint8, np.int64)
    assert (x.min(), x.max(), set(y.tolist())) == (0, 255, set(range(10)))


def test_the_same_parameters_give_the_same_bytes(few):
    """Loading twice gives identical bytes in every split."""
    again = load(copies=2)
    for name, split in few.splits.items():
        assert hashlib.sha256(split.x.tobytes()).digest() == hashlib.sha256(again.splits[name].x.tobytes()).digest()


def test_no_image_is_in_both_splits():
    """Training and test images together are the 1797 originals, each once."""
    data = load(copies=0)
    together = np.concatenate([data.splits["train"].x, data.splits["test"].x]).reshape(1797, -1)
    assert len(np.unique(together, axis=0)) == 1797


def test_test_images_are_never_varied():
    """The test split does not depend on the augmentation of the training images."""
    plain, varied = load(copies=0), load(copies=1, rotation=30)
    assert (plain.splits["test"].x == varied.splits["test"].x).all()


def test_originals_come_first_and_copies_keep_their_class(few):
    """The training split starts with the originals, followed by copies with the same classes in the same order."""
    plain = load(copies=0).splits["train"]
    train = few.splits["train"]
    assert (train.x[:1500] == plain.x).all()
    assert (train.y.reshape(3, 1500) == plain.y).all()


def test_a_variation_without_range_is_the_original():
    """With all ranges at zero, a copy equals its original."""
    x = load(copies=1, rotation=0, zoom=0, shift=0).splits["train"].x
    assert (x[:1500] == x[1500:]).all()


def test_a_shift_moves_the_digit_inside_the_frame():
    """Shifted copies differ from their originals but keep nearly all of their ink."""
    x = load(copies=1, rotation=0, zoom=0, shift=1.5).splits["train"].x.astype(float)
    ink = x.sum(axis=(1, 2, 3))
    assert (x[:1500] != x[1500:]).any(axis=(1, 2, 3)).mean() > 0.99
    assert abs(ink[1500:] / ink[:1500] - 1).max() < 0.15


def test_classes_are_split_in_proportion(few):
    """Every class has 29 or 30 of the 297 test images."""
    counts = np.bincount(few.splits["test"].y)
    assert counts.sum() == 297
    assert set(counts.tolist()) <= {29, 30}


def test_another_seed_gives_another_split():
    """The seed determines which images are held out for the test split."""
    assert (load(copies=0).splits["test"].x != load(copies=0, seed=1).splits["test"].x).any()


def test_the_number_of_training_images_is_known_beforehand(few):
    """The layout gives the number of images that `load` returns."""
    assert digits.layout(Parameters(copies=2)) == few.layout


def test_validation_images_are_put_aside_unvaried():
    """Train, validation and test originals together are the 1797 images, each once; the test split does not change."""
    data = load(copies=1, validation_images=100)
    assert data.layout == digits.layout(Parameters(copies=1, validation_images=100))
    train = data.splits["train"]
    originals = [train.x[:1400], data.splits["validation"].x, data.splits["test"].x]
    assert len(np.unique(np.concatenate(originals).reshape(1797, -1), axis=0)) == 1797
    assert (data.splits["test"].x == load(copies=0).splits["test"].x).all()
    assert (train.original == np.tile(np.arange(1400), 2)).all()


def test_some_images_are_left_to_train_on():
    """A validation split that leaves too few images to train on is a mistake."""
    with pytest.raises(ValueError, match="at least 10 must be left"):
        Parameters(test_images=1000, validation_images=790)
