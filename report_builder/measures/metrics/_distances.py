"""Distances between two sets of points, estimated from both, each with a value for every point of the first."""

from __future__ import annotations

import numpy as np

BLOCK = 2**24  # kernel values held at once
NOISE = 1e-12  # of the largest eigenvalue: below it stands rounding


def frechet(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Squared Fréchet distance of the Gaussians with mean and covariance of both sets (Dowson and Landau 1982, eq. 4).

    |m_x - m_y|^2 + tr C_x + tr C_y - 2 tr (C_y^1/2 C_x C_y^1/2)^1/2; both roots are of symmetric matrices without negative
    eigenvalues but for rounding, which are set to 0. O((m + n) d^2 + d^3).

    Args:
        x: shape `(m, d)`, m > 1.
        y: shape `(n, d)`, n > 1.

    Returns:
        The distance, and for each point of `x` the distance plus what it adds to it in first order, shape `(m,)`: their mean is
        the distance, and their variance over m the square of its standard error.
    """
    centred, shift = x - x.mean(axis=0), x.mean(axis=0) - y.mean(axis=0)
    of_x, of_y = covariance(x), covariance(y)
    root = _power(of_y, 0.5)
    inner = root @ of_x @ root
    overlap = np.sqrt(np.linalg.eigvalsh(inner).clip(0)).sum()
    distance = float(max(0.0, shift @ shift + np.trace(of_x) + np.trace(of_y) - 2 * overlap))
    carried = root @ _power(inner, -0.5) @ root  # C_x as it is carried over to C_y: the gradient is the identity minus it
    first_order = 2 * centred @ shift + (centred**2).sum(axis=1) - ((centred @ carried) * centred).sum(axis=1)
    return distance, distance + first_order - first_order.mean()


def covariance(x: np.ndarray) -> np.ndarray:
    """Unbiased covariance of points `(n, d)`, shape `(d, d)`."""
    centred = x - x.mean(axis=0)
    return np.asarray(centred.T @ centred / (len(x) - 1))


def _power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    """Power of a symmetric matrix without negative eigenvalues; where an eigenvalue is 0 but for rounding it stays 0."""
    values, vectors = np.linalg.eigh(matrix)
    counts = values > NOISE * max(values[-1], 0.0)
    powers = np.where(counts, np.where(counts, values, 1.0) ** exponent, 0.0)
    return np.asarray((vectors * powers) @ vectors.T)


def kernel(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Unbiased squared maximum mean discrepancy with the kernel (a b / d + 1)^3 (Bińkowski et al. 2018, eq. 3 and 4).

    O((m + n)^2 d), in blocks. Unbiased: near 0 for sets of one distribution, sometimes below it.

    Returns:
        The distance, and a value for each point of `x` as `frechet` gives it.
    """
    own, theirs, between = (_row_sums(a, b) for a, b in ((x, x), (y, y), (x, y)))
    near = (own - _self(x)) / (len(x) - 1)
    far = between / len(y)
    distance = float(near.mean() + (theirs - _self(y)).mean() / (len(y) - 1) - 2 * far.mean())
    return distance, distance + 2 * (near - near.mean()) - 2 * (far - far.mean())


def _row_sums(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Sum over `y` of the kernel with each point of `x`, `(m,)`."""
    step = max(1, BLOCK // len(y))
    blocks = (x[start : start + step] for start in range(0, len(x), step))
    return np.concatenate([((block @ y.T / x.shape[1] + 1) ** 3).sum(axis=1) for block in blocks])


def _self(x: np.ndarray) -> np.ndarray:
    return np.asarray(((x**2).sum(axis=1) / x.shape[1] + 1) ** 3)
