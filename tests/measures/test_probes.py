"""Probes that measure image by image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from report_builder.measures.probes import codes, images, likelihood, reconstruction_errors, reconstructions
from report_builder.measures.probes._batches import places_of


def test_reconstructions_stand_in_the_order_of_the_classes(model, data):
    """`per_class` takes the first images of each class, class by class, and gives their indices."""
    arrays = reconstructions.measure(model, data, reconstructions.Parameters(per_class=2))
    assert arrays["y"].tolist() == [0, 0, 1, 1, 2, 2]
    assert arrays["index"].tolist() == [0, 3, 1, 4, 2, 5]
    np.testing.assert_array_equal(arrays["x"], arrays["reconstruction"])


def test_n_images_may_be_asked_for_instead(model, data):
    """`n` images are drawn, and `index` gives their places in the split."""
    arrays = reconstructions.measure(model, data, reconstructions.Parameters(n=4))
    assert arrays["index"].tolist() == places_of(data, "test", 4).tolist()
    np.testing.assert_array_equal(arrays["x"], data.splits["test"].x[arrays["index"]])


def test_codes_have_variances_where_the_model_has_a_posterior(model, vae, data):
    """`z_log_var` is present for a VAE and absent for an autoencoder."""
    assert "z_log_var" not in codes.measure(model, data, codes.Parameters())
    assert codes.measure(vae, data, codes.Parameters(n=5))["z_log_var"].shape == (5, 2)


def test_images_need_no_model(data):
    """Images are read from the data alone, with their classes and pixel range."""
    arrays = images.measure(None, data, images.Parameters(n=3))
    assert arrays["y"].tolist() == data.splits["test"].y[arrays["index"]].tolist()
    assert arrays["value_range"].tolist() == [0, 100]


def test_likelihood_passes_the_terms_on(vae, data):
    """The terms of every image are returned, measured with the requested number of samples."""
    arrays = likelihood.measure(vae, data, likelihood.Parameters(samples=3))
    assert arrays["kl_monte_carlo"].tolist() == [3] * 12


@pytest.mark.parametrize("limits", [(0.0, 1.0), (-1.0, 1.0), (0.0, 255.0)])
def test_errors_of_known_images(data, limits):
    """A pixel of 1 decoded as 1/2 costs log 2 nats and a squared error of 1/4, whatever the range; an exact one nothing."""
    low, high = limits

    class Half:
        takes, provides, pixels = ("x",), frozenset({"encode", "decode"}), "Bernoulli"

        def encode(self, x):
            return np.zeros((len(x), 2))

        def decode(self, z):
            grey = np.full((len(z), 4, 4, 1), low)
            grey[:, 0, 0] = (low + high) / 2
            return grey

    x = np.full(data.splits["test"].x.shape, low)
    x[:, 0, 0] = high
    data = replace(data, splits={"test": replace(data.splits["test"], x=x)}, value_range=limits)
    arrays = reconstruction_errors.measure(Half(), data, reconstruction_errors.Parameters())
    np.testing.assert_allclose(arrays["bce"], np.log(2), rtol=1e-5)
    np.testing.assert_allclose(arrays["mse"], 0.25)
    assert arrays["pixels"] == 16
