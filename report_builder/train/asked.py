"""A model as probes ask it: what they hand over as arrays reaches its methods as tensors, as in training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from report_builder.models._complaints import shown, size

TERMS = ("reconstruction", "kl_closed_form", "kl_monte_carlo")  # of the bound, from `elbo_terms`


class Asked:
    """Passes everything on to a model; arrays among the arguments of a method become tensors."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        """What the model has under this name."""
        found = getattr(self._model, name)
        return (lambda *given: self._called(name, found, given)) if callable(found) else found

    def _called(self, name: str, method: Any, given: tuple[Any, ...]) -> Any:
        return method(*(tf.constant(each) if isinstance(each, np.ndarray) else each for each in given))


# --- what each method must give -----------------------------------------------------------------------------------------------


def wrong(method: str, found: Any, n: int, image: tuple[int, ...]) -> str:
    """What should have come out of a method for `n` images, where something else did."""
    shape = _shape(found)
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


def told(found: Any) -> str:
    """What a method gave, as people write it; of a tensor its shape without the batch."""
    if isinstance(found, Mapping):
        return "; ".join(f"{name}: {told(each)}" for name, each in found.items()) or "an empty mapping"
    if isinstance(found, list | tuple):
        return f"{type(found).__name__} of {len(found)}: {'; '.join(map(told, found))}"
    return shown(found) if hasattr(found, "shape") else type(found).__name__


def _shape(found: Any) -> tuple[int, ...] | None:
    """Shape of a tensor; None of anything else."""
    return tuple(found.shape) if hasattr(found, "shape") else None
