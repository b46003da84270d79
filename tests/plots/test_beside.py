"""Labels of crowded points can be read and assigned to their points."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.plots._beside import CLEAR, beside


def crowd(seed):
    """Return eighteen points, six of which are close together."""
    random = np.random.default_rng(seed)
    return np.concatenate([random.normal(0, 5, (12, 2)), random.normal(1, 0.3, (6, 2))])


def apart(a, b):
    """Return the distances between two sets of points."""
    return np.linalg.norm(a[:, None] - b[None], axis=2)


@pytest.mark.parametrize("seed", range(5))
def test_labels_cover_neither_each_other_nor_points(seed):
    """Labels keep the requested distance from each other, are clear of all points, and stay near their own point."""
    points, distance = crowd(seed), 2.0
    labels = beside(points, distance)
    assert (apart(labels, labels) + 9 * distance * np.eye(18)).min() >= distance
    assert apart(labels, points).min() >= CLEAR * distance
    assert np.linalg.norm(labels - points, axis=1).max() < 4 * distance


def crossing(a, b, c, d):
    """Return whether the segments ab and cd cross."""

    def turn(p, q, r):
        return np.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    return turn(a, b, c) != turn(a, b, d) and turn(c, d, a) != turn(c, d, b)


@pytest.mark.parametrize("seed", range(5))
def test_lines_do_not_cross(seed):
    """The lines from points to their labels do not cross, so that they can be followed."""
    points = crowd(seed)
    ways = list(zip(points, beside(points, 2.0), strict=True))
    assert not [(i, j) for i in range(18) for j in range(i) if crossing(*ways[i], *ways[j])]


def test_a_lonely_point_has_its_label_at_hand():
    """A label without neighbours is at the upper right at the given distance, and equal points get separate labels."""
    offset = beside(np.array([[3.0, 4.0]]), 2.0)[0] - [3, 4]
    assert offset == pytest.approx([0.9 * 2**0.5] * 2)
    twins = beside(np.zeros((3, 2)), 1.0)
    assert (apart(twins, twins) + 9 * np.eye(3)).min() >= 1
