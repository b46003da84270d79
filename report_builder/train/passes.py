"""One pass over the images of a split: a step per batch, and the means of what the steps log."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf

from report_builder.errors import Problem, RunError
from report_builder.train.batches import Batches, Step

TICK = 0.3  # seconds between two calls of `on_progress`
BEYOND = 1e9  # larger than any loss of a model that learns

OnProgress = Callable[[int, int, Mapping[str, float]], None]


class Pass:
    """Runs a step of a model over batches, and averages each term that the step logs."""

    def __init__(self, model: keras.Model, step: Step, batches: Batches, stages: Sequence[str] = ()) -> None:
        self._model, self._batches, self._stages = model, batches, stages
        self._step = batches.traced(step)

    def __call__(self, order: np.ndarray, batch_size: int, on_progress: OnProgress | None = None) -> dict[str, float]:
        """Return the means over the images at the indices `order`, int32.

        Raises:
            RunError: a mean is not a finite number, or is larger than `BEYOND`.
        """
        self._model.reset_metrics()
        means, told, images = Means(self._model, self._stages), time.perf_counter(), 0
        for number, arguments in self._batches.read(order, batch_size):
            means.add(self._step(*arguments), number)
            images += number
            if time.perf_counter() - told > TICK:
                so_far, told = means.finite(), time.perf_counter()
                if on_progress:
                    on_progress(images, len(order), so_far)
        return means.finite()


class Means:
    """Means over a pass. A Keras metric is already the mean so far; any other number that a step logs is averaged here."""

    def __init__(self, model: keras.Model, stages: Sequence[str] = ()) -> None:
        self._stages = stages
        self._metrics = {metric.name for metric in model.metrics}
        self._latest: dict[str, tf.Tensor] = {}
        self._sums: dict[str, tf.Tensor] = {}
        self._images = 0

    def add(self, logs: Mapping[str, tf.Tensor], images: int) -> None:
        """Add the terms of one batch."""
        self._images += images
        for name, value in logs.items():
            if name in self._metrics:
                self._latest[name] = value
            else:
                self._sums[name] = self._sums.get(name, 0.0) + tf.cast(value, tf.float64) * images

    def finite(self) -> dict[str, float]:
        """Return the means so far.

        Raises:
            RunError: a mean is not a finite number, or is larger than `BEYOND`.
        """
        means = dict(self._values())
        if lost := [name for name, value in means.items() if not abs(value) < BEYOND]:
            causes = [name for name in lost if name != "loss"] or lost
            finite = all(math.isfinite(means[name]) for name in causes)
            rule = f"grew beyond {BEYOND:g}" if finite else "stopped being a finite number"
            raise RunError(Problem("", f"{' and '.join(causes)} {rule}", terms_text(means), next_step=_advice(self._stages)))
        return means

    def _values(self) -> Iterator[tuple[str, float]]:
        yield from ((name, float(value)) for name, value in self._latest.items())
        yield from ((name, float(value) / self._images) for name, value in self._sums.items())


def terms_text(means: Mapping[str, float]) -> str:
    """Format terms with their values for people."""
    return ", ".join(f"{name} {value:g}" for name, value in means.items())


def _advice(stages: Sequence[str]) -> str:
    """Suggest what to try; of adversarial networks the last one, which judges, diverges first."""
    first = f", first of all for the {stages[-1]}" if stages else ""
    return f"Try a lower learning_rate{first}, or gradient clipping: optimizer: {{kind: adam, clipnorm: 1.0}}."
