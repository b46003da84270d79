"""The conditional VAE: the layers of the report, known answers, and the loss printed in its equation."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from report_builder.kinds import Condition, Layout, Sizes
from report_builder.models import conditional_vae
from report_builder.train import loop

CLASS = (Condition("class", ("zero", "one", "two")),)


@pytest.fixture
def batch():
    """Sixteen black and white images of 12 x 12 with conditions of three entries."""
    random = np.random.default_rng(0)
    return (random.random((16, 12, 12, 1)) > 0.5).astype(np.float32), np.eye(3, dtype=np.float32)[np.arange(16) % 3]


def compiled(**parameters):
    """Return a small compiled model."""
    keras.utils.set_random_seed(3)
    model = loop.build({"kind": "conditional_vae", "filters": (4, 8), **parameters}, Sizes((12, 12, 1), 3))
    model.compile(keras.optimizers.Adam(1e-3))
    return model


# --- the layers ---------------------------------------------------------------------------------------------------------------


def _described(layers):
    """Return class, output shape and parameter count of each layer except inputs."""
    return [
        (type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params())
        for layer in layers
        if not isinstance(layer, keras.layers.InputLayer)
    ]


def test_the_encoder_is_that_of_the_report():
    """For 42 x 42 images with 12 condition entries, the encoder has the layers, shapes and parameter counts of S0-F22."""
    encoder = loop.build({"kind": "conditional_vae", "latent_dim": 20}, Sizes((42, 42, 1), 12)).encoder
    assert [tuple(given.shape[1:]) for given in encoder.inputs] == [(42, 42, 1), (12,)]
    assert _described(encoder.layers) == [
        ("Conv2D", (21, 21, 32), 9 * 32 + 32),
        ("Conv2D", (11, 11, 64), 9 * 32 * 64 + 64),
        ("Flatten", (7744,), 0),
        ("Concatenate", (7756,), 0),
        ("Dense", (40,), 7756 * 40 + 40),
    ]
    convolutions = [layer for layer in encoder.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [(c.kernel_size, c.strides, c.padding, c.activation.__name__) for c in convolutions] == [
        ((3, 3), (2, 2), "same", "relu")
    ] * 2
    assert encoder.layers[-1].activation.__name__ == "linear"


def test_the_decoder_is_that_of_the_report():
    """The decoder goes from 7 x 7 to 14 x 14 to 42 x 42 (strides 2 and 3) and ends in logits, layer by layer as in S0-F23."""
    decoder = loop.build({"kind": "conditional_vae", "latent_dim": 20}, Sizes((42, 42, 1), 12)).decoder
    assert _described(decoder.layers) == [
        ("Concatenate", (32,), 0),
        ("Dense", (7 * 7 * 32,), 32 * 1568 + 1568),
        ("Reshape", (7, 7, 32), 0),
        ("Conv2DTranspose", (14, 14, 64), 9 * 32 * 64 + 64),
        ("Conv2DTranspose", (42, 42, 32), 9 * 64 * 32 + 32),
        ("Conv2DTranspose", (42, 42, 1), 9 * 32 + 1),
    ]
    transposed = [layer for layer in decoder.layers if isinstance(layer, keras.layers.Conv2DTranspose)]
    assert [(t.strides, t.activation.__name__) for t in transposed] == [
        ((2, 2), "relu"),
        ((3, 3), "relu"),
        ((1, 1), "linear"),
    ]


@pytest.mark.parametrize(("shape", "strides"), [((28, 28, 1), (2, 2)), ((32, 48, 3), (2, 2)), ((14, 14, 1), (1, 2))])
def test_other_sizes_come_out_as_they_went_in(shape, strides):
    """With strides whose product divides the size, any size and any number of channels are restored."""
    model = loop.build({"kind": "conditional_vae", "filters": (4, 8), "strides": strides}, Sizes(shape, 2))
    logits, *_ = model((np.zeros((2, *shape), np.float32), np.zeros((2, 2), np.float32)))
    assert tuple(logits.shape) == (2, *shape)


def test_both_networks_are_told_the_condition(batch):
    """Another condition changes the code of an image, and the image of a code."""
    model, (x, condition) = compiled(), batch
    other = np.roll(condition, 1, axis=1)
    assert (np.asarray(model.encode(x, condition)) != np.asarray(model.encode(x, other))).any(axis=1).all()
    z = np.zeros((16, 2), np.float32)
    assert (np.asarray(model.decode(z, condition)) != np.asarray(model.decode(z, other))).any(axis=(1, 2, 3)).all()


# --- the loss -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kl", ["closed_form", "monte_carlo"])
@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_the_loss_is_the_weighted_sum_of_its_parts(batch, kl, beta):
    """Up to rounding, loss = reconstruction_loss + beta * kl_loss, in training and in evaluation."""
    model = compiled(kl=kl, beta=beta)
    for step in (model.train_step, model.test_step):
        model.reset_metrics()
        logs = {name: float(value) for name, value in step(batch).items()}
        assert logs["loss"] == pytest.approx(logs["reconstruction_loss"] + beta * logs["kl_loss"], rel=1e-5)


def test_the_printed_loss_is_the_compiled_loss(batch):
    """The printed sums, evaluated by hand, are what the model minimises."""
    model = compiled(beta=2.0)
    outputs = model(batch)
    logits, _, mu, log_var = (np.asarray(out, np.float64) for out in outputs)
    x, x_hat = batch[0], 1 / (1 + np.exp(-logits))
    cross_entropy = -np.sum(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat), axis=(1, 2, 3))
    kl = 0.5 * np.sum(mu**2 + np.exp(log_var) - log_var - 1, axis=1)
    assert float(model.compute_loss(batch, None, outputs)) == pytest.approx(np.mean(cross_entropy + 2 * kl), rel=1e-5)


def test_the_terms_of_the_bound_are_per_image(batch):
    """`elbo_terms` gives nats per image, and both KL terms agree over many draws."""
    terms = {name: np.asarray(values) for name, values in compiled().elbo_terms(*batch, 75).items()}
    assert {values.shape for values in terms.values()} == {(16,)}
    assert terms["kl_monte_carlo"].mean() == pytest.approx(terms["kl_closed_form"].mean(), abs=0.1)


def test_it_learns_what_the_condition_says(batch):
    """If the condition alone determines the image, a hundred steps at least halve the loss."""
    model, condition = compiled(), batch[1]
    model.optimizer.learning_rate = 1e-2
    x = np.repeat(condition, 48, axis=1).reshape(16, 12, 12, 1)
    step = tf.function(model.train_step)
    first = float(step((x, condition))["loss"])
    for _ in range(100):
        model.reset_metrics()
        last = float(step((x, condition))["loss"])
    assert last < first / 2


# --- what the front process reads ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kl", ["closed_form", "monte_carlo"])
def test_the_equation_is_that_of_the_vae_with_the_condition(kl):
    """Loss, posterior, encoder and decoder are printed with c, and c is explained."""
    equation = conditional_vae.KIND.equation(conditional_vae.Parameters(kl=kl))
    assert r"\mathcal{L}(x, c)" in equation.latex
    assert r"e_\phi(x, c)" in equation.latex
    assert r"d_\theta(z, c)" in equation.latex
    assert (r"q_\phi(z \mid x, c)" in equation.latex) is (kl == "monte_carlo")
    assert r"z \mid x)" not in equation.latex + " ".join(symbol for symbol, _ in equation.symbols)
    assert "c" in dict(equation.symbols)


@pytest.mark.parametrize(
    ("parameters", "layout", "said"),
    [
        ({}, Layout((42, 42, 1), (0, 1), conditions=CLASS), ""),
        ({}, Layout(None, (0, 1), conditions=CLASS), ""),
        ({}, Layout((42, 42, 1), (0, 1)), "one_hot"),
        ({}, Layout((42, 42, 1), (-1, 1), conditions=CLASS), "range: unit"),
        ({}, Layout((28, 28, 1), (0, 1), conditions=CLASS), "With 'strides: [2, 2]' they fit"),
        ({"strides": [2, 2]}, Layout((28, 28, 1), (0, 1), conditions=CLASS), ""),
        ({"strides": [2]}, Layout(None, (0, 1), conditions=CLASS), "one entry for each of 'filters'"),
    ],
)
def test_data_that_does_not_fit_is_refused_with_what_helps(parameters, layout, said):
    """An unsuitable size or range and a missing condition are refused before training; unknown properties are not."""
    why = conditional_vae.refuses(conditional_vae.Parameters(**parameters), layout)
    assert said in why
    assert bool(why) is bool(said)
