"""How well points cluster by class: neighbour votes and silhouettes."""

from __future__ import annotations

import numpy as np

BLOCK = 2**23  # distances in memory at once


def majority(labels: np.ndarray) -> np.ndarray:
    """Return the most frequent label in each row; ties go to the label that comes first in the row.

    Args:
        labels: non-negative integers, shape `(n, k)`, in each row by falling priority.

    Returns:
        Shape `(n,)`.
    """
    n, k = labels.shape
    votes = np.zeros((n, int(labels.max()) + 1))
    for place in range(k):  # the bonuses break ties only: they sum to less than one vote, and each exceeds all later ones
        votes[np.arange(n), labels[:, place]] += 1 + 0.5 ** (place + 1)
    return np.asarray(votes.argmax(axis=1))


def silhouette(points: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the silhouette of each point by Euclidean distance (Rousseeuw 1987): (b - a) / max(a, b).

    a is the mean distance to the other points of its class, b that to the points of the nearest other class; the only point of
    a class has silhouette 0.

    Args:
        points: shape `(n, d)`.
        y: class of each point, shape `(n,)`; at least two classes.

    Returns:
        Shape `(n,)`, float64, in [-1, 1].
    """
    points = points - points.mean(axis=0, dtype=np.float64)  # centring reduces cancellation in the expanded square
    classes, own = np.unique(y, return_inverse=True)
    member = np.eye(len(classes))[own]
    counts, squares = member.sum(axis=0), (points**2).sum(axis=1)
    step, found = max(1, BLOCK // len(points)), []
    for start in range(0, len(points), step):
        part = slice(start, start + step)
        distances = np.sqrt((squares[part, None] + squares - 2 * points[part] @ points.T).clip(0))
        rows = np.arange(len(distances))
        distances[rows, start + rows] = 0
        found.append(_of_sums(distances @ member, counts, own[part]))
    return np.concatenate(found)


def _of_sums(sums: np.ndarray, counts: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Compute silhouettes from the summed distances to each class, `(n, classes)`."""
    rows = np.arange(len(sums))
    inside = sums[rows, own] / np.maximum(counts[own] - 1, 1)
    means = sums / counts
    means[rows, own] = np.inf
    outside, alone = means.min(axis=1), counts[own] == 1
    larger = np.maximum(inside, outside)
    return np.where(alone | (larger == 0), 0.0, (outside - inside) / np.where(larger == 0, 1, larger))
