"""Models are called in batches, and what they return is checked."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError, RunError
from report_builder.measures.probes._batches import BATCH, decode, encode, in_batches, part_of, posterior


def test_a_model_never_gets_more_than_a_batch(model):
    """Many images go in batches of at most a thousand, and come back in their order."""
    x = np.zeros((2 * BATCH + 5, 4, 4, 1), dtype=np.float32)
    x[:, 0, 0, 0] = np.arange(len(x))
    codes = encode(model, x)
    assert model.calls == [BATCH, BATCH, 5]
    np.testing.assert_array_equal(codes[:, 0], np.arange(len(x)))


def test_codes_of_any_leading_shape_can_be_decoded(model):
    """A stack of codes becomes a stack of images of the same leading shape."""
    z = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    images = decode(model, z)
    assert images.shape == (2, 3, 4, 4, 1)
    np.testing.assert_array_equal(images[..., 0, :2, 0], z)


def test_means_and_variances_are_not_mixed_up(vae):
    """The posterior's first array is the mean, its second the logarithm of the variance."""
    z_mean, z_log_var = posterior(vae, np.ones((3, 4, 4, 1), dtype=np.float32))
    assert (z_mean == 1).all()
    assert (z_log_var == 0).all()


def test_infinite_coordinates_are_refused(model):
    """A code that is not finite, such as the normal quantile of 0, is an error and not a blank cell."""
    with pytest.raises(RunError, match="codes to decode are not finite"):
        decode(model, np.array([[np.inf, 0.0]]))


def test_an_unknown_split_is_named_with_the_known_ones(data):
    """A split that the data lacks is refused with a near miss."""
    with pytest.raises(ReportError, match="Did you mean 'test'"):
        part_of(data, "tset")


def test_results_are_float32():
    """Whatever a model returns is stored as float32."""
    assert in_batches(lambda x: x.astype(np.float64), np.ones((3, 2))).dtype == np.float32
