"""Metrics compared with independent code: prdc, scikit-image, SciPy, scikit-learn, and published formulas.

`make peers` installs the first two; without one of them its tests are skipped, which is an error in continuous integration.
"""

from __future__ import annotations

import importlib
import os

import numpy as np
import pytest
import scipy.linalg
import scipy.stats
import sklearn.metrics
import sklearn.metrics.pairwise
import sklearn.neighbors

from report_builder.measures._mathematics.neighbours import nearest
from report_builder.measures._mathematics.normal import ks_distance, mmd_to_normal
from report_builder.measures._mathematics.quality import psnr, ssim
from report_builder.measures.metrics import _clusters, _distances, coverage, nearest_distance, sample_quality

REQUIRED = "REPORT_BUILDER_REQUIRE_EXTERNAL"


def peer(name: str):
    """Import another package, or skip the test if it is missing; fail if all packages are required."""
    return importlib.import_module(name) if os.environ.get(REQUIRED) else pytest.importorskip(name)


def points(n: int, d: int, seed: int, shift: float = 0.0, scale: float = 1.0) -> np.ndarray:
    """Return points with correlated axes."""
    random = np.random.default_rng(seed)
    return random.normal(shift, scale, (n, d)) @ np.random.default_rng(d).normal(size=(d, d))


@pytest.mark.parametrize(("shift", "scale"), [(0.0, 1.0), (0.5, 1.0), (0.0, 0.3), (3.0, 2.0)])
@pytest.mark.parametrize("k", [3, 5])
def test_precision_recall_density_coverage_are_those_of_prdc(shift: float, scale: float, k: int) -> None:
    """The values agree with the code of Naeem et al. for equal, distant, narrower and wider sets."""
    real, made = points(120, 6, 0), points(90, 6, 1, shift, scale)
    theirs = peer("prdc").compute_prdc(real_features=real, fake_features=made, nearest_k=k)
    sets = {"images": made, "real": real, "control": real, "blank": np.zeros((k + 1, 6))}
    arrays = {name: {"features": each} for name, each in sets.items()}
    ours = {name: each.value for name, each in coverage.measure(arrays, coverage.Parameters(judge="judge", k=k)).items()}
    assert {name: ours[name] for name in theirs} == pytest.approx(theirs)


@pytest.fixture
def pictures() -> tuple[np.ndarray, np.ndarray]:
    """Six images of three channels, from 0 to 255, and the same images with noise."""
    random = np.random.default_rng(0)
    x = random.uniform(0, 255, (6, 24, 31, 3))
    return x, (x + random.normal(0, 30, x.shape)).clip(0, 255)


def test_image_quality_is_that_of_scikit_image(pictures: tuple[np.ndarray, np.ndarray]) -> None:
    """Signal-to-noise ratio and structural similarity agree, with the window and moments of Wang et al."""
    peers = peer("skimage.metrics")
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255.0, "channel_axis": -1}
    pairs = [*zip(*pictures, strict=True)]
    ratio = [peers.peak_signal_noise_ratio(x, y, data_range=255.0) for x, y in pairs]
    maps = [peers.structural_similarity(x, y, full=True, **settings)[1] for x, y in pairs]
    likeness = [each[5:-5, 5:-5].mean() for each in maps]  # positions at which the whole window is inside the image
    np.testing.assert_allclose(psnr(*pictures, 255.0), ratio)
    np.testing.assert_allclose(ssim(*pictures, 255.0), likeness, rtol=1e-7)


def test_the_frechet_distance_is_its_formula_with_scipys_root() -> None:
    """The distance agrees with torchmetrics' FrechetInceptionDistance: |m - n|^2 + tr(A + B - 2 (A B)^1/2)."""
    x, y = points(300, 8, 0), points(200, 8, 1, 0.4, 1.3)
    a, b, shift = np.cov(x.T), np.cov(y.T), x.mean(axis=0) - y.mean(axis=0)
    expected = shift @ shift + np.trace(a + b - 2 * scipy.linalg.sqrtm(a @ b).real)
    assert _distances.frechet(x, y)[0] == pytest.approx(expected, rel=1e-7)


