"""Training: what determines the weights of a run, and nothing else.

The loop knows neither files nor progress displays: it calls back. At the start of each epoch all randomness is set from
(seed, epoch), so a run continued from the state between two epochs ends with the same weights as one that was never stopped.
"""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.src.random.seed_generator import global_seed_generator

from report_builder.errors import Problem, ReportError, RunError, near_miss
from report_builder.kinds import MODELS, ImageData, opened

EVALUATION_BATCH = 500  # images in one step without gradients
TICK = 0.3  # seconds between two calls of `on_progress`

OnProgress = Callable[[int, int, Mapping[str, float]], None]


@dataclass
class Training:
    """A run between two epochs.

    Attributes:
        model: compiled, its optimiser built.
        spec: the resolved run spec.
        epoch: how many epochs are done.
        history: the mean of each logged term for each epoch done, e.g. `loss`, `test_loss`, and `epoch_time` in seconds.
    """

    model: Any
    spec: Mapping[str, Any]
    epoch: int = 0
    history: dict[str, list[float]] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """Whether all epochs are done."""
        return self.epoch >= int(self.spec["training"]["epochs"])

    def variables(self) -> dict[str, Any]:
        """Everything that the next epoch starts from: weights, then the optimiser's variables, each under its own name."""
        return weights(self.model) | {f"optimizer.{i:03d}": v for i, v in enumerate(self.model.optimizer.variables)}


def prepare(threads: int) -> None:
    """Fixes what results depend on in a new process: threads, number format, order of axes, kernels of a graphics card."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    if tf.config.list_physical_devices("GPU"):
        tf.config.experimental.enable_op_determinism()
        tf.config.experimental.enable_tensor_float_32_execution(enabled=False)


def weights(model: Any) -> dict[str, Any]:
    """The model's weights (what is trained and what is not), under names that do not depend on the process."""
    return {f"model.{i:03d}.{v.name}": v for i, v in enumerate(model.weights)}


def build(entry: Mapping[str, Any], image_shape: tuple[int, ...], beside: Path | None = None) -> Any:
    """The model of a resolved `model` entry, not compiled.

    Raises:
        ReportError: there is no such model.
    """
    kind, parameters = opened(MODELS, entry, beside=beside)
    network = kind if hasattr(kind, "build") else importlib.import_module(f"{kind.__name__}.network")
    return network.build(tuple(image_shape), **parameters.model_dump())


def start(spec: Mapping[str, Any], data: ImageData, beside: Path | None = None) -> Training:
    """A run before its first epoch: initial weights from the seed.

    Raises:
        ReportError: the model refuses such images, or the optimiser does not exist.
    """
    kind, parameters = opened(MODELS, spec["model"], beside=beside)
    refuses = getattr(kind, "refuses", None)
    if refuses and (why := refuses(parameters, data.image_shape, data.value_range)):
        raise ReportError(Problem("", f"model '{spec['model']['kind']}' cannot be trained on this data", why))
    keras.utils.set_random_seed(_mixed(spec["seed"]))
    model = build(spec["model"], data.image_shape, beside)
    model.compile(optimizer=_optimizer(spec["training"]))
    model(tf.constant(data.splits["train"].x[:1]))  # creates what a subclassed model creates on its first call
    model.optimizer.build(model.trainable_variables)
    return Training(model, spec)


def train(
    training: Training, data: ImageData, *, on_epoch: Callable[[Training], None], on_progress: OnProgress | None = None
) -> None:
    """Trains the epochs that are missing; after each, `on_epoch` gets the state that the next one starts from.

    Args:
        training: the run.
        data: `train` is learnt from; `validation` (terms `val_*`), or `test` where there is none (terms `test_*`), is judged.
        on_epoch: called between epochs.
        on_progress: called some times a second with images done, images of the epoch, means so far.

    Raises:
        RunError: a term of the loss is no longer a finite number.
    """
    settings = training.spec["training"]
    learn = _compiled(training.model, training.model.train_step, data.splits["train"].x)
    prefix, held_out = next(
        (p, data.splits[s]) for p, s in (("val_", "validation"), ("test_", "test"), ("", "train")) if s in data.splits
    )
    judge = _compiled(training.model, training.model.test_step, held_out.x) if prefix else None
    while not training.finished:
        random = set_randomness(training.model, training.spec["seed"], training.epoch)
        order = random.permutation(len(data.splits["train"].x)).astype(np.int32)
        began = time.perf_counter()
        terms = learn(order, settings["batch_size"], training.epoch + 1, on_progress)
        took = time.perf_counter() - began
        if judge:
            judged = judge(np.arange(len(held_out.x), dtype=np.int32), EVALUATION_BATCH, training.epoch + 1, None)
            terms |= {prefix + name: value for name, value in judged.items()}
        for name, value in (terms | {"epoch_time": took}).items():
            training.history.setdefault(name, []).append(value)
        training.epoch += 1
        on_epoch(training)


