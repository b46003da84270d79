"""Nearest neighbours by Euclidean distance, in blocks that fit into memory."""

from __future__ import annotations

import numpy as np

BLOCK = 2**24  # distances in memory at once
SPARE = 8  # extra candidates, since rounding in the expanded square may misorder points that nearly coincide


def nearest(queries: np.ndarray, points: np.ndarray, k: int, *, skip_self: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Find the `k` nearest points of each query.

    Args:
        queries: shape `(m, d)`.
        points: shape `(n, d)`.
        k: number of neighbours; at most `n` (`n - 1` with `skip_self`).
        skip_self: query i is point i, which does not count as its own neighbour.

    Returns:
        Indices `(m, k)`, nearest first, and distances (not squared) of the same shape, float64.
    """
    middle = points.mean(axis=0, dtype=np.float64)  # centring reduces cancellation in the expanded square
    points, queries = points - middle, queries - middle
    squares = (points**2).sum(axis=1)
    step = max(1, BLOCK // len(points))
    found = [
        _block(queries[start : start + step], points, squares, k, start if skip_self else None)
        for start in range(0, len(queries), step)
    ]
    return np.concatenate([index for index, _ in found]), np.sqrt(np.concatenate([distance for _, distance in found]))


def _block(
    queries: np.ndarray, points: np.ndarray, squares: np.ndarray, k: int, own: int | None
) -> tuple[np.ndarray, np.ndarray]:
    distances = (queries**2).sum(axis=1)[:, None] + squares - 2 * queries @ points.T
    rows = np.arange(len(queries))[:, None]
    if own is not None:
        distances[rows[:, 0], own + rows[:, 0]] = np.inf
    candidates = min(2 * k + SPARE, len(points))
    index = np.argpartition(distances, candidates - 1, axis=1)[:, :candidates]
    index.sort(axis=1)  # ties go to the first point
    exact = np.stack([((queries - points[column]) ** 2).sum(axis=1) for column in index.T], axis=1)
    if own is not None:
        exact[index == (own + rows)] = np.inf
    nearest_first = np.argsort(exact, axis=1, kind="stable")[
        :, :k
    ]  # exact distances: the expanded form loses digits for points that nearly coincide
    return index[rows, nearest_first], exact[rows, nearest_first]
