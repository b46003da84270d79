"""The variational autoencoder: known answers, and the loss printed in its equation."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest

from report_builder.kinds import Layout, Sizes
from report_builder.models import vae
from report_builder.models._networks import losses
from report_builder.train import loop


@pytest.fixture
def x():
    """Sixteen black and white images of 8 x 8."""
    return (np.random.default_rng(0).random((16, 8, 8, 1)) > 0.5).astype(np.float32)


def compiled(**parameters):
    """Return a small compiled model."""
    keras.utils.set_random_seed(3)
    model = loop.build({"kind": "vae", **parameters}, Sizes((8, 8, 1)))
    model.compile(keras.optimizers.Adam(1e-3))
    return model


@pytest.mark.parametrize("kl", ["closed_form", "monte_carlo"])
@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_the_loss_is_the_weighted_sum_of_its_parts(x, kl, beta):
    """Up to rounding, loss = reconstruction_loss + beta * kl_loss, in training and in evaluation."""
    model = compiled(kl=kl, beta=beta)
    for step in (model.train_step, model.test_step):
        model.reset_metrics()
        logs = {name: float(value) for name, value in step(x).items()}
        assert logs["loss"] == pytest.approx(logs["reconstruction_loss"] + beta * logs["kl_loss"], rel=1e-5)


@pytest.mark.parametrize("kl", ["closed_form", "monte_carlo"])
def test_the_kl_parameter_chooses_the_kl_term_that_is_compiled(x, kl):
    """The parameter names the term that `compute_loss` adds to the reconstruction."""
    model = compiled(kl=kl)
    outputs = logits, z, z_mean, z_log_var = model(x)
    term = losses.KL[kl](z_mean, z_log_var, z)
    expected = np.mean(np.asarray(losses.binary_crossentropy(x, logits)) + np.asarray(term))
    assert float(model.compute_loss(x, None, outputs)) == pytest.approx(expected, rel=1e-5)


def test_the_bound_lies_below_and_its_terms_are_per_image(x):
    """`elbo_terms` gives nats per image, and both KL terms agree over many draws."""
    terms = {name: np.asarray(values) for name, values in compiled().elbo_terms(x, 75).items()}
    assert {values.shape for values in terms.values()} == {(16,)}
    assert (terms["reconstruction"] > 0).all()
    assert terms["kl_monte_carlo"].mean() == pytest.approx(terms["kl_closed_form"].mean(), abs=0.1)


def test_the_code_of_an_image_is_the_mean_of_its_posterior(x):
    """`encode` gives z_mean without noise."""
    model = compiled()
    assert (np.asarray(model.encode(x)) == np.asarray(model.posterior(x)[0])).all()


def test_samples_are_probabilities_fixed_by_their_seed():
    """`sample` gives images in [0, 1], the same ones for the same seed, and others for another."""
    model = compiled()
    first, again, other = (np.asarray(model.sample(5, seed)) for seed in (1, 1, 2))
    assert first.shape == (5, 8, 8, 1)
    assert ((first >= 0) & (first <= 1)).all()
    assert (first == again).all()
    assert (first != other).any()


def test_the_network_is_that_of_the_lab_sheet():
    """With the defaults, the encoder is that of the TensorFlow tutorial, and the decoder mirrors it filter by filter."""
    model = loop.build({"kind": "vae"}, Sizes((28, 28, 1)))
    shapes = [tuple(w.shape) for w in model.weights if len(w.shape) > 1]
    assert shapes == [
        (3, 3, 1, 32),
        (3, 3, 32, 64),
        (3136, 4),
        (2, 3136),
        (3, 3, 64, 64),
        (3, 3, 32, 64),
        (3, 3, 1, 32),
    ]


# --- the equation -------------------------------------------------------------------------------------------------------------


def test_the_equation_shows_the_kl_term_that_is_compiled():
    """The closed form is printed for the closed form, the difference of log-densities for the estimate."""
    closed, estimate = (vae.KIND.equation(vae.Parameters(kl=kl)).latex for kl in ("closed_form", "monte_carlo"))
    assert r"\sigma_j^2" in closed
    assert "q_" not in closed
    assert r"\log q_\phi(z \mid x) - \log p(z)" in estimate
    assert "sum_{j=1}" not in estimate


@pytest.mark.parametrize(("beta", "shown"), [(1.0, False), (0.5, True), (0.0, False)])
def test_the_equation_shows_beta_only_where_it_weighs(beta, shown):
    """A weight of one is not printed, any other is printed with its value, and zero removes the KL term."""
    equation = vae.KIND.equation(vae.Parameters(beta=beta))
    assert (r"\beta" in equation.latex) is shown
    assert any("0.5" in symbol for symbol, _ in equation.symbols) is shown
    assert ("mu_j" in equation.latex) is (beta > 0)


def test_the_printed_loss_is_the_compiled_loss(x):
    """The closed-form equation, evaluated by hand on the printed sums, is what the model minimises."""
    model = compiled(beta=2.0)
    outputs = model(x)
    logits, _, mu, log_var = (np.asarray(out, np.float64) for out in outputs)
    x_hat = 1 / (1 + np.exp(-logits))
    cross_entropy = -np.sum(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat), axis=(1, 2, 3))
    kl = 0.5 * np.sum(mu**2 + np.exp(log_var) - log_var - 1, axis=1)
    assert float(model.compute_loss(x, None, outputs)) == pytest.approx(np.mean(cross_entropy + 2 * kl), rel=1e-5)
    assert re.search(r"mu_j\^2 \+ \\sigma_j\^2 - \\log \\sigma_j\^2 - 1", vae.KIND.equation(vae.Parameters(beta=2.0)).latex)


def test_the_printed_loss_of_grey_pixels_is_the_compiled_loss(x):
    """The printed normaliser is 2 artanh(1 - 2 lambda) / (1 - 2 lambda)."""
    model, grey = compiled(reconstruction="continuous_bernoulli", beta=2.0), 0.2 + 0.6 * x
    outputs = model(grey)
    logits, _, mu, log_var = (np.asarray(out, np.float64) for out in outputs)
    x_hat = 1 / (1 + np.exp(-logits))
    factor = 2 * np.arctanh(1 - 2 * x_hat) / (1 - 2 * x_hat)
    pixels = -np.sum(grey * np.log(x_hat) + (1 - grey) * np.log(1 - x_hat) + np.log(factor), axis=(1, 2, 3))
    kl = 0.5 * np.sum(mu**2 + np.exp(log_var) - log_var - 1, axis=1)
    assert float(model.compute_loss(grey, None, outputs)) == pytest.approx(np.mean(pixels + 2 * kl), rel=1e-4)
    latex = vae.KIND.equation(vae.Parameters(reconstruction="continuous_bernoulli")).latex
    assert r"\log C(\hat{x}_i)" in latex
    assert r"\frac{2 \operatorname{artanh}(1 - 2\hat{x})}{1 - 2\hat{x}}" in latex
    with pytest.raises(ValueError, match="ssim_weight"):
        vae.Parameters(reconstruction="continuous_bernoulli", ssim_weight=1.0)


def test_images_that_cannot_be_halved_are_refused_with_the_reason():
    """Sizes not divisible by stride 2, and pixels outside [0, 1], are refused before training."""
    assert not vae.refuses(vae.Parameters(), Layout((28, 28, 1), (0, 1)))
    assert not vae.refuses(vae.Parameters(), Layout(None, (0, 1)))
    assert "multiples of 4" in vae.refuses(vae.Parameters(), Layout((30, 28, 1), (0, 1)))
    assert "range: unit" in vae.refuses(vae.Parameters(), Layout((28, 28, 1), (-1, 1)))


# --- weights and additional terms ---------------------------------------------------------------------------------------------

EVERYTHING = {
    "reconstruction": "mse",
    "reduction": "mean_over_pixels",
    "reconstruction_weight": 50.0,
    "beta": 2.0,
    "free_bits": 0.5,
    "ssim_weight": 3.0,
}


def logged(model, step, x):
    """Return the terms that one step logs."""
    model.reset_metrics()
    return {name: float(value) for name, value in step(x).items()}


def test_the_loss_is_the_sum_of_everything_that_is_logged_and_counts(x):
    """With weights, free bits and SSIM, loss = 50 * reconstruction + 2 * free bits + 3 * (1 - SSIM) (S2-E05)."""
    model = compiled(**EVERYTHING)
    for step in (model.train_step, model.test_step):
        logs = logged(model, step, x)
        parts = 50 * logs["reconstruction_loss"] + 2 * logs["free_bits_loss"] + 3 * logs["ssim_loss"]
        assert logs["loss"] == pytest.approx(parts, rel=1e-5)
        assert logs["kl_loss"] < logs["free_bits_loss"]
        assert "weighted_kl_loss" not in logs


def test_the_weight_of_the_kl_term_grows_in_training_and_is_whole_in_evaluation(x):
    """Over two epochs of three steps, beta grows by sixths, and loss = reconstruction + weighted KL at every step."""
    entry = {"kind": "vae", "beta": 4.0, "beta_warm_up": 2.0}
    model = loop.build(entry, Sizes((8, 8, 1), steps_per_epoch=3))
    model.compile(keras.optimizers.Adam(1e-3))
    for done in range(8):
        logs = logged(model, model.train_step, x)
        assert logs["weighted_kl_loss"] == pytest.approx(4 * min(1, done / 6) * logs["kl_loss"], rel=1e-5)
        assert logs["loss"] == pytest.approx(logs["reconstruction_loss"] + logs["weighted_kl_loss"], rel=1e-5)
        held_out = logged(model, model.test_step, x)
        assert held_out["loss"] == pytest.approx(held_out["reconstruction_loss"] + 4 * held_out["kl_loss"], rel=1e-5)


def test_the_bound_of_a_squared_error_has_the_variance_of_its_weight(x):
    """`elbo_terms` gives -log N(x; drawn, 64 / 100), although the loss has a weighted mean and additional terms."""
    model = compiled(**EVERYTHING)
    z_mean, z_log_var = model.posterior(x)
    model.seed_generator.state.assign([1, 1])
    drawn = np.asarray(model.decode(model.draw(z_mean, z_log_var)), np.float64)
    model.seed_generator.state.assign([1, 1])
    terms = model.elbo_terms(x, 1)
    by_hand = np.sum((x - drawn) ** 2 / 0.64 + np.log(2 * np.pi * 0.64), axis=(1, 2, 3)) / 2
    assert np.asarray(terms["reconstruction"]) == pytest.approx(by_hand, rel=1e-4)
    assert np.asarray(terms["kl_closed_form"]) == pytest.approx(np.asarray(losses.kl_closed_form(z_mean, z_log_var)))


def test_free_bits_need_the_closed_form():
    """A Monte Carlo estimate has no dimensions to clip, and the message says what to choose."""
    with pytest.raises(ValueError, match="kl: closed_form"):
        vae.Parameters(free_bits=1.0, kl="monte_carlo")


def test_the_equation_names_the_term_that_a_weight_multiplies():
    """S3-E01: a reconstruction weight is printed as w before the reconstruction, beta only before the KL term."""
    equation = vae.KIND.equation(vae.Parameters(reduction="mean_over_pixels", reconstruction_weight=500))
    assert r"-\frac{w}{D} \sum_{i=1}^{D}" in equation.latex
    assert r"\beta" not in equation.latex
    assert "w = 500" in dict(equation.symbols)


def test_listings_hold_only_what_runs():
    """Default listings have neither the estimate nor SSIM; with everything enabled they have exactly what was chosen."""
    plain = vae.listings(vae.Parameters())["loss"]
    assert [name.rpartition(":")[2] for name in plain] == [
        "binary_crossentropy",
        "kl_closed_form",
        "WeightedLoss.weighted_sum",
        "VariationalAutoencoder.compute_loss",
    ]
    every = vae.listings(vae.Parameters(**EVERYTHING, beta_warm_up=1.0))["loss"]
    assert {"mean_squared_error", "ssim_loss", "FreeBits", "WarmUp.weighted_sum"} <= {name.rpartition(":")[2] for name in every}
    dense = vae.listings(vae.Parameters(architecture="dense"))
    assert dense["encoder"] == ("_networks/dense.py:build_encoder",)


def test_the_distribution_of_the_pixels_is_declared():
    """The distribution that the reconstruction term represents is declared, so that bounds can be told apart."""
    chosen = ("bce", "continuous_bernoulli", "mse")
    said = [vae.KIND.pixels(vae.Parameters(reconstruction=each)) for each in chosen]
    assert said == ["Bernoulli", "continuous Bernoulli", "normal"]
