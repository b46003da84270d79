"""Influence of chance on an estimate: pure functions of numbers, over any leading axes.

Two things are random: the trainings (seeds) and the measured units (images). An estimate is a weighted sum of sides, each the
mean over its trainings of means over units. The variance over trainings is Welch's, with the degrees of freedom of
Satterthwaite (1946). The variance over units is the clustered one, minus the part that is independent in each training, which
the variance over trainings already contains. Each variance has its own quantile of Student's t, and the squares are added, as
Cochran (1964) did for samples.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from report_builder.facts.fact import LEVEL
from report_builder.records import frozen

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MANY = 1e6  # degrees of freedom from which on they count as infinite
RESOLUTION = 1e-6  # relative precision of a value that a network computed in single precision
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


def tail(t: ArrayLike, freedom: ArrayLike) -> np.ndarray:
    """Two-sided tail probability of Student's t, P(|T| > |t|), with `freedom` degrees of freedom (at least 1).

    With t = sqrt(freedom) tan(a) the density is a power of cos(a), integrated here by Gauss-Legendre quadrature with an error
    of about 1e-12.
    """
    freedom = np.minimum(np.asarray(freedom, dtype=np.float64), MANY)
    return np.asarray(
        np.maximum(0.0, 1 - _within(np.arctan(np.abs(np.asarray(t, dtype=np.float64)) / np.sqrt(freedom)), freedom))
    )


def _within(angle: np.ndarray, freedom: np.ndarray) -> np.ndarray:
    nodes = np.expand_dims(angle, -1) * (_NODES + 1) / 2
    powers = np.cos(nodes) ** np.expand_dims(freedom - 1, -1)
    return np.asarray(_density(freedom) * angle * (powers @ _WEIGHTS))


def _density(freedom: np.ndarray) -> np.ndarray:
    """Density of the angle at 0."""
    log_gamma = np.frompyfunc(math.lgamma, 1, 1)
    logarithm = np.asarray(log_gamma((freedom + 1) / 2) - log_gamma(freedom / 2), dtype=np.float64)
    return np.asarray(np.exp(logarithm) / math.sqrt(math.pi))


def quantile(level: ArrayLike, freedom: ArrayLike) -> np.ndarray:
    """Two-sided quantile of Student's t: the t with P(|T| > t) = `level`; MANY degrees of freedom give the normal one."""
    freedom, level = np.minimum(np.asarray(freedom, dtype=np.float64), MANY), np.asarray(level, dtype=np.float64)
    single = freedom.ndim == level.ndim == 0
    return np.asarray(_single(float(level), float(freedom)) if single else _root(level, freedom))


@functools.lru_cache(4096)
def _single(level: float, freedom: float) -> float:
    """Quantile of single numbers, cached: many facts of a document have the same degrees of freedom."""
    return float(_root(np.asarray(level), np.asarray(freedom)))


def _root(level: np.ndarray, freedom: np.ndarray) -> np.ndarray:
    height = 2 * _density(freedom)
    normal = np.asarray(np.frompyfunc(NormalDist().inv_cdf, 1, 1)(1 - level / 2), dtype=np.float64)
    angle = np.arctan(normal / np.sqrt(freedom))
    for _ in range(100):  # Newton's method on a concave function, from below its root: no quantile is below the normal one
        step = (1 - level - _within(angle, freedom)) / (height * np.cos(angle) ** (freedom - 1))
        angle = np.clip(angle + step, 0.0, math.pi / 2 * (1 - 1e-15))
        if np.all(np.abs(step) <= 1e-8 * angle):  # convergence is quadratic, and in the tails no step is more accurate
            break
    return np.asarray(np.sqrt(freedom) * np.tan(angle))


@frozen
class Side:
    """What was measured on one side of a comparison.

    Attributes:
        means: value of each training, shape `(..., k)`.
        parts: contribution of each unit to the deviation of each of these means, shape `(..., k, u)`; a unit is in the same
            column for every training and every side. None: nothing is known of units.
        weight: factor of the side in the sum.
    """

    means: np.ndarray
    parts: np.ndarray | None = None
    weight: float = 1.0

    @property
    def seeds(self) -> int:
        """Number of trainings."""
        return int(self.means.shape[-1])


