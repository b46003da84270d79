"""The arms of a sweep by a fact: the one that is preferred, their order, and whether the fact follows the setting."""

from __future__ import annotations

from collections.abc import Sequence

from report_builder.errors import Problem, ReportError
from report_builder.facts.chance import monotone
from report_builder.facts.comparing import Comparison, compare
from report_builder.facts.fact import LEVEL, Fact
from report_builder.records import frozen

FEWEST = 5  # arms, or epochs, that a trend needs: fewer stand in order too often by chance


@frozen
class Ranking:
    """Facts in order, the preferred or greatest first, in groups: each of one is measurably other than each of the next."""

    groups: tuple[tuple[Fact, ...], ...]
    comparisons: tuple[Comparison, ...]


def ranked(facts: Sequence[Fact], *, by: Sequence[str]) -> Ranking:
    """The order of arms; each pair of them is compared at a level that allows for all the pairs.

    Raises:
        ReportError: as `compare`.
    """
    order = sorted(facts, key=lambda fact: float(fact.value), reverse=facts[0].better != "lower")
    pairs = {
        (i, j): compare(a, b, by=by, chosen_among=len(order)) for i, a in enumerate(order) for j, b in enumerate(order) if i < j
    }
    ends = [end for end in range(1, len(order)) if all(pairs[i, j].relation != "same" for i, j in pairs if i < end <= j)]
    groups = tuple(tuple(order[start:end]) for start, end in zip([0, *ends], [*ends, len(order)], strict=True))
    return Ranking(groups, tuple(pairs.values()))


def trend(values: Sequence[float | str]) -> tuple[str, float]:
    """Whether a row of values `rises` or `falls` (else `same`), and how likely such an order is by chance.

    The arms are the replicates: chance in trainings and images alike is between them, so one seed of each is enough.

    Raises:
        ReportError: there are too few of them.
    """
    numbers = [value for value in values if not isinstance(value, str)]
    if len(numbers) < max(FEWEST, len(values)):
        step = "Add arms to the sweep, or compare two of them."
        raise ReportError(Problem("", f"a trend needs at least {FEWEST} numbers", ", ".join(map(str, values)), next_step=step))
    way, p = monotone(numbers)
    return ("same" if p > LEVEL else "rises" if way > 0 else "falls"), p
