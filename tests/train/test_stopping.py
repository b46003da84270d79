"""Early stopping is a function of the history."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from report_builder.errors import RunError
from report_builder.spec.training import EarlyStopping
from report_builder.train import stopping

CURVES = {
    "falls": [9, 8, 7, 6, 5, 4, 3, 2, 1, 0.5],
    "rises": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    "valley": [5, 4, 3, 3.5, 2.95, 4, 5, 6, 7, 8],
    "flat": [1] * 10,
    "late": [9, 9.5, 9.6, 3, 2, 1, 4, 4, 4, 4],
}
SETTINGS = [
    {"patience": 0},
    {"patience": 2},
    {"patience": 2, "min_delta": 0.1},
    {"patience": 1, "start_from_epoch": 3},
    {"patience": 3, "mode": "max"},
    {"patience": 2, "start_from_epoch": 20},
]


def ended(settings, curve):
    """Return the last and the best epoch."""
    for epoch in range(1, len(curve) + 1):
        if stopping.over(settings, {"val_loss": curve[:epoch]}):
            break
    return epoch, stopping.best_epoch(settings, {"val_loss": curve[:epoch]})


def keras_ended(settings, curve):
    """Return the same from Keras' callback."""
    callback = keras.callbacks.EarlyStopping(**{k: v for k, v in settings.items() if k != "restore_best_weights"})
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.stop_training = False
    callback.set_model(model)
    callback.on_train_begin()
    best = None
    for epoch, value in enumerate(curve):
        before = callback.best
        callback.on_epoch_end(epoch, {"val_loss": value})
        best = epoch + 1 if callback.best is not before else best
        if model.stop_training:
            break
    return epoch + 1, best


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("given", SETTINGS, ids=str)
def test_it_ends_where_keras_callback_ends(given, curve):
    """The last and the best epoch are those of `keras.callbacks.EarlyStopping`."""
    settings = EarlyStopping.model_validate(given).model_dump()
    assert ended(settings, CURVES[curve]) == keras_ended(settings, CURVES[curve])


def test_without_settings_nothing_ends_and_the_best_validation_loss_is_known():
    """Without early stopping all epochs run, and the best is that of `val_loss`, or none without a validation split."""
    history = {"val_loss": [3.0, 1.0, 2.0], "loss": [3.0, 2.0, 1.0]}
    assert not stopping.over(None, history)
    assert stopping.best_epoch(None, history) == 2
    assert stopping.best_epoch(None, {"loss": [1.0], "test_loss": [1.0]}) is None


def test_a_term_that_nobody_logs_is_named():
    """A misspelt `monitor` is an error that lists the logged terms."""
    settings = EarlyStopping.model_validate({"monitor": "val_los"}).model_dump()
    with pytest.raises(RunError, match="Did you mean 'val_loss'"):
        stopping.over(settings, {"val_loss": [1.0], "epoch_time": [1.0]})


def test_more_accuracy_is_better():
    """The direction of an accuracy need not be given."""
    assert EarlyStopping.model_validate({"monitor": "val_accuracy"}).mode == "max"
    assert EarlyStopping.model_validate({"monitor": "val_accuracy", "mode": "min"}).mode == "min"
    assert np.isfinite(EarlyStopping().min_delta)