def test_the_kernel_distance_is_its_formula_with_scikit_learns_kernel() -> None:
    """The estimate agrees with torchmetrics' KernelInceptionDistance on one subset of all points (degree 3, coef 1)."""
    x, y = points(60, 5, 0), points(50, 5, 1, 0.3)
    k_xx, k_yy, k_xy = (
        sklearn.metrics.pairwise.polynomial_kernel(a, b, degree=3, gamma=1 / 5, coef0=1) for a, b in ((x, x), (y, y), (x, y))
    )
    m, n = len(x), len(y)
    own = (k_xx.sum() - np.trace(k_xx)) / (m * (m - 1)) + (k_yy.sum() - np.trace(k_yy)) / (n * (n - 1))
    assert _distances.kernel(x, y)[0] == pytest.approx(own - 2 * k_xy.mean())


def test_the_inception_score_is_its_formula_with_scipys_entropy() -> None:
    """The score agrees with torchmetrics' InceptionScore of one split: exp of the mean KL from the mean distribution."""
    probability = np.random.default_rng(0).dirichlet(np.full(7, 0.3), 200)
    expected = np.exp(np.mean([scipy.stats.entropy(row, probability.mean(axis=0)) for row in probability]))
    values = sample_quality.measure({"images": {"probability": probability}}, sample_quality.Parameters(judge="judge"))
    found = {name: each.value for name, each in values.items()}
    assert found["inception_score"] == pytest.approx(expected)
    share = np.bincount(probability.argmax(axis=1), minlength=7) / 200
    assert found["class_entropy"] == pytest.approx(scipy.stats.entropy(share))


def test_distances_to_the_prior_are_those_of_scipy_and_of_a_sample() -> None:
    """The Kolmogorov-Smirnov statistic agrees exactly, and the discrepancy, exact here in the prior, with 20 000 draws."""
    z = points(500, 2, 0, 0.2)
    expected = [scipy.stats.kstest(z[:, axis], "norm").statistic for axis in range(2)]
    np.testing.assert_allclose(ks_distance(z), expected)
    drawn, s = np.random.default_rng(5).normal(size=(20_000, 2)), 1.5**2
    rbf = sklearn.metrics.pairwise.rbf_kernel
    k_zz, k_zp = rbf(z, gamma=1 / (2 * s)), rbf(z, drawn, gamma=1 / (2 * s))
    own = (k_zz.sum() - len(z)) / (len(z) * (len(z) - 1))
    assert mmd_to_normal(z, 1.5).squared == pytest.approx(own + s / (2 + s) - 2 * k_zp.mean(), abs=3e-3)


def test_neighbours_and_silhouettes_are_those_of_scikit_learn() -> None:
    """Neighbours and silhouettes agree, including far from the origin, where sums of squares lose precision."""
    x, y = points(200, 4, 0) + 1e4, np.arange(200) % 3
    distances, index = (
        sklearn.neighbors.NearestNeighbors(n_neighbors=7, algorithm="brute").fit(x - 1e4).kneighbors(x[:50] - 1e4)
    )
    ours = nearest(x[:50], x, 7)
    np.testing.assert_array_equal(ours[0], index)
    np.testing.assert_allclose(ours[1], distances, atol=1e-6)
    np.testing.assert_allclose(_clusters.silhouette(x, y), sklearn.metrics.silhouette_samples(x - 1e4, y), atol=1e-6)


def test_data_copying_is_the_statistic_of_mann_and_whitney() -> None:
    """The statistic is that of Mann and Whitney over the number of pairs, including ties."""
    random = np.random.default_rng(0)
    drawn, real = random.integers(0, 20, 60) / 10.0, random.integers(4, 24, 45) / 10.0
    statistic = scipy.stats.mannwhitneyu(real, drawn, method="asymptotic").statistic
    assert nearest_distance.share_nearer(drawn, real) == pytest.approx(statistic / (60 * 45))
