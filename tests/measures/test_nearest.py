"""Nearest training images: the search, its results for copies, and the facts of the metric."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from report_builder.datasets._stream import Stream
from report_builder.errors import ReportError
from report_builder.kinds import ImageData, Split
from report_builder.measures.metrics import nearest_distance
from report_builder.measures.metrics.nearest_distance import share_nearer
from report_builder.measures.probes import nearest_distances, nearest_training
from report_builder.measures.probes._search import nearest_images


class Copyist:
    """A model whose samples are training images, starting with the last one."""

    takes, provides, pixels = ("x",), frozenset({"sample"}), "Bernoulli"

    def __init__(self, x, offset=0.0):
        self.x, self.offset = x, offset

    def sample(self, n, seed):
        """Return the last n training images, brighter by an offset."""
        return self.x[::-1][:n] + self.offset


@pytest.fixture
def faces():
    """Two thousand five hundred training images and forty test images of random pixels from -1 to 1."""
    random = np.random.default_rng(0)
    train, test = (random.uniform(-1, 1, (n, 4, 4, 1)).astype(np.float32) for n in (2500, 40))
    parts = {"train": Split(train, np.zeros(2500, int)), "test": Split(test, np.zeros(40, int))}
    return ImageData(parts, ("a",), (-1.0, 1.0))


def test_the_nearest_are_those_of_all_batches(faces):
    """The k nearest images over all batches are those of a single search, nearest first."""
    train, queries = faces.splits["train"].x, faces.splits["test"].x
    places, distances = nearest_images(queries, train, 3, (-1.0, 1.0))
    expected = np.sqrt((((queries[:, None] - train[None]) / 2) ** 2).mean(axis=(2, 3, 4)))
    order = np.argsort(expected, axis=1, kind="stable")[:, :3]
    np.testing.assert_array_equal(places, order)
    np.testing.assert_allclose(distances, np.take_along_axis(expected, order, axis=1), rtol=1e-6)
    assert (places // 1000 != places[:, :1] // 1000).any()


def test_a_stream_is_searched_in_batches(faces):
    """A stream is searched at most one batch at a time, with the result of the array."""
    train, queries = faces.splits["train"].x, faces.splits["test"].x
    made = []

    def make(places):
        made.append(len(places))
        return train[places]

    stream = Stream(make, np.arange(2500), (4, 4, 1), np.float32)
    found = nearest_images(queries, stream, 2, (-1.0, 1.0))
    np.testing.assert_array_equal(found[0], nearest_images(queries, train, 2, (-1.0, 1.0))[0])
    assert max(made) <= 1000
    assert sum(made) == 2500


def test_too_few_images_or_other_shapes_are_refused(faces):
    """More neighbours than there are images, and images of another shape, are refused."""
    few = faces.splits["test"].x
    with pytest.raises(ReportError, match=r"41 neighbours are asked for, and there are fewer images\n.*40"):
        nearest_images(few, few, 41, (-1.0, 1.0))
    with pytest.raises(ReportError, match="only among images of their shape"):
        nearest_images(few[:, :3], few, 1, (-1.0, 1.0))


def test_copies_are_found(faces):
    """A copy of a training image is found with distance 0; one brighter by a tenth of the range, with 0.1."""
    train = faces.splits["train"].x
    arrays = nearest_training.measure(Copyist(train), faces, nearest_training.Parameters(n=3, k=2))
    assert arrays["neighbour_index"][:, 0].tolist() == [2499, 2498, 2497]
    np.testing.assert_array_equal(arrays["neighbours"][:, 0], arrays["images"])
    np.testing.assert_allclose(arrays["distance"][:, 0], 0, atol=1e-7)
    assert arrays["searched"] == 2500
    brighter = nearest_training.measure(Copyist(train, 0.2), faces, nearest_training.Parameters(n=3))
    np.testing.assert_allclose(brighter["distance"][:, 0], 0.1, atol=1e-6)


def facts(model, data):
    """Return the metric's values by name."""
    arrays = nearest_distances.measure(model, data, nearest_distances.Parameters(n=40))
    found = nearest_distance.measure({"distances": arrays}, nearest_distance.Parameters(n=40))
    return {name: each.value for name, each in found.items()}


def test_a_copyist_is_told_from_one_that_draws_anew(faces):
    """Copies are nearer than every test image, and new images are as far away as test images."""
    copied = facts(Copyist(faces.splits["train"].x), faces)
    assert copied["nearest_distance"] == pytest.approx(0, abs=1e-6)
    assert copied["data_copying"] == 1
    new = np.random.default_rng(5).uniform(-1, 1, (40, 4, 4, 1)).astype(np.float32)
    drawn = facts(Copyist(new), faces)
    assert drawn["nearest_distance_ratio"] == pytest.approx(1, abs=0.1)
    assert drawn["data_copying"] == pytest.approx(0.5, abs=0.2)


def test_training_images_are_no_images_that_were_not_trained_on():
    """Training images, each of which is its own nearest training image, are refused by probe and metric."""
    for kind in (nearest_distances, nearest_distance):
        with pytest.raises(ValidationError, match="name another split"):
            kind.Parameters(split="train")


def test_ties_count_one_half():
    """Of the six pairs of (1, 2, 3) and (2, 4), four are less and one is equal: 4.5 of 6."""
    assert share_nearer(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0])) == pytest.approx(4.5 / 6)
    assert share_nearer(np.ones(3), np.ones(4)) == 0.5
