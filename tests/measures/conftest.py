"""Small data and models in plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.kinds import ImageData, Split


class Corners:
    """Images 4 x 4 whose first two pixels are the code: decoding writes it there, encoding reads it."""

    calls: list[int]

    def __init__(self):
        self.calls = []

    def encode(self, x):
        """Reads the code."""
        self.calls.append(len(x))
        return np.asarray(x)[:, 0, :2, 0]

    def decode(self, z):
        """Writes the code."""
        self.calls.append(len(z))
        images = np.zeros((len(z), 4, 4, 1), dtype=np.float32)
        images[:, 0, :2, 0] = z
        return images


class WithPosterior(Corners):
    """The same with a posterior of variance one."""

    def posterior(self, x):
        """Codes with variance one."""
        return self.encode(x), np.zeros((len(x), 2), dtype=np.float32)

    def elbo_terms(self, x, samples):
        """Constant terms; the Monte-Carlo one is the number of samples."""
        return {
            "reconstruction": np.full(len(x), 10.0),
            "kl_closed_form": np.ones(len(x)),
            "kl_monte_carlo": np.full(len(x), samples),
        }


@pytest.fixture
def model():
    """A model with a code of two coordinates and no posterior."""
    return Corners()


@pytest.fixture
def vae():
    """A model with a posterior."""
    return WithPosterior()


@pytest.fixture
def data():
    """Twelve test images of classes a, b, c in turn; image i has the code (i, 100 - i)."""
    x = np.zeros((12, 4, 4, 1), dtype=np.float32)
    x[:, 0, 0, 0] = np.arange(12)
    x[:, 0, 1, 0] = 100 - np.arange(12)
    split = Split(x, np.arange(12) % 3)
    return ImageData({"train": split, "test": split}, ("a", "b", "c"), (0.0, 100.0))
