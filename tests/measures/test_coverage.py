"""Precision, recall, density and coverage on points laid by hand."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.measures.metrics import _manifold, coverage


def measured(made, real, k=1):
    """Values of points on a line."""
    arrays = {name: {"features": np.array(points, dtype=float)[:, None]} for name, points in (("images", made), ("real", real))}
    return {v.name: v for v in coverage.measure(arrays, coverage.Parameters(judge="cnn", k=k))}


def numbers(found):
    """Precision, recall, density, coverage."""
    return [found[name].value for name in ("precision", "recall", "density", "coverage")]


def test_points_on_a_line():
    """By hand: real points reach 1, 1, 1 and 8, generated ones 4.5, 4.5 and 25; 0.5 lies with 0 and 1, 5 with 10 alone."""
    found = measured([0.5, 5, 30], [0, 1, 2, 10])
    assert numbers(found) == pytest.approx([2 / 3, 1, 3 / 3, 3 / 4])
    assert found["density"].samples.tolist() == [2, 1, 0]
    assert found["coverage"].samples.tolist() == [1, 1, 0, 1]
    assert [(found[name].n, found[name].paired) for name in ("precision", "recall")] == [(3, False), (4, True)]


def test_a_model_that_makes_one_image():
    """Copies of one real image are all precise and recall nothing but it: fidelity without diversity."""
    assert numbers(measured([3, 3, 3], [0, 1, 2, 3, 5])) == pytest.approx([1, 1 / 5, 3, 3 / 5])


def test_equal_sets_lie_in_each_other():
    """A set has all of itself; each point lies in its own ball."""
    points = np.random.default_rng(0).normal(size=50)
    precision, recall, density, covered = numbers(measured(points, points, k=3))
    assert (precision, recall, covered) == (1, 1, 1)
    assert density >= 1


def test_sets_that_are_apart_have_nothing_in_common():
    """Whatever is far away is in no neighbourhood."""
    assert numbers(measured([100, 101, 103], [0, 1, 3])) == [0, 0, 0, 0]


def test_the_surface_belongs_to_the_ball_far_from_the_origin():
    """Points of a lattice lie exactly on the spheres of their neighbours; rounding far from the origin does not lose them."""
    lattice = np.stack(np.meshgrid(np.arange(5.0), np.arange(5.0)), axis=-1).reshape(-1, 2) / 3 + 1e4
    count, reached = _manifold.inside(lattice, lattice, np.full(25, 1 / 3))
    assert count.reshape(5, 5)[2, 2] == 5
    assert count.sum() == 25 + 2 * 40
    assert reached.all()


def test_blocks_change_nothing(monkeypatch):
    """Many small blocks of distances give what one large one gives."""
    random = np.random.default_rng(0)
    made, real = random.normal(size=40), random.normal(size=60)
    whole = numbers(measured(made, real, k=2))
    monkeypatch.setattr(_manifold, "BLOCK", 100)
    assert numbers(measured(made, real, k=2)) == whole


def test_fewer_images_than_neighbours():
    """A neighbourhood of k images needs more than k."""
    with pytest.raises(ReportError, match="At least 6"):
        measured([1, 2, 3], [1, 2, 3], k=5)
