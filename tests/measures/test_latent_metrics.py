"""Facts about codes, for codes with known values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from report_builder import languages
from report_builder.errors import ReportError
from report_builder.kinds import METRICS
from report_builder.measures._mathematics.normal import ks_distance, mmd_to_normal
from report_builder.measures.metrics import _clusters


def facts(kind, arrays, **parameters):
    """Return facts by name."""
    metric = METRICS.get(kind)
    return metric.measure({"codes": arrays}, metric.parameters(**parameters))


def normal(n, d, seed=0):
    """Return draws from N(0, I)."""
    return np.random.default_rng(seed).normal(size=(n, d))


# --- distance to the prior ----------------------------------------------------------------------------------------------------


def test_the_ks_distance_of_known_samples():
    """The KS distance is 1/2 for one code at 0, 1/(2n) for codes at the midpoint quantiles, and 0.975 for codes all at 1.96."""
    assert ks_distance(np.zeros((1, 1)))[0] == pytest.approx(0.5)
    middle = stats.norm.ppf((np.arange(10) + 0.5) / 10)
    assert ks_distance(middle[:, None])[0] == pytest.approx(0.05)
    assert ks_distance(np.full((7, 1), 1.959964))[0] == pytest.approx(0.975, abs=1e-6)


def test_the_ks_distance_is_that_of_kolmogorov_and_smirnov():
    """For each coordinate of any codes, the distance is the one that SciPy computes."""
    z = normal(57, 3) * [1, 2, 0.5] + [0, 1, 0]
    np.testing.assert_allclose(ks_distance(z), [stats.kstest(column, "norm").statistic for column in z.T], atol=1e-12)


def test_the_discrepancy_of_draws_from_the_prior_is_about_nothing():
    """Draws from N(0, I) have a squared discrepancy within four standard errors of 0, and 0 on average."""
    found = [mmd_to_normal(normal(300, 4, seed), 2.0).squared for seed in range(40)]
    assert abs(np.mean(found)) < 4 * np.std(found) / 40**0.5
    assert np.std(found) < 0.01
    assert min(found) < 0 < max(found)


def test_the_discrepancy_of_shifted_draws_is_the_known_one():
    """For N(m, I) it is 2 (s / (2 + s))^(d/2) (1 - exp(-|m|^2 / (2 (2 + s)))), and the values of the codes give its error."""
    s, shift = 3.0, np.array([1.0, -0.5])
    found = mmd_to_normal(normal(4000, 2) + shift, s**0.5)
    known = 2 * s / (2 + s) * (1 - np.exp(-(shift @ shift) / (2 * (2 + s))))
    error = found.samples.std() / 4000**0.5
    assert found.squared == pytest.approx(known, abs=4 * error)
    assert found.samples.mean() == pytest.approx(found.squared)
    spread = np.std([mmd_to_normal(normal(400, 2, seed) + shift, s**0.5).squared for seed in range(60)])
    assert error * 10**0.5 == pytest.approx(spread, rel=0.3)


def test_the_discrepancy_is_the_same_in_blocks(monkeypatch):
    """Codes that need several blocks give the same estimate as in a single one."""
    z = normal(101, 3)
    whole = mmd_to_normal(z, 1.5)
    monkeypatch.setattr("report_builder.measures._mathematics.normal.BLOCK", 500)
    np.testing.assert_allclose(mmd_to_normal(z, 1.5).samples, whole.samples)


def test_distances_say_which_codes_and_which_kernel():
    """Facts use drawn codes if there are any, and state bandwidth and number; the default bandwidth is sqrt(latent_dim)."""
    codes = {"z_mean": np.full((50, 4), 3.0), "y": np.zeros(50)}
    plain = facts("code_prior_distance", codes)
    drawn = facts("code_prior_distance", codes | {"z": normal(50, 4)}, codes="drawn", bandwidth=1.5)
    assert plain["code_ks_max"].value > 0.99
    assert drawn["drawn_code_ks_mean"].value < drawn["drawn_code_ks_max"].value < 0.3
    metric = METRICS.get("code_prior_distance")
    how = {q.name: q.reduction for codes in (None, "drawn") for q in metric.values(metric.parameters(codes=codes), {})}
    assert "drawn where there is a posterior" in how["code_ks_max"]
    assert plain["code_mmd2"].given == "bandwidth 2"
    assert "drawn codes" in how["drawn_code_mmd2"]
    assert drawn["drawn_code_mmd2"].given == "bandwidth 1.5"
    asked = {
        codes: metric.reads(metric.parameters(codes=codes, seed=4))["codes"].parameters for codes in (None, "mean", "drawn")
    }
    assert {codes: (each["drawn"], each["any_model"]) for codes, each in asked.items()} == {
        None: (4, True),
        "mean": (None, False),
        "drawn": (4, False),
    }


def test_a_perfect_model_follows_the_prior():
    """If q(z|x) is the exact posterior, drawn codes are N(0, I) while the means are not, and would put the model at fault."""
    x = np.random.default_rng(0).normal(size=(4000, 1)) * np.sqrt(2)  # x = z + noise: the posterior is N(x / 2, 1 / 2)
    codes = {"z_mean": x / 2, "z_log_var": np.full_like(x, np.log(0.5)), "y": np.zeros(len(x))}
    codes["z"] = x / 2 + np.sqrt(0.5) * np.random.default_rng(1).normal(size=x.shape)
    assert facts("code_prior_distance", codes)["code_ks_max"].value < 1.63 / 4000**0.5  # 1 % of the samples of N(0, 1)
    means = {name: each for name, each in codes.items() if name != "z"}
    assert facts("code_prior_distance", means, codes="mean")["mean_code_ks_max"].value > 0.07


# --- classes ------------------------------------------------------------------------------------------------------------------


def test_two_clusters_far_apart_are_separated():
    """Two tight clusters have a silhouette near 1 and pure neighbourhoods; labels that ignore them have neither."""
    z = np.concatenate([normal(40, 3), normal(40, 3, 1) + 100])
    codes = {"z_mean": z, "y": np.repeat([0, 1], 40)}
    found = facts("code_separation", codes)
    assert found["code_knn_accuracy"].value == 1
    assert found["code_silhouette"].value > 0.97
    mixed = facts("code_separation", codes | {"y": np.arange(80) % 2})
    assert abs(mixed["code_silhouette"].value) < 0.05
    assert mixed["code_knn_accuracy"].value < 0.75


def test_the_silhouette_is_that_of_rousseeuw(monkeypatch):
    """The silhouette equals scikit-learn's for each code, including in blocks; a code alone in its class has 0."""
    from sklearn.metrics import silhouette_samples

    z, y = normal(60, 4), np.append(np.arange(59) % 3, 7)
    monkeypatch.setattr(_clusters, "BLOCK", 700)
    np.testing.assert_allclose(_clusters.silhouette(z, y), silhouette_samples(z, y), atol=1e-7)
    assert _clusters.silhouette(z, y)[-1] == 0
    assert not _clusters.silhouette(np.zeros((4, 2)), np.array([0, 0, 1, 1])).any()


