"""Trial of a model on a few images of noise, before any training: do training, saving, loading and probing all work?

The calls are the real ones: the loop trains and tests the model, a checkpoint and its weights are written and read, samples are
drawn, and what the model provides is called by the functions that probes use.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeVar

import keras
import numpy as np

from report_builder.errors import Problem, ReportError, RunError
from report_builder.kinds import (
    CAPABILITIES,
    MODELS,
    Condition,
    ImageData,
    Layout,
    Model,
    P,
    Role,
    Split,
    Trained,
    by_role,
    opened,
)
from report_builder.measures.probes import _batches, importance_weights, likelihood
from report_builder.plain import Fields
from report_builder.spec.training import Training as Settings
from report_builder.train import checkpoint, loop
from report_builder.train.asked import Answer, Asked, value_text, wrong
from report_builder.train.samples import Samples
from report_builder.train.summary import summary

IMAGES, BATCH = 7, 4  # the last batch is smaller, as in most trainings
SEED = 1
Call = Callable[[Trained, ImageData, "Seen"], list[np.ndarray]]
_A = TypeVar("_A")


class Seen(NamedTuple):
    """Arguments of a method: images, their conditions if the model takes one, and latent codes."""

    x: np.ndarray
    condition: np.ndarray | None
    z: np.ndarray


def _elbo_terms(model: Trained, data: ImageData, _: Seen) -> list[np.ndarray]:
    importance_weights.measure(model, data, importance_weights.Parameters(k=1))
    found = likelihood.measure(model, data, likelihood.Parameters(samples=2))
    return [array for array in found.values() if array.dtype.kind == "f"]


CALLS: dict[str, Call] = {  # what a model may provide -> how probes call it
    "encode": lambda model, _, seen: [_batches.in_batches(model.encode, seen.x, seen.condition)],
    "posterior": lambda model, _, seen: [*_batches.posterior(model, seen.x, seen.condition)],
    "likelihood": _elbo_terms,
    "decode": lambda model, _, seen: [_batches.in_batches(model.decode, seen.z, seen.condition)],
    "sample": lambda model, _, seen: [_batches.sampled(model, IMAGES, SEED, seen.condition)],
    "discriminate": lambda model, _, seen: [_batches.in_batches(model.discriminate, seen.x, seen.condition)],
    "classify": lambda model, _, seen: [_batches.in_batches(model.classify, seen.x)],
    "features": lambda model, _, seen: [_batches.in_batches(model.features, seen.x)],
}
METHODS = {name: written.partition("(")[0] for name, written in CAPABILITIES.items()}


def run(entry: Fields, layout: Layout, beside: Path | None) -> None:
    """Build a model, train and test it for two batches, save and load it, and call everything that it provides.

    If something that the model needs is known only from reading the data (shape, classes, condition), nothing is tried until
    the data has been read.

    Raises:
        ReportError: the data or a layer does not fit, what is stored cannot be read back, or a method returns something other
            than its contract says.
    """
    kind, parameters = opened(MODELS, entry, beside=beside)
    if why := kind.refuses(parameters, layout):
        rule = f"model '{entry['kind']}' cannot be trained on this data"
        raise ReportError(Problem("", rule, allowed=f"{why[0].upper()}{why[1:]}."))
    unread = any(not part.names for part in layout.conditions) or (layout.class_names is None and "y" in kind.takes)
    if layout.image_shape is None or unread:
        return
    keras.utils.clear_session()
    data = _noise(layout)
    latent = [*by_role(parameters, Role.LATENT).values()]

    def watched(model: keras.Model) -> Trial:
        return Trial(_Watched(model, kind, parameters, data.image_shape), model, data, latent)

    with TemporaryDirectory() as folder:
        settings = Settings.model_validate({"epochs": 1, "batch_size": BATCH, "learning_rate": 1e-4})
        spec = loop.run_spec({"model": entry, "seed": SEED, "training": settings.model_dump(mode="json")})
        training = _train(spec, data, beside, Path(folder))
        summary(training.model)
        Samples(watched(training.model).asked, data, Path(folder)).draw(0)
        loaded = loop.build(entry, loop.sizes_of(data), beside)
        _read_back(loaded, Path(folder))
    _same(watched(training.model), watched(loaded))


# --- training, saving, loading ------------------------------------------------------------------------------------------------


def _noise(layout: Layout) -> ImageData:
    """Random images in the pixel range, with classes and conditions like those of such data."""
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


def _train(spec: loop.RunSpec, data: ImageData, beside: Path | None, folder: Path) -> loop.Training:
    """Train for an epoch of two batches; leaves a checkpoint and the weights in the folder."""
    training = loop.start(spec, data, beside)
    _check_names(training)
    loop.train(training, data, on_epoch=lambda state: checkpoint.save(state, folder / "checkpoint.npz"))
    checkpoint.save_weights(training.model, folder / "weights.npz")
    if not checkpoint.restore(loop.start(spec, data, beside), folder / "checkpoint.npz"):
        rule = "a training that is stopped cannot be resumed: its checkpoint does not fit a fresh model"
        raise ReportError(Problem("kind", rule, next_step="Create all weights, and all variables of optimisers, in 'build'."))
    return training


def _read_back(fresh: keras.Model, folder: Path) -> None:
    try:
        checkpoint.load_weights(fresh, folder / "weights.npz")
    except RunError as error:
        rule = "the weights of this model cannot be read back into a fresh one: it has other weights after training"
        raise ReportError(
            Problem("kind", rule, error.problems[0].received, next_step="Create all layers in 'build'.")
        ) from error


# --- probing ------------------------------------------------------------------------------------------------------------------


class _Watched(Asked):
    """Refuses what a method returns if it violates the contract of the method."""

    def __init__(self, model: keras.Model, kind: Model[P], parameters: P, image: tuple[int, ...]) -> None:
        super().__init__(model, kind, parameters)
        self._image, self.code = image, kind.code

    def _call(self, name: str, method: Callable[..., _A], *given: np.ndarray | int) -> _A:
        place = _place(method)
        try:
            inspect.signature(method).bind(*given)
        except TypeError as error:
            rule = f"{name} is given {len(given)} arguments: {_arguments(name, given)}"
            raise ReportError(Problem("kind", rule, f"{error}{place}", next_step="Make it accept them.")) from error
        found = super()._call(name, method, *given)
        n = len(given[0]) if isinstance(given[0], np.ndarray) else given[0]
        if allowed := wrong(name, found, n, self._image, self.code):
            rule = f"{name} does not return what 'provides' says"
            step = "Return that, or take the name out of 'provides'."
            raise ReportError(Problem("kind", rule, f"{value_text(found)}{place}", allowed, step))
        return found


def _arguments(name: str, given: tuple[np.ndarray | int, ...]) -> str:
    """Arguments of a method, by their names in its contract."""
    first = {"decode": ["z"], "sample": ["n", "seed"]}.get(name, ["x"])
    last = ["samples"] if name == "elbo_terms" else []
    return ", ".join([*first, *["condition"][: len(given) - len(first) - len(last)], *last])


def _check_names(training: loop.Training) -> None:
    """Refuse missing methods and undeclared optimisers."""
    model, kind = training.model, training.kind
    for name in sorted(kind.provides):
        if METHODS[name] not in dir(model):
            rule = f"'provides' names '{name}', and the model has no method {CAPABILITIES[name]}"
            raise ReportError(Problem("kind", rule, next_step="Write it, or take the name out of 'provides'."))
    made = len(vars(model).get("optimizers", ()))
    if made != len(kind.stages):
        rule = f"'stages' names {len(kind.stages)} parts with an optimiser each, and 'compile' makes {made} 'optimizers'"
        step = "Name each part that has one of its own: Model(..., stages=('generator', 'discriminator'))."
        raise ReportError(Problem("kind", rule, next_step=step))


class Trial:
    """Results of the methods of a model for the test images, each called as a probe calls it."""

    def __init__(self, asked: _Watched, model: keras.Model, data: ImageData, latent: Sequence[int]) -> None:
        self.asked, self.model, self._data, self._latent = asked, model, data, latent

    def give(self, name: str, codes: np.ndarray | None) -> list[np.ndarray]:
        """Result of a method, with the randomness set as before every probe; empty if there is no code to decode."""
        loop.set_randomness(self.model, SEED, 1)
        split = self._data.splits["test"]
        x, condition = np.asarray(split.x), _batches.given_to(self.asked, split)
        if name == "decode" and self.asked.code != "flat":
            return [_batches.reconstruct(self.asked, x, condition)] if "encode" in self.asked.provides else []
        if codes is None and self._latent:
            codes = np.zeros((IMAGES, *self._latent), np.float32)
        if name == "decode" and codes is None:
            return []
        return CALLS[name](self.asked, self._data, Seen(x, condition, np.zeros(0) if codes is None else codes))


def _same(trained: Trial, loaded: Trial) -> None:
    """Call everything that a model provides; refuse a model whose results depend on state that is not among its weights."""
    provides = trained.asked.provides
    codes = trained.give("encode", None)[0] if "encode" in provides else None
    for name in sorted(provides, key=list(CALLS).index):
        given = trained.give(name, codes)
        if _are_close(given, trained.give(name, codes)) and not _are_close(given, loaded.give(name, codes)):
            rule = f"a fresh model with the weights of this one gives different results in {CAPABILITIES[name]}"
            step = "Keep what is learnt in layers or in self.add_weight(...): other variables are not stored."
            raise ReportError(Problem("kind", rule, _place(getattr(trained.model, METHODS[name])).strip("; "), next_step=step))


def _are_close(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(np.allclose(a, b, rtol=1e-3, atol=1e-5) for a, b in zip(one, other, strict=True))


def _place(method: Callable[..., Answer]) -> str:
    """`; spiral.py:31, encode`: where a method begins; empty if unknown."""
    found = inspect.unwrap(method)
    code = found.__code__ if inspect.isfunction(found) or inspect.ismethod(found) else None
    return f"; {Path(code.co_filename).name}:{code.co_firstlineno}, {code.co_name}" if code else ""
