"""The classifier: known answers, and the loss printed in its equation."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from report_builder.kinds import Layout, Sizes
from report_builder.models import classifier
from report_builder.train import loop


@pytest.fixture
def batch():
    """Thirty images of 8 x 8 whose brightness depends on their class."""
    y = np.arange(30) % 3
    noise = np.random.default_rng(0).random((30, 8, 8, 1))
    return (y[:, None, None, None] / 3 + noise / 4).astype(np.float32), y


def compiled():
    """Return a small compiled model."""
    keras.utils.set_random_seed(3)
    model = loop.build({"kind": "classifier", "filters": (4, 8), "hidden": 16}, Sizes((8, 8, 1), classes=3))
    model.compile(keras.optimizers.Adam(1e-2))
    return model


@pytest.mark.parametrize("shape", [(28, 28, 1), (14, 14, 1), (32, 32, 3), (64, 64, 3)])
def test_each_size_of_images_is_classified(shape):
    """For each image size of the reports, there is one probability per class, and they sum to 1."""
    model = loop.build({"kind": "classifier"}, Sizes(shape, classes=7))
    probability = np.asarray(model.classify(np.zeros((2, *shape), np.float32)))
    assert probability.shape == (2, 7)
    assert probability.sum(axis=1) == pytest.approx(1)


def test_equal_logits_cost_the_logarithm_of_the_number_of_classes(batch):
    """With equal logits for three classes, the cross-entropy is log 3."""
    assert float(compiled().compute_loss(*batch, np.zeros((30, 3), np.float32))) == pytest.approx(np.log(3))


def test_the_printed_loss_is_the_compiled_loss(batch):
    """The mean of -log p(y | x), with the probabilities from `classify`, is what the model minimises."""
    model, (x, y) = compiled(), batch
    by_hand = -np.log(np.asarray(model.classify(x), np.float64)[np.arange(30), y]).mean()
    assert float(model.compute_loss(x, y, model(x, training=False))) == pytest.approx(by_hand, rel=1e-5)
    assert r"-\log p(y \mid x)" in classifier.KIND.equation(classifier.Parameters()).latex


def test_the_logged_accuracy_is_the_share_of_right_classes(batch):
    """After some training, `test_step` logs the share of images whose most probable class is correct."""
    model, (x, y) = compiled(), batch
    step = tf.function(model.train_step)
    for _ in range(60):
        step(batch)
    model.reset_metrics()
    accuracy = float(model.test_step(batch)["accuracy"])
    assert accuracy == pytest.approx((np.asarray(model.classify(x)).argmax(axis=1) == y).mean())
    assert accuracy > 0.8


def test_the_last_layer_sees_the_features(batch):
    """Logits are the last dense layer applied to the features, with nothing in between, dropout included."""
    model, (x, _) = compiled(), batch
    kernel, bias = model.network.layers[-1].get_weights()
    features = np.asarray(model.features(x))
    assert features.shape == (30, 16)
    np.testing.assert_allclose(features @ kernel + bias, np.asarray(model(x, training=False)), atol=1e-5)


def test_dropout_acts_in_training_only(batch):
    """Two evaluations are bit-identical, two calls in training are not."""
    model, (x, _) = compiled(), batch
    assert (np.asarray(model.classify(x)) == np.asarray(model.classify(x))).all()
    assert (np.asarray(model(x, training=True)) != np.asarray(model(x, training=True))).any()


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        (Layout((28, 28, 1), (0, 1), ("a", "b")), ""),
        (Layout((15, 15, 1), (-1, 1), None), ""),
        (Layout(None, (0, 1), None), ""),
        (Layout((28, 28, 1), (0, 255), ("a", "b")), "range: symmetric"),
        (Layout((3, 28, 1), (0, 1), ("a", "b")), "at least 4"),
        (Layout((28, 28, 1), (0, 1), ("a",)), "at least 2 classes"),
    ],
)
def test_data_that_does_not_fit_is_refused_with_what_helps(layout, said):
    """An unsuitable size or range and a single class are refused before training; unknown properties are not."""
    why = classifier.refuses(classifier.Parameters(), layout)
    assert said in why
    assert bool(why) is bool(said)
