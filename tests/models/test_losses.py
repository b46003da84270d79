"""Loss terms of autoencoders: known answers, gradients, and the sum that the models log."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from scipy.integrate import quad

from report_builder.measures._mathematics.quality import ssim
from report_builder.models._networks import losses


@pytest.fixture
def x():
    """Sixteen black and white images of 8 x 8."""
    return (np.random.default_rng(0).random((16, 8, 8, 1)) > 0.5).astype(np.float32)


# --- the KL term --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("latent_dim", [1, 2, 7])
def test_the_kl_term_of_the_prior_is_zero(latent_dim):
    """KL(N(0, I) || N(0, I)) = 0."""
    zeros = np.zeros((4, latent_dim), np.float32)
    assert np.asarray(losses.kl_closed_form(zeros, zeros)) == pytest.approx(0)


@pytest.mark.parametrize("latent_dim", [1, 2, 7])
def test_the_kl_term_of_a_shift_by_one_is_half_the_dimension(latent_dim):
    """KL(N(1, I) || N(0, I)) = D / 2."""
    ones = np.ones((4, latent_dim), np.float32)
    assert np.asarray(losses.kl_closed_form(ones, 0 * ones)) == pytest.approx(latent_dim / 2)


def test_the_kl_term_is_never_negative():
    """The KL term is at least zero, so that it has the correct sign."""
    random = np.random.default_rng(1)
    assert (np.asarray(losses.kl_closed_form(random.normal(size=(500, 3)), random.normal(size=(500, 3)))) >= 0).all()


def test_the_monte_carlo_estimate_is_right_in_expectation():
    """Over many draws, the mean of log q(z|x) - log p(z) is the closed form."""
    random = np.random.default_rng(2)
    mean, log_var = np.array([[0.7, -1.2]]), np.array([[-0.5, 0.3]])
    z = mean + np.exp(log_var / 2) * random.normal(size=(200_000, 2))
    estimate = np.asarray(losses.kl_monte_carlo(mean, log_var, z))
    assert estimate.mean() == pytest.approx(
        float(losses.kl_closed_form(mean, log_var)[0]), abs=5 * estimate.std() / 200_000**0.5
    )


def test_log_normal_is_the_density_of_the_normal_distribution():
    """At the mean, log N(0; 0, 1) is -log(2 pi) / 2 per dimension."""
    zeros = np.zeros((1, 3))
    assert np.asarray(losses.log_normal(zeros, zeros, zeros)) == pytest.approx(-1.5 * np.log(2 * np.pi))


def test_the_reconstruction_of_a_fair_coin_costs_log_two_for_each_pixel(x):
    """With logits of zero, every pixel costs log 2 nats, summed over pixels."""
    assert np.asarray(losses.binary_crossentropy(x, 0 * x)) == pytest.approx(64 * np.log(2), rel=1e-5)


def test_free_bits_raise_each_dimension_by_its_mean_over_the_batch():
    """For KL terms of 0 and 2 nats, 0.5 free bits give 0.5 + 2 for every image; terms above the bound are unchanged."""
    mean = np.array([[0.0, 2.0], [0.0, 2.0]], np.float32)
    mixed = np.array([[0.0, 2.0], [0.0, 0.0]], np.float32)  # 1 nat on average in the second dimension
    assert np.asarray(losses.FreeBits(0.5)(mean, 0 * mean)) == pytest.approx([2.5, 2.5])
    assert np.asarray(losses.FreeBits(0.5)(mixed, 0 * mixed)) == pytest.approx([1.5, 1.5])


def test_free_bits_give_no_gradient_to_a_dimension_below_them():
    """Dimensions below the free nats get no gradient, those above do."""
    mean = tf.constant([[0.1, 2.0]])
    with tf.GradientTape() as tape:
        tape.watch(mean)
        loss = tf.reduce_mean(losses.FreeBits(0.5)(mean, 0 * mean))
    assert np.asarray(tape.gradient(loss, mean))[0] == pytest.approx([0.0, 2.0])


# --- the reconstruction term --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bce", "continuous_bernoulli", "mse"])
def test_the_mean_over_pixels_is_the_sum_divided_by_their_number(x, name):
    """For an image of 8 x 8, both reductions differ by the factor 64."""
    logits = np.random.default_rng(1).normal(size=x.shape).astype(np.float32)
    whole, mean = (losses.RECONSTRUCTIONS[name, f"{how}_over_pixels"](x, logits) for how in ("sum", "mean"))
    assert np.asarray(whole) / 64 == pytest.approx(np.asarray(mean), rel=1e-5)


def test_the_squared_error_of_grey_is_a_quarter_for_each_pixel(x):
    """Grey 0.5 differs from black and white by 0.5 in each of 64 pixels."""
    assert np.asarray(losses.squared_error(x, 0 * x)) == pytest.approx(16)


def logit(p):
    """Return the logits of probabilities."""
    return np.log(p / (1 - p)).astype(np.float32)


@pytest.mark.parametrize("shape", [(8, 8, 1), (10, 7, 3), (16, 16, 1)])
def test_the_term_is_one_minus_what_is_measured(shape):
    """Loss and metric have the same odd window, and so the same similarity, even for images too small for eleven pixels."""
    first, second = np.random.default_rng(4).uniform(0.01, 0.99, (2, 3, *shape)).astype(np.float32)
    found = np.asarray(losses.ssim_loss(first, logit(second)))
    assert found == pytest.approx(1 - ssim(first, second, 1.0), abs=1e-5)


@pytest.mark.parametrize("shape", [(28, 28, 1), (16, 20, 3), (11, 11, 1)])
def test_the_structural_similarity_is_that_of_tensorflow(shape):
    """Mean SSIM of noisy images equals `tf.image.ssim` with its window of 11 pixels and a deviation of 1.5."""
    random = np.random.default_rng(2)
    first = random.random((4, *shape)).astype(np.float32)
    second = np.clip(first + 0.2 * random.normal(size=first.shape), 0.01, 0.99).astype(np.float32)
    expected = 1 - np.asarray(tf.image.ssim(first, second, 1.0))
    assert np.asarray(losses.ssim_loss(first, logit(second))) == pytest.approx(expected, abs=1e-4)


def test_the_structural_term_is_zero_for_equal_images_and_can_be_learnt():
    """Equal images, even small ones, have loss zero, and the gradient leads a grey image towards the original."""
    target = np.random.default_rng(3).uniform(0.1, 0.9, (2, 8, 8, 1)).astype(np.float32)
    assert np.asarray(losses.ssim_loss(target, logit(target))) == pytest.approx(0, abs=1e-5)
    drawn = tf.Variable(0.1 * logit(target))
    first = float(tf.reduce_mean(losses.ssim_loss(target, drawn)))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(losses.ssim_loss(target, drawn))
        drawn.assign_sub(5.0 * tape.gradient(loss, drawn))
        return loss

    assert float([step() for _ in range(100)][-1]) < first / 2


# --- the likelihood -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reduction", "weight", "variance"), [("sum", 2.0, 1 / 4), ("mean", 2000.0, 64 / 4000)])
def test_a_weighted_squared_error_is_a_normal_likelihood(x, reduction, weight, variance):
    """The likelihood is -log N(x; drawn, variance), and the weighted term up to constants."""
    logits = np.random.default_rng(4).normal(size=x.shape).astype(np.float32)
    drawn = 1 / (1 + np.exp(-logits.astype(np.float64)))
    density = np.exp(-((x - drawn) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
    pixels = losses.likelihood((8, 8, 1), "mse", f"{reduction}_over_pixels", weight)
    found = np.asarray(pixels(x, logits))
    assert found == pytest.approx(-np.log(density).sum(axis=(1, 2, 3)), rel=1e-4)
    term = np.asarray(losses.RECONSTRUCTIONS["mse", f"{reduction}_over_pixels"](x, logits))
    assert found - weight * term == pytest.approx(32 * np.log(2 * np.pi * variance), rel=1e-3)


@pytest.mark.parametrize("weight", [1.0, 500.0])
def test_cross_entropy_is_a_bernoulli_likelihood_whatever_its_weight(x, weight):
    """The bound counts every pixel once, even if the loss takes their weighted mean."""
    pixels = losses.likelihood((8, 8, 1), "bce", "mean_over_pixels", weight)
    assert isinstance(pixels, losses.BernoulliPixels)
    assert np.asarray(pixels(x, 0 * x)) == pytest.approx(64 * np.log(2), rel=1e-5)


# --- grey pixels --------------------------------------------------------------------------------------------------------------

LOGITS = (0.0, 1e-6, -1e-3, 0.05, 0.1999, 0.2001, -0.2001, 1.0, -4.0, 12.0)


def grey(logit):
    """Return one image of one pixel with this logit, float32."""
    return np.full((1, 1, 1, 1), logit, np.float32)


@pytest.mark.parametrize("logit", LOGITS)
def test_the_density_of_a_grey_pixel_integrates_to_one(logit):
    """With its normaliser, the cross-entropy is a density over [0, 1], also near lambda = 1/2 (Loaiza-Ganem and Cunningham)."""
    share = 1 / (1 + np.exp(-np.float64(np.float32(logit))))
    log_c = float(losses.log_normaliser(grey(logit)).numpy().item())
    total, _ = quad(lambda x: np.exp(x * np.log(share) + (1 - x) * np.log1p(-share) + log_c), 0, 1)
    assert total == pytest.approx(1, abs=2e-6)
    loss = losses.continuous_bernoulli(grey(0.3), grey(logit)).numpy().item()
    assert loss == pytest.approx(-(0.3 * np.log(share) + 0.7 * np.log1p(-share)) - log_c, abs=2e-5)


@pytest.mark.parametrize("logit", LOGITS)
def test_the_drawn_image_of_grey_pixels_is_their_mean(logit):
    """The decoded image is the mean of the distribution, found by integration, and not lambda."""
    log_c = float(losses.log_normaliser(grey(logit)).numpy().item())
    share = 1 / (1 + np.exp(-logit))
    mean, _ = quad(lambda x: x * np.exp(x * np.log(share) + (1 - x) * np.log1p(-share) + log_c), 0, 1)
    pixels = losses.likelihood((1, 1, 1), "continuous_bernoulli", "sum_over_pixels", 1.0)
    assert pixels.mean(grey(logit)).numpy().item() == pytest.approx(mean, abs=2e-5)


def test_the_normaliser_is_log_two_at_one_half_and_smooth_there():
    """The slope is 0 at 0, grows as l / 6, and is finite everywhere, so that training never divides 0 by 0."""
    logits = tf.Variable([-1e8, -30.0, -0.2, -1e-3, 0.0, 1e-3, 0.2, 30.0, 1e8])
    with tf.GradientTape() as tape:
        found = losses.log_normaliser(logits)
    slope = tape.gradient(found, logits).numpy()
    assert found.numpy()[4] == pytest.approx(np.log(2))
    assert np.isfinite(slope).all()
    assert slope[4] == 0
    assert slope[5] == pytest.approx(1e-3 / 6, rel=1e-3)
    np.testing.assert_allclose(slope[6], -slope[2], rtol=1e-6)
    np.testing.assert_allclose(slope[6], 1 / 0.2 - 1 / np.sinh(0.2), rtol=1e-3)


def test_the_cross_entropy_of_grey_pixels_misses_the_normaliser():
    """For grey images, it differs from the likelihood by the normaliser of every pixel, log 2 each at lambda = 1/2."""
    x = np.full((2, 8, 8, 1), 0.4, np.float32)
    gap = losses.binary_crossentropy(x, 0 * x) - losses.continuous_bernoulli(x, 0 * x)
    assert np.asarray(gap) == pytest.approx(64 * np.log(2), rel=1e-5)
