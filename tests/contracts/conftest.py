"""Stand-ins for data and models in plain NumPy, so that probes can be measured without TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.kinds import PROBES, ImageData, Split

CLASSES = ("zero", "one", "two")


class Linear:
    """Codes are the mean of the left and of the right half; decoding paints the halves in that grey."""

    def encode(self, x):
        """Mean brightness of both halves."""
        x = np.asarray(x)
        return np.stack([x[:, :, :4].mean((1, 2, 3)), x[:, :, 4:].mean((1, 2, 3))], axis=1)

    def decode(self, z):
        """Both halves in their grey."""
        images = np.repeat(np.asarray(z)[:, None, :], 8, axis=1).repeat(4, axis=2)[..., None]
        return np.clip(images, 0, 1)


class Posterior(Linear):
    """The same with a posterior of constant width and the terms of a bound."""

    def posterior(self, x):
        """Codes, and a constant logarithm of the variance."""
        z = self.encode(x)
        return z, np.full_like(z, -2.0)

    def elbo_terms(self, x, samples):
        """Squared error, and constant KL terms."""
        error = ((np.asarray(x) - self.decode(self.encode(x))) ** 2).sum((1, 2, 3))
        return {"reconstruction": error, "kl_closed_form": error * 0 + 3, "kl_monte_carlo": error * 0 + 2}


def _split(n, seed):
    random = np.random.default_rng(seed)
    y = np.arange(n) % len(CLASSES)
    x = np.clip(y[:, None, None, None] / 3 + random.random((n, 8, 8, 1)) / 3, 0, 1).astype(np.float32)
    return Split(x, y)


@pytest.fixture(scope="session")
def pictures():
    """Sixty test images of three classes, 8 x 8."""
    return ImageData({"train": _split(90, 1), "test": _split(60, 2)}, CLASSES, (0.0, 1.0))


@pytest.fixture(scope="session")
def history():
    """What a run of twelve epochs logs."""
    falling = 100 * np.exp(-np.arange(12) / 5)
    terms = {"loss": falling + 3, "reconstruction_loss": falling, "kl_loss": np.full(12, 3.0), "test_loss": falling + 4}
    return terms | {"epoch_time": np.full(12, 2.0)}


@pytest.fixture(scope="session")
def answer(pictures, history):
    """Answers a request as a worker would: `answer(request)` gives its arrays."""

    def measured(request):
        if request.kind == "history":
            return history
        probe = PROBES.get(request.kind)
        return probe.measure(
            Posterior() if probe.NEEDS else None, pictures, probe.Parameters.model_validate(request.parameters)
        )

    return measured


@pytest.fixture(scope="session")
def resolved():
    """Fills in a request's parameters as the plan does."""

    def filled(request):
        if request.kind == "history":
            return request
        parameters = PROBES.get(request.kind).Parameters.model_validate(request.parameters).model_dump(mode="json")
        return type(request)(request.kind, parameters, request.run, request.data)

    return filled
