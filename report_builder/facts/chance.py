"""How far chance may have moved an estimate: pure functions of numbers, over any leading axes.

Two things are drawn: the trainings (seeds), and the units that are measured (images). An estimate is a weighted sum of sides,
each the mean over its trainings of means over units. The variance over trainings is Welch's, with the degrees of freedom of
Satterthwaite (1946); that over units is the clustered one, less the part that each training has for itself, which the variance
over trainings contains already. Each has its quantile of Student's t; the squares are added, as Cochran (1964) did for samples.
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

MANY = 1e6  # degrees of freedom that are as good as infinitely many
RESOLUTION = 1e-6  # of a value that a network computed in single precision
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


def tail(t: ArrayLike, freedom: ArrayLike) -> np.ndarray:
    """Probability that Student's t with `freedom` (at least 1) degrees of freedom lies farther from 0 than `t`, on either side.

    With t = sqrt(freedom) tan(a) the density is a power of cos(a), integrated here by Gauss and Legendre: exact to about 1e-12.
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
    """Of the angle at 0."""
    log_gamma = np.frompyfunc(math.lgamma, 1, 1)
    logarithm = np.asarray(log_gamma((freedom + 1) / 2) - log_gamma(freedom / 2), dtype=np.float64)
    return np.asarray(np.exp(logarithm) / math.sqrt(math.pi))


def quantile(level: ArrayLike, freedom: ArrayLike) -> np.ndarray:
    """The t that Student's t exceeds on either side with probability `level`; MANY degrees of freedom give the normal one."""
    freedom, level = np.minimum(np.asarray(freedom, dtype=np.float64), MANY), np.asarray(level, dtype=np.float64)
    single = freedom.ndim == level.ndim == 0
    return np.asarray(_single(float(level), float(freedom)) if single else _root(level, freedom))


@functools.lru_cache(4096)
def _single(level: float, freedom: float) -> float:
    """Of the facts of a document many have equal degrees of freedom."""
    return float(_root(np.asarray(level), np.asarray(freedom)))


def _root(level: np.ndarray, freedom: np.ndarray) -> np.ndarray:
    height = 2 * _density(freedom)
    normal = np.asarray(np.frompyfunc(NormalDist().inv_cdf, 1, 1)(1 - level / 2), dtype=np.float64)
    angle = np.arctan(normal / np.sqrt(freedom))
    for _ in range(100):  # Newton's steps to the root of a concave function, from below: no quantile is below the normal one
        step = (1 - level - _within(angle, freedom)) / (height * np.cos(angle) ** (freedom - 1))
        angle = np.clip(angle + step, 0.0, math.pi / 2 * (1 - 1e-15))
        if np.all(np.abs(step) <= 1e-8 * angle):  # the next one would be its square; in the tails no step is exacter than this
            break
    return np.asarray(np.sqrt(freedom) * np.tan(angle))


@frozen
class Side:
    """What one side of a comparison measured.

    Attributes:
        means: the value of each training, shape `(..., k)`.
        parts: what each unit adds to each of these means beyond its share, shape `(..., k, u)`; a unit stands in the same
            column of every training and of every side. None: nothing is known of units.
        weight: factor of the side in the sum.
    """

    means: np.ndarray
    parts: np.ndarray | None = None
    weight: float = 1.0

    @property
    def seeds(self) -> int:
        """How many trainings."""
        return int(self.means.shape[-1])


@frozen
class Estimate:
    """A sum of sides, and what chance may have added to it: variances with degrees of freedom, all of shape `(...)`."""

    value: np.ndarray
    over_seeds: np.ndarray
    seed_freedom: np.ndarray
    over_units: np.ndarray
    unit_freedom: np.ndarray

    def margin(self, level: ArrayLike = LEVEL) -> np.ndarray:
        """Half the width of the interval in which the true value lies but for a share `level` of such intervals."""
        parts = ((self.over_seeds, self.seed_freedom), (self.over_units, self.unit_freedom))
        squares = (quantile(level, freedom) ** 2 * variance for variance, freedom in parts if np.any(variance))
        return np.sqrt(sum(squares, np.zeros(np.broadcast(self.value, level).shape)))

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Its ends, of a single estimate."""
        return float(self.value - self.margin(level)), float(self.value + self.margin(level))

    def p(self) -> float:
        """The smallest level at which a single estimate differs from 0."""
        low, high = 1e-6, 1.0  # of the level; what lies below a millionth is not told apart
        if self.margin(low) < abs(self.value):
            return low
        if bool(self.over_seeds) != bool(self.over_units):  # Student's t itself
            freedom = self.seed_freedom if self.over_seeds else self.unit_freedom
            return float(tail(self.value / np.sqrt(self.over_seeds + self.over_units), freedom))
        while high > 1.001 * low:  # many levels at a time: each call costs far more than each level
            levels = np.geomspace(low, high, 25)[1:-1]
            inside = int(np.sum(self.margin(levels) >= abs(self.value)))  # the margin falls as the level rises
            low, high = np.concatenate([[low], levels, [high]])[inside : inside + 2]
        return float(high)


def estimate(sides: Sequence[Side], signs: np.ndarray | None = None, *, units: float = 2, trainings: bool = False) -> Estimate:
    """The sum of the sides, as chance may have moved it.

    Args:
        sides: means, with parts of the same units in the same columns.
        signs: +1 or -1 for each column (see `units.py`); None: all +1.
        units: how many units the side with the fewest has.
        trainings: whether it speaks of these trainings alone, so that only the units are chance; else each side needs two.
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
    """Of the side's mean over trainings: never less than what each training's own units make of it."""
    return np.asarray(np.maximum(side.weight**2 * side.means.var(axis=-1, ddof=1) / side.seeds, own))


def welch(variances: Sequence[np.ndarray], seeds: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Variance of a sum of independent means, and its degrees of freedom (Satterthwaite), from the variance of each mean."""
    total = np.asarray(sum(variances), dtype=np.float64)
    squares = np.asarray(sum(variance**2 / (k - 1) for variance, k in zip(variances, seeds, strict=True)))
    most = float(sum(k - 1 for k in seeds))
    return total, np.divide(total**2, squares, out=np.full(total.shape, most), where=squares > 0).clip(1.0, most)


def _over_units(sides: Sequence[Side], signs: np.ndarray | None, units: float) -> tuple[np.ndarray, list[np.ndarray]]:
    """Variance of the sum over units, and of each side the part that its trainings have each for itself."""
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
    """Sum over the units of squares."""
    squares = parts**2 if signs is None else parts**2 * signs
    return np.asarray(squares.sum(axis=-1))


def monotone(values: Sequence[float]) -> tuple[int, float]:
    """Whether values rise (1), fall (-1) or do neither (0) from first to last, and how likely such an order is by chance.

    Kendall's test (1938) by the exact distribution of pairs that stand the wrong way round, on both sides; equal values count
    against an order. Five values in perfect order are the fewest that say anything: 2 of 120 orders.
    """
    pairs = [b - a for i, a in enumerate(values) for b in values[i + 1 :]]
    up, down = sum(pair > 0 for pair in pairs), sum(pair < 0 for pair in pairs)
    shares = np.ones(1)
    for size in range(2, len(values) + 1):
        shares = np.convolve(shares, np.full(size, 1 / size))
    p = min(1.0, 2 * float(shares[: len(pairs) - max(up, down) + 1].sum()))
    return int(up > down) - int(up < down), p
