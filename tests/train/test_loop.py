"""The training loop, in this process."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from report_builder.errors import Problem, ReportError, RunError
from report_builder.kinds import ImageData, Split
from report_builder.spec.training import Training
from report_builder.train import checkpoint, loop
from report_builder.train.batches import Batches
from report_builder.train.passes import Pass

OWN = Path(__file__).parent / "own"


def spec(**changes):
    """Return the spec of a run of two epochs."""
    training = {"epochs": 2, "batch_size": 16} | changes.pop("training", {})
    settings = Training.model_validate(training).model_dump()
    return {"model": {"kind": "vae", "filters": [4, 8]}, "training": settings, "seed": 1, "threads": 1} | changes


@pytest.fixture
def data():
    """Small data in two splits."""
    random = np.random.default_rng(0)
    x = (random.random((50, 8, 8, 1)) > 0.5).astype(np.float32)
    y = np.zeros(50, np.int64)
    return ImageData({"train": Split(x[:40], y[:40]), "test": Split(x[40:], y[40:])}, ("one",), (0.0, 1.0))


def trained(chosen, data, *, on_epoch=lambda state: None):
    """Train a run."""
    state = loop.start(chosen, data, OWN)
    loop.train(state, data, on_epoch=on_epoch)
    return state


def values(state):
    """Return all weights."""
    return [np.asarray(v) for v in loop.weights(state.model).values()]


def same(first, second):
    """Return whether two runs have the same weights."""
    return all((a == b).all() for a, b in zip(values(first), values(second), strict=True))


def test_history_has_one_mean_of_each_term_for_each_epoch(data):
    """All logged terms are kept, those of the test split as `test_*`, with the seconds of each epoch."""
    history = trained(spec(), data).history
    terms = {"loss", "reconstruction_loss", "kl_loss"}
    assert set(history) == terms | {f"test_{term}" for term in terms} | {"epoch_time"}
    assert {len(series) for series in history.values()} == {2}


def test_terms_are_named_after_the_split_that_was_evaluated(data):
    """`val_*` is a validation split, and the test split is never called one."""
    chosen = spec(model={"kind": "./classes.py"}, training={"epochs": 1})
    with_validation = ImageData(dict(data.splits) | {"validation": data.splits["test"]}, ("one",), (0.0, 1.0))
    assert "val_loss" in trained(chosen, with_validation).history
    assert not any(name.startswith("val_") for name in trained(chosen, data).history)
    alone = ImageData({"train": data.splits["train"]}, ("one",), (0.0, 1.0))
    assert not any("_loss" in name and name.split("_")[0] in ("val", "test") for name in trained(chosen, alone).history)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(data):
    """Initial weights, order and noise all depend on the seed."""
    alone = ImageData({"train": data.splits["train"]}, ("one",), (0.0, 1.0))
    first, again, other = (trained(spec(seed=seed, training={"epochs": 1}), alone) for seed in (-1, -1, 1))
    assert same(first, again)
    assert not same(first, other)


def test_a_resumed_warm_up_goes_on_where_it_was(data, tmp_path):
    """The weight of the KL term grows per step, also across an interruption and with gradient accumulation."""
    model = {"kind": "vae", "filters": [4, 8], "beta": 4.0, "beta_warm_up": 2.0}
    chosen, file = spec(model=model), tmp_path / "checkpoint.npz"
    whole = trained(chosen, data, on_epoch=lambda state: state.epoch == 1 and checkpoint.save(state, file))
    resumed = loop.start(chosen, data)
    assert checkpoint.restore(resumed, file)
    assert resumed.epoch == 1
    loop.train(resumed, data, on_epoch=lambda state: None)
    assert resumed.model.warm_up_steps == 6
    assert same(whole, resumed)
    for term in ("loss", "weighted_kl_loss", "test_kl_loss"):
        assert resumed.history[term] == whole.history[term]
    history = whole.history
    parts = np.array(history["reconstruction_loss"]) + np.array(history["weighted_kl_loss"])
    assert history["loss"] == pytest.approx(parts, rel=1e-5)
    shares = np.array(history["weighted_kl_loss"]) / np.array(history["kl_loss"]) / 4
    assert shares == pytest.approx([1 / 6, 4 / 6], abs=0.1)
    gathered = spec(model=model, training={"optimizer": {"kind": "adam", "gradient_accumulation_steps": 3}})
    assert loop.start(gathered, data).model.warm_up_steps == 2


def test_each_epoch_draws_another_order_and_other_noise(data):
    """Randomness is a function of (seed, epoch) and changes with the epoch."""
    model = loop.start(spec(), data).model
    orders = [loop.set_randomness(model, 1, epoch).permutation(40).tolist() for epoch in (0, 1, 0)]
    noise = []
    for epoch in (0, 1, 0):
        loop.set_randomness(model, 1, epoch)
        noise.append(np.asarray(model.draw(np.zeros((3, 2), np.float32), np.zeros((3, 2), np.float32))).tolist())
    assert orders[0] == orders[2] != orders[1]
    assert noise[0] == noise[2] != noise[1]


def test_every_seed_generator_is_set_also_nested_ones_and_keras_own():
    """Dropout in a nested model, and `keras.random` without a seed, repeat their draws after `set_randomness`."""
    inner = keras.Sequential([keras.Input((50,)), keras.layers.Dropout(0.5)])
    model = keras.Sequential([keras.Input((50,)), inner, keras.layers.GaussianNoise(1.0)])
    drawn = []
    for _ in range(2):
        loop.set_randomness(model, 1, 5)
        drawn.append((np.asarray(model(np.ones((2, 50)), training=True)), np.asarray(keras.random.normal((4,)))))
    assert (drawn[0][0] == drawn[1][0]).all()
    assert (drawn[0][1] == drawn[1][1]).all()


def test_a_step_that_logs_plain_numbers_gets_their_mean(data):
    """Numbers that a user's model returns per batch are averaged over images, weighted by the size of the batch."""

    class Plain(keras.Model):
        def train_step(self, x):
            return {"images": keras.ops.cast(keras.ops.shape(x)[0], "float32")}

    learn = Pass(Plain(), Plain().train_step, Batches(data.splits["train"], ("x",)))
    means = learn(np.arange(40, dtype=np.int32), 16)
    assert means["images"] == pytest.approx((16 * 16 + 16 * 16 + 8 * 8) / 40)


