"""The autoencoder: known answers, and the loss printed in its equation."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from report_builder.kinds import Sizes
from report_builder.models import autoencoder
from report_builder.train import loop


@pytest.fixture
def x():
    """Sixteen black and white images of 8 x 8."""
    return (np.random.default_rng(0).random((16, 8, 8, 1)) > 0.5).astype(np.float32)


def compiled(**parameters):
    """Return a small compiled model."""
    keras.utils.set_random_seed(3)
    model = loop.build({"kind": "autoencoder", **parameters}, Sizes((8, 8, 1)))
    model.compile(keras.optimizers.Adam(1e-3))
    return model


@pytest.mark.parametrize("loss", ["bce", "mse"])
def test_the_loss_is_the_reconstruction_loss(x, loss):
    """Both logged terms are equal, since the loss has no other term."""
    logs = {name: float(value) for name, value in compiled(loss=loss).train_step(x).items()}
    assert logs["loss"] == pytest.approx(logs["reconstruction_loss"], rel=1e-6)


def test_the_printed_loss_is_the_compiled_loss(x):
    """Each equation, evaluated by hand on the decoded image, is what the model minimises."""
    for loss in ("bce", "mse"):
        model = compiled(loss=loss)
        x_hat = np.asarray(model.decode(model.encode(x)), np.float64)
        by_hand = {
            "bce": -np.sum(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat), axis=(1, 2, 3)),
            "mse": np.sum((x - x_hat) ** 2, axis=(1, 2, 3)) / 64,
        }
        assert float(model.compute_loss(x, None, model(x))) == pytest.approx(by_hand[loss].mean(), rel=1e-5)
        assert (r"\frac{1}{D}" in autoencoder.KIND.equation(autoencoder.Parameters(loss=loss)).latex) is (loss == "mse")


def test_the_code_is_deterministic(x):
    """Encoding twice gives the same code."""
    model = compiled(latent_dim=3)
    assert np.asarray(model.encode(x)).shape == (16, 3)
    assert (np.asarray(model.encode(x)) == np.asarray(model.encode(x))).all()


def test_other_shapes_and_channels_come_out_as_they_went_in():
    """Any height and width divisible by the strides, and any number of channels, are restored."""
    model = loop.build({"kind": "autoencoder", "filters": (4, 8)}, Sizes((12, 20, 3)))
    assert np.asarray(model(np.zeros((2, 12, 20, 3), np.float32))).shape == (2, 12, 20, 3)
