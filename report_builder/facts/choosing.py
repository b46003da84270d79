"""Choice of the best of several facts."""

from __future__ import annotations

from collections.abc import Sequence

from report_builder.errors import Problem, ReportError
from report_builder.facts.fact import Fact
from report_builder.facts.scale import PLANNED, SCALE, guard


def preferred(facts: Sequence[Fact], *, by: Sequence[str]) -> Fact | None:
    """Fact that the metric's direction prefers, by the means over the seeds; the first of equal ones.

    Returns None while one of them is not measured. The runs may differ only in what `by` names (see `compare`).

    Raises:
        ReportError: the facts are not on one scale, or the metric has no better direction or gives words.
    """
    first = facts[0]
    unmeasured = any(fact.placeholder for fact in facts)
    for fact in facts[1:]:
        guard(first, fact, [key for key in by if key != "data"], PLANNED if unmeasured else SCALE)
    if unmeasured:
        return None
    if first.better == "none" or isinstance(first.value, str):
        raise ReportError(
            Problem("", f"'{first.metric}' has no preferred direction, so it cannot be used for a choice", first.name)
        )
    return (max if first.better == "higher" else min)(facts, key=lambda fact: float(fact.value))
