"""Which kinds of figures and metrics a model can serve."""

from __future__ import annotations

from report_builder.kinds import FIGURES, METRICS, Metric, Parameters
from report_builder.kinds.contract import least, needs_of


def has_ability(provides: frozenset[str], need: str) -> bool:
    """Whether a model provides what is needed; `a|b` is satisfied by either of the two."""
    return not provides.isdisjoint(need.split("|"))


def served(provides: frozenset[str], section: str) -> str:
    """Sentence that lists the kinds of a section, `figures` or `metrics`, that such a model can serve."""
    figures = (name for name, kind in FIGURES if kind.fits(provides))
    metrics = (name for name, kind in METRICS if _serves(provides, kind))
    names = [*(figures if section == "figures" else metrics)]
    return f"What this model serves in {section}: {', '.join(names) or 'nothing'}."


def _serves(provides: frozenset[str], kind: Metric[Parameters]) -> bool:
    """Whether a model provides everything that a metric needs with its default parameters."""
    parameters = least(kind.parameters)
    asked = kind.reads(parameters).values() if parameters else ()
    return bool(parameters) and all(has_ability(provides, need) for request in asked for need in needs_of(request))
