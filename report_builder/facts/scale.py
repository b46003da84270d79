"""Guard of comparisons: whether facts are on one scale, so that they may be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from report_builder.errors import Problem, ReportError
from report_builder.facts.fact import Fact
from report_builder.plain import Plain

SCALE = ("metric", "unit", "split", "reduction", "size", "method", "data")  # what two facts must share
PLANNED = ("metric", "split", "method", "data")  # those of them that are known before anything is measured
FACTORS = ("split", "method", "data")  # those of them that may be the factor itself
_FACTOR = "Name the factor in `by`, or compare runs that share the rest."
_OTHER = (
    "No verdict compares two quantities: cite both, or measure their difference with a metric of your own and claim its sign."
)


def guard(a: Fact, b: Fact, by: Sequence[str], scale: Sequence[str] = SCALE) -> tuple[str, ...]:
    """Return the differences between two facts that the factors cover.

    Raises:
        ReportError: the facts differ in something else, too.
    """
    left, right = ({key: said for key, said in _scale(fact).items() if key in scale} for fact in (a, b))
    covered, other = list[str](), list[str]()
    for key, old, new in (*differences(left, right), *differences(a.settings, b.settings)):
        through = key not in SCALE or key in FACTORS
        allowed = through and any(_covers(name, key) for name in (*by, "seed"))
        (covered if allowed else other).append(f"{key}: {old!r} / {new!r}")
    if other:
        rule = f"'{a.name}' and '{b.name}' cannot be compared by {', '.join(by) or 'nothing'}: something else differs too"
        raise ReportError(Problem("", rule, "; ".join(other), next_step=_OTHER if a.metric != b.metric else _FACTOR))
    return tuple(covered)


def _scale(fact: Fact) -> dict[str, Plain]:
    every = (fact.metric, fact.unit, fact.split, fact.reduction, fact.size, fact.method, fact.data)
    return dict(zip(SCALE, every, strict=True))


def _covers(name: str, key: str) -> bool:
    return key == name or key.startswith(name + ".")


class _Absent:
    """Stands in for a field that one side lacks."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()


def differences(
    old: Plain | _Absent, new: Plain | _Absent, path: str = ""
) -> Iterator[tuple[str, Plain | _Absent, Plain | _Absent]]:
    """Yield the fields that differ, as `(key path, old, new)`, in the order of the new value."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*new, *old]):
            yield from differences(old.get(key, ABSENT), new.get(key, ABSENT), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (was, now) in enumerate(zip(old, new, strict=True)):
            yield from differences(was, now, f"{path}.{place}")
    elif old != new:
        yield path, old, new
