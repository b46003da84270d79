"""The Wasserstein models: signs and known answers of their losses, the constraints on the critic, and the effect of a step."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from report_builder import datasets
from report_builder.kinds import MODELS, Sizes
from report_builder.train import checkpoint, loop

NAMES = ("conditional_wgan", "wgan")
BOTH = pytest.mark.parametrize("name", NAMES)
CONSTRAINTS = pytest.mark.parametrize("lipschitz", ["gradient_penalty", "clip"])
TINY = {"latent_dim": 5, "generator_filters": (6, 4, 3), "critic_filters": (3, 4), "hidden": (8,)}


def images():
    """Return twelve images of 8 x 8 in [-1, 1]."""
    return np.random.default_rng(0).uniform(-1, 1, (12, 8, 8, 1)).astype(np.float32)


def classes():
    """Return one-hot vectors of three classes in turn."""
    return np.eye(3, dtype=np.float32)[np.arange(12) % 3]


def given(name):
    """Return arguments as `train_step` gets them, as tensors."""
    x, condition = (keras.ops.convert_to_tensor(part) for part in (images(), classes()))
    return x if name == "wgan" else (x, condition)


def compiled(name, optimizer=None, **parameters):
    """Return a small compiled model."""
    keras.utils.set_random_seed(3)
    model = loop.build({"kind": name} | TINY | parameters, Sizes((8, 8, 1), 3))
    model.compile(optimizer or keras.optimizers.Adam(1e-3, beta_1=0.5, beta_2=0.9))
    return model


def values(variables):
    """Return copies of the values."""
    return [np.asarray(variable).copy() for variable in variables]


def moved(before, variables):
    """Return whether each value has changed."""
    return [bool((old != np.asarray(new)).any()) for old, new in zip(before, variables, strict=True)]


# --- the losses ---------------------------------------------------------------------------------------------------------------


@BOTH
def test_the_critic_gives_scores_and_not_probabilities(name):
    """The last layer is linear, nothing normalises over the batch, and no probability of being real is provided."""
    model = compiled(name)
    assert model.critic.layers[-1].activation.__name__ == "linear"
    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in model.critic.layers)
    assert "discriminate" not in MODELS.get(name).provides
    assert not hasattr(model, "discriminate")


@BOTH
def test_losses_have_the_signs_of_the_paper(name):
    """The critic's loss is mean(fake) - mean(real) + lambda * penalty, the generator's -mean(fake)."""
    real, fake = np.array([[3.0], [5.0]], np.float32), np.array([[1.0], [-2.0]], np.float32)
    penalised, clipped = compiled(name, penalty_weight=7), compiled(name, lipschitz="clip")
    assert float(penalised.critic_loss(real, fake, 0.25)) == pytest.approx(-0.5 - 4 + 7 * 0.25)
    assert float(clipped.critic_loss(real, fake)) == pytest.approx(-0.5 - 4)
    assert float(clipped.generator_loss(fake)) == pytest.approx(0.5)


@pytest.mark.parametrize(("norm", "penalty"), [(1.0, 0.0), (3.0, 4.0), (0.25, 0.5625), (0.0, 1.0)])
def test_the_penalty_of_a_linear_critic_is_known(norm, penalty):
    """A critic w . x has the gradient norm |w| everywhere, so that its penalty is (|w| - 1)^2 for any images, also at 0."""
    model = compiled("wgan")
    weights = np.random.default_rng(2).normal(size=(64, 1)).astype(np.float32)
    weights *= norm / np.linalg.norm(weights)
    image = keras.Input((8, 8, 1))
    linear = keras.layers.Dense(1, use_bias=False)
    model.critic = keras.Model(image, linear(keras.layers.Flatten()(image)))
    linear.set_weights([weights])
    with tf.GradientTape() as tape:
        found = model.gradient_penalty(given("wgan"), given("wgan")[::-1])
    assert float(found) == pytest.approx(penalty, abs=1e-4)
    assert np.isfinite(np.asarray(tape.gradient(found, linear.kernel.value))).all()


@BOTH
def test_the_penalty_looks_uniformly_between_real_and_fake(name):
    """Each point is share * real + (1 - share) * fake with one share per image, uniform in [0, 1]."""
    model, seen = compiled(name), []
    critic, condition = model.critic, tf.one_hot([0] * 4000, 3)

    def recorded(inputs, **keywords):
        seen.append(np.asarray(inputs if name == "wgan" else inputs[0]))
        return critic(inputs, **keywords)

    model.critic = recorded
    real, fake = tf.ones((4000, 8, 8, 1)), -tf.ones((4000, 8, 8, 1))
    model.gradient_penalty(real, fake, *([condition] if name != "wgan" else []))
    share = (seen[0] + 1) / 2
    assert np.ptp(share, axis=(1, 2, 3)).max() == pytest.approx(0, abs=1e-6)
    counts, _ = np.histogram(share[:, 0, 0, 0], bins=10, range=(0, 1))
    assert counts.sum() == 4000
    assert np.abs(counts - 400).max() < 100


@BOTH
@CONSTRAINTS
def test_logged_terms_add_up(name, lipschitz):
    """Training and evaluation log the same terms, and the critic's loss is minus the difference plus the weighted penalty."""
    model = compiled(name, lipschitz=lipschitz)
    for step in (model.train_step, model.test_step):
        logs = {term: float(value) for term, value in step(given(name)).items()}
        penalty = 10 * logs.pop("gradient_penalty") if lipschitz == "gradient_penalty" else 0
        assert set(logs) == {"critic_loss", "generator_loss", "score_difference"}
        assert logs["critic_loss"] == pytest.approx(penalty - logs["score_difference"], abs=1e-5)


