"""Nearest neighbours by squared Euclidean distance, in blocks that fit into memory."""

from __future__ import annotations

import numpy as np

BLOCK = 2**24  # distances held at once


def nearest(queries: np.ndarray, points: np.ndarray, k: int, *, skip_self: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The `k` nearest points of each query.

    Args:
        queries: shape `(m, d)`.
        points: shape `(n, d)`.
        k: how many; at most `n` (`n - 1` with `skip_self`).
        skip_self: query i is point i and does not count as its own neighbour.

    Returns:
        Indices `(m, k)`, nearest first, and distances (not squared) of the same shape.
    """
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
    index = np.argpartition(distances, min(k, len(points) - 1), axis=1)[:, :k]
    index = index[rows, np.argsort(distances[rows, index], axis=1, kind="stable")]
    exact = ((queries[:, None] - points[index]) ** 2).sum(axis=2)  # the expanded form loses digits where points nearly coincide
    return index, exact
