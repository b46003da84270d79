"""Nearest neighbours in blocks."""

from __future__ import annotations

import numpy as np

from report_builder.measures._mathematics import neighbours


def test_blocks_give_what_all_distances_give(monkeypatch):
    """Neighbours found in small blocks are those of the full table of distances."""
    random = np.random.default_rng(0)
    queries, points = random.normal(size=(37, 3)), random.normal(size=(50, 3))
    full = np.linalg.norm(queries[:, None] - points[None], axis=2)
    monkeypatch.setattr(neighbours, "BLOCK", 200)
    index, distances = neighbours.nearest(queries, points, 5)
    np.testing.assert_array_equal(index, np.argsort(full, axis=1)[:, :5])
    np.testing.assert_allclose(distances, np.sort(full, axis=1)[:, :5])


def test_a_point_is_not_its_own_neighbour(monkeypatch):
    """With `skip_self` each point's nearest is another one, in every block."""
    monkeypatch.setattr(neighbours, "BLOCK", 24)
    index, distances = neighbours.nearest(np.arange(12.0)[:, None], np.arange(12.0)[:, None], 1, skip_self=True)
    assert (index[:, 0] != np.arange(12)).all()
    assert (distances == 1).all()


def test_far_away_points_keep_their_small_distances():
    """Distances are exact where points nearly coincide far from the origin."""
    points = 1e4 + np.array([[0.0, 0.0], [1e-3, 0.0], [5.0, 5.0]])
    distances = neighbours.nearest(points, points, 1, skip_self=True)[1]
    np.testing.assert_allclose(distances[:2], 1e-3, rtol=1e-6)