def test_the_networks_are_those_of_the_gan():
    """Both networks are the GAN's without dropout and the logit's bias, so that a comparison is one of losses."""
    adversarial, model = (
        loop.build({"kind": "gan"}, Sizes((28, 28, 1))),
        loop.build({"kind": "wgan"}, Sizes((28, 28, 1))),
    )

    def described(network):
        kept = [layer for layer in network.layers if type(layer).__name__ not in {"InputLayer", "Dropout"}]
        return [(type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params()) for layer in kept]

    assert described(model.generator) == described(adversarial.generator)
    *critic, score = described(model.critic)
    *discriminator, logit = described(adversarial.discriminator)
    assert critic == discriminator
    assert score[:2] == logit[:2]
    assert score[2] == logit[2] - 1


def test_the_critic_sees_the_condition_at_each_pixel():
    """After the image's channels there is one plane per class, ones for the class of the image and zeros otherwise."""
    from report_builder.models.conditional_wgan import network

    image, condition = keras.Input((4, 6, 2)), keras.Input((3,))
    x = np.random.default_rng(0).random((2, 4, 6, 2)).astype(np.float32)
    found = np.asarray(keras.Model([image, condition], network.with_planes(image, condition))([x, np.eye(3)[[1, 0]]]))
    assert (found[..., :2] == x).all()
    assert (found[..., 2:] == np.eye(3)[[1, 0]][:, None, None]).all()


# --- steps --------------------------------------------------------------------------------------------------------------------


@BOTH
def test_the_generator_learns_once_in_so_many_steps_of_the_critic(name):
    """The critic learns from every batch, the generator after every third, and each optimiser counts its own steps."""
    model = compiled(name, critic_steps=3)
    for batch in range(1, 8):
        before = values(model.generator.trainable_weights), values(model.critic.trainable_weights)
        model.train_step(given(name))
        assert all(moved(before[0], model.generator.trainable_weights)) is (batch % 3 == 0)
        assert any(moved(before[0], model.generator.trainable_weights)) is (batch % 3 == 0)
        assert any(moved(before[1], model.critic.trainable_weights))
    assert [int(optimizer.iterations) for optimizer in model.optimizers] == [2, 7]


@BOTH
@CONSTRAINTS
def test_a_step_trains_the_critic_on_its_loss(name, lipschitz):
    """With plain gradient descent, the critic moves exactly along the gradient of its full loss, including the penalty."""
    model = compiled(name, keras.optimizers.SGD(0.1), lipschitz=lipschitz, critic_steps=9)
    if lipschitz == "clip":
        model.clip_value = 100.0
    weights = model.critic.trainable_weights
    model.seed_generator.state.assign([1, 2])
    with tf.GradientTape() as tape:
        loss = model.terms(given(name), training=True)["critic_loss"]
    slopes = [np.asarray(tf.convert_to_tensor(slope)) for slope in tape.gradient(loss, weights)]
    expected = [value - 0.1 * slope for value, slope in zip(values(weights), slopes, strict=True)]
    model.seed_generator.state.assign([1, 2])
    model.train_step(given(name))
    for weight, value in zip(weights, expected, strict=True):
        assert np.asarray(weight) == pytest.approx(value, abs=1e-6)


