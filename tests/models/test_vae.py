"""The variational autoencoder: known answers, and the loss that its equation prints."""

from __future__ import annotations

import re

import keras
import numpy as np
import pytest

from report_builder.kinds import Layout
from report_builder.models import vae
from report_builder.models.vae import network


@pytest.fixture
def x():
    """Sixteen black and white images of 8 x 8."""
    return (np.random.default_rng(0).random((16, 8, 8, 1)) > 0.5).astype(np.float32)


def compiled(**parameters):
    """A small model, ready to train."""
    keras.utils.set_random_seed(3)
    model = network.build((8, 8, 1), **parameters)
    model.compile(keras.optimizers.Adam(1e-3))
    return model


@pytest.mark.parametrize("latent_dim", [1, 2, 7])
def test_the_kl_term_of_the_prior_is_zero(latent_dim):
    """KL(N(0, I) || N(0, I)) = 0."""
    zeros = np.zeros((4, latent_dim), np.float32)
    assert np.asarray(network.kl_closed_form(zeros, zeros)) == pytest.approx(0)


@pytest.mark.parametrize("latent_dim", [1, 2, 7])
def test_the_kl_term_of_a_shift_by_one_is_half_the_dimension(latent_dim):
    """KL(N(1, I) || N(0, I)) = D / 2."""
    ones = np.ones((4, latent_dim), np.float32)
    assert np.asarray(network.kl_closed_form(ones, 0 * ones)) == pytest.approx(latent_dim / 2)


def test_the_kl_term_is_never_negative():
    """The divergence of two distributions is at least zero, so the term has the right sign."""
    random = np.random.default_rng(1)
    assert (np.asarray(network.kl_closed_form(random.normal(size=(500, 3)), random.normal(size=(500, 3)))) >= 0).all()


def test_the_monte_carlo_estimate_is_right_in_expectation():
    """The mean of many draws of log q(z|x) - log p(z) is the closed form."""
    random = np.random.default_rng(2)
    mean, log_var = np.array([[0.7, -1.2]]), np.array([[-0.5, 0.3]])
    z = mean + np.exp(log_var / 2) * random.normal(size=(200_000, 2))
    estimate = np.asarray(network.kl_monte_carlo(z, mean, log_var))
    assert estimate.mean() == pytest.approx(
        float(network.kl_closed_form(mean, log_var)[0]), abs=5 * estimate.std() / 200_000**0.5
    )


def test_log_normal_is_the_density_of_the_normal_distribution():
    """At its mean, log N(0; 0, 1) is -log(2 pi) / 2 for each dimension."""
    zeros = np.zeros((1, 3))
    assert np.asarray(network.log_normal(zeros, zeros, zeros)) == pytest.approx(-1.5 * np.log(2 * np.pi))


def test_the_reconstruction_of_a_fair_coin_costs_log_two_for_each_pixel(x):
    """With logits of zero every pixel costs log 2 nats, summed over the pixels."""
    assert np.asarray(network.reconstruction_loss(x, 0 * x)) == pytest.approx(64 * np.log(2), rel=1e-5)


@pytest.mark.parametrize("kl", ["closed_form", "monte_carlo"])
@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_the_loss_is_the_weighted_sum_of_its_parts(x, kl, beta):
    """To rounding, loss = reconstruction_loss + beta * kl_loss, in training and in evaluation."""
    model = compiled(kl=kl, beta=beta)
    for step in (model.train_step, model.test_step):
        model.reset_metrics()
        logs = {name: float(value) for name, value in step(x).items()}
        assert logs["loss"] == pytest.approx(logs["reconstruction_loss"] + beta * logs["kl_loss"], rel=1e-5)


@pytest.mark.parametrize("kl", ["closed_form", "monte_carlo"])
def test_the_kl_parameter_chooses_the_kl_term_that_is_compiled(x, kl):
    """What `compute_loss` adds to the reconstruction is the term that the parameter names."""
    model = compiled(kl=kl)
    outputs = logits, z, z_mean, z_log_var = model(x)
    term = network.kl_closed_form(z_mean, z_log_var) if kl == "closed_form" else network.kl_monte_carlo(z, z_mean, z_log_var)
    expected = np.mean(np.asarray(network.reconstruction_loss(x, logits)) + np.asarray(term))
    assert float(model.compute_loss(x, None, outputs)) == pytest.approx(expected, rel=1e-5)