def test_a_majority_and_of_equals_the_nearest():
    """The majority wins, and ties go to the nearest label, but two later votes outvote the first."""
    labels = np.array([[3, 1, 1], [2, 0, 1], [0, 2, 2], [1, 0, 1]])
    assert _clusters.majority(labels).tolist() == [1, 2, 2, 1]
    assert _clusters.majority(np.array([[4, 0, 0, 4, 2]])).tolist() == [4]


@pytest.mark.parametrize(("wrong", "message"), [({"k": 20}, "Allowed: 1 to 19"), ({"y": 0}, "all codes are of one class")])
def test_what_cannot_be_separated_is_refused(wrong, message):
    """More neighbours than other codes, or a single class, are refused."""
    codes = {"z_mean": normal(20, 2), "y": np.arange(20) % 2 * wrong.get("y", 1)}
    with pytest.raises(ReportError, match=message):
        facts("code_separation", codes, k=wrong.get("k", 5))


# --- use of the latent space --------------------------------------------------------------------------------------------------


def test_the_divergence_of_known_posteriors():
    """KL is 0 for N(0, 1), 1/2 per dimension for N(1, 1), (e^2 - 3) / 2 for N(0, e^2), given by dimension and in sum."""
    z_mean = np.tile([0.0, 1.0, 0.0], (10, 1))
    z_log_var = np.tile([0.0, 0.0, 2.0], (10, 1))
    found = facts("latent_use", {"z_mean": z_mean, "z_log_var": z_log_var}, axes=3)
    wide = (np.e**2 - 3) / 2
    assert found["latent_kl"].value == pytest.approx(0.5 + wide)
    metric = METRICS.get("latent_use")
    assert metric.values(metric.parameters(), {})[0].unit == "nats/image"
    assert found["latent_kl_per_dimension"].value == pytest.approx((0.5 + wide) / 3)
    assert [found[f"latent_kl_top_{place}"].value for place in (1, 2, 3)] == pytest.approx([wide, 0.5, 0])
    assert found["latent_kl_top_share"].value == pytest.approx(wide / (0.5 + wide))
    np.testing.assert_allclose(found["latent_kl"].samples, 0.5 + wide)


def test_units_are_active_where_their_means_vary():
    """A unit is active if its mean varies over images, whatever its value; the default threshold is that of Burda et al."""
    z_mean = np.stack([np.full(8, 3.0), np.tile([0.0, 0.1], 4), np.tile([-1.0, 1.0], 4)], axis=1)
    codes = {"z_mean": z_mean, "z_log_var": np.zeros((8, 3))}
    assert facts("latent_use", codes)["active_units"].value == 1
    assert facts("latent_use", codes, threshold=0.001)["active_units"].value == 2
    assert facts("latent_use", codes)["active_units_total"].value == 3


def test_a_posterior_that_is_the_prior_uses_nothing():
    """For a collapsed posterior every fact is 0 and finite, and more axes than dimensions are refused."""
    codes = {"z_mean": np.zeros((5, 2)), "z_log_var": np.zeros((5, 2))}
    found = facts("latent_use", codes)
    assert [found[name].value for name in ("latent_kl", "latent_kl_top_share", "active_units")] == [0, 0, 0]
    with pytest.raises(ReportError, match="latent_dim: 2"):
        facts("latent_use", codes, axes=3)


@pytest.mark.parametrize("code", languages.codes())
def test_facts_about_codes_have_names_in_every_language(code):
    """Figures and tables print words for each of these facts in every language, not its id."""
    kinds = [METRICS.get(name) for name in ("code_prior_distance", "code_separation", "latent_use", "interpolation_smoothness")]
    chosen = [(kind, kind.parameters()) for kind in kinds] + [(kinds[0], kinds[0].parameters(codes="drawn"))]
    found = [quantity.name for kind, parameters in chosen for quantity in kind.values(parameters, {})]
    assert [name for name in found if not languages.load(code).has(f"metrics.{name}")] == []
