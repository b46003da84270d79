"""Distances between distributions, for known answers."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.measures.metrics import frechet_distance
from report_builder.measures.metrics._distances import covariance, frechet, kernel


def gaussian(mean, cov, n=400, seed=0):
    """Return points with exactly this mean and unbiased covariance."""
    drawn = np.random.default_rng(seed).normal(size=(n, len(mean)))
    drawn -= drawn.mean(axis=0)
    white = drawn @ np.linalg.inv(np.linalg.cholesky(covariance(drawn))).T
    return white @ np.linalg.cholesky(np.array(cov, dtype=float)).T + np.array(mean, dtype=float)


def test_gaussians_with_independent_coordinates():
    """The distance is the squared distance of the means plus the squared differences of the standard deviations."""
    x, y = gaussian([1, 0, -2], np.diag([4.0, 1, 9])), gaussian([0, 0, 1], np.diag([1.0, 1, 0.25]), n=300, seed=1)
    assert frechet(x, y)[0] == pytest.approx((1 + 9) + (1 + 0 + 2.5**2))


def test_gaussians_whose_covariances_do_not_commute():
    """In the plane, the trace of the root is sqrt(tr AB + 2 sqrt det AB), even if the covariances do not commute."""
    a, b = np.array([[2.0, 1], [1, 3]]), np.array([[1.0, -0.8], [-0.8, 2]])
    root = np.sqrt(np.trace(a @ b) + 2 * np.sqrt(np.linalg.det(a @ b)))
    x, y = gaussian([0, 0], a), gaussian([0, 0], b, n=250, seed=3)
    assert frechet(x, y)[0] == pytest.approx(np.trace(a) + np.trace(b) - 2 * root)
    assert frechet(y, x)[0] == pytest.approx(frechet(x, y)[0])


@pytest.mark.parametrize("shape", [(500, 8), (6, 20)])
def test_equal_sets_have_no_distance(shape):
    """A set has distance zero to itself, even if it has fewer points than dimensions and a singular covariance."""
    x = np.random.default_rng(0).normal(size=shape)
    distance, of_each = frechet(x, x)
    assert distance == pytest.approx(0, abs=1e-6)
    assert np.isfinite(of_each).all()


def test_features_that_are_always_zero():
    """Units that never fire (rank deficiency) leave the distance of the others unchanged."""
    x, y = gaussian([1, 0], np.eye(2)), gaussian([0, 0], 4 * np.eye(2), seed=1)
    dead = np.zeros((len(x), 3))
    assert frechet(np.hstack([x, dead]), np.hstack([y, dead]))[0] == pytest.approx(frechet(x, y)[0])


@pytest.mark.parametrize("measured", [frechet, kernel])
def test_the_values_of_the_points_are_what_each_adds(measured):
    """The values per point average to the distance; each is the jackknife's pseudo-value to first order."""
    random = np.random.default_rng(0)
    y, x = random.normal(size=(300, 3)) * [1, 2, 1], random.normal([0.7, 0, 0], size=(200, 3))
    distance, of_each = measured(x, y)
    without = np.array([measured(np.delete(x, i, axis=0), y)[0] for i in range(len(x))])
    left_out = len(x) * distance - (len(x) - 1) * without
    assert of_each.mean() == pytest.approx(distance)
    assert np.corrcoef(of_each, left_out)[0, 1] > 0.99
    assert of_each.std() == pytest.approx(left_out.std(), rel=0.05)


def test_the_kernel_distance_is_its_definition():
    """The kernel distance equals its definition term by term: sums over all pairs of distinct points."""
    random = np.random.default_rng(0)
    x, y = random.normal(size=(7, 2)), random.normal(size=(5, 2)) + 1
    k = lambda a, b: (a @ b / 2 + 1) ** 3  # noqa: E731
    own = np.mean([k(a, b) for i, a in enumerate(x) for j, b in enumerate(x) if i != j])
    theirs = np.mean([k(a, b) for i, a in enumerate(y) for j, b in enumerate(y) if i != j])
    assert kernel(x, y)[0] == pytest.approx(own + theirs - 2 * np.mean([k(a, b) for a in x for b in y]))


def test_the_kernel_distance_is_unbiased():
    """Over many pairs of small sets of one distribution, the mean is 0 within three standard errors, and some are negative."""
    random = np.random.default_rng(0)
    found = np.array([kernel(random.normal(size=(20, 4)), random.normal(size=(20, 4)))[0] for _ in range(300)])
    assert abs(found.mean()) < 3 * found.std(ddof=1) / np.sqrt(len(found))
    assert (found < 0).any()


def test_the_metric_compares_with_real_images_and_real_with_real():
    """A set far from the real one has a distance beyond the floor, with the numbers of images and features."""
    random = np.random.default_rng(0)
    drawn = {name: random.normal(size=(n, 4)) + (name == "images") for name, n in (("images", 50), ("real", 40), ("floor", 60))}
    arrays = {name: {"features": features.astype(np.float32)} for name, features in drawn.items()}
    found = frechet_distance.measure(arrays, frechet_distance.KIND.parameters(judge="cnn"))
    assert found["frechet_distance"].value > 2 > found["frechet_distance_floor"].value
    assert found["kernel_distance"].value > found["kernel_distance_floor"].value
    assert (found["frechet_distance"].n, found["frechet_distance_floor"].n, found["feature_dimension"].value) == (50, 60, 4)
    assert found["frechet_distance"].given == "from 40 real images in 4 features"
    assert found["frechet_distance"].units is None


def test_too_few_images_are_said():
    """If there are no more images than features, the fact says so; a single image, which has no covariance, is refused."""
    arrays = {name: {"features": np.random.default_rng(0).random((4, 9))} for name in ("images", "real", "floor")}
    parameters = frechet_distance.KIND.parameters(judge="cnn")
    assert "covariance is singular" in frechet_distance.measure(arrays, parameters)["frechet_distance"].given
    with pytest.raises(ReportError, match="too few images"):
        frechet_distance.measure(arrays | {"images": {"features": np.ones((1, 9))}}, parameters)


def test_the_floor_is_of_another_split():
    """Training images give the floor for test images and vice versa, and one judge sees all of them."""
    for split, other in (("test", "train"), ("train", "test")):
        requests = frechet_distance.reads(frechet_distance.KIND.parameters(judge="cnn", split=split, n=30))
        assert [requests[name].parameters["images"]["split"] for name in ("real", "floor")] == [split, other]
        assert {(request.kind, request.judge) for request in requests.values()} == {("features", "cnn")}
