"""Places labels of points that lie close together: near their points and clear of each other, with leader lines."""

from __future__ import annotations

import numpy as np

TURN, RINGS = 32, np.arange(0.9, 9, 0.3)  # number of directions, and radii around a point, in units of `distance`
CLEAR = 0.75  # minimum distance of a label from points, which are smaller than labels
LINE = 0.4  # minimum distance of a leader line from other points and labels
COVERED, TOUCHED, CROSSED = 100.0, 10.0, 12.0  # penalties, in units of `distance`


def beside(places: np.ndarray, distance: float) -> np.ndarray:
    """Return positions `(k, 2)` of the labels of points `(k, 2)`.

    Greedy, from the middle outwards: each label takes the nearest position that is at least `distance` from the other labels,
    is clear of all points, and whose leader line touches no other point, label or line, or else the position with the least
    penalty.
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
        found[i] = at[cost.round(6).argmin()]  # the first of equally good places, which is at the upper right
        done.append(int(i))
    return found * distance


def _far(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Distances `(m, k)` between points `(m, 2)` and points `(k, 2)`."""
    return np.asarray(np.linalg.norm(a[:, None] - b[None], axis=2))


def _off_line(start: np.ndarray, steps: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Distances `(m, k)` of points `(k, 2)` from the segments that go from `start` by `steps` `(m, 2)`."""
    to = points - start
    along = (steps @ to.T / (steps**2).sum(axis=1, keepdims=True)).clip(0, 1)
    return np.asarray(np.linalg.norm(to[None] - along[..., None] * steps[:, None], axis=2))


def _crossing(start: np.ndarray, steps: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether the segments from `start` by `steps` `(m, 2)` cross those from `a` to `b`, both `(k, 2)`; `(m, k)`."""
    ends = start + steps
    apart = _side(start, ends[:, None], a) * _side(start, ends[:, None], b) < 0
    return np.asarray(apart & (_side(a, b, start) * _side(a, b, ends[:, None]) < 0))


def _side(a: np.ndarray, b: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Side of the line from `a` to `b` on which points lie, as the sign of the cross product."""
    (x, y), (u, v) = np.moveaxis(b - a, -1, 0), np.moveaxis(points - a, -1, 0)
    return np.asarray(x * v - y * u)
