"""Batches of the arrays that a model takes, from memory or from a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Part, Split

Batch = tuple[int, Sequence[tf.Tensor]]  # number of images, and arguments of the step
Step = Callable[[tf.Tensor], Mapping[str, tf.Tensor]]
Traced = Callable[..., Mapping[str, tf.Tensor]]


class Batches:
    """Images of a split, with what belongs to them.

    Arrays are in memory once, as tensors, and a batch is gathered inside the traced step. If one of them is a stream, batches
    are read in a thread, one ahead.
    """

    def __init__(self, split: Split, takes: Sequence[Part]) -> None:
        """Select the arrays of a split that the model takes.

        Raises:
            ReportError: the model takes a condition, and the split has none.
        """
        held = {"x": split.x, "condition": split.condition, "y": split.y}
        self._parts = [part for name in takes if (part := held[name]) is not None]
        if len(self._parts) < len(takes):
            advice = "Add a data step that makes one: one_hot, canvas or attribute_condition."
            raise ReportError(Problem("", "the model takes a condition, and the data set has none", next_step=advice))
        self._streamed = not all(isinstance(part, np.ndarray) for part in self._parts)
        self._tensors = [] if self._streamed else [tf.constant(part) for part in self._parts]

    def traced(self, step: Step) -> Traced:
        """Trace `step` as a function of what `read` yields; this is done here, so that no epoch pays for it."""
        if self._streamed:
            signature = [tf.TensorSpec([None, *part.shape[1:]], part.dtype) for part in self._parts]
            traced = tf.function(lambda *parts: step(_batch(parts)), input_signature=signature)
        else:
            signature = [tf.TensorSpec([None], tf.int32)]
            traced = tf.function(lambda index: step(_batch([tf.gather(t, index) for t in self._tensors])), signature)
        traced.get_concrete_function()
        return traced  # type: ignore[no-any-return]

    def read(self, order: np.ndarray, batch_size: int) -> Iterator[Batch]:
        """Yield the images at these indices, batch by batch: their number, and the arguments of the traced step."""
        indices = (order[first : first + batch_size] for first in range(0, len(order), batch_size))
        if not self._streamed:
            return ((len(index), [tf.constant(index)]) for index in indices)
        return _one_ahead((len(index), [tf.constant(part[index]) for part in self._parts]) for index in indices)


def _batch(parts: Sequence[tf.Tensor]) -> tf.Tensor:
    """Batch in the form that Keras uses: a single tensor alone, several as a tuple."""
    return tuple(parts) if len(parts) > 1 else parts[0]


def _one_ahead(items: Iterator[Batch]) -> Iterator[Batch]:
    """Yield the same items, each made in a thread while the one before it is in use."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item
