"""Optimisers and schedules: the grammar agrees with Keras."""

from __future__ import annotations

import inspect
from typing import get_args

import keras
import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.spec.optimizers import AnyOptimizer
from report_builder.spec.schedules import LearningRate
from report_builder.spec.training import Training
from report_builder.train import optimizers

OURS = {kind.model_fields["kind"].default: kind for kind in get_args(get_args(AnyOptimizer)[0])}
SCHEDULES = [get_args(kind)[0] for kind in get_args(get_args(LearningRate)[0])[1:]]
STEPS = 40  # batches per epoch


def arguments(function):
    """Return the parameters of a class with their defaults."""
    found = inspect.signature(function.__init__).parameters.values()
    return {p.name: p.default for p in found if p.name not in ("self", "name", "kwargs")}


def settings(**training):
    """Return resolved settings."""
    return Training.model_validate(training).model_dump()


def made(**training):
    """Return the Keras optimiser of settings."""
    return optimizers.make(settings(**training), STEPS)


def test_the_grammar_has_every_optimiser_of_keras():
    """The optimisers that can be named in YAML are exactly those that Keras exports."""
    assert set(OURS) == set(optimizers.classes())


@pytest.mark.parametrize("name", sorted(OURS))
def test_arguments_and_defaults_are_those_of_keras(name):
    """Each argument but `name`, `learning_rate` and `loss_scale_factor` is in the grammar with Keras' default."""
    keras_own = arguments(optimizers.classes()[name])
    keras_own = {key: value for key, value in keras_own.items() if key not in ("learning_rate", "loss_scale_factor")}
    fields = {key: field.default for key, field in OURS[name].model_fields.items() if key != "kind"}
    assert fields == keras_own


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_optimiser_is_made_as_it_is_written(name):
    """The defaults of the grammar give the same optimiser as Keras without arguments."""
    ours, keras_own = made(optimizer=name), optimizers.classes()[name](learning_rate=1e-3)
    assert ours.get_config() | {"name": ""} == keras_own.get_config() | {"name": ""}


@pytest.mark.parametrize("kind", SCHEDULES, ids=lambda kind: kind.__name__)
def test_schedules_take_what_keras_takes_with_epochs_for_steps(kind):
    """Each argument of Keras' schedules is a key, with epochs for steps."""
    theirs = arguments(getattr(keras.optimizers.schedules, kind.__name__))
    assert {name.replace("steps", "epochs") for name in theirs} == set(kind.model_fields) - {"kind"}


EXAMPLES = {
    "ExponentialDecay": ({"decay_epochs": 2, "decay_rate": 0.5}, (1e-3, 2 * STEPS, 0.5)),
    "InverseTimeDecay": ({"decay_rate": 0.5}, (1e-3, STEPS, 0.5)),
    "PolynomialDecay": ({}, (1e-3, 10 * STEPS)),
    "CosineDecay": ({"initial_learning_rate": 2e-3}, (2e-3, 10 * STEPS)),
    "CosineDecayRestarts": ({"first_decay_epochs": 2}, (1e-3, 2 * STEPS)),
}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_schedule_has_the_values_of_keras_at_every_border_of_epochs(kind):
    """Epoch e is Keras' step e times the batches per epoch; without an end, the schedule ends with the training."""
    given, theirs = EXAMPLES[kind]
    name = next(k.model_fields["kind"].default for k in SCHEDULES if k.__name__ == kind)
    ours = optimizers.learning_rate(settings(learning_rate={"kind": name, **given})["learning_rate"], STEPS)
    keras_own = getattr(keras.optimizers.schedules, kind)(*theirs)
    steps = [epoch * STEPS for epoch in range(11)]
    assert [float(ours(step)) for step in steps] == [float(keras_own(step)) for step in steps]


def test_a_warm_up_shortens_the_decay():
    """With two epochs of warm-up, the cosine still ends with the training."""
    rate = {"kind": "cosine_decay", "initial_learning_rate": 1e-4, "warmup_epochs": 2, "warmup_target": 1e-3, "alpha": 0.1}
    ours = optimizers.learning_rate(settings(learning_rate=rate)["learning_rate"], STEPS)
    assert [float(ours(epoch * STEPS)) for epoch in (0, 2, 10)] == pytest.approx([1e-4, 1e-3, 1e-4])


def test_pieces_begin_with_the_first_step_of_an_epoch():
    """After the epoch of a boundary, the first step already has the next learning rate."""
    rate = {"kind": "piecewise_constant_decay", "boundaries": [1, 3], "values": [1e-2, 1e-3, 1e-4]}
    ours = optimizers.learning_rate(settings(learning_rate=rate)["learning_rate"], STEPS)
    steps = [0, STEPS - 1, STEPS, 3 * STEPS - 1, 3 * STEPS]
    assert [float(ours(step)) for step in steps] == pytest.approx([1e-2, 1e-2, 1e-3, 1e-3, 1e-4])


def test_clipping_and_weight_decay_reach_keras():
    """The optimiser applies the settings of the YAML: a gradient of norm 5 is clipped to 1."""
    optimizer = made(optimizer={"kind": "sgd", "clipnorm": 1}, learning_rate=1)
    weight = keras.Variable(np.zeros(2))
    optimizer.build([weight])
    optimizer.apply([keras.ops.convert_to_tensor([3.0, 4.0])], [weight])
    assert np.asarray(weight) == pytest.approx([-0.6, -0.8])
    assert made(optimizer={"kind": "adam", "weight_decay": 0.1}).weight_decay == pytest.approx(0.1)


def test_the_average_of_the_weights_replaces_them_at_the_end():
    """With `use_ema`, `finish` puts the moving average into the model, and is idempotent."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(made(optimizer={"kind": "sgd", "use_ema": True, "ema_momentum": 0.5}, learning_rate=0.1), loss="mse")
    model.optimizer.build(model.trainable_variables)
    for _ in range(2):  # the average begins with the weights after the first step
        model.train_on_batch(np.ones((4, 2)), np.ones((4, 1)))
    trained = np.asarray(model.trainable_variables[0]).copy()
    optimizers.finish([model.optimizer])
    averaged = np.asarray(model.trainable_variables[0]).copy()
    optimizers.finish([model.optimizer])
    assert not np.allclose(trained, averaged)
    assert (np.asarray(model.trainable_variables[0]) == averaged).all()


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [({"kind": "adamm"}, "Did you mean 'adam'"), ({"kind": "adam", "beta": 1}, "does not take these arguments")],
)
def test_an_optimiser_that_this_keras_does_not_have_is_named(optimizer, message):
    """If the installed Keras is not that of the grammar, an unknown name or argument is an error before training."""
    with pytest.raises(ReportError, match=message):
        optimizers.make({"optimizer": optimizer, "learning_rate": 1e-3}, STEPS)
