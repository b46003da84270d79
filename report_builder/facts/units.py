"""The values behind facts: on which units they rest, and what each unit adds to a mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from report_builder.errors import Problem, ReportError
from report_builder.facts.chance import Side
from report_builder.facts.fact import Fact, Measurement

_PAIR, _OWN = (
    2**31,
    2**45,
)  # keys: an image is its number, a pair below 0; what no other training has begins at a multiple of _OWN


@dataclass(frozen=True)
class Measured:
    """Facts as sides of an estimate, with the same unit in the same column.

    Attributes:
        sides: one for each fact, with weight 1; without parts where something rests on no values that were kept.
        signs: of the columns, shape `(u,)`. Values that rest on two images stand in a column of each of the two and, with the
            sign -1, in one of the pair: the sum of squares is then that over all pairs of values that share an image.
        units: of the training that has the fewest.
    """

    sides: tuple[Side, ...]
    signs: np.ndarray | None = None
    units: int = 0


def measured(facts: Sequence[Fact]) -> Measured:
    """The sides of facts.

    Raises:
        ReportError: a value is a word, or no finite number.
    """
    means = [np.array([_number(fact, m) for m in fact.measurements]) for fact in facts]
    if any(fact.noise not in ("images", "draws") or m.samples is None for fact in facts for m in fact.measurements):
        return Measured(tuple(Side(each) for each in means))
    found, units, training = list[list[tuple[np.ndarray, np.ndarray]]](), list[int](), 0
    for fact in facts:
        side, first = list[tuple[np.ndarray, np.ndarray]](), training
        for training, m in enumerate(fact.measurements, start=first):
            values, ids = _stored(fact, m)
            shared = first if fact.noise == "images" else training
            keys = training * _OWN + _OWN + np.arange(len(values)) if fact.noise == "draws" else ids
            side.append(_parts(values, keys, shared * _OWN + 2 * _OWN - 1))
            units.append(len(np.unique(keys)))
        found.append(side)
        training += 1
    columns = np.unique(np.concatenate([keys for side in found for keys, _ in side]))
    sides = tuple(Side(mean, _aligned(side, columns)) for mean, side in zip(means, found, strict=True))
    return Measured(sides, np.where(columns < 0, -1.0, 1.0), min(units))


def _number(fact: Fact, m: Measurement) -> float:
    if isinstance(m.value, str) or not math.isfinite(m.value):
        raise ReportError(Problem("", "only finite numbers are compared", f"{fact.name}: {m.value}"))
    return float(m.value)


def _stored(fact: Fact, m: Measurement) -> tuple[np.ndarray, np.ndarray]:
    """Values `(n,)`, and the images on which they rest, `(n,)` or `(n, 2)`."""
    with np.load(m.samples or "") as stored:
        values = np.asarray(stored[fact.metric], dtype=np.float64)
        ids = stored.get(f"{fact.metric}.units", np.arange(len(values)))
    if not np.isfinite(values).all():
        raise ReportError(Problem("", "a value that the mean rests on is no finite number", f"{fact.name}, seed {m.seed}"))
    return values, np.asarray(ids, dtype=np.int64)


def _parts(values: np.ndarray, keys: np.ndarray, one_more: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns, and what stands in them.

    A share has one more, as if another image had gone the other way: where all went one way, their spread would be 0.
    """
    n, parts = len(values), (values - values.mean()) / len(values)
    if keys.ndim == 2:
        low, high = np.sort(keys, axis=1).T
        keys, parts = np.concatenate([low, high, -1 - (low * _PAIR + high)]), np.tile(parts, 3)
    if np.isin(values, (0.0, 1.0)).all():
        keys, parts = np.append(keys, one_more), np.append(parts, 1 / n)
    return keys, parts


def _aligned(side: Sequence[tuple[np.ndarray, np.ndarray]], columns: np.ndarray) -> np.ndarray:
    return np.stack([np.bincount(np.searchsorted(columns, keys), parts, len(columns)) for keys, parts in side])
