"""The space that points fill: a ball around each point up to its k-th nearest neighbour."""

from __future__ import annotations

import numpy as np

from report_builder.measures._mathematics.neighbours import BLOCK, nearest

ROUNDING = 1e-9  # of the squared radius: a point on the surface is inside


def radii(points: np.ndarray, k: int) -> np.ndarray:
    """Distance of each point `(n, d)` to its `k`-th nearest neighbour, itself not counted, shape `(n,)`; k < n."""
    return nearest(points, points, k, skip_self=True)[1][:, -1]


def inside(queries: np.ndarray, centres: np.ndarray, radius: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which points lie in which balls, the surface included; O(m n d), in blocks.

    Args:
        queries: shape `(m, d)`.
        centres: shape `(n, d)`.
        radius: of the ball around each centre, shape `(n,)`.

    Returns:
        In how many balls each query lies, `(m,)` int64, and whether a query lies in each ball, `(n,)` bool.
    """
    middle = centres.mean(axis=0)  # smaller numbers lose fewer digits in the expanded square
    points, queries = centres - middle, queries - middle
    squares, limit = (points**2).sum(axis=1), radius**2
    limit = limit + ROUNDING * (limit + squares)
    step, found, reached = max(1, BLOCK // len(points)), [], np.zeros(len(points), dtype=bool)
    for start in range(0, len(queries), step):
        block = queries[start : start + step]
        within = (block**2).sum(axis=1)[:, None] + squares - 2 * block @ points.T <= limit
        found.append(within.sum(axis=1))
        reached |= within.any(axis=0)
    return np.concatenate(found), reached