@BOTH
def test_clipped_weights_stay_within_the_clip_value(name):
    """After every step, the critic's weights are within the clip value, some at it; the generator's are not clipped."""
    model = compiled(name, keras.optimizers.RMSprop(5e-2), lipschitz="clip", clip_value=0.02, critic_steps=1)
    for _ in range(3):
        model.train_step(given(name))
        largest = [np.abs(np.asarray(weight)).max() for weight in model.critic.trainable_weights]
        assert max(largest) == pytest.approx(0.02)
    assert max(np.abs(np.asarray(weight)).max() for weight in model.generator.trainable_weights) > 0.02


def test_a_critic_that_learns_tells_real_from_generated():
    """With a fixed generator, the score difference grows while the gradient norm stays near 1."""
    model = compiled("wgan", critic_steps=100)
    step = tf.function(lambda: model.train_step(given("wgan")))
    first, *_, last = [{term: float(value) for term, value in step().items()} for _ in range(99)]
    assert last["score_difference"] > first["score_difference"] + 0.3
    assert last["gradient_penalty"] < 0.1


def test_schedules_end_with_the_training_for_both_networks():
    """Schedules count batches: the generator, which steps at every fifth, has the critic's learning rate at that time."""
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-3, 10, 0.5)
    model = compiled("wgan", keras.optimizers.Adam(schedule))
    step = tf.function(lambda: model.train_step(given("wgan")))
    for _ in range(10):
        step()
    assert [int(optimizer.iterations) for optimizer in model.optimizers] == [2, 10]
    assert all(float(optimizer.learning_rate) == pytest.approx(5e-4) for optimizer in model.optimizers)


def test_the_critic_can_have_a_learning_rate_of_its_own():
    """The parameter changes only the critic's learning rate; all other settings are equal."""
    model = compiled("wgan", keras.optimizers.Adam(2e-4, beta_1=0.5), critic_learning_rate=4e-4)
    generator, critic = (optimizer.get_config() for optimizer in model.optimizers)
    assert (generator.pop("learning_rate"), critic.pop("learning_rate")) == (pytest.approx(2e-4), pytest.approx(4e-4))
    assert generator == critic


@BOTH
def test_samples_depend_on_the_seed_alone(name):
    """The same seed gives the same images in [-1, 1], another seed others, and sampling and testing change no state."""
    model, condition = compiled(name), () if name == "wgan" else (classes(),)
    model.train_step(given(name))
    before = values(model.weights)
    first, again, other = (np.asarray(model.sample(12, seed, *condition)) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()
    assert np.abs(first).max() <= 1
    model.test_step(given(name))
    assert not any(moved(before, model.weights))


@pytest.mark.parametrize(
    ("name", "lipschitz"), [("wgan", "gradient_penalty"), pytest.param("conditional_wgan", "clip", marks=pytest.mark.slow)]
)
def test_a_killed_run_ends_like_one_that_was_not(name, lipschitz, tmp_path):
    """Stopped between epochs, in the middle of the critic's steps, a run resumes to bit-identical weights."""
    steps = [{"kind": "subset", "train": 40, "test": 10}, {"kind": "scale", "range": "symmetric"}]
    steps += [{"kind": "resize", "size": 8}, {"kind": "one_hot"}]
    data = datasets.prepare({"dataset": {"kind": "digits", "copies": 0}, "steps": steps}, [])
    chosen = MODELS.get(name).parameters(**TINY, lipschitz=lipschitz, critic_steps=3).model_dump(mode="json")
    training = {"epochs": 2, "batch_size": 10, "learning_rate": 1e-3, "optimizer": {"kind": "rmsprop"}}
    run = {"model": {"kind": name, **chosen}, "training": training, "seed": 1}
    kept, whole = [], loop.start(run, data)
    loop.train(whole, data, on_epoch=lambda state: kept or kept.append(checkpoint.save(state, tmp_path / "checkpoint.npz")))
    assert [int(optimizer.iterations) for optimizer in whole.model.optimizers] == [2, 8]
    again = loop.start(run, data)
    assert checkpoint.restore(again, tmp_path / "checkpoint.npz")
    loop.train(again, data, on_epoch=lambda _: None)
    before, after = (state.variables() for state in (whole, again))
    assert before.keys() == after.keys()
    assert all((np.asarray(before[key]) == np.asarray(after[key])).all() for key in before)
