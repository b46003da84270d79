"""Facts, and when two of them may be compared.

A `Fact` is a measured number that knows what it measures. `compare` refuses facts that are not on one scale (the guard) and
decides whether a difference is measurable.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report_builder.errors import Problem, ReportError

if TYPE_CHECKING:
    import numpy as np

SCALE = ("metric", "unit", "split", "reduction", "method", "data")  # what two facts must share to be on one scale
PLANNED = ("metric", "split", "method", "data")  # of these, what is known before they are measured
RELATIONS = ("better", "worse", "greater", "smaller", "same")


@dataclass(frozen=True)
class Measurement:
    """A fact's value for one seed; `samples` is a stored `.npz` with the value of each image under the fact's metric name."""

    seed: int | None
    value: float | str
    samples: Path | None = None


@dataclass(frozen=True)
class Fact:
    """A measured value that a sentence may cite.

    Attributes:
        name: `<run>.<scope>.<metric>`, e.g. `vae.test.elbo`; the scope is a split or the id of a figure.
        metric: what was measured; facts of different metrics never compare.
        measurements: one for each seed, in the order of the seeds.
        unit: printed unit, or "".
        better: `higher`, `lower` or `none`.
        split: split or figure that was measured.
        reduction: how the number was reduced.
        n: images measured, for each seed.
        method: the metric's own parameters: ten drawn codes and fifty are not one scale.
        paired: whether the samples of two runs belong to the same images.
        run: id of the run, or of the data set.
        settings: the resolved run: what the guard compares.
        data: digest of the data that was measured.
        splits: parts of the data whose images were looked at; what is chosen by a fact is chosen by these.
        placeholder: stands in for a fact that is not measured yet.
        caution: what a reader of the number must know; empty: nothing.
    """

    name: str
    metric: str
    measurements: tuple[Measurement, ...]
    unit: str = ""
    better: str = "none"
    split: str = ""
    reduction: str = ""
    n: int = 0
    paired: bool = True
    method: str = ""
    run: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    data: str = ""
    splits: tuple[str, ...] = ()
    placeholder: bool = False
    caution: str = ""

    @property
    def value(self) -> Any:
        """Mean over the seeds of a number, of which `spread` is the deviation; the word itself of a word."""
        values = [m.value for m in self.measurements]
        same = len(set(values)) == 1  # their mean may differ from them by a rounding
        return values[0] if same or isinstance(values[0], str) else sum(map(float, values)) / len(values)

    @property
    def spread(self) -> float | None:
        """Sample standard deviation over the seeds; None for one seed or for a word."""
        values = [m.value for m in self.measurements]
        if len(values) < 2 or isinstance(values[0], str):
            return None
        if len(set(values)) == 1:  # their mean may differ from them by a rounding
            return 0.0
        mean = sum(map(float, values)) / len(values)
        return math.sqrt(sum((float(v) - mean) ** 2 for v in values) / (len(values) - 1))

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that were measured."""
        return tuple(m.seed for m in self.measurements if m.seed is not None)


@dataclass(frozen=True)
class Comparison:
    """What the measurement says of `a` against `b`.

    Attributes:
        relation: `better` or `worse` where the metric has a direction, else `greater` or `smaller`; `same`: not measurable.
        difference: a minus b, in the facts' unit.
        standard_error: of that difference over images; None for facts that are not measured yet.
        single_seed: only one seed stands on at least one side, so that only the images speak.
    """

    a: Fact
    b: Fact
    relation: str
    difference: float
    standard_error: float | None
    single_seed: bool

    def holds(self, relation: str) -> bool:
        """Whether a sentence that says `relation` is true."""
        if relation in ("greater", "smaller"):
            return self.relation != "same" and (self.difference > 0) == (relation == "greater")
        return self.relation == relation


