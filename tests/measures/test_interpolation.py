"""An interpolation starts and ends at the codes of its images."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.measures.probes.interpolation import Parameters, measure


def test_the_ends_are_exactly_the_codes(model, data):
    """The first and last images are bit-identical to the decoded codes of the two originals."""
    arrays = measure(model, data, Parameters(pairs=((0, 1), (2, 0)), steps=7))
    codes = model.encode(arrays["ends"].reshape(4, 4, 4, 1)).reshape(2, 2, 2)
    np.testing.assert_array_equal(arrays["z"][:, [0, -1]], codes)
    np.testing.assert_array_equal(arrays["images"][:, [0, -1]][..., 0, :2, 0], codes)


def test_the_middle_is_the_mean(model, data):
    """With three steps, the middle one is the mean of both codes."""
    arrays = measure(model, data, Parameters(pairs=((0, 1),), steps=3))
    np.testing.assert_allclose(arrays["z"][0, 1], arrays["z"][0, [0, 2]].mean(axis=0))


def test_steps_are_equal(model, data):
    """The codes lie on a straight line at equal distances."""
    steps = np.diff(measure(model, data, Parameters(pairs=((0, 2),), indices=((0, 11),), steps=5))["z"][0], axis=0)
    np.testing.assert_allclose(steps, np.broadcast_to(steps[0], steps.shape), rtol=1e-5)


def test_pairs_are_the_first_images_of_their_classes(model, data):
    """A class stands for its first image in the split, and the same class twice for its first two."""
    arrays = measure(model, data, Parameters(pairs=((1, 2), ("c", "a"), (0, 0))))
    np.testing.assert_array_equal(arrays["index"], [[1, 2], [2, 0], [0, 3]])
    np.testing.assert_array_equal(arrays["labels"], [[1, 2], [2, 0], [0, 0]])


def test_given_indices_win(model, data):
    """Given indices choose the images, and their labels are read from the data."""
    arrays = measure(model, data, Parameters(indices=((5, 10),)))
    np.testing.assert_array_equal(arrays["index"], [[5, 10]])
    np.testing.assert_array_equal(arrays["labels"], [[2, 1]])
    assert arrays["pair_names"].tolist() == ["5_10"]


@pytest.mark.parametrize(("wrong", "message"), [({"indices": ((0, 99),)}, "0 to 11"), ({"pairs": ((0, 7),)}, "no such class")])
def test_what_is_not_there_is_refused(model, data, wrong, message):
    """For an index outside the split or an unknown class, the message says what exists."""
    with pytest.raises(ReportError, match=message):
        measure(model, data, Parameters(**wrong))
