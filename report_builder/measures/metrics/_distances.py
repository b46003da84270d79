"""Distances between the distributions of two point sets, each with a value for every point of the first set."""

from __future__ import annotations

import numpy as np

BLOCK = 2**24  # kernel values in memory at once
NOISE = 1e-12  # relative to the largest eigenvalue: anything smaller is rounding


def frechet(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the squared Fréchet distance of the Gaussians fitted to both sets (Dowson and Landau 1982, eq. 4).

    |m_x - m_y|^2 + tr C_x + tr C_y - 2 tr (C_y^1/2 C_x C_y^1/2)^1/2; both roots are of symmetric positive semi-definite
    matrices, whose negative eigenvalues due to rounding are set to 0. O((m + n) d^2 + d^3).

    Args:
        x: shape `(m, d)`, m > 1.
        y: shape `(n, d)`, n > 1.

    Returns:
        The distance, and for each point of `x` the distance plus its first-order influence, shape `(m,)`: their mean is the
        distance, and their variance divided by m is its squared standard error.
    """
    centred, shift = x - x.mean(axis=0), x.mean(axis=0) - y.mean(axis=0)
    of_x, of_y = covariance(x), covariance(y)
    root = _power(of_y, 0.5)
    inner = root @ of_x @ root
    overlap = np.sqrt(np.linalg.eigvalsh(inner).clip(0)).sum()
    distance = float(max(0.0, shift @ shift + np.trace(of_x) + np.trace(of_y) - 2 * overlap))
    carried = root @ _power(inner, -0.5) @ root  # the transport map from C_x to C_y: the gradient is the identity minus it
    first_order = 2 * centred @ shift + (centred**2).sum(axis=1) - ((centred @ carried) * centred).sum(axis=1)
    return distance, distance + first_order - first_order.mean()


def covariance(x: np.ndarray) -> np.ndarray:
    """Return the unbiased covariance of points `(n, d)`, shape `(d, d)`."""
    centred = x - x.mean(axis=0)
    return np.asarray(centred.T @ centred / (len(x) - 1))


def _power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    """Raise a symmetric positive semi-definite matrix to a power; eigenvalues that are 0 up to rounding stay 0."""
    values, vectors = np.linalg.eigh(matrix)
    counts = values > NOISE * max(values[-1], 0.0)
    powers = np.where(counts, np.where(counts, values, 1.0) ** exponent, 0.0)
    return np.asarray((vectors * powers) @ vectors.T)


def kernel(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the unbiased squared MMD with the kernel (a b / d + 1)^3 (Bińkowski et al. 2018, eq. 3 and 4).

    O((m + n)^2 d), in blocks. Near 0 for sets of the same distribution, and possibly negative.

    Returns:
        The distance, and a value for each point of `x` as in `frechet`.
    """
    own, theirs, between = (_row_sums(a, b) for a, b in ((x, x), (y, y), (x, y)))
    near = (own - _self(x)) / (len(x) - 1)
    far = between / len(y)
    distance = float(near.mean() + (theirs - _self(y)).mean() / (len(y) - 1) - 2 * far.mean())
    return distance, distance + 2 * (near - near.mean()) - 2 * (far - far.mean())


def _row_sums(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the kernel of each point of `x`, summed over `y`: `(m,)`."""
    step = max(1, BLOCK // len(y))
    blocks = (x[start : start + step] for start in range(0, len(x), step))
    return np.concatenate([((block @ y.T / x.shape[1] + 1) ** 3).sum(axis=1) for block in blocks])


def _self(x: np.ndarray) -> np.ndarray:
    return np.asarray(((x**2).sum(axis=1) / x.shape[1] + 1) ** 3)
