"""The VAE for pixels in [-1, 1] agrees with `vae` for the same images in [0, 1]."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from report_builder.kinds import Layout, Sizes
from report_builder.models import vae_symmetric
from report_builder.models._networks import losses
from report_builder.train import loop


@pytest.fixture
def x():
    """Sixteen grey images of 8 x 8 in [0, 1]."""
    return np.random.default_rng(0).random((16, 8, 8, 1)).astype(np.float32)


def compiled(**parameters):
    """Return a small compiled model."""
    keras.utils.set_random_seed(3)
    model = loop.build({"kind": "vae_symmetric", **parameters}, Sizes((8, 8, 1)))
    model.compile(keras.optimizers.Adam(1e-3))
    return model


@pytest.mark.parametrize("reduction", ["sum_over_pixels", "mean_over_pixels"])
def test_a_quarter_of_the_weight_is_the_same_distribution(x, reduction):
    """The density of the rescaled pixels, and the weighted error, are those of `vae` with four times the weight."""
    logits = np.random.default_rng(1).normal(size=x.shape).astype(np.float32)
    model = compiled(reduction=reduction, reconstruction_weight=5)
    likelihood = losses.likelihood((8, 8, 1), "mse", reduction, 20)
    error = losses.RECONSTRUCTIONS["mse", reduction]
    signed = 2 * x - 1, logits  # tanh(a) = 2 sigmoid(2 a) - 1
    assert np.asarray(model.pixels(*signed)) == pytest.approx(np.asarray(likelihood(x, 2 * logits)), rel=1e-4)
    drawn = np.asarray(model.image_terms["reconstruction_loss"](*signed))
    assert 5 * drawn == pytest.approx(20 * np.asarray(error(x, 2 * logits)), rel=1e-4)


def test_the_loss_is_that_of_its_own_term(x):
    """Up to rounding, loss = weight * squared error of tanh(logits) + kl_loss, summed as in `vae`."""
    model = compiled(reconstruction_weight=5)
    outputs = logits, _, z_mean, z_log_var = model(2 * x - 1)
    squares = ((2 * x - 1 - np.tanh(np.asarray(logits))) ** 2).sum(axis=(1, 2, 3))
    expected = np.mean(5 * squares + np.asarray(losses.kl_closed_form(z_mean, z_log_var)))
    assert float(model.compute_loss(2 * x - 1, None, outputs)) == pytest.approx(expected, rel=1e-5)


def test_it_draws_pixels_between_minus_one_and_one():
    """Samples have negative pixels, all within the range of the data."""
    drawn = np.asarray(compiled().sample(5, 1))
    assert drawn.min() < 0
    assert np.abs(drawn).max() <= 1


def test_data_between_zero_and_one_is_refused():
    """Data in [0, 1] is refused with the step that rescales it, and data in [-1, 1] is accepted."""
    parameters = vae_symmetric.Parameters()
    assert "range: symmetric" in vae_symmetric.refuses(parameters, Layout((28, 28, 1), (0.0, 1.0)))
    assert vae_symmetric.refuses(parameters, Layout((28, 28, 1), (-1.0, 1.0))) == ""


def test_what_is_no_error_of_such_pixels_is_refused():
    """A cross-entropy, and a similarity defined for [0, 1], are refused."""
    for wrong in ({"reconstruction": "bce"}, {"ssim_weight": 1}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            vae_symmetric.Parameters(**wrong)