def set_randomness(model: Any, seed: int, epoch: int) -> np.random.Generator:
    """Sets every seed generator of the model and Keras' own from (seed, epoch); returns a generator for everything else."""
    keras_own = global_seed_generator().state
    states = [v for v in model.variables if v.name == "seed_generator_state"]
    for place, state in enumerate([keras_own, *states]):
        # 31 bits: the state is signed on some back ends
        state.assign(np.random.SeedSequence([_entropy(seed), epoch, place]).generate_state(2) >> 1)
    return np.random.default_rng([_entropy(seed), epoch])


def _entropy(seed: int) -> int:
    """A seed as NumPy takes it: not negative."""
    return seed % 2**64


def _mixed(seed: int) -> int:
    """A seed for the initial weights that is far from that of the neighbouring seed."""
    return int(np.random.SeedSequence(_entropy(seed)).generate_state(1)[0] >> 1)


def _optimizer(settings: Mapping[str, Any]) -> Any:
    entry = dict(settings["optimizer"])
    name = entry.pop("kind")
    known = {
        n.lower(): c
        for n, c in vars(keras.optimizers).items()
        if isinstance(c, type) and n not in ("Optimizer", "LossScaleOptimizer")
    }
    if name.lower() not in known:
        raise ReportError(Problem("training.optimizer", "unknown optimiser", repr(name), near_miss(name, known)))
    try:
        return known[name.lower()](learning_rate=settings["learning_rate"], **entry)
    except (TypeError, ValueError) as error:
        raise ReportError(Problem("training.optimizer", f"Keras' {name} does not take these arguments", str(error))) from error


def _compiled(model: Any, step: Callable[[Any], Mapping[str, Any]], x: np.ndarray) -> Callable[..., dict[str, float]]:
    """A function that takes one pass: `step` on batches gathered from `x`, traced once here so that no epoch pays for it."""
    images = tf.constant(x)
    traced = tf.function(lambda index: step(tf.gather(images, index)), input_signature=[tf.TensorSpec([None], tf.int32)])
    traced.get_concrete_function()

    def one_pass(order: np.ndarray, batch_size: int, epoch: int, on_progress: OnProgress | None) -> dict[str, float]:
        model.reset_metrics()
        means, told = _Means(model), time.perf_counter()
        for first in range(0, len(order), batch_size):
            index = order[first : first + batch_size]
            means.add(traced(tf.constant(index)), len(index))
            if time.perf_counter() - told > TICK:
                so_far, told = means.finite(epoch), time.perf_counter()
                if on_progress:
                    on_progress(first + len(index), len(order), so_far)
        return means.finite(epoch)

    return one_pass


class _Means:
    """Means over a pass. A Keras metric already is the mean so far; any other number that a step logs is averaged here."""

    def __init__(self, model: Any) -> None:
        self._metrics = {metric.name for metric in model.metrics}
        self._latest: dict[str, Any] = {}
        self._sums: dict[str, Any] = {}
        self._images = 0

    def add(self, logs: Mapping[str, Any], images: int) -> None:
        self._images += images
        for name, value in logs.items():
            if name in self._metrics:
                self._latest[name] = value
            else:
                self._sums[name] = self._sums.get(name, 0.0) + tf.cast(value, tf.float64) * images

    def finite(self, epoch: int) -> dict[str, float]:
        """The means so far.

        Raises:
            RunError: one is not finite.
        """
        means = dict(self._values())
        if lost := [name for name, value in means.items() if not math.isfinite(value)]:
            causes = [name for name in lost if name != "loss"] or lost
            advice = "Try a lower learning_rate, or gradient clipping: optimizer: {kind: adam, clipnorm: 1.0}."
            raise RunError(
                Problem(
                    "",
                    f"{' and '.join(causes)} stopped being a finite number in epoch {epoch}",
                    _shown(means),
                    next_step=advice,
                )
            )
        return means

    def _values(self) -> Iterator[tuple[str, float]]:
        yield from ((name, float(value)) for name, value in self._latest.items())
        yield from ((name, float(value) / self._images) for name, value in self._sums.items())


def _shown(means: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in means.items())
