"""What a kind lacks, one message each: asked by the tests of every kind there is, by `list KIND --check` of any other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds._measures import FROM_RUN, Metric, Probe, ProbeRequest
from report_builder.kinds._models import CAPABILITIES
from report_builder.kinds._registries import PROBES
from report_builder.kinds._registry import Declared, K, Parameters, Registry
from report_builder.kinds._roles import Role, names_of

MEANT = {"split": Role.SPLIT, "judge": Role.JUDGE}  # names that readers take for these roles


def lacks(registry: Registry[K], name: str, beside: Path | None = None) -> tuple[Problem, ...]:
    """What is wrong with a kind, or missing: all of it at once; empty where nothing is.

    Args:
        registry: of its sort.
        name: of the kind, or the path of a file of the user's own.
        beside: the folder in which that file is looked for.
    """
    try:
        kind = registry.get(name, beside=beside)
        return tuple(_lacks(kind)) if isinstance(kind, Declared) else ()
    except ReportError as error:
        return error.problems


def _lacks(kind: Declared[Parameters]) -> Iterator[Problem]:
    where, noun = str(kind.file), type(kind).__name__
    for name, field in kind.parameters.model_fields.items():
        if not field.description:
            step = f"{name}: ... = Field(..., description='...'), a sentence that `list --show-options` prints."
            yield Problem(where, f"the parameter '{name}' says nothing of itself", next_step=step)
        if name in MEANT and isinstance(kind, Metric | Probe) and name not in names_of(kind.parameters, MEANT[name]):
            step = f"Write {name}: Annotated[str, Role.{MEANT[name].name}], or give it another name."
            yield Problem(where, f"the parameter '{name}' does not say what it means to the plan", next_step=step)
    if not kind.summary.strip():
        yield Problem(where, "it says nothing of itself", next_step=f"Begin the file with a docstring, or {noun}(summary=...).")
    try:
        parameters = kind.parameters()
    except ValidationError:
        return  # some parameters are required: what follows needs values for them
    if isinstance(kind, Metric):
        yield from _of_metric(kind, parameters, where)
    elif isinstance(kind, Probe):
        yield from _of_probe(kind, parameters, where)


def _of_metric(kind: Metric[Parameters], parameters: Parameters, where: str) -> Iterator[Problem]:
    try:
        requests = {name: _filled(request) for name, request in kind.reads(parameters).items()}
        quantities = kind.values(parameters, requests)
    except (ReportError, TypeError, ValueError, LookupError) as error:
        yield Problem(where, "with default parameters 'reads' or 'values' fails", f"{type(error).__name__}: {error}")
        return
    if not requests:
        yield Problem(where, "'reads' asks for nothing", next_step="Return {name: ProbeRequest(kind, parameters)}.")
    if not quantities:
        yield Problem(where, "'values' declares nothing", next_step="Return [Quantity(name, unit, better, noise, reduction)].")
    names = [quantity.name for quantity in quantities]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Problem(where, "two quantities have one name", name)
    for quantity in quantities:
        if not quantity.reduction:
            step = "Quantity(..., reduction='mean over images'): values compare only where it agrees."
            yield Problem(where, f"the quantity '{quantity.name}' does not say how it is reduced", next_step=step)


def _filled(request: ProbeRequest) -> ProbeRequest:
    """A request with the defaults of its probe, as the plan resolves it."""
    if request.kind in FROM_RUN or request.kind.endswith(".py"):
        return request
    given = PROBES.get(request.kind).parameters.model_validate(request.parameters)
    return replace(request, parameters=given.model_dump(mode="json"))


def _of_probe(kind: Probe[Parameters], parameters: Parameters, where: str) -> Iterator[Problem]:
    needed = {one for need in kind.all_needs(parameters) | kind.judge_needs for one in need.split("|")}
    for name in sorted(needed - set(CAPABILITIES)):
        yield Problem(where, "it needs what no model provides", repr(name), near_miss(name, CAPABILITIES))
    for name in sorted(set(kind.uses(parameters)) - set(PROBES.names())):
        yield Problem(where, "'uses' names a probe that there is not", repr(name), near_miss(name, PROBES.names()))
