"""The files of a run."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from report_builder.errors import RunError
from report_builder.kinds import MODELS, Sizes
from report_builder.train import checkpoint, loop


def training(filters=(4, 8)):
    """Return a run of a small model after two epochs."""
    keras.utils.set_random_seed(0)
    model = loop.build({"kind": "autoencoder", "filters": filters}, Sizes((8, 8, 1)))
    model.compile(keras.optimizers.Adam())
    model.optimizer.build(model.trainable_variables)
    return loop.Training(
        MODELS.get("autoencoder"),
        MODELS.get("autoencoder").parameters(),
        model,
        {"training": {"epochs": 3}},
        epoch=2,
        history={"loss": [0.1, 1 / 3]},
    )


def test_a_checkpoint_gives_back_every_bit(tmp_path):
    """Weights, optimiser variables, epoch and history are restored exactly."""
    saved, other = training(), training()
    checkpoint.save(saved, tmp_path / "c.npz")
    other.epoch, other.history = 0, {}
    for variable in other.variables().values():
        variable.assign(np.ones(variable.shape))
    assert checkpoint.restore(other, tmp_path / "c.npz")
    assert (other.epoch, other.history) == (2, {"loss": [0.1, 1 / 3]})
    for name, variable in saved.variables().items():
        assert (np.asarray(variable) == np.asarray(other.variables()[name])).all()


def test_a_checkpoint_that_is_absent_damaged_or_of_another_model_is_passed_over(tmp_path):
    """Training then starts from the beginning, with nothing of the checkpoint in it."""
    state = training()
    before = [np.asarray(v).copy() for v in state.variables().values()]
    (tmp_path / "torn.npz").write_bytes(b"PK\x03\x04 torn")
    checkpoint.save(training((2, 2)), tmp_path / "other.npz")
    for name in ("absent.npz", "torn.npz", "other.npz"):
        assert not checkpoint.restore(state, tmp_path / name)
    assert all((a == np.asarray(b)).all() for a, b in zip(before, state.variables().values(), strict=True))


def test_equal_weights_are_equal_files(tmp_path):
    """The weights file contains no time, process name or other incidental data."""
    for name in ("a.npz", "b.npz"):
        checkpoint.save_weights(training().model, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_weights_of_another_architecture_are_refused(tmp_path):
    """Stored weights are never loaded into a model with other shapes."""
    checkpoint.save_weights(training((2, 2)).model, tmp_path / "w.npz")
    with pytest.raises(RunError, match="another architecture"):
        checkpoint.load_weights(training().model, tmp_path / "w.npz")
