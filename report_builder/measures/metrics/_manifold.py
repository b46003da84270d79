"""The manifold of a point set, estimated by balls that reach to the k-th nearest neighbour of each point."""

from __future__ import annotations

import numpy as np

from report_builder.measures._mathematics.neighbours import BLOCK, nearest

ROUNDING = 1e-9  # relative to the squared values: points on the boundary count as inside


def radii(points: np.ndarray, k: int) -> np.ndarray:
    """Return the distance of each point `(n, d)` to its `k`-th nearest other point, shape `(n,)`; k < n."""
    return nearest(points, points, k, skip_self=True)[1][:, -1]


def inside(queries: np.ndarray, centres: np.ndarray, radius: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Determine which points lie in which balls, boundaries included; O(m n d), in blocks.

    Args:
        queries: shape `(m, d)`.
        centres: shape `(n, d)`.
        radius: of the ball around each centre, shape `(n,)`.

    Returns:
        The number of balls that contain each query, `(m,)` int64, and whether each ball contains any query, `(n,)` bool.
    """
    middle = centres.mean(axis=0)  # centring reduces cancellation in the expanded square
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