def test_the_bound_lies_below_and_its_terms_are_per_image(x):
    """`elbo_terms` gives one number of nats for each image, and both KL terms agree over many draws."""
    terms = {name: np.asarray(values) for name, values in compiled().elbo_terms(x, 300).items()}
    assert {values.shape for values in terms.values()} == {(16,)}
    assert (terms["reconstruction"] > 0).all()
    assert terms["kl_monte_carlo"].mean() == pytest.approx(terms["kl_closed_form"].mean(), abs=0.05)


def test_the_code_of_an_image_is_the_mean_of_its_posterior(x):
    """`encode` gives z_mean, without noise."""
    model = compiled()
    assert (np.asarray(model.encode(x)) == np.asarray(model.posterior(x)[0])).all()


def test_samples_are_probabilities_fixed_by_their_seed():
    """`sample` gives images in [0, 1], the same for the same seed, others for another."""
    model = compiled()
    first, again, other = (np.asarray(model.sample(5, seed)) for seed in (1, 1, 2))
    assert first.shape == (5, 8, 8, 1)
    assert ((first >= 0) & (first <= 1)).all()
    assert (first == again).all()
    assert (first != other).any()


def test_the_network_is_that_of_the_lab_sheet():
    """With the defaults the encoder is that of the TensorFlow tutorial, and the decoder mirrors it, filter by filter."""
    model = network.build((28, 28, 1))
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
    """The closed form is printed for the closed form, the difference of log densities for the estimate."""
    closed, estimate = (vae.equation(vae.Parameters(kl=kl)).latex for kl in ("closed_form", "monte_carlo"))
    assert r"\sigma_j^2" in closed
    assert "q_" not in closed
    assert r"\log q_\phi(z \mid x) - \log p(z)" in estimate
    assert "sum_{j=1}" not in estimate


@pytest.mark.parametrize(("beta", "shown"), [(1.0, False), (0.5, True), (0.0, False)])
def test_the_equation_shows_beta_only_where_it_weighs(beta, shown):
    """A weight of one is not printed, another is printed with its value, and a weight of zero leaves no KL term."""
    equation = vae.equation(vae.Parameters(beta=beta))
    assert (r"\beta" in equation.latex) is shown
    assert any("0.5" in symbol for symbol, _ in equation.symbols) is shown
    assert ("mu_j" in equation.latex) is (beta > 0)


def test_the_printed_loss_is_the_compiled_loss(x):
    """The closed-form equation, evaluated by hand from the printed sums, is what the model minimises."""
    model = compiled(beta=2.0)
    outputs = model(x)
    logits, _, mu, log_var = (np.asarray(out, np.float64) for out in outputs)
    x_hat = 1 / (1 + np.exp(-logits))
    cross_entropy = -np.sum(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat), axis=(1, 2, 3))
    kl = 0.5 * np.sum(mu**2 + np.exp(log_var) - log_var - 1, axis=1)
    assert float(model.compute_loss(x, None, outputs)) == pytest.approx(np.mean(cross_entropy + 2 * kl), rel=1e-5)
    assert re.search(r"mu_j\^2 \+ \\sigma_j\^2 - \\log \\sigma_j\^2 - 1", vae.equation(vae.Parameters(beta=2.0)).latex)


def test_images_that_cannot_be_halved_are_refused_with_the_reason():
    """Sizes that stride 2 does not divide, and pixels outside [0, 1], are named before training."""
    assert not vae.refuses(vae.Parameters(), Layout((28, 28, 1), (0, 1)))
    assert not vae.refuses(vae.Parameters(), Layout(None, (0, 1)))
    assert "multiples of 4" in vae.refuses(vae.Parameters(), Layout((30, 28, 1), (0, 1)))
    assert "range: unit" in vae.refuses(vae.Parameters(), Layout((28, 28, 1), (-1, 1)))
