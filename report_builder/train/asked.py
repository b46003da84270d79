"""A model as probes see it: arrays that they pass to its methods become tensors, as in training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias, TypeVar, runtime_checkable

import keras
import numpy as np
import tensorflow as tf

from report_builder.kinds import CodeShape, Model, P
from report_builder.models._complaints import shape_text, size

Answer: TypeAlias = "tf.Tensor | Sequence[Answer] | Mapping[str, Answer] | None"  # what a method returns, right or wrong
_A = TypeVar("_A")
TERMS = ("reconstruction", "kl_closed_form", "kl_monte_carlo")  # terms of the ELBO that `elbo_terms` returns


class Asked:
    """A model as it was declared; arrays among the arguments of its methods become tensors."""

    def __init__(self, model: keras.Model, kind: Model[P], parameters: P) -> None:
        self._model = model
        self.takes, self.provides, self.pixels = kind.takes, kind.provides, kind.pixels(parameters)

    def encode(self, x: np.ndarray, *condition: np.ndarray) -> tf.Tensor:
        """Latent codes."""
        return self._call("encode", self._model.encode, x, *condition)

    def posterior(self, x: np.ndarray, *condition: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        """Means and log-variances of the approximate posterior."""
        mean, log_variance = self._call("posterior", self._model.posterior, x, *condition)
        return mean, log_variance

    def elbo_terms(self, x: np.ndarray, *condition_and_samples: np.ndarray | int) -> Mapping[str, tf.Tensor]:
        """Terms of the ELBO."""
        return self._call("elbo_terms", self._model.elbo_terms, x, *condition_and_samples)

    def decode(self, z: np.ndarray, *condition: np.ndarray) -> tf.Tensor:
        """Images decoded from latent codes."""
        return self._call("decode", self._model.decode, z, *condition)

    def sample(self, n: int, seed: int, *condition: np.ndarray) -> tf.Tensor:
        """Images of codes drawn from the prior."""
        return self._call("sample", self._model.sample, n, seed, *condition)

    def discriminate(self, x: np.ndarray, *condition: np.ndarray) -> tf.Tensor:
        """Logits."""
        return self._call("discriminate", self._model.discriminate, x, *condition)

    def classify(self, x: np.ndarray) -> tf.Tensor:
        """Class probabilities."""
        return self._call("classify", self._model.classify, x)

    def features(self, x: np.ndarray) -> tf.Tensor:
        """Input of the last layer."""
        return self._call("features", self._model.features, x)

    def _call(self, name: str, method: Callable[..., _A], *given: np.ndarray | int) -> _A:
        return method(*(tf.constant(each) if isinstance(each, np.ndarray) else each for each in given))


# --- what each method must return ---------------------------------------------------------------------------------------------


def wrong(method: str, found: Answer, n: int, image: tuple[int, ...], code: CodeShape) -> str:
    """Describe what a method should have returned for `n` images; empty if it did."""
    shape = _shape(found)
    if method == "encode" and code != "flat":
        return "" if shape and shape[0] == n else "A code for each image, whose first axis is that of the images."
    if method == "posterior":
        shapes = {_shape(each) for each in found} if isinstance(found, list | tuple) and len(found) == 2 else {None}
        return "" if len(shapes) == 1 and None not in shapes else "Two tensors of one shape: z_mean and z_log_var."
    if method == "elbo_terms":
        fits = isinstance(found, Mapping) and all(_shape(found.get(name)) == (n,) for name in TERMS)
        return "" if fits else f"A mapping of {', '.join(TERMS)}: one number for each image, shape (n,)."
    if method in ("encode", "classify", "features"):
        return "" if shape and len(shape) == 2 and shape[0] == n else "One vector for each image, shape (n, d)."
    if method == "discriminate":
        return "" if shape in ((n,), (n, 1)) else "One logit for each image, shape (n,)."
    return "" if shape == (n, *image) else f"{n} images: {size(image)}."


def value_text(found: Answer) -> str:
    """Describe what a method returned; a tensor by its shape without the batch."""
    if isinstance(found, Mapping):
        return "; ".join(f"{name}: {value_text(each)}" for name, each in found.items()) or "an empty mapping"
    if isinstance(found, list | tuple):
        return f"{type(found).__name__} of {len(found)}: {'; '.join(map(value_text, found))}"
    return shape_text(found) if isinstance(found, _Shaped) else type(found).__name__


def _shape(found: Answer) -> tuple[int, ...] | None:
    """Shape of a tensor; None for anything else."""
    return tuple(found.shape) if isinstance(found, _Shaped) else None


@runtime_checkable
class _Shaped(Protocol):
    """A tensor, of TensorFlow or another library."""

    shape: Sequence[int]
