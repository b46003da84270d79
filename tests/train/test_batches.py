"""The batches of a training step."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from report_builder.errors import ReportError
from report_builder.kinds import Split
from report_builder.train.batches import Batches

N = 10


class Counted:
    """Images made on demand that record the requested indices."""

    def __init__(self, x):
        self.x, self.shape, self.dtype, self.asked = x, x.shape, x.dtype, []

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        """Return images."""
        self.asked.append(index)
        return self.x[index]


def split(*, streamed=False):
    """Return ten images whose first pixel is their index."""
    x = np.arange(N * 4, dtype=np.float32).reshape(N, 2, 2, 1)
    condition = np.eye(N, dtype=np.float32)
    return Split(Counted(x) if streamed else x, np.arange(N), condition)


def seen(chosen, takes, order, size):
    """Return what a step gets, batch by batch."""
    batches, found = Batches(chosen, takes), []
    step = batches.traced(lambda data: dict(enumerate(data if isinstance(data, tuple) else (data,))))
    for number, arguments in batches.read(np.array(order, np.int32), size):
        parts = [np.asarray(part) for part in step(*arguments).values()]
        assert {len(part) for part in parts} == {number}
        found.append(parts)
    return found


@pytest.mark.parametrize("takes", [("x",), ("x", "condition"), ("x", "y"), ("condition", "y", "x")])
def test_memory_and_stream_give_the_same_batches(takes):
    """A step gets the same arrays in the same order from images in memory and from a stream."""
    order = np.random.default_rng(0).permutation(N)
    pairs = zip(seen(split(), takes, order, 4), seen(split(streamed=True), takes, order, 4), strict=True)
    for in_memory, streamed in pairs:
        for ours, theirs in zip(in_memory, streamed, strict=True):
            assert ours.dtype == theirs.dtype
            assert (ours == theirs).all()


def test_a_batch_is_what_the_model_takes_in_the_order_of_places():
    """Parts are in the order of `takes`, images in the given order, and the last batch may be short."""
    order = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7]
    batches = seen(split(), ("y", "x"), order, 4)
    assert [len(y) for y, _ in batches] == [4, 4, 2]
    assert np.concatenate([y for y, _ in batches]).tolist() == order
    assert np.concatenate([x[:, 0, 0, 0] for _, x in batches]).tolist() == [4.0 * place for place in order]


def test_a_stream_is_read_one_batch_ahead_and_no_further():
    """While a batch is in use, exactly the next one is prepared."""
    chosen = split(streamed=True)
    reading = Batches(chosen, ("x",)).read(np.arange(N, dtype=np.int32), 2)
    for used in range(1, 4):
        next(reading)
        assert len(chosen.x.asked) <= used + 1
    reading.close()


def test_what_a_stream_raises_is_raised_where_it_is_used():
    """An unreadable image ends the training, not only the thread."""
    chosen = split(streamed=True)
    chosen.x.x = chosen.x.x[:5]
    with pytest.raises(IndexError):
        seen(chosen, ("x",), range(N), 4)


def test_a_missing_condition_is_an_error_before_training():
    """A model that takes a condition gets nothing else in its place."""
    with pytest.raises(ReportError, match="takes a condition"):
        Batches(Split(split().x, split().y), ("x", "condition"))


def test_one_part_alone_is_no_tuple():
    """`train_step` of a model that takes only images gets the tensor, as from Keras."""
    batches = Batches(split(), ("x",))
    kinds = []
    batches.traced(lambda data: kinds.append(tf.is_tensor(data)) or {"n": data})
    assert kinds == [True]
