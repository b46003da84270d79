"""Images held out for validation and test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from report_builder.datasets import digits
from report_builder.datasets._stream import Stream
from report_builder.datasets.steps import split
from report_builder.errors import ReportError
from report_builder.kinds import ImageData, Layout, Split


def parts(data, **parameters):
    """Return the splits after the step."""
    return split.apply(data, split.Parameters(**parameters)).splits


def data_of(y):
    """Return images of one pixel that holds the image's index, of these classes; the test split has three images."""
    y = np.asarray(y, np.int64)
    train = Split(np.arange(len(y)).reshape(-1, 1, 1, 1).astype(np.float32), y)
    return ImageData({"train": train, "test": train.take(slice(0, 3))}, ("a", "b", "c"))


def numbers(part):
    """Return the indices of the images of a split."""
    return np.asarray(part.x)[:, 0, 0, 0].astype(int).tolist()


def test_no_image_is_in_two_splits_and_none_is_lost():
    """Train, validation and test together are the old training images, each once, in their old order."""
    found = parts(data_of(np.arange(100) % 3), validation=0.2, test=15)
    assert [len(found[name].y) for name in ("train", "validation", "test")] == [65, 20, 15]
    assert sorted(n for part in found.values() for n in numbers(part)) == list(range(100))
    assert all(numbers(part) == sorted(numbers(part)) for part in found.values())


def test_classes_keep_their_proportions():
    """Of 60, 30 and 10 images, a tenth is 6, 3 and 1, in every split."""
    found = parts(data_of([0] * 60 + [1] * 30 + [2] * 10), validation=0.1, test=0.2)
    assert np.bincount(found["validation"].y).tolist() == [6, 3, 1]
    assert np.bincount(found["test"].y).tolist() == [12, 6, 2]


def test_the_test_split_stays_unless_one_is_asked_for():
    """Validation images are taken from train; the data set's own test images stay."""
    data = data_of(np.arange(50) % 3)
    assert parts(data)["test"] is data.splits["test"]
    assert len(parts(data)["validation"].y) == 5


def test_the_seed_chooses():
    """The same seed holds out the same images, and another one others."""
    data = data_of(np.arange(50) % 3)
    first, again, other = (numbers(parts(data, seed=seed)["validation"]) for seed in (1, 1, 2))
    assert first == again != other


def test_variations_of_an_image_stay_together():
    """No original of the augmented digits has a copy in train and another in validation."""
    chosen = digits.Parameters(copies=3)
    found = parts(digits.load(chosen, digits.files(chosen, [])), validation=300)
    train, validation = (set(found[name].original.tolist()) for name in ("train", "validation"))
    assert train & validation == set()
    assert (len(validation), len(found["validation"].y)) == (75, 300)


def test_a_stream_is_split_without_being_read():
    """Images of a stream are not made in order to split it."""

    def never(places):
        raise AssertionError("read")

    y = np.arange(20) % 2
    data = replace(data_of(y), splits={"train": Split(Stream(never, np.arange(20), (1, 1, 1), np.uint8), y)})
    assert len(parts(data, validation=4)["validation"].x) == 4


@pytest.mark.parametrize("amounts", [{"validation": 20}, {"validation": 0.6, "test": 0.4}, {"validation": 10, "test": 10}])
def test_a_split_that_leaves_nothing_is_an_error(amounts):
    """A split that leaves nothing to train on is refused both by the plan and by the step."""
    parameters, data = split.Parameters(**amounts), data_of(np.arange(20) % 2)
    for attempt in (
        lambda: split.layout(Layout(None, images={"train": 20}), parameters),
        lambda: split.apply(data, parameters),
    ):
        with pytest.raises(ReportError, match=r"no image is left to train on\n  Received: .*20 images"):
            attempt()


@pytest.mark.parametrize("amount", [0, -3, 1.0, 1.5, 0.0, "0.1", True])
def test_an_amount_is_a_number_or_a_share(amount):
    """Anything but a number of images or a share is one mistake with one message."""
    with pytest.raises(ValidationError, match="a number of images, or a share") as caught:
        split.Parameters(validation=amount)
    assert caught.value.error_count() == 1


def test_a_split_puts_something_aside():
    """A split that holds out nothing is a mistake."""
    with pytest.raises(ValidationError, match="for 'validation', for 'test'"):
        split.Parameters(validation=None)
