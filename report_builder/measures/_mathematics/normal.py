"""Distances of codes from the standard normal distribution: Kolmogorov-Smirnov, and maximum mean discrepancy."""

from __future__ import annotations

import numpy as np

from report_builder.records import frozen

BLOCK = 2**23  # distances in memory at once


def normal_cdf(x: np.ndarray) -> np.ndarray:
    """Return the cumulative distribution function of N(0, 1) at `x`, of the same shape, in [0, 1]."""
    from scipy.special import ndtr

    return np.asarray(ndtr(x))


def ks_distance(z: np.ndarray) -> np.ndarray:
    """Return the Kolmogorov-Smirnov distance of each coordinate from N(0, 1).

    The statistic D = sup |F_n(x) - F(x)|: for ascending codes x_1 ... x_n it is the largest of i/n - F(x_i) and
    F(x_i) - (i - 1)/n.

    Args:
        z: codes, shape `(n, d)`.

    Returns:
        Shape `(d,)`, float64, in [1 / (2 n), 1].
    """
    n = len(z)
    ascending = normal_cdf(np.sort(z.astype(np.float64), axis=0))
    steps = np.arange(n + 1)[:, None] / n
    return np.asarray(np.maximum((steps[1:] - ascending).max(axis=0), (ascending - steps[:-1]).max(axis=0)))


@frozen
class Discrepancy:
    """Squared maximum mean discrepancy: the unbiased estimate, and a value for each code whose mean it is."""

    squared: float
    samples: np.ndarray


def mmd_to_normal(z: np.ndarray, bandwidth: float) -> Discrepancy:
    """Estimate the squared MMD between codes and N(0, I) with the kernel k(x, y) = exp(-|x - y|^2 / (2 bandwidth^2)).

    Gretton et al. 2012, A Kernel Two-Sample Test, lemma 6 (unbiased, so it can be negative). The terms of N(0, I) are exact:
    with s = bandwidth^2 they are E k(x, Y) = (s / (1 + s))^(d/2) exp(-|x|^2 / (2 (1 + s))) and E k(Y, Y') = (s / (2 +
    s))^(d/2).

    The value of code i is linearised, 2 (mean_j k(x_i, x_j) - E k(x_i, Y)) + E k(Y, Y') - mean k, so that the standard error
    of the mean of these values is that of the estimate to first order.

    Args:
        z: codes, shape `(n, d)`, n at least 2.
        bandwidth: of the kernel, in units of the code.
    """
    z = z.astype(np.float64)
    s, d = bandwidth**2, z.shape[1]
    among = _mean_kernel(z, s)
    to_prior = (s / (1 + s)) ** (d / 2) * np.exp(-(z**2).sum(axis=1) / (2 * (1 + s)))
    of_prior = (s / (2 + s)) ** (d / 2)
    samples = 2 * (among - to_prior) + of_prior - among.mean()
    return Discrepancy(float(samples.mean()), samples)


def _mean_kernel(z: np.ndarray, s: float) -> np.ndarray:
    """Return the mean kernel value between each code and all others, `(n,)`, in blocks that fit into memory."""
    n, squares = len(z), (z**2).sum(axis=1)
    step, found = max(1, BLOCK // n), []
    for start in range(0, n, step):
        part = slice(start, start + step)
        distances = squares[part, None] + squares - 2 * z[part] @ z.T
        found.append(np.exp(-distances.clip(0) / (2 * s)).sum(axis=1))
    return (np.concatenate(found) - 1) / (n - 1)  # excluding the code itself, whose kernel value is 1
