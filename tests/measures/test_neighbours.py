"""Nearest neighbours in blocks."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from report_builder.measures._mathematics import neighbours, normal
from report_builder.measures.metrics import _clusters, _distances, _manifold


def test_blocks_give_what_all_distances_give(monkeypatch):
    """Neighbours found in small blocks are those of the full distance matrix."""
    random = np.random.default_rng(0)
    queries, points = random.normal(size=(37, 3)), random.normal(size=(50, 3))
    full = np.linalg.norm(queries[:, None] - points[None], axis=2)
    monkeypatch.setattr(neighbours, "BLOCK", 200)
    index, distances = neighbours.nearest(queries, points, 5)
    np.testing.assert_array_equal(index, np.argsort(full, axis=1)[:, :5])
    np.testing.assert_allclose(distances, np.sort(full, axis=1)[:, :5])


def test_a_point_is_not_its_own_neighbour(monkeypatch):
    """With `skip_self`, no point is its own nearest neighbour, in any block."""
    monkeypatch.setattr(neighbours, "BLOCK", 24)
    index, distances = neighbours.nearest(np.arange(12.0)[:, None], np.arange(12.0)[:, None], 1, skip_self=True)
    assert (index[:, 0] != np.arange(12)).all()
    assert (distances == 1).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_near_duplicates_far_from_the_origin_find_each_other(dtype):
    """Pairs 1e-3 apart among points near 1e4, like almost equal images, are found with their exact distance."""
    random = np.random.default_rng(0)
    points = (1e4 + random.normal(size=(200, 8))).astype(dtype)
    twins = (points + np.array(4e-3, dtype)).astype(dtype)
    index, distances = neighbours.nearest(points, np.concatenate([twins, points]), 2)
    assert index.tolist() == [[200 + i, i] for i in range(200)]
    np.testing.assert_allclose(distances[:, 1], np.linalg.norm(twins.astype(float) - points, axis=1), rtol=1e-9)


def test_of_equal_distances_the_first_point_is_the_nearest():
    """Ties go to the first point, whatever the blocks."""
    assert neighbours.nearest(np.zeros((1, 2)), np.ones((40, 2)), 3)[0].tolist() == [[0, 1, 2]]


def test_far_away_points_keep_their_small_distances():
    """Small distances are exact for points far from the origin."""
    points = 1e4 + np.array([[0.0, 0.0], [1e-3, 0.0], [5.0, 5.0]])
    distances = neighbours.nearest(points, points, 1, skip_self=True)[1]
    np.testing.assert_allclose(distances[:2], 1e-3, rtol=1e-6)


@pytest.mark.parametrize(
    ("module", "measure"),
    [
        (neighbours, lambda points: neighbours.nearest(points, points, 3, skip_self=True)),
        (normal, lambda points: normal.mmd_to_normal(points, 1.0)),
        (_distances, lambda points: _distances.kernel(points, points + 1)),
        (_clusters, lambda points: _clusters.silhouette(points, np.arange(len(points)) % 2)),
        (_manifold, lambda points: _manifold.inside(points, points, np.ones(len(points)))),
    ],
)
def test_distances_of_many_images_are_never_held_at_once(monkeypatch, module, measure):
    """Distances of 1200 images, 11 MB in full, are never held at once; memory grows with the block (64 MB for large data)."""
    points = np.random.default_rng(0).normal(size=(1200, 2))
    whole = 8 * len(points) ** 2
    assert 2**26 <= 8 * module.BLOCK <= 2**27
    monkeypatch.setattr(module, "BLOCK", 12_000)
    tracemalloc.start()
    measure(points)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < whole / 8
