"""A model on a few images of noise, before anything trains: does all that training, saving, loading and probing will do work?

The calls are those of the real thing: the loop trains and tests it, a checkpoint and its weights are written and read, samples
are drawn, and what it provides is asked by the functions that probes ask with.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np

from report_builder.errors import Problem, ReportError, RunError
from report_builder.kinds import CAPABILITIES, Condition, ImageData, Layout, Split
from report_builder.measures.probes import _batches, importance_weights, likelihood
from report_builder.spec.training import Training as Settings
from report_builder.train import checkpoint, loop
from report_builder.train.asked import Asked, told, wrong
from report_builder.train.samples import Samples
from report_builder.train.summary import summary

IMAGES, BATCH = 7, 4  # the last batch is a smaller one, as in most trainings
SEED = 1
Call = Callable[[Any, ImageData, dict[str, Any]], Any]


def _elbo_terms(model: Any, data: ImageData, _: Mapping[str, Any]) -> Any:
    importance_weights.measure(model, data, importance_weights.Parameters(k=1))
    return likelihood.measure(model, data, likelihood.Parameters(samples=2))


CALLS: dict[str, Call] = {  # what a model may provide -> the call of the probes
    "encode": lambda model, _, seen: _batches.encode(model, seen["x"], seen["condition"]),
    "posterior": lambda model, _, seen: _batches.posterior(model, seen["x"], seen["condition"]),
    "likelihood": _elbo_terms,
    "decode": lambda model, _, seen: _batches.decode(model, seen["z"]),
    "decode_condition": lambda model, _, seen: _batches.decode(model, seen["z"], seen["condition"]),
    "sample": lambda model, _, __: _batches.sampled(model, IMAGES, SEED),
    "sample_condition": lambda model, _, seen: _batches.sampled(model, IMAGES, SEED, seen["condition"]),
    "discriminate": lambda model, _, seen: _batches.in_batches(model.discriminate, seen["x"], seen["condition"]),
    "classify": lambda model, _, seen: _batches.in_batches(model.classify, seen["x"]),
    "features": lambda model, _, seen: _batches.in_batches(model.features, seen["x"]),
}
METHODS = {written.partition("(")[0] for written in CAPABILITIES.values()}


def run(kind: Any, entry: Mapping[str, Any], layout: Layout, beside: Path | None) -> None:
    """Builds a model, trains and tests it for two batches, saves and loads it, and calls all that it provides.

    What needs something of the data that only reading tells (shape, classes, condition) is tried when the data has been read.

    Raises:
        ReportError: the data does not fit, a layer does not, what is stored cannot be read back, or a method gives something
            else than its contract.
    """
    if hasattr(kind, "refuses"):
        _refused(kind, entry, layout)
    if layout.image_shape is None or _open(kind, layout):
        return
    keras.utils.clear_session()
    data, provides = _noise(layout), sorted(kind.PROVIDES, key=list(CALLS).index)  # codes first, for what decodes them
    spec = {"model": dict(entry), "seed": SEED, "training": _settings()}
    with TemporaryDirectory() as folder:
        model = _trained(spec, data, beside, provides, Path(folder))
        known = {"condition_dim": loop.condition_dim(data.splits["train"]), "classes": len(data.class_names)}
        loaded = loop.build(entry, data.image_shape, beside, **known)
        _read_back(loaded, Path(folder))
    _same(_provided(model, data, provides, entry), model, loaded, data, entry)


def _settings() -> dict[str, Any]:
    return Settings.model_validate({"epochs": 1, "batch_size": BATCH, "learning_rate": 1e-4}).model_dump(mode="json")


def _refused(kind: Any, entry: Mapping[str, Any], layout: Layout) -> None:
    parameters = kind.Parameters(**{name: value for name, value in entry.items() if name != "kind"})
    if why := kind.refuses(parameters, layout):
        raise ReportError(
            Problem("", f"model '{entry['kind']}' cannot be trained on this data", allowed=f"{why[0].upper()}{why[1:]}.")
        )


def _open(kind: Any, layout: Layout) -> bool:
    """Whether something is not known yet that the model, or a batch, needs."""
    network = kind if hasattr(kind, "build") else importlib.import_module(f"{kind.__name__}.network")
    asks = set(inspect.signature(network.build).parameters)
    return any(not part.names for part in layout.conditions) or (layout.class_names is None and "classes" in asks)


# --- training, saving, loading ------------------------------------------------------------------------------------------------


def _noise(layout: Layout) -> ImageData:
    """Images in the range of the pixels, with classes and conditions as such data has them."""
    random, (low, high), names = np.random.default_rng(0), layout.value_range, layout.class_names or ()
    x = random.uniform(low, high, (IMAGES, *(layout.image_shape or ()))).astype(np.float32)
    y = np.arange(IMAGES, dtype=np.int64) % max(1, len(names))
    parts = [_vectors(part, y, random) for part in layout.conditions]
    split = Split(x, y, np.concatenate(parts, axis=1) if parts else None)
    return ImageData({"train": split, "test": split}, names, (low, high), layout.conditions)


def _vectors(part: Condition, y: np.ndarray, random: np.random.Generator) -> np.ndarray:
    width = len(part.names)
    found = np.eye(width)[y % width] if part.kind == "class" else random.integers(0, 2, (IMAGES, width))
    return found.astype(np.float32)


def _trained(spec: Mapping[str, Any], data: ImageData, beside: Path | None, provides: Iterable[str], folder: Path) -> Any:
    """The model after an epoch of two batches, its checkpoint and weights in the folder; samples are drawn on the way."""
    training = loop.start(spec, data, beside)
    _named(training.model, provides)
    loop.train(training, data, on_epoch=lambda state: checkpoint.save(state, folder / "checkpoint.npz"))
    checkpoint.save_weights(training.model, folder / "weights.npz")
    if not checkpoint.restore(loop.start(spec, data, beside), folder / "checkpoint.npz"):
        rule = "a training that is stopped cannot go on: its checkpoint does not fit a fresh model"
        raise ReportError(Problem("kind", rule, next_step="Create all weights, and all variables of optimisers, in 'build'."))
    summary(training.model)
    Samples(_Watched(training.model, data.image_shape), provides, data, folder).draw(0)
    return training.model


def _read_back(fresh: Any, folder: Path) -> None:
    try:
        checkpoint.load_weights(fresh, folder / "weights.npz")
    except RunError as error:
        rule = "the weights of this model cannot be read back into a fresh one: it has other weights after training"
        raise ReportError(
            Problem("kind", rule, error.problems[0].received, next_step="Create all layers in 'build'.")
        ) from error


# --- probing ------------------------------------------------------------------------------------------------------------------


class _Watched(Asked):
    """Refuses what a method gives where it is not what its contract says."""

    def __init__(self, model: Any, image: tuple[int, ...]) -> None:
        super().__init__(model)
        self._image = image

    def _called(self, name: str, method: Any, given: tuple[Any, ...]) -> Any:
        if name not in METHODS:
            return super()._called(name, method, given)
        place = _place(self._model, name)
        try:
            inspect.signature(method).bind(*given)
        except TypeError as error:
            rule = f"{name} is given {len(given)} arguments: {_arguments(name, given)}"
            raise ReportError(Problem("kind", rule, f"{error}{place}", next_step="Let it take them.")) from error
        found = super()._called(name, method, given)
        if allowed := wrong(name, found, given[0] if name == "sample" else len(given[0]), self._image):
            rule, step = f"{name} gives something else than PROVIDES says", "Return that, or take the name out of PROVIDES."
            raise ReportError(Problem("kind", rule, f"{told(found)}{place}", allowed, step))
        return found


def _arguments(name: str, given: tuple[Any, ...]) -> str:
    """What a method is given, by the names of its contract."""
    first = {"decode": ["z"], "sample": ["n", "seed"]}.get(name, ["x"])
    last = ["samples"] if name == "elbo_terms" else []
    return ", ".join([*first, *["condition"][: len(given) - len(first) - len(last)], *last])


def _named(model: Any, provides: Iterable[str]) -> None:
    """Refuses methods that are not there, or that no probe calls as they are: a model that takes a condition is given one."""
    conditional = "condition" in getattr(model, "takes", ("x",))
    for name in provides:
        written = CAPABILITIES[name]
        if not hasattr(model, written.partition("(")[0]):
            rule = f"PROVIDES names '{name}', and the model has no method {written}"
            raise ReportError(Problem("kind", rule, next_step="Write it, or take the name out of PROVIDES."))
        if name.startswith(("decode", "sample")) and name.endswith("_condition") != conditional:
            rule = f"PROVIDES names '{name}', and 'takes' {'names' if conditional else 'does not name'} 'condition'"
            step = "A model that takes a condition provides decode_condition and sample_condition, any other decode and sample."
            raise ReportError(Problem("kind", rule, next_step=step))


def _provided(model: Any, data: ImageData, provides: Iterable[str], entry: Mapping[str, Any]) -> dict[str, Any]:
    """What each method gives, under its name in PROVIDES."""
    found: dict[str, Any] = {}
    for name in provides:
        given = _given(model, name, data, entry, found)
        if given is not None:
            found[name] = given
    return found


def _given(model: Any, name: str, data: ImageData, entry: Mapping[str, Any], found: Mapping[str, Any]) -> Any:
    """What a method gives, its randomness set as before every probe; None: there is no code to decode."""
    loop.set_randomness(model, SEED, 1)
    split = data.splits["test"]
    seen = {"x": split.x, "condition": _batches.given_to(model, split), "z": found.get("encode")}
    if name.startswith("decode") and seen["z"] is None:
        if "latent_dim" not in entry:
            return None
        seen["z"] = np.zeros((IMAGES, int(entry["latent_dim"])), np.float32)
    return CALLS[name](_Watched(model, data.image_shape), data, seen)


def _same(found: Mapping[str, Any], model: Any, loaded: Any, data: ImageData, entry: Mapping[str, Any]) -> None:
    """Refuses a model of which something that decides is not among its weights."""
    for name, given in found.items():
        again, others = (_given(each, name, data, entry, found) for each in (model, loaded))
        if _alike(given, again) and not _alike(given, others):
            rule = f"a fresh model with the weights of this one gives something else in {CAPABILITIES[name]}"
            step = "Keep what is learnt in layers or in self.add_weight(...): other variables are not stored."
            place = _place(model, CAPABILITIES[name].partition("(")[0])
            raise ReportError(Problem("kind", rule, place.strip("; "), next_step=step))


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping):
        return all(_alike(one[name], other[name]) for name in one if one[name].dtype.kind == "f")
    if isinstance(one, tuple):
        return all(map(_alike, one, other))
    return np.allclose(one, other, rtol=1e-3, atol=1e-5)


def _place(model: Any, method: str) -> str:
    """`; spiral.py:31, encode`: where a method begins; empty where that is not known."""
    code = getattr(inspect.unwrap(getattr(type(model), method)), "__code__", None)
    return f"; {Path(code.co_filename).name}:{code.co_firstlineno}, {method}" if code and code.co_name == method else ""
