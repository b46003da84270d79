"""Training: what determines the weights of a run, and nothing else.

The loop knows nothing of files or progress displays: it uses callbacks. At the start of each epoch all randomness is set from
(seed, epoch), so a run resumed from the state between two epochs ends with the same weights as one that was never stopped.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import keras
import numpy as np
import tensorflow as tf
from keras.src.random.seed_generator import global_seed_generator

from report_builder.errors import Problem, ReportError, RunError
from report_builder.kinds import HELD_OUT, MODELS, ImageData, Model, Parameters, Sizes, Split, opened
from report_builder.models._layers import locate
from report_builder.plain import Fields
from report_builder.train import optimizers, stopping
from report_builder.train.batches import Batches
from report_builder.train.passes import OnProgress, Pass, terms_text

EVALUATION_BATCH = 500  # images in one step without gradients


class Settings(optimizers.Learning):
    """Resolved `training` settings, as in `spec/training.py`."""

    epochs: int
    batch_size: int
    early_stopping: NotRequired[stopping.EarlyStopping | None]


class RunSpec(TypedDict):
    """Part of a run's resolved spec that, together with the data, determines its weights."""

    model: Fields
    training: Settings
    seed: int


def run_spec(spec: Mapping[str, Any]) -> RunSpec:
    """Select this part from a stored spec."""
    return {"model": spec["model"], "training": spec["training"], "seed": spec["seed"]}


@dataclass
class Training:
    """A run between two epochs.

    Attributes:
        kind: kind of the model.
        parameters: parameters of the model.
        model: compiled model, with its optimisers built.
        spec: resolved settings of the run.
        epoch: number of epochs done.
        history: mean of each logged term in each epoch done, e.g. `loss`, `test_loss`, and `epoch_time` in seconds.
    """

    kind: Model[Parameters]
    parameters: Parameters
    model: keras.Model
    spec: RunSpec
    epoch: int = 0
    history: dict[str, list[float]] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or as many as early stopping allows."""
        settings = self.spec["training"]
        return self.epoch >= int(settings["epochs"]) or stopping.over(settings.get("early_stopping"), self.history)

    @property
    def best_epoch(self) -> int | None:
        """Epoch whose weights early stopping (or `val_loss`) prefers; None if nothing is watched."""
        return stopping.best_epoch(self.spec["training"].get("early_stopping"), self.history)

    @property
    def optimizers(self) -> list[keras.Optimizer]:
        """Optimisers that `compile` made: a single one, or one for each stage of the model."""
        return list(self.model.optimizers) if self.kind.stages else [self.model.optimizer]

    def variables(self) -> dict[str, keras.Variable]:
        """Return everything that the next epoch starts from, under unique names: weights, then variables of optimisers."""
        found = weights(self.model)
        for place, optimizer in enumerate(self.optimizers):
            found |= {f"optimizer.{place}.{i:03d}": v for i, v in enumerate(optimizer.variables)}
        return found


def prepare(threads: int) -> None:
    """Fix what results depend on in a new process: threads, float type, order of axes, deterministic GPU kernels."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    if tf.config.list_physical_devices("GPU"):
        tf.config.experimental.enable_op_determinism()
        tf.config.experimental.enable_tensor_float_32_execution(enabled=False)


def weights(model: keras.Model) -> dict[str, keras.Variable]:
    """Weights of the model, trainable or not, by position: their names depend on the process, or are missing."""
    return {f"model.{place:03d}": variable for place, variable in enumerate(model.weights)}


def build(entry: Fields, sizes: Sizes, beside: Path | None = None) -> keras.Model:
    """Build the model of a resolved `model` entry, with its weights created, but not compiled.

    Args:
        entry: kind and parameters.
        sizes: sizes of the data; those that the model does not take are not passed to it.
        beside: the folder of the experiment file.

    Raises:
        ReportError: there is no such model, or the data lacks a condition or classes that it takes.
    """
    kind, parameters = opened(MODELS, entry, beside=beside)
    conditional, classified = "condition" in kind.takes, "y" in kind.takes
    told = replace(sizes, condition_dim=sizes.condition_dim * conditional, classes=sizes.classes * classified)
    needs = {"a condition": conditional and not told.condition_dim, "classes": classified and not told.classes}
    if missing := [name for name, lacks in needs.items() if lacks]:
        rule = f"model '{entry['kind']}' needs {' and '.join(missing)}, which the data set does not have"
        raise ReportError(Problem("", rule, next_step="Add a data step that makes a condition: one_hot, canvas."))
    model = kind.build(locate(parameters, beside), told)
    if not all(layer.built for layer in model.layers):  # some create their weights only when they are called
        shapes = {"x": told.image_shape, "condition": (told.condition_dim,)}
        inputs = [tf.zeros((1, *shapes[part])) for part in kind.takes if part in shapes]
        model(tuple(inputs) if len(inputs) > 1 else inputs[0])
    return model


