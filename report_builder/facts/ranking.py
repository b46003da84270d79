"""Ranking of the arms of a sweep by a fact, and whether the fact follows the setting."""

from __future__ import annotations

from collections.abc import Sequence

from report_builder.errors import Problem, ReportError
from report_builder.facts.chance import monotone
from report_builder.facts.comparing import Comparison, compare
from report_builder.facts.fact import LEVEL, Fact
from report_builder.records import frozen

FEWEST = 5  # arms, or epochs, that a trend needs: fewer are in order too often by chance


@frozen
class Ranking:
    """Facts in order, the preferred or greatest first, in groups: each fact differs measurably from all in later groups."""

    groups: tuple[tuple[Fact, ...], ...]
    comparisons: tuple[Comparison, ...]


def ranked(facts: Sequence[Fact], *, by: Sequence[str]) -> Ranking:
    """Rank the arms; each pair of them is compared at a level that is corrected for the number of pairs.

    Raises:
        ReportError: as for `compare`.
    """
    order = sorted(facts, key=lambda fact: float(fact.value), reverse=facts[0].better != "lower")
    pairs = {
        (i, j): compare(a, b, by=by, chosen_among=len(order)) for i, a in enumerate(order) for j, b in enumerate(order) if i < j
    }
    ends = [end for end in range(1, len(order)) if all(pairs[i, j].relation != "same" for i, j in pairs if i < end <= j)]
    groups = tuple(tuple(order[start:end]) for start, end in zip([0, *ends], [*ends, len(order)], strict=True))
    return Ranking(groups, tuple(pairs.values()))


def trend(values: Sequence[float | str]) -> tuple[str, float]:
    """Whether a sequence of values `rises` or `falls` (else `same`), and the p-value of such an order.

    The arms are the replicates: they vary by the chance of trainings and of images, so one seed per arm is enough.

    Raises:
        ReportError: there are fewer than `FEWEST` values, or some are words.
    """
    numbers = [value for value in values if not isinstance(value, str)]
    if len(numbers) < max(FEWEST, len(values)):
        step = "Add arms to the sweep, or compare two of them."
        raise ReportError(Problem("", f"a trend needs at least {FEWEST} numbers", ", ".join(map(str, values)), next_step=step))
    way, p = monotone(numbers)
    return ("same" if p > LEVEL else "rises" if way > 0 else "falls"), p
