"""The adversarial models: known answers, the losses printed in their equations, and the effect of a step."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from report_builder.kinds import MODELS, Condition, Layout, Sizes
from report_builder.models import conditional_gan, conditional_gan_embedding
from report_builder.train import loop

NAMES = ("conditional_gan", "conditional_gan_embedding", "gan")
ADVERSARIAL = pytest.mark.parametrize("name", NAMES)
CLASS, POSITION = Condition("class", ("zero", "one", "two")), Condition("position", ("row", "column"))
TINY = {"latent_dim": 5, "generator_filters": (6, 4, 3), "discriminator_filters": (3, 4), "hidden": (8,)}


def images():
    """Return twelve images of 8 x 8 in [-1, 1]."""
    return np.random.default_rng(0).uniform(-1, 1, (12, 8, 8, 1)).astype(np.float32)


def classes():
    """Return one-hot vectors of three classes in turn."""
    return np.eye(3, dtype=np.float32)[np.arange(12) % 3]


def given(name):
    """Return arguments as `train_step` gets them, as tensors."""
    x, condition = (keras.ops.convert_to_tensor(part) for part in (images(), classes()))
    return x if name == "gan" else (x, condition)


def compiled(name, optimizer=None, **parameters):
    """Return a small compiled model."""
    keras.utils.set_random_seed(3)
    model = loop.build({"kind": name} | TINY | parameters, Sizes((8, 8, 1), 3))
    model.compile(optimizer or keras.optimizers.Adam(2e-4, beta_1=0.5))
    return model


def values(variables):
    """Return copies of the values."""
    return [np.asarray(variable).copy() for variable in variables]


# --- the losses ---------------------------------------------------------------------------------------------------------------


@ADVERSARIAL
@pytest.mark.parametrize(("loss", "expected"), [("sum", 2 * np.log(2)), ("half_sum", np.log(2))])
def test_a_discriminator_that_knows_nothing_pays_log_two_for_each_answer(name, loss, expected):
    """At logits of 0, the discriminator's loss is 2 log 2, or log 2 as half sum, and the generator's is log 2."""
    model, zeros = compiled(name, loss=loss), np.zeros((4, 1), np.float32)
    assert float(model.discriminator_loss(zeros, zeros)) == pytest.approx(expected)
    assert float(model.generator_loss(zeros)) == pytest.approx(np.log(2))


@ADVERSARIAL
def test_losses_are_finite_for_any_logit(name):
    """A logit of a thousand in the wrong direction costs a thousand nats, not infinity."""
    model, sure = compiled(name), np.full((4, 1), 1000, np.float32)
    assert float(model.discriminator_loss(-sure, sure)) == pytest.approx(2000)
    assert float(model.generator_loss(-sure)) == pytest.approx(1000)
    assert float(model.discriminator_loss(sure, -sure)) == pytest.approx(0)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("loss", ["sum", "half_sum"])
@ADVERSARIAL
def test_the_printed_losses_are_the_compiled_losses(name, loss, smoothing):
    """Both lines of the equation, evaluated by hand on logits, are what the networks minimise."""
    model = compiled(name, loss=loss, label_smoothing=smoothing)
    real, fake = np.random.default_rng(1).normal(size=(2, 9, 1))
    p, q = 1 / (1 + np.exp(-real)), 1 / (1 + np.exp(-fake))
    by_hand = np.mean(-(1 - smoothing) * np.log(p) - smoothing * np.log(1 - p) - np.log(1 - q))
    by_hand *= 0.5 if loss == "half_sum" else 1
    assert float(model.discriminator_loss(real, fake)) == pytest.approx(by_hand, rel=1e-5)
    assert float(model.generator_loss(fake)) == pytest.approx(-np.log(q).mean(), rel=1e-5)
    kind = MODELS.get(name)
    equation = kind.equation(kind.parameters(loss=loss, label_smoothing=smoothing))
    assert (r"\frac{1}{2}" in equation.latex) is (loss == "half_sum")
    assert (r"(1 - s) \log" in equation.latex) is (smoothing > 0)
    assert any("0.1" in symbol for symbol, _ in equation.symbols) is (smoothing > 0)
    assert (", c)" in equation.latex) is (name != "gan")


@ADVERSARIAL
def test_logged_terms_are_those_of_the_vocabulary(name):
    """Training and evaluation log both losses, and the mean probability of real for both kinds of images."""
    model = compiled(name)
    for step in (model.train_step, model.test_step):
        logs = {term: float(value) for term, value in step(given(name)).items()}
        assert set(logs) == {"generator_loss", "discriminator_loss", "discriminator_real", "discriminator_fake"}
        assert all(0 < logs[term] < 1 for term in ("discriminator_real", "discriminator_fake"))


# --- a step -------------------------------------------------------------------------------------------------------------------


@ADVERSARIAL
def test_a_step_trains_each_network_on_its_own_loss(name):
    """With plain gradient descent, each network moves exactly along the gradient of its own loss on the same fakes."""
    import tensorflow as tf

    model = compiled(name, keras.optimizers.SGD(0.1), dropout=0.0)
    networks = (model.generator, model.discriminator)
    model.seed_generator.state.assign([1, 2])
    with tf.GradientTape(persistent=True) as tape:
        terms = model.terms(given(name), training=True)
    expected = [
        [np.asarray(w) - 0.1 * np.asarray(tf.convert_to_tensor(tape.gradient(terms[loss], w))) for w in part.trainable_weights]
        for part, loss in zip(networks, ("generator_loss", "discriminator_loss"), strict=True)
    ]
    model.seed_generator.state.assign([1, 2])
    model.train_step(given(name))
    for part, wanted in zip(networks, expected, strict=True):
        for weight, value in zip(part.trainable_weights, wanted, strict=True):
            assert np.asarray(weight) == pytest.approx(value, abs=1e-6)


@ADVERSARIAL
def test_each_network_has_an_optimiser_of_its_own(name):
    """Both optimisers have the given settings, hold variables of their network alone, and count the same steps."""
    model = compiled(name, keras.optimizers.Adam(2e-4, beta_1=0.5, weight_decay=2e-5))
    first, second = model.optimizers
    assert first is not second
    assert first.get_config() == second.get_config()
    model.train_step(given(name))
    for optimizer, part in ((first, model.generator), (second, model.discriminator)):
        assert len(optimizer.variables) == 2 + 2 * len(part.trainable_weights)
        assert int(optimizer.iterations) == 1


def test_the_discriminator_can_have_a_learning_rate_of_its_own():
    """The parameter changes the discriminator's learning rate and leaves the generator's schedule unchanged."""
    schedule = keras.optimizers.schedules.ExponentialDecay(2e-4, 10, 0.5)
    model = compiled("gan", keras.optimizers.Adam(schedule), discriminator_learning_rate=4e-4)
    model.train_step(images())
    assert float(model.optimizers[1].learning_rate) == pytest.approx(4e-4)
    assert float(model.optimizers[0].learning_rate) == pytest.approx(2e-4 * 0.5**0.1)


@ADVERSARIAL
def test_a_step_draws_its_fakes_once(name):
    """One generator pass serves both losses: its batch statistics are updated once per step, and not in evaluation."""
    model = compiled(name)
    calls, call = [], model.generator.call
    model.generator.call = lambda *args, **kwargs: calls.append(1) or call(*args, **kwargs)
    model.train_step(given(name))
    assert len(calls) == 1
    before = values(model.weights)
    model.test_step(given(name))
    assert all((old == new).all() for old, new in zip(before, values(model.weights), strict=True))


@ADVERSARIAL
def test_dropout_and_batch_statistics_act_in_training_only(name):
    """`sample` and `discriminate` are repeatable and independent of the batch; only a training pass updates statistics."""
    model = compiled(name)
    condition = () if name == "gan" else (classes(),)
    first, again, other = (np.asarray(model.sample(12, seed, *condition)) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    assert np.abs(first).max() <= 1
    logits = np.asarray(model.discriminate(images(), *condition))
    alone = np.asarray(model.discriminate(images()[:3], *(part[:3] for part in condition)))
    assert logits.shape == (12,)
    assert alone == pytest.approx(logits[:3], abs=1e-6)
    before = values(model.generator.non_trainable_weights)
    model.train_step(given(name))
    assert all((old != new).any() for old, new in zip(before, values(model.generator.non_trainable_weights), strict=True))


# --- suitable data ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        (Layout((28, 28, 1), (-1, 1), conditions=(CLASS,)), ""),
        (Layout((28, 28, 1), (-1, 1), conditions=(CLASS, POSITION)), ""),
        (Layout(None, (-1, 1), conditions=(CLASS,)), ""),
        (Layout((28, 28, 1), (-1, 1)), "one_hot"),
        (Layout((28, 28, 1), (0, 1), conditions=(CLASS,)), "range: symmetric"),
        (Layout((42, 42, 1), (-1, 1), conditions=(CLASS,)), "multiples of 4"),
    ],
)
def test_data_that_does_not_fit_is_refused_with_what_helps(layout, said):
    """An unsuitable size or range and a missing condition are refused before training; unknown properties are not."""
    why = conditional_gan.KIND.refuses(conditional_gan.Parameters(), layout)
    assert said in why
    assert bool(why) is bool(said)


def test_an_embedding_needs_the_class_alone():
    """A condition with more than the class is refused, and the message names the model that accepts it."""
    layout = Layout((28, 28, 1), (-1, 1), conditions=(CLASS, POSITION))
    assert "'conditional_gan'" in conditional_gan_embedding.refuses(conditional_gan_embedding.Parameters(), layout)
