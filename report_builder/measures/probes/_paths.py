"""Paths between two codes: straight, or along an arc around the origin."""

from __future__ import annotations

import numpy as np

from report_builder.kinds import Split, Trained
from report_builder.kinds.asked import ConditionKind, PathKind

PARALLEL = 1e-6  # smallest sine of the angle for which the arc is computed


def between(a: np.ndarray, b: np.ndarray, t: np.ndarray, path: PathKind = "linear") -> np.ndarray:
    """Return points on the path from `a` (exactly, at t = 0) to `b` (exactly, at t = 1).

    linear: (1 - t) a + t b. spherical: (sin((1 - t) w) a + sin(t w) b) / sin w, where w is the angle between a and b (Shoemake
    1985; for codes White 2016, arXiv:1609.04468); between codes of equal norm, all points have that norm. If a and b are
    parallel, opposite or zero, the arc is undefined and the path is straight.

    Args:
        a: codes, shape `(..., d)`.
        b: codes of the same shape.
        t: position on the path, shape `(m,)`, in [0, 1].
        path: type of path.

    Returns:
        Shape `(..., m, d)`, float32.
    """
    a, b, t = (np.asarray(each, dtype=np.float64) for each in (a[..., None, :], b[..., None, :], t[:, None]))
    of_a, of_b = (1 - t, t) if path == "linear" else _arc(a, b, t)
    return np.asarray(of_a * a + of_b * b, dtype=np.float32)


def _arc(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights of both codes on the arc between them."""
    norms = np.linalg.norm(a, axis=-1, keepdims=True) * np.linalg.norm(b, axis=-1, keepdims=True)
    zero = norms == 0
    angle = np.arccos(((a * b).sum(axis=-1, keepdims=True) / np.where(zero, 1, norms)).clip(-1, 1))
    straight = zero | (np.sin(angle) < PARALLEL)
    sine = np.where(straight, 1, np.sin(angle))
    return np.where(straight, 1 - t, np.sin((1 - t) * angle) / sine), np.where(straight, t, np.sin(t * angle) / sine)


def conditions_between(given: np.ndarray | None, t: np.ndarray, kind: ConditionKind) -> np.ndarray | None:
    """Return the condition vectors for the codes on a path, `(n * m, k)`; None if the model takes none.

    Args:
        given: condition vectors of both ends, shape `(n, 2, k)`.
        t: position on the path, shape `(m,)`.
        kind: blended: interpolated linearly between the ends; first: that of the first end everywhere.
    """
    if given is None:
        return None
    along = between(given[:, 0], given[:, 1 if kind == "blended" else 0], t)
    return along.reshape(-1, along.shape[-1])


def codes_at(model: Trained, part: Split, index: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the codes of the images at these indices, `(*index.shape, d)`, and their condition vectors, if any."""
    from report_builder.measures.probes._batches import encode, given_to, pixels

    given = given_to(model, part)
    condition = None if given is None else given[index]
    flat = None if condition is None else condition.reshape(index.size, -1)
    codes = encode(model, pixels(part.x, index.ravel()), flat)
    return codes.reshape(*index.shape, -1), condition
