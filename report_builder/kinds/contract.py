"""What a kind lacks, one message each: asked by the tests of every kind there is, by `list KIND --check` of any other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds._figures import Figure
from report_builder.kinds._measures import FROM_RUN, Metric, Probe, ProbeRequest
from report_builder.kinds._models import CAPABILITIES
from report_builder.kinds._registries import PROBES
from report_builder.kinds._registry import Declared, K, P, Parameters, Registry
from report_builder.kinds._roles import Role, names_of

MEANT = {"split": Role.SPLIT, "judge": Role.JUDGE}  # names that readers take for these roles
OF_FIGURES = {"width_cm": Role.WIDTH}


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


def _of_parameters(kind: Declared[Parameters], where: str) -> Iterator[Problem]:
    for name, field in kind.parameters.model_fields.items():
        if not field.description:
            step = f"{name}: ... = Field(..., description='...'), a sentence that `list --show-options` prints."
            yield Problem(where, f"the parameter '{name}' says nothing of itself", next_step=step)
        role = (OF_FIGURES if isinstance(kind, Figure) else MEANT).get(name)
        if role and name not in names_of(kind.parameters, role):
            step = f"Write {name}: Annotated[..., Role.{role.name}], or give it another name."
            yield Problem(where, f"the parameter '{name}' does not say what it means to the plan", next_step=step)


def _lacks(kind: Declared[Parameters]) -> Iterator[Problem]:
    where, noun = str(kind.file), type(kind).__name__
    yield from _of_parameters(kind, where)
    if isinstance(kind, Figure):
        yield from _of_figure(kind, where)
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


def least(model: type[P]) -> P | None:
    """Parameters with a word for everything that has no default; None where words do not do."""
    given: dict[str, str | tuple[str, ...]] = {}
    for _ in range(3):  # all that is missing, then what is a list
        try:
            return model.model_validate(given)
        except ValidationError as error:
            lacking = {str(d["loc"][0]): d["type"] for d in error.errors() if d["loc"]}
            given |= {name: (name,) if kind.startswith("tuple") else name for name, kind in lacking.items()}
    return None


def needs_of(request: ProbeRequest) -> frozenset[str]:
    """What a request needs of the model that it is asked of."""
    if request.kind in FROM_RUN:
        return request.needs
    probe = PROBES.get(request.kind)
    return probe.all_needs(probe.parameters.model_validate(dict(request.parameters))) | request.needs


def _of_figure(kind: Figure[Parameters], where: str) -> Iterator[Problem]:
    serves = [{*ability.split("|")} for ability in kind.serves]
    for name in sorted(set().union(*serves) - {*CAPABILITIES}):
        yield Problem(where, "it serves what no model provides", repr(name), near_miss(name, CAPABILITIES))
    parameters = least(kind.parameters)
    requests = kind.reads(parameters) if parameters else {}
    judges, needs = {request.judge for request in requests.values()}, list[set[str]]()
    for name, request in requests.items():
        if name != (request.run or request.data):
            yield Problem(where, "'reads' names a request otherwise than by its run or data set", repr(name))
        if request.kind not in (*FROM_RUN, *PROBES.names()):
            yield Problem(
                where, "'reads' asks for a probe that there is not", repr(request.kind), near_miss(request.kind, PROBES.names())
            )
        elif request.run and request.run not in judges:
            needs += [{*need.split("|")} for need in needs_of(request)]
    if needs and (vain := [ability for ability in serves if not any(need <= ability for need in needs)]):
        yield Problem(
            where, "it serves what nothing that it reads needs", ", ".join(sorted("|".join(sorted(each)) for each in vain))
        )
    if needs and not serves and not names_of(kind.parameters, Role.PROBE):
        named = ", ".join(sorted({repr("|".join(sorted(need))) for need in needs}))
        yield Problem(where, "it does not say which models it is for", next_step=f"Write serves=frozenset({{{named}}}).")


def _of_metric(kind: Metric[Parameters], parameters: Parameters, where: str) -> Iterator[Problem]:
    try:
        requests = {name: _filled(request) for name, request in kind.reads(parameters).items()}
        quantities = kind.values(parameters, requests)
    except ReportError as error:
        yield from (replace(problem, where=problem.where or where) for problem in error.problems)
        return
    except (TypeError, ValueError, LookupError) as error:
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
