"""Small data and models in plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.kinds import Condition, ImageData, Judge, Split


class Corners:
    """A model of 4 x 4 images whose first two pixels are the code: decoding writes them, encoding reads them."""

    takes, provides, pixels = ("x",), frozenset({"encode", "decode"}), "Bernoulli"

    calls: list[int]

    def __init__(self):
        self.calls = []

    def encode(self, x):
        """Return the first two pixels."""
        self.calls.append(len(x))
        return np.asarray(x)[:, 0, :2, 0]

    def decode(self, z):
        """Return images with the code in their first two pixels."""
        self.calls.append(len(z))
        images = np.zeros((len(z), 4, 4, 1), dtype=np.float32)
        images[:, 0, :2, 0] = z
        return images


class WithPosterior(Corners):
    """The same model with a posterior of variance one."""

    takes, provides, pixels = ("x",), frozenset({"encode", "decode", "posterior", "likelihood"}), "Bernoulli"

    def posterior(self, x):
        """Return codes and a log-variance of zero."""
        return self.encode(x), np.zeros((len(x), 2), dtype=np.float32)

    def elbo_terms(self, x, samples):
        """Return constant terms; the Monte Carlo term is the number of samples."""
        return {
            "reconstruction": np.full(len(x), 10.0),
            "kl_closed_form": np.ones(len(x)),
            "kl_monte_carlo": np.full(len(x), samples),
        }


@pytest.fixture
def model():
    """A model with a two-dimensional code and no posterior."""
    return Corners()


@pytest.fixture
def vae():
    """A model with a posterior."""
    return WithPosterior()


@pytest.fixture
def data():
    """Twelve test images of the classes a, b, c in turn; image i has the code (i, 100 - i)."""
    x = np.zeros((12, 4, 4, 1), dtype=np.float32)
    x[:, 0, 0, 0] = np.arange(12)
    x[:, 0, 1, 0] = 100 - np.arange(12)
    split = Split(x, np.arange(12) % 3)
    return ImageData({"train": split, "test": split}, ("a", "b", "c"), (0.0, 100.0))


class Painter:
    """A model that paints the requested one of 2 x 3 cells of 2 x 2 pixels: three pixels by class, one by z."""

    takes, provides, pixels = ("x", "condition"), frozenset({"encode", "decode", "sample"}), "Bernoulli"

    def __init__(self, cell=lambda row, column: (row, column)):
        self.cell, self.calls = cell, []

    def decode(self, z, condition):
        """Return images that show classes 0, 1, 2 as 0.4, 0.6, 0.8, in the cell that `cell` gives for the requested one."""
        condition = np.asarray(condition)
        images = np.zeros((len(z), 2, 2, 3, 2, 1), dtype=np.float32)
        for image, code, vector in zip(images, np.asarray(z), condition, strict=True):
            row, column = self.cell(round(vector[3]), round(vector[4] * 2))
            image[row, :, column] = 0.4 + 0.2 * vector[:3].argmax()
            image[row, 1, column, 1] = code[0]
        return images.reshape(-1, 4, 6, 1)

    def encode(self, x, condition):
        """Return the pixel that holds z, from the cell that the condition names."""
        cells = np.asarray(x).reshape(-1, 2, 2, 3, 2, 1)
        at = np.arange(len(cells)), np.round(condition[:, 3]).astype(int), np.round(condition[:, 4] * 2).astype(int)
        return cells[at[0], at[1], 1, at[2], 1]

    def sample(self, n, seed, condition):
        """Return images of codes drawn between 0 and 0.1."""
        self.calls.append(n)
        return self.decode(np.random.default_rng(seed).random((n, 1)) / 10, condition)


@pytest.fixture
def painter():
    """A conditional model that follows its condition."""
    return Painter()


@pytest.fixture
def make_painter():
    """`make_painter(cell)` is a model that paints in `cell(row, column)` instead of the requested cell."""
    return Painter


@pytest.fixture
def canvases():
    """Thirty-six canvases of 2 x 3 cells; classes vary fastest, then cells; image i has the code i / 100."""
    y = np.arange(36) % 3
    row, column = np.divmod(np.arange(36) // 3 % 6, 3)
    condition = np.concatenate([np.eye(3)[y], row[:, None], column[:, None] / 2], axis=1).astype(np.float32)
    x = Painter().decode(np.arange(36)[:, None] / 100, condition)
    parts = (Condition("class", ("a", "b", "c")), Condition("position", ("row", "column")))
    split = Split(x, y, condition)
    return ImageData({"train": split, "test": split}, ("a", "b", "c"), (0.0, 1.0), parts)


@pytest.fixture
def judge():
    """A judge of the classes b, a, c by the brightness of the first pixel of 2 x 2 images in [-1, 1]."""

    def classify(images):
        far = np.abs(images[:, 0, 0] - np.array([0.2, -0.2, 0.6]))
        return np.exp(-50 * far) / np.exp(-50 * far).sum(axis=1, keepdims=True)

    return Judge(classify, (2, 2, 1), (-1.0, 1.0), ("b", "a", "c"))
