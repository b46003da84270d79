"""Precision, recall, density and coverage of hand-placed points."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.measures.metrics import _manifold, coverage, frechet_distance


def measured(made, real, k=1):
    """Return the values for points on a line."""
    sets = {"images": made, "real": real, "control": real, "blank": [0.0] * (k + 1)}
    arrays = {name: {"features": np.array(points, dtype=float)[:, None]} for name, points in sets.items()}
    return coverage.measure(arrays, coverage.Parameters(judge="cnn", k=k))


def numbers(found):
    """Return precision, recall, density and coverage."""
    return [found[name].value for name in ("precision", "recall", "density", "coverage")]


def test_points_on_a_line():
    """Radii are 1, 1, 1 and 8 for the real points, and 4.5, 4.5 and 25 for the generated ones, computed by hand."""
    found = measured([0.5, 5, 30], [0, 1, 2, 10])
    assert numbers(found) == pytest.approx([2 / 3, 1, 3 / 3, 3 / 4])
    assert found["density"].samples.tolist() == [2, 1, 0]
    assert found["coverage"].samples.tolist() == [1, 1, 0, 1]
    assert [found[name].n for name in ("precision", "recall")] == [3, 4]


def test_a_model_that_makes_one_image():
    """Copies of one real image have full precision but recall only that image: fidelity without diversity."""
    assert numbers(measured([3, 3, 3], [0, 1, 2, 3, 5])) == pytest.approx([1, 1 / 5, 3, 3 / 5])


def test_equal_sets_lie_in_each_other():
    """A set compared with itself has full values, since each point lies in its own ball."""
    points = np.random.default_rng(0).normal(size=50)
    precision, recall, density, covered = numbers(measured(points, points, k=3))
    assert (precision, recall, covered) == (1, 1, 1)
    assert density >= 1


def test_sets_that_are_apart_have_nothing_in_common():
    """Distant sets have all values zero."""
    assert numbers(measured([100, 101, 103], [0, 1, 3])) == [0, 0, 0, 0]


def test_the_surface_belongs_to_the_ball_far_from_the_origin():
    """Lattice points exactly on the spheres of their neighbours count as inside, even with rounding far from the origin."""
    lattice = np.stack(np.meshgrid(np.arange(5.0), np.arange(5.0)), axis=-1).reshape(-1, 2) / 3 + 1e4
    count, reached = _manifold.inside(lattice, lattice, np.full(25, 1 / 3))
    assert count.reshape(5, 5)[2, 2] == 5
    assert count.sum() == 25 + 2 * 40
    assert reached.all()


def test_blocks_change_nothing(monkeypatch):
    """Small blocks of distances give the same values as a single large one."""
    random = np.random.default_rng(0)
    made, real = random.normal(size=40), random.normal(size=60)
    whole = numbers(measured(made, real, k=2))
    monkeypatch.setattr(_manifold, "BLOCK", 100)
    assert numbers(measured(made, real, k=2)) == whole


def planes(count, seed):
    """Return points of a plane with a normal distribution."""
    return np.random.default_rng(seed).normal(size=(count, 2))


def of_points(made, real, blank=(0.0, 0.0), k=5):
    """Return the values for points of a plane."""
    sets = {"images": made, "real": real, "control": planes(len(real), 999), "blank": np.tile(blank, (100, 1))}
    arrays = {name: {"features": np.asarray(points, dtype=float)} for name, points in sets.items()}
    return coverage.measure(arrays, coverage.Parameters(judge="cnn", k=k))


def test_what_blank_images_reach_stands_beside():
    """Blank images amid the real ones have full precision, so that precision and density have no better direction."""
    found = of_points(planes(300, 1) * 0.1, planes(300, 0))
    assert found["precision_blank"].value == found["precision"].value == 1
    assert 0.8 < found["precision_real"].value < 1
    assert found["recall_blank"].value == 0
    known = {quantity.name: quantity for quantity in coverage.values(coverage.Parameters(judge="cnn"), {})}
    assert set(known) == set(found)
    assert {quantity.noise for quantity in known.values()} == {"draws"}
    assert {name: known[name].better for name in coverage.NAMES} == {
        "precision": "none",
        "recall": "higher",
        "density": "none",
        "coverage": "higher",
    }
    assert "blank images" in known["density_blank"].reduction
    assert {known[f"{name}_{which}"].better for name in coverage.NAMES for which in ("real", "blank")} == {"none"}


@pytest.fixture(scope="module")
def drawn():
    """The values of sixty sets drawn from the distribution of the real one."""
    real = planes(150, 0)
    return [of_points(planes(150, seed), real, k=3) for seed in range(1, 61)]


@pytest.mark.parametrize("name", ["recall", "coverage"])
def test_both_sets_are_drawn_in_the_error(name, drawn):
    """The standard error includes the draw of the generated set, so that equal models rarely differ by two errors."""
    far, stated = [], []
    found = [values[name] for values in drawn]
    spread = np.std([value.value for value in found], ddof=1)  # for one real set: only the draw of the generated one
    for one, other in zip(found[::2], found[1::2], strict=True):
        error = np.sqrt(sum(value.samples.var(ddof=1) / value.n for value in (one, other)))
        far.append(abs(one.value - other.value) > 2 * error)
        stated.append(error)
    assert np.mean(far) <= 0.1
    assert np.mean(stated) > 0.8 * np.sqrt(2) * spread
    assert all(value.samples.mean() == pytest.approx(value.value) for value in found)


def test_images_are_not_compared_with_themselves():
    """Real images that are among their own references are refused; other images of that split, or of another, are accepted."""
    points = planes(30, 0)

    def compared(split, first):
        about = {"index": np.arange(first, first + 30), "split": np.array(split)}
        real = {"features": points, "index": np.arange(30), "split": np.array("test")}
        arrays = {"images": {"features": points + 0.1} | about, "real": real, "floor": real, "control": real, "blank": real}
        frechet_distance.measure(arrays, frechet_distance.KIND.parameters(judge="cnn"))
        coverage.measure(arrays, coverage.Parameters(judge="cnn"))

    compared("test", 30)
    compared("train", 0)
    with pytest.raises(ReportError, match="among the real ones"):
        compared("test", 29)


def test_fewer_images_than_neighbours():
    """A neighbourhood of k images needs more than k images."""
    with pytest.raises(ReportError, match="At least 6"):
        measured([1, 2, 3], [1, 2, 3], k=5)


@pytest.mark.parametrize("samples", [[0.5], [0.5, 0.5, 0.5]])
def test_what_does_not_vary_is_not_spread(samples):
    """A single value, or equal ones, have no spread that could be widened."""
    assert coverage.widened(np.array(samples), 0.1).tolist() == samples
