"""A model of the user's own on four images, before anything trains: is it built, does it step, does it provide what it says?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Layout
from report_builder.models._complaints import shown, size
from report_builder.worker import loop
from report_builder.worker.batches import taken

IMAGES = 4
Call = Callable[[Any, Mapping[str, Any]], Any]

CALLS: dict[str, tuple[str, Call]] = {  # what PROVIDES may name -> how it is written, and the call
    "encode": ("encode(x)", lambda model, given: model.encode(*given["seen"])),
    "posterior": ("posterior(x)", lambda model, given: model.posterior(*given["seen"])),
    "likelihood": ("elbo_terms(x, samples)", lambda model, given: model.elbo_terms(*given["seen"], 2)),
    "decode": ("decode(z)", lambda model, given: model.decode(given["z"])),
    "decode_condition": ("decode(z, condition)", lambda model, given: model.decode(given["z"], given["condition"])),
    "sample": ("sample(n, seed)", lambda model, given: model.sample(IMAGES, 1)),
    "sample_condition": ("sample(n, seed, condition)", lambda model, given: model.sample(IMAGES, 1, given["condition"])),
    "discriminate": ("discriminate(x)", lambda model, given: model.discriminate(*given["seen"])),
    "classify": ("classify(x)", lambda model, given: model.classify(given["x"])),
    "features": ("features(x)", lambda model, given: model.features(given["x"])),
}


def run(kind: Any, entry: Mapping[str, Any], layout: Layout, beside: Path | None) -> None:
    """Builds a model, and of one in a file of the user's own makes a step and calls all that it provides.

    Raises:
        ReportError: the data does not fit, a layer does not, or a method gives something else than its contract.
    """
    own = hasattr(kind, "build")
    if own and hasattr(kind, "refuses"):
        _refused(kind, entry, layout)
    if layout.image_shape is None:
        return
    condition_dim, classes = sum(len(part.names) for part in layout.conditions), len(layout.class_names or ())
    keras.utils.clear_session()
    model = loop.build(entry, layout.image_shape, beside, condition_dim=condition_dim, classes=classes)
    if own:
        _steps(model, _given(model, layout, condition_dim))
        given = _given(model, layout, condition_dim)
        for capability in sorted(kind.PROVIDES, key=list(CALLS).index):  # codes first, for what decodes them
            _provided(model, capability, given, entry)


def _refused(kind: Any, entry: Mapping[str, Any], layout: Layout) -> None:
    parameters = kind.Parameters(**{name: value for name, value in entry.items() if name != "kind"})
    if why := kind.refuses(parameters, layout):
        raise ReportError(
            Problem("", f"model '{entry['kind']}' cannot be trained on this data", allowed=f"{why[0].upper()}{why[1:]}.")
        )


def _given(model: Any, layout: Layout, condition_dim: int) -> dict[str, Any]:
    """Four images in the range of the pixels, with what belongs to them."""
    random, (low, high) = np.random.default_rng(0), layout.value_range
    x = tf.constant(random.uniform(low, high, (IMAGES, *(layout.image_shape or ()))), tf.float32)
    condition = tf.constant(random.uniform(0, 1, (IMAGES, condition_dim)), tf.float32)
    given = {"x": x, "condition": condition, "y": tf.zeros(IMAGES, tf.int64)}
    seen = [given[name] for name in taken(model) if name in ("x", "condition")]
    return given | {"seen": seen, "batch": [given[name] for name in taken(model)], "shape": tuple(layout.image_shape or ())}


def _steps(model: Any, given: Mapping[str, Any]) -> None:
    """One step of training and one of testing."""
    model.compile(optimizer=keras.optimizers.Adam(1e-4))
    batch = tuple(given["batch"]) if len(given["batch"]) > 1 else given["batch"][0]
    for name in ("train_step", "test_step"):
        logged = getattr(model, name)(batch)
        if not isinstance(logged, Mapping):
            raise ReportError(Problem("kind", f"{name} must return what is logged: name -> number", type(logged).__name__))


def _provided(model: Any, capability: str, given: dict[str, Any], entry: Mapping[str, Any]) -> None:
    """Calls what a model says that it provides; codes are kept for what decodes them."""
    written, call = CALLS[capability]
    if not hasattr(model, written.partition("(")[0]):
        rule = f"PROVIDES names '{capability}', and the model has no method {written}"
        raise ReportError(Problem("kind", rule, next_step="Write it, or take the name out of PROVIDES."))
    if capability.startswith("decode") and "z" not in given:
        if "latent_dim" not in entry:
            return
        given["z"] = tf.zeros((IMAGES, int(entry["latent_dim"])))
    found = call(model, given)
    if capability == "encode":
        given["z"] = found
    if wrong := _wrong(capability, found, given["shape"]):
        raise ReportError(Problem("kind", f"PROVIDES names '{capability}', and {written} gives something else", *wrong))


def _wrong(capability: str, found: Any, image: tuple[int, ...]) -> tuple[str, str] | None:
    """What came out and what should have, where they differ."""
    if capability == "posterior":
        fits = isinstance(found, list | tuple) and len(found) == 2 and tuple(found[0].shape) == tuple(found[1].shape)
        return None if fits else (shown(found), "Two tensors of one shape: z_mean and z_log_var.")
    if capability == "likelihood":
        fits = isinstance(found, Mapping) and all(tuple(term.shape) == (IMAGES,) for term in found.values())
        return None if fits else (type(found).__name__, "A mapping: term -> one number for each image, shape (n,).")
    shape = tuple(found.shape)
    if capability in ("encode", "classify", "features"):
        return None if len(shape) == 2 else (shown(found), "One vector for each image, shape (n, d).")
    if capability == "discriminate":
        return None if shape == (IMAGES,) else (size(shape), "One logit for each image, shape (n,).")
    return None if shape == (IMAGES, *image) else (shown(found), f"An image: {size(image)}.")
