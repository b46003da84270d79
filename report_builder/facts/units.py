"""Values behind facts: the units they rest on, and the contribution of each unit to a mean."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from report_builder.errors import Problem, ReportError
from report_builder.facts.chance import Side
from report_builder.facts.fact import Fact, Measurement
from report_builder.records import frozen

MOST_SEEDS = 4096
# Keys of units: image i of part k of the data is k * _IMAGES + i, pairs are below 0, units of one training alone from _OWN on.
_IMAGES, _PAIR, _OWN = 2**26, 2**31, 2**40


@frozen
class Measured:
    """Facts as sides of an estimate, with the same unit in the same column.

    Attributes:
        sides: one for each fact, with weight 1; without parts if the values behind a fact were not kept.
        signs: sign of each column, shape `(u,)`. A value that rests on two images is in the column of each image and, with the
            sign -1, in that of the pair: the sum of squares is then that over all pairs of values that share an image.
        units: number of units of the training with the fewest.
        shares: whether each value is 0 or 1.
    """

    sides: tuple[Side, ...]
    signs: np.ndarray | None = None
    units: int = 0
    shares: bool = False


def sides_of(facts: Sequence[Fact]) -> Measured:
    """Load the sides of facts.

    Raises:
        ReportError: a value is a word, or not a finite number.
    """
    means = [np.array([_number(fact, m) for m in fact.measurements]) for fact in facts]
    if any(fact.noise not in ("images", "draws") or m.samples is None for fact in facts for m in fact.measurements):
        return Measured(tuple(Side(each) for each in means))
    parts = [*dict.fromkeys((fact.data, fact.splits) for fact in facts)]  # image 5 of one part is not that of another
    rows = [
        [*_rows(fact, 1 + MOST_SEEDS * place, _IMAGES * parts.index((fact.data, fact.splits)))]
        for place, fact in enumerate(facts)
    ]
    every = [row for side in rows for row in side]
    columns = np.unique(np.concatenate([row.keys for row in every]))
    sides = tuple(Side(mean, _align(side, columns)) for mean, side in zip(means, rows, strict=True))
    fewest, shares = min(row.units for row in every), all(row.share for row in every)
    return Measured(sides, np.where(columns < 0, -1.0, 1.0), fewest, shares)


class _Row(NamedTuple):
    """One training: keys of the columns, what they contain, the number of units, and whether all values are 0 or 1."""

    keys: np.ndarray
    parts: np.ndarray
    units: int
    share: bool


def _rows(fact: Fact, place: int, first: int) -> Iterator[_Row]:
    for seed, m in enumerate(fact.measurements):
        found, draws = _samples_of(fact, m), fact.noise == "draws"
        own, n = _OWN * (place + (seed if draws else 0)), len(found.values)
        yield _row(found, own + np.arange(n) if draws else first + found.ids, own + n, n if draws else found.units)


def _number(fact: Fact, m: Measurement) -> float:
    if isinstance(m.value, str) or not math.isfinite(m.value):
        raise ReportError(Problem("", "only finite numbers can be compared", f"{fact.name}: {m.value}"))
    return float(m.value)


class _Samples(NamedTuple):
    """Values behind a mean, shape `(n,)`; the ids of the images that they rest on, `(n,)` or `(n, 2)`; the number of images."""

    values: np.ndarray
    ids: np.ndarray
    units: int


def _samples_of(fact: Fact, m: Measurement) -> _Samples:
    file = Path(m.samples or "")
    found = _load(file, fact.metric, file.stat().st_mtime_ns)
    if not np.isfinite(found.values).all():
        raise ReportError(Problem("", "a value behind the mean is not a finite number", f"{fact.name}, seed {m.seed}"))
    return found


@functools.lru_cache(512)
def _load(file: Path, metric: str, _: int) -> _Samples:
    """Content of a file, cached for all comparisons."""
    with np.load(file) as stored:
        values, ids = np.asarray(stored[metric], dtype=np.float64), stored.get(f"{metric}.units")
    units = len(values) if ids is None else len(np.unique(ids))
    ids = np.arange(len(values)) if ids is None else np.asarray(ids, dtype=np.int64)
    values.flags.writeable = ids.flags.writeable = False
    return _Samples(values, ids, units)


def _row(found: _Samples, keys: np.ndarray, one_more: int, units: int) -> _Row:
    """Contribution of each unit to the mean of the values.

    A share gets one more unit, as if another image had gone the other way: if all images agreed, the variance would be 0.
    """
    values, n = found.values, len(found.values)
    share, parts = bool(((values == 0) | (values == 1)).all()), (values - values.mean()) / n
    if keys.ndim == 2:
        low, high = np.sort(keys, axis=1).T
        keys, parts = np.concatenate([low, high, -1 - (low * _PAIR + high)]), np.tile(parts, 3)
    if share:
        keys, parts = np.append(keys, one_more), np.append(parts, 1 / n)
    return _Row(keys, parts, units, share)


def _align(rows: Sequence[_Row], columns: np.ndarray) -> np.ndarray:
    return np.stack([np.bincount(np.searchsorted(columns, row.keys), row.parts, len(columns)) for row in rows])