@frozen
class Estimate:
    """A sum of sides and its uncertainty: variances with their degrees of freedom, all of shape `(...)`."""

    value: np.ndarray
    over_seeds: np.ndarray
    seed_freedom: np.ndarray
    over_units: np.ndarray
    unit_freedom: np.ndarray

    def margin(self, level: ArrayLike = LEVEL) -> np.ndarray:
        """Half-width of the confidence interval at confidence 1 - `level`."""
        parts = ((self.over_seeds, self.seed_freedom), (self.over_units, self.unit_freedom))
        squares = (quantile(level, freedom) ** 2 * variance for variance, freedom in parts if np.any(variance))
        return np.sqrt(sum(squares, np.zeros(np.broadcast(self.value, level).shape)))

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Ends of the confidence interval of a single estimate, at confidence 1 - `level`."""
        return float(self.value - self.margin(level)), float(self.value + self.margin(level))

    def p(self) -> float:
        """P-value of a single estimate: the smallest level at which it differs from 0."""
        low, high = 1e-6, 1.0  # bounds of the level; below a millionth, levels are not distinguished
        if self.margin(low) < abs(self.value):
            return low
        if bool(self.over_seeds) != bool(self.over_units):  # a single source of chance: Student's t itself
            freedom = self.seed_freedom if self.over_seeds else self.unit_freedom
            return float(tail(self.value / np.sqrt(self.over_seeds + self.over_units), freedom))
        while high > 1.001 * low:  # many levels at a time: each call costs far more than each level
            levels = np.geomspace(low, high, 25)[1:-1]
            inside = int(np.sum(self.margin(levels) >= abs(self.value)))  # the margin falls as the level rises
            low, high = np.concatenate([[low], levels, [high]])[inside : inside + 2]
        return float(high)


def estimate(sides: Sequence[Side], signs: np.ndarray | None = None, *, units: float = 2, trainings: bool = False) -> Estimate:
    """Sum of the sides, with its uncertainty.

    Args:
        sides: means, with parts of the same units in the same columns.
        signs: +1 or -1 for each column, shape `(u,)` (see `units.py`); None: all +1.
        units: number of units on the side with the fewest.
        trainings: whether the estimate concerns these trainings alone, so that only the units are random; otherwise each side
            needs at least two trainings.
    """
    value = np.asarray(sum(side.weight * side.means.mean(axis=-1) for side in sides))
    total, own = _over_units(sides, signs, units)
    freedom = np.full(value.shape, max(units - 1.0, 1.0))
    if trainings:
        return Estimate(value, np.zeros(value.shape), np.ones(value.shape), np.maximum(total, 0.0) + 0 * value, freedom)
    variances = [_variance(side, noise) for side, noise in zip(sides, own, strict=True)]
    over_seeds, seed_freedom = welch(variances, [side.seeds for side in sides])
    return Estimate(value, over_seeds, seed_freedom, np.maximum(total - sum(own), 0.0) + 0 * value, freedom)


def _variance(side: Side, own: np.ndarray) -> np.ndarray:
    """Variance of the side's mean over trainings: at least the variance that the units of each training alone cause."""
    return np.asarray(np.maximum(side.weight**2 * side.means.var(axis=-1, ddof=1) / side.seeds, own))


def welch(variances: Sequence[np.ndarray], seeds: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Variance of a sum of independent means, and its degrees of freedom (Satterthwaite), from the variance of each mean."""
    total = np.asarray(sum(variances), dtype=np.float64)
    squares = np.asarray(sum(variance**2 / (k - 1) for variance, k in zip(variances, seeds, strict=True)))
    most = float(sum(k - 1 for k in seeds))
    return total, np.divide(total**2, squares, out=np.full(total.shape, most), where=squares > 0).clip(1.0, most)


def _over_units(sides: Sequence[Side], signs: np.ndarray | None, units: float) -> tuple[np.ndarray, list[np.ndarray]]:
    """Variance of the sum over units, and for each side the part that is independent in each of its trainings."""
    factor, nothing = units / max(units - 1.0, 1.0), np.zeros(())
    if any(side.parts is None for side in sides):
        return nothing, [nothing] * len(sides)
    known = [(side.weight * side.parts, side.seeds) for side in sides if side.parts is not None]
    means = [parts.mean(axis=-2) for parts, _ in known]
    total = _squares(sum(means[1:], means[0]), signs)
    own = [
        _squares(parts - mean[..., None, :], signs).sum(axis=-1) / (k * max(k - 1, 1))
        for (parts, k), mean in zip(known, means, strict=True)
    ]
    return factor * total, [factor * each for each in own]


def _squares(parts: np.ndarray, signs: np.ndarray | None) -> np.ndarray:
    """Sum of squares over the units, each with the sign of its column."""
    squares = parts**2 if signs is None else parts**2 * signs
    return np.asarray(squares.sum(axis=-1))


def monotone(values: Sequence[float]) -> tuple[int, float]:
    """Whether values rise (1), fall (-1) or do neither (0) from first to last, and the p-value of such an order.

    Kendall's test (1938), two-sided, by the exact distribution of the number of discordant pairs; ties count against an order.
    Five values in perfect order are the fewest that can be significant: 2 of 120 orders.
    """
    pairs = [b - a for i, a in enumerate(values) for b in values[i + 1 :]]
    up, down = sum(pair > 0 for pair in pairs), sum(pair < 0 for pair in pairs)
    shares = np.ones(1)
    for size in range(2, len(values) + 1):
        shares = np.convolve(shares, np.full(size, 1 / size))
    p = min(1.0, 2 * float(shares[: len(pairs) - max(up, down) + 1].sum()))
    return int(up > down) - int(up < down), p