def test_a_loss_that_explodes_stops_with_the_term_and_what_to_try(data):
    """For NaN or infinity, the message names the term, the epoch and a remedy, and training stops."""
    with pytest.raises(RunError) as caught:
        trained(spec(training={"learning_rate": 1e6, "epochs": 20, "optimizer": {"kind": "sgd"}}), data)
    problem = caught.value.problems[0]
    assert "finite number in epoch" in problem.rule
    assert "_loss" in problem.rule
    assert "learning_rate" in problem.next_step


def test_a_loss_that_is_lost_later_is_reported_with_the_last_good_values(data, monkeypatch):
    """The message names the epoch, and gives the terms of the epoch before it."""
    genuine = Pass.__call__

    def lost(self, order, batch_size, on_progress=None):
        if len(order) == 40 and state.epoch == 1:
            raise RunError(Problem("", "kl_loss stopped being a finite number", "kl_loss nan"))
        return genuine(self, order, batch_size, on_progress)

    monkeypatch.setattr(Pass, "__call__", lost)
    state = loop.start(spec(), data)
    with pytest.raises(RunError) as caught:
        loop.train(state, data, on_epoch=lambda _: None)
    problem = caught.value.problems[0]
    assert problem.rule == "kl_loss stopped being a finite number in epoch 2"
    assert problem.received.startswith("kl_loss nan; after epoch 1: loss ")
    assert "epoch_time" not in problem.received


def test_data_that_the_model_refuses_never_trains(data):
    """Pixels outside [0, 1] are refused with the reason."""
    wide = ImageData(data.splits, ("one",), (-1.0, 1.0))
    with pytest.raises(ReportError, match=r"pixels must lie in \[0, 1\]"):
        loop.start(spec(), wide)
