"""A model of the user's own on four images, before anything trains: is it built, does it step, does it provide what it says?"""

from __future__ import annotations

import importlib
import inspect
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

    What needs something of the data that only reading tells (shape, classes, condition) is not tried: its training says it.

    Raises:
        ReportError: the data does not fit, a layer does not, or a method gives something else than its contract.
    """
    own = hasattr(kind, "build")
    if own and hasattr(kind, "refuses"):
        _refused(kind, entry, layout)
    if layout.image_shape is None or _open(kind, layout, own=own):
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


def _open(kind: Any, layout: Layout, *, own: bool) -> bool:
    """Whether the model needs something that is not known yet; of one of the user's own, what its batches hold is not known."""
    network = kind if own else importlib.import_module(f"{kind.__name__}.network")
    asks = set(inspect.signature(network.build).parameters)
    condition = any(not part.names for part in layout.conditions) and (own or "condition_dim" in asks)
    return condition or (layout.class_names is None and "classes" in asks)


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
    if wrong := _wrong(capability, found, given["shape"]):
        rule, step = f"PROVIDES names '{capability}', and {written} gives something else", "Return that, or take the name out."
        raise ReportError(Problem("kind", rule, _told(found), wrong, step))
    if capability == "encode":
        given["z"] = found


def _wrong(capability: str, found: Any, image: tuple[int, ...]) -> str:
    """What should have come out, where something else did."""
    shape = _shape(found)
    if capability == "posterior":
        shapes = {_shape(each) for each in found} if isinstance(found, list | tuple) and len(found) == 2 else {None}
        return "" if len(shapes) == 1 and None not in shapes else "Two tensors of one shape: z_mean and z_log_var."
    if capability == "likelihood":
        fits = isinstance(found, Mapping) and all(_shape(term) == (IMAGES,) for term in found.values())
        return "" if fits else "A mapping: term -> one number for each image, shape (n,)."
    if capability in ("encode", "classify", "features"):
        return "" if shape and len(shape) == 2 else "One vector for each image, shape (n, d)."
    if capability == "discriminate":
        return "" if shape == (IMAGES,) else "One logit for each image, shape (n,)."
    return "" if shape == (IMAGES, *image) else f"An image: {size(image)}."


def _shape(found: Any) -> tuple[int, ...] | None:
    """Shape of a tensor; None of anything else."""
    return tuple(found.shape) if hasattr(found, "shape") else None


def _told(found: Any) -> str:
    """What a method gave, as people write it; of a tensor its shape without the batch."""
    if isinstance(found, Mapping):
        return "; ".join(f"{name}: {_told(each)}" for name, each in found.items()) or "an empty mapping"
    if isinstance(found, list | tuple):
        return f"{type(found).__name__} of {len(found)}: {'; '.join(map(_told, found))}"
    return shown(found) if hasattr(found, "shape") else type(found).__name__
