"""Where the labels of points stand that lie close together: near their points, off each other, with lines to follow."""

from __future__ import annotations

import numpy as np

TURN, RINGS = 32, np.arange(0.9, 9, 0.3)  # directions around a point, and how far from it a label may stand, in distances
CLEAR = 0.75  # of a label from points: they are smaller than labels
LINE = 0.4  # of a line from the points and labels of others
COVERED, TOUCHED, CROSSED = 100.0, 10.0, 12.0  # what each costs, in distances that a label stands away


def beside(places: np.ndarray, distance: float) -> np.ndarray:
    """Places `(k, 2)` of the labels of the points `(k, 2)`.

    One after the other, from the middle outwards, takes the nearest place that is `distance` from the other labels and clear of
    all points, and whose line to its point touches neither others nor their lines, as far as there is one.
    """
    angles = 2 * np.pi * (np.arange(TURN) + TURN / 8) / TURN
    steps = (RINGS[:, None, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)).reshape(-1, 2)
    points: np.ndarray = np.asarray(places, dtype=float) / distance
    found = np.full_like(points, np.nan)
    done: list[int] = []
    for i in np.argsort(np.linalg.norm(points - np.median(points, axis=0), axis=1), kind="stable"):
        at, others = points[i] + steps, np.delete(points, i, axis=0)
        cost = np.linalg.norm(steps, axis=1)
        cost += COVERED * ((_far(at, points) < CLEAR).sum(axis=1) + (_far(at, found[done]) < 1).sum(axis=1))
        cost += TOUCHED * (_off_line(points[i], steps, np.concatenate([others, found[done]])) < LINE).sum(axis=1)
        cost += CROSSED * _crossing(points[i], steps, points[done], found[done]).sum(axis=1)
        found[i] = at[cost.round(6).argmin()]  # of equally good places the first: upper right
        done.append(int(i))
    return found * distance


def _far(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Distances `(m, k)` of points `(m, 2)` from points `(k, 2)`."""
    return np.asarray(np.linalg.norm(a[:, None] - b[None], axis=2))


def _off_line(start: np.ndarray, steps: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Distances `(m, k)` of points `(k, 2)` from the lines that go from `start` by `steps` (m, 2)."""
    to = points - start
    along = (steps @ to.T / (steps**2).sum(axis=1, keepdims=True)).clip(0, 1)
    return np.asarray(np.linalg.norm(to[None] - along[..., None] * steps[:, None], axis=2))


def _crossing(start: np.ndarray, steps: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether the lines from `start` by `steps` (m, 2) cross those from `a` to `b`, both `(k, 2)`: `(m, k)`."""
    ends = start + steps
    apart = _side(start, ends[:, None], a) * _side(start, ends[:, None], b) < 0
    return np.asarray(apart & (_side(a, b, start) * _side(a, b, ends[:, None]) < 0))


def _side(a: np.ndarray, b: np.ndarray, points: np.ndarray) -> np.ndarray:
    """On which side of the line from `a` to `b` points lie: the sign of the cross product."""
    (x, y), (u, v) = np.moveaxis(b - a, -1, 0), np.moveaxis(points - a, -1, 0)
    return np.asarray(x * v - y * u)
