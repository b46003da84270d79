"""Which kinds of figures and metrics a model serves: each is asked, as the plan asks one that an experiment names."""

from __future__ import annotations

from pydantic import ValidationError

from report_builder.kinds import FIGURES, FROM_RUN, METRICS, PROBES, FigureKind, Metric, Parameters, ProbeRequest

SECTIONS = {"figures": FIGURES, "metrics": METRICS}


def has_ability(provides: frozenset[str], need: str) -> bool:
    """Whether a model provides what is needed, or of `a|b` one of the two."""
    return not provides.isdisjoint(need.split("|"))


def served(provides: frozenset[str], section: str) -> str:
    """A sentence that names the built-in kinds of a section, `figures` or `metrics`, that such a model serves."""
    names = [name for name, kind in SECTIONS[section] if _serves(provides, kind)]
    return f"What this model serves in {section}: {', '.join(names) or 'nothing'}."


def _serves(provides: frozenset[str], kind: FigureKind | Metric[Parameters]) -> bool:
    """Whether a model provides all that a kind asks for with its defaults."""
    parameters = _least(kind.parameters if isinstance(kind, Metric) else kind.Parameters)
    if parameters is None:
        return False
    asked = (kind.reads if isinstance(kind, Metric) else kind.probes)(parameters).values()
    return all(has_ability(provides, need) for request in asked for need in _needs(request))


def _needs(request: ProbeRequest) -> frozenset[str]:
    """What a request needs of the model that it is asked of."""
    if request.kind in FROM_RUN:
        return request.needs
    probe = PROBES.get(request.kind)
    return probe.all_needs(probe.parameters.model_validate(dict(request.parameters))) | request.needs


def _least(model: type[Parameters]) -> Parameters | None:
    """Parameters with its own name for everything that has no default; None where words do not do."""
    given: dict[str, str | tuple[str, ...]] = {}
    for _ in range(3):  # all that is missing, then what is a list
        try:
            return model.model_validate(given)
        except ValidationError as error:
            lacking = {str(d["loc"][0]): d["type"] for d in error.errors() if d["loc"]}
            given |= {name: (name,) if kind.startswith("tuple") else name for name, kind in lacking.items()}
    return None