def sizes_of(data: ImageData, steps_per_epoch: float = 1) -> Sizes:
    """Sizes that a network for this data is built for."""
    return Sizes(data.image_shape, condition_dim(data.splits["train"]), len(data.class_names), steps_per_epoch)


def start(spec: RunSpec, data: ImageData, beside: Path | None = None) -> Training:
    """Start a run, with its initial weights drawn from the seed.

    Raises:
        ReportError: the model refuses such data, or the optimiser does not exist.
    """
    kind, parameters = opened(MODELS, spec["model"], beside=beside)
    if why := kind.refuses(parameters, data.layout):
        raise ReportError(Problem("", f"model '{spec['model']['kind']}' cannot be trained on this data", why))
    steps = math.ceil(len(data.splits["train"].y) / spec["training"]["batch_size"])
    keras.utils.set_random_seed(_weights_seed(spec["seed"]))
    accumulated = spec["training"]["optimizer"].get("gradient_accumulation_steps") or 1
    model = build(spec["model"], sizes_of(data, steps / accumulated), beside)
    model.compile(optimizer=optimizers.make(spec["training"], steps))
    if not kind.stages:
        model.optimizer.build(model.trainable_variables)
    return Training(kind, parameters, model, spec)


def condition_dim(split: Split) -> int:
    """Length of the condition vector; 0 if there is none."""
    return 0 if split.condition is None else int(split.condition.shape[1])


def train(
    training: Training, data: ImageData, *, on_epoch: Callable[[Training], None], on_progress: OnProgress | None = None
) -> None:
    """Train the missing epochs; after each, `on_epoch` gets the state that the next one starts from.

    Args:
        training: the run.
        data: the model learns from `train`, and is evaluated on `validation` (terms `val_*`) or, if there is none, on `test`
            (terms `test_*`).
        on_epoch: called between epochs.
        on_progress: called a few times per second with images done, images of the epoch, means so far.

    Raises:
        RunError: a term is not a finite number, or is too large for a loss.
    """
    model, kind = training.model, training.kind
    learn = Pass(model, model.train_step, Batches(data.splits["train"], kind.takes), kind.stages)
    judged = [(f"{part}_", data.splits[name]) for part, name in HELD_OUT.items() if name in data.splits][:1]
    judges = [(prefix, Pass(model, model.test_step, Batches(split, kind.takes)), split) for prefix, split in judged]
    while not training.finished:
        random = set_randomness(model, training.spec["seed"], training.epoch)
        order = random.permutation(len(data.splits["train"].y)).astype(np.int32)
        with _name_epoch(training):
            began = time.perf_counter()
            terms = learn(order, training.spec["training"]["batch_size"], on_progress)
            took = time.perf_counter() - began
            for prefix, judge, split in judges:
                means = judge(np.arange(len(split.y), dtype=np.int32), EVALUATION_BATCH)
                terms |= {prefix + name: value for name, value in means.items()}
        for name, value in (terms | {"epoch_time": took}).items():
            training.history.setdefault(name, []).append(value)
        training.epoch += 1
        on_epoch(training)
    optimizers.finish(training.optimizers)


@contextmanager
def _name_epoch(training: Training) -> Iterator[None]:
    """Add the current epoch, and the terms of the one before, to the report of a term that diverges."""
    try:
        yield
    except RunError as error:
        last = {name: series[-1] for name, series in training.history.items() if name != "epoch_time"}
        before = f"; after epoch {training.epoch}: {terms_text(last)}" if last else ""
        raise RunError(
            *(replace(p, rule=f"{p.rule} in epoch {training.epoch + 1}", received=p.received + before) for p in error.problems)
        ) from error


def set_randomness(model: keras.Model, seed: int, epoch: int) -> np.random.Generator:
    """Set every seed generator of the model and Keras' own from (seed, epoch); return a generator for everything else."""
    keras_own = global_seed_generator().state
    states = [v for v in model.variables if v.name == "seed_generator_state"]
    for place, state in enumerate([keras_own, *states]):
        # 31 bits: the state is signed on some back ends
        state.assign(np.random.SeedSequence([_entropy(seed), epoch, place]).generate_state(2) >> 1)
    return np.random.default_rng([_entropy(seed), epoch])


def _entropy(seed: int) -> int:
    """Seed in the form that NumPy accepts: not negative."""
    return seed % 2**64


def _weights_seed(seed: int) -> int:
    """Seed for the initial weights, far from that of the neighbouring seed."""
    return int(np.random.SeedSequence(_entropy(seed)).generate_state(1)[0] >> 1)
