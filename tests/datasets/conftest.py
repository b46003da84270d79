"""A small file in the form of Keras' MNIST, and no way to the network or to the user's own caches."""

from __future__ import annotations

import urllib.error
import urllib.request

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """Keras' cache is an empty folder; a download fails as without a network."""

    def refuse(*_, **__):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(urllib.request, "urlopen", refuse)


@pytest.fixture
def arrays():
    """Twenty training and ten test images of ten classes."""
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (30, 28, 28), dtype=np.uint8)
    y = np.tile(np.arange(10, dtype=np.uint8), 3)
    return {"x_train": x[:20], "y_train": y[:20], "x_test": x[20:], "y_test": y[20:]}