def compare(a: Fact, b: Fact, *, by: Sequence[str]) -> Comparison:
    """Compares two facts whose runs may differ only in what `by` names: key paths such as `model.kl`, or `split`, or `data`.

    Measurable: every seed of one side lies beyond every seed of the other, and the means differ by more than two standard
    errors over the test images (paired where the images are the same). With one seed only the images speak of chance.

    Raises:
        ReportError: the facts are not comparable, or nothing was kept from which a difference could be judged.
    """
    if a.placeholder or b.placeholder:  # unit and reduction are known when both are measured
        _guard(a, b, by, PLANNED)
        return Comparison(a, b, "same", 0.0, None, single_seed=True)
    _guard(a, b, by, SCALE if a.split != b.split else (*SCALE, "n"))
    values = [float(m.value) for m in a.measurements], [float(m.value) for m in b.measurements]
    difference = sum(values[0]) / len(values[0]) - sum(values[1]) / len(values[1])
    error = _standard_error(a, b)
    if error is None:
        rule = "no value for each image was kept: whether this difference is more than chance cannot be judged"
        raise ReportError(Problem("", rule, f"{a.name}, {b.name}", next_step="Cite the numbers without a verdict."))
    single = min(map(len, values)) < 2
    apart = max(values[0]) < min(values[1]) or max(values[1]) < min(values[0])
    measurable = apart and abs(difference) > 2 * error
    return Comparison(a, b, _relation(a.better, difference) if measurable else "same", difference, error, single)


def _relation(better: str, difference: float) -> str:
    if better == "none":
        return "greater" if difference > 0 else "smaller"
    return "better" if (difference > 0) == (better == "higher") else "worse"


def preferred(facts: Sequence[Fact], *, by: Sequence[str]) -> Fact | None:
    """The fact that the metric's direction prefers, by the means over the seeds, the first of equal ones.

    None while one of them is not measured. The runs may differ only in what `by` names (see `compare`).

    Raises:
        ReportError: the facts are not on one scale, the metric has no better direction, or gives words.
    """
    first = facts[0]
    unmeasured = any(fact.placeholder for fact in facts)
    for fact in facts[1:]:
        _guard(first, fact, [key for key in by if key != "data"], PLANNED if unmeasured else (*SCALE, "n"))
    if unmeasured:
        return None
    if first.better == "none" or isinstance(first.value, str):
        raise ReportError(Problem("", f"'{first.metric}' has no better direction: nothing can be chosen by it", first.name))
    return (max if first.better == "higher" else min)(facts, key=lambda fact: float(fact.value))


def closest(name: str, known: Iterable[str], limit: int = 12) -> list[str]:
    """The names that someone who wrote `name` may have meant, few enough for a message: of its run before others."""
    names = list(known)
    own = [other for other in names if other.partition(".")[0] == name.partition(".")[0]] if len(names) > limit else names
    return difflib.get_close_matches(name, own or names, n=limit, cutoff=0.0) if len(own or names) > limit else own or names


def _guard(a: Fact, b: Fact, by: Sequence[str], scale: Sequence[str]) -> None:
    differs = [f"{key}: {getattr(a, key)!r} / {getattr(b, key)!r}" for key in scale if getattr(a, key) != getattr(b, key)]
    differs = [line for line in differs if not any(_covers(key, line.partition(":")[0]) for key in by)]
    named = (*by, "seed")
    for key, left, right in differences(a.settings, b.settings):
        if not any(_covers(name, key) for name in named):
            differs.append(f"{key}: {left!r} / {right!r}")
    if differs:
        rule = f"'{a.name}' and '{b.name}' cannot be compared by {', '.join(by) or 'nothing'}: something else differs too"
        raise ReportError(
            Problem("", rule, "; ".join(differs), next_step="Name the factor in `by`, or compare runs that share the rest.")
        )


def _covers(name: str, key: str) -> bool:
    return key == name or key.startswith(name + ".")


class _Absent:
    """Stands where one side has no such field."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Fields that differ, as `(key path, old, new)`, in the order of the new value."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*new, *old]):
            yield from differences(old.get(key, ABSENT), new.get(key, ABSENT), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (was, now) in enumerate(zip(old, new, strict=True)):
            yield from differences(was, now, f"{path}.{place}")
    elif old != new:
        yield path, old, new


def _standard_error(a: Fact, b: Fact) -> float | None:
    left, right = _image_means(a), _image_means(b)
    if left is None or right is None or min(len(left), len(right)) < 2:
        return None
    if a.paired and b.paired and a.split == b.split and len(left) == len(right):
        delta = left - right
        return float(delta.std(ddof=1) / math.sqrt(len(delta)))
    return math.sqrt(left.var(ddof=1) / len(left) + right.var(ddof=1) / len(right))


def _image_means(fact: Fact) -> np.ndarray | None:
    """Mean over the seeds of each image's value, shape `(n,)`."""
    import numpy as np

    files = [m.samples for m in fact.measurements]
    loaded = []
    for file in files:
        if file is None:
            return None
        with np.load(file) as stored:
            loaded.append(stored[fact.metric])
    means: np.ndarray = np.mean(loaded, axis=0)
    return means
