"""The importance-weighted bound for a known likelihood: x = z + noise, both N(0, 1), so that p(x) = N(0, 2)."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.kinds import ImageData, Split
from report_builder.measures.metrics import elbo, importance_weighted_bound
from report_builder.measures.probes import importance_weights, likelihood


def log_normal(x, mean, variance):
    """Return the log-density of a normal distribution."""
    return -0.5 * (np.log(2 * np.pi * variance) + (x - mean) ** 2 / variance)


class Toy:
    """One pixel x; p(z) = N(0, 1), p(x|z) = N(z, 1), q(z|x) = N(x / 2, variance), which is exact for the variance 1/2."""

    takes, provides, pixels = ("x",), frozenset({"likelihood"}), "Bernoulli"

    def __init__(self, variance):
        self.variance, self.random = variance, np.random.default_rng(0)

    def elbo_terms(self, x, samples):
        """Return the terms of the bound, averaged over the draws."""
        x = np.asarray(x)[:, 0, 0, 0]
        z = x / 2 + np.sqrt(self.variance) * self.random.normal(size=(samples, len(x)))
        kl = log_normal(z, x / 2, self.variance) - log_normal(z, 0, 1)
        closed = 0.5 * (self.variance + (x / 2) ** 2 - 1 - np.log(self.variance))
        return {
            "reconstruction": -log_normal(x, z, 1).mean(axis=0),
            "kl_closed_form": closed,
            "kl_monte_carlo": kl.mean(axis=0),
        }


@pytest.fixture(scope="module")
def points():
    """Three thousand points drawn from p(x) = N(0, 2)."""
    x = np.random.default_rng(1).normal(size=(3000, 1, 1, 1)) * np.sqrt(2)
    return ImageData({"test": Split(x, np.zeros(len(x), int))}, ("a",), (-9.0, 9.0))


def bound(variance, data, k):
    """Return the facts of the bound with k draws."""
    arrays = importance_weights.measure(Toy(variance), data, importance_weights.Parameters(k=k))
    values = importance_weighted_bound.measure({"weights": arrays}, importance_weighted_bound.Parameters(k=k))
    return {name.removeprefix("importance_weighted_bound"): value for name, value in values.items()}


def exact(data):
    """Return log p(x) of each point by definition."""
    return log_normal(data.splits["test"].x[:, 0, 0, 0], 0, 2)


@pytest.mark.parametrize("k", [1, 2, 50])
def test_with_the_exact_posterior_it_is_the_likelihood(points, k):
    """With the exact posterior, all weights of a point are p(x): the bound is exact for any k and has no Monte Carlo error."""
    found = bound(0.5, points, k)
    np.testing.assert_allclose(found[""].samples, exact(points), atol=1e-5)
    assert found["_draw_error"].value == pytest.approx(0, abs=1e-6)
    assert found["_standard_error"].value == pytest.approx(np.std(exact(points), ddof=1) / np.sqrt(3000))


def test_with_one_draw_it_is_the_evidence_lower_bound(points):
    """One draw gives the Monte Carlo bound of the metric `elbo`, point by point, and its standard error."""
    terms = likelihood.measure(Toy(1.5), points, likelihood.Parameters(samples=1))
    known = elbo.measure({"likelihood": terms}, elbo.Parameters())
    found = bound(1.5, points, 1)
    np.testing.assert_allclose(found[""].samples, known["elbo_monte_carlo"].samples, atol=1e-4)
    assert found["_standard_error"].value == pytest.approx(known["elbo_standard_error"].value, rel=1e-4)


def test_it_grows_with_the_draws_towards_the_likelihood(points):
    """More draws tighten the bound in expectation (Burda et al., theorem 1), and it stays below log p(x)."""
    means = [bound(1.5, points, k)[""].value for k in (1, 5, 50)]
    gaps = [exact(points).mean() - mean for mean in means]
    assert gaps[0] > 5 * gaps[1] > 10 * gaps[2] > 0
    closed = 0.5 * (1.5 / 0.5 - 1 - np.log(1.5 / 0.5))  # KL of q from the exact posterior
    assert gaps[0] == pytest.approx(closed, abs=0.06)


@pytest.mark.parametrize("spread", [1.0, 12.0, 0.2])
def test_the_error_by_the_draws_is_that_of_repetitions(points, spread):
    """Repeated bounds scatter as the stated Monte Carlo error says, even if few draws dominate."""
    toy, parameters = Toy(spread), importance_weights.Parameters(k=20, n=400)
    arrays = [importance_weights.measure(toy, points, parameters) for _ in range(200)]
    means = [each["bound"].mean() for each in arrays]
    stated = np.mean([np.sqrt(each["draw_variance"].sum()) / 400 for each in arrays])
    assert np.std(means) == pytest.approx(stated, rel=0.2)


def test_how_many_draws_count(points):
    """With the exact posterior every draw counts, with one far too wide only a few; the fact is the mean over images."""
    effective = [
        importance_weights.measure(Toy(v), points, importance_weights.Parameters(k=50))["effective"] for v in (0.5, 40.0)
    ]
    assert effective[0] == pytest.approx(50)
    assert 1 <= effective[1].mean() < 15
    assert bound(0.5, points, 50)["_effective_draws"].value == pytest.approx(50)
