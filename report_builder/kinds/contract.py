"""Checks what a kind lacks, one message each: for the tests of all built-in kinds, and for `list KIND --check` of any other."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from report_builder import languages
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds._figures import Figure
from report_builder.kinds._measures import FROM_RUN, Metric, Probe, ProbeRequest, Quantity
from report_builder.kinds._models import ABILITIES, CAPABILITIES, CodeShape, Model, Part
from report_builder.kinds._registries import PROBES
from report_builder.kinds._registry import Declared, K, P, Parameters, Registry
from report_builder.kinds._roles import Role, names_of

PACKAGE = Path(__file__).parents[1]
# Names of parameters that readers associate with these roles, by sort of kind.
MEANT = {Figure: {"width_cm": Role.WIDTH}, Model: {"latent_dim": Role.LATENT}}
OF_OTHERS = {"split": Role.SPLIT, "judge": Role.JUDGE}


def lacks(registry: Registry[K], name: str, beside: Path | None = None) -> tuple[Problem, ...]:
    """Everything that is wrong with a kind or missing in it; empty if nothing is.

    Args:
        registry: registry of its sort.
        name: name of the kind, or path of a user's own file.
        beside: folder in which that file is looked for.
    """
    try:
        kind = registry.get(name, beside=beside)
        return tuple(_lacks(kind))
    except ReportError as error:
        return error.problems


def _of_parameters(kind: Declared[Parameters], where: str) -> Iterator[Problem]:
    for name, field in kind.parameters.model_fields.items():
        if not field.description:
            step = f"{name}: ... = Field(..., description='...'), a sentence that `list --show-options` prints."
            yield Problem(where, f"the parameter '{name}' has no description", next_step=step)
        role = next((meant for form, meant in MEANT.items() if isinstance(kind, form)), OF_OTHERS).get(name)
        if role and name not in names_of(kind.parameters, role):
            step = f"Write {name}: Annotated[..., Role.{role.name}], or give it another name."
            yield Problem(where, f"the parameter '{name}' does not say what it means to the plan", next_step=step)


def _lacks(kind: Declared[Parameters]) -> Iterator[Problem]:
    where, noun = str(kind.file), type(kind).__name__
    yield from _of_parameters(kind, where)
    if isinstance(kind, Figure):
        yield from _of_figure(kind, where)
    if isinstance(kind, Model):
        yield from wrong_model(kind)
        yield from _of_model(kind, where)
    if not kind.summary.strip():
        yield Problem(where, "it has no description", next_step=f"Begin the file with a docstring, or {noun}(summary=...).")
    try:
        parameters = kind.parameters()
    except ValidationError:
        return  # some parameters are required: what follows needs values for them
    if isinstance(kind, Metric):
        yield from _of_metric(kind, parameters, where)
    elif isinstance(kind, Probe):
        yield from _of_probe(kind, parameters, where)


def least(model: type[P]) -> P | None:
    """Parameters with a word for everything that has no default; None if words are not accepted."""
    given: dict[str, str | tuple[str, ...]] = {}
    for _ in range(3):  # first everything that is missing, then what must be a list
        try:
            return model.model_validate(given)
        except ValidationError as error:
            lacking = {str(d["loc"][0]): d["type"] for d in error.errors() if d["loc"]}
            given |= {name: (name,) if kind.startswith("tuple") else name for name, kind in lacking.items()}
    return None


def needs_of(request: ProbeRequest) -> frozenset[str]:
    """What a request needs of the model that it is made of."""
    if request.kind in FROM_RUN:
        return request.needs
    probe = PROBES.get(request.kind)
    return probe.all_needs(probe.parameters.model_validate(dict(request.parameters))) | request.needs


def _of_figure(kind: Figure[Parameters], where: str) -> Iterator[Problem]:
    serves = [{*ability.split("|")} for ability in kind.serves]
    for name in sorted(set().union(*serves) - {*ABILITIES}):
        yield Problem(where, "it serves what no model provides", repr(name), near_miss(name, ABILITIES))
    parameters = least(kind.parameters)
    requests = kind.reads(parameters) if parameters else {}
    judges, needs = {request.judge for request in requests.values()}, list[set[str]]()
    for name, request in requests.items():
        if name != (request.run or request.data):
            yield Problem(where, "'reads' must name each request by its run or data set", repr(name))
        if request.kind not in (*FROM_RUN, *PROBES.names()):
            yield Problem(
                where,
                "'reads' asks for a probe that does not exist",
                repr(request.kind),
                near_miss(request.kind, PROBES.names()),
            )
        elif request.run and request.run not in judges:
            needs += [{*need.split("|")} for need in needs_of(request)]
    if needs and (vain := [ability for ability in serves if not any(need <= ability for need in needs)]):
        yield Problem(
            where,
            "it serves an ability that none of its requests needs",
            ", ".join(sorted("|".join(sorted(each)) for each in vain)),
        )
    if needs and not serves and not names_of(kind.parameters, Role.PROBE):
        named = ", ".join(sorted({repr("|".join(sorted(need))) for need in needs}))
        yield Problem(where, "it does not say which models it is for", next_step=f"Write serves=frozenset({{{named}}}).")


def _of_metric(kind: Metric[Parameters], parameters: Parameters, where: str) -> Iterator[Problem]:
    try:
        requests = {name: _with_defaults(request) for name, request in kind.reads(parameters).items()}
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
    yield from borrowed_names(kind, quantities)
    yield from unspeakable(kind, quantities)
    for quantity in quantities:
        if not quantity.reduction:
            step = "Quantity(..., reduction='mean over images'): values compare only where it agrees."
            yield Problem(where, f"the quantity '{quantity.name}' states no reduction", next_step=step)


def borrowed_names(kind: Metric[Parameters], quantities: Sequence[Quantity]) -> Iterator[Problem]:
    """Yield problems with quantities of a kind from elsewhere that would be printed under the name of a built-in one."""
    if kind.file.is_relative_to(PACKAGE):
        return
    english = languages.load(languages.SOURCE)
    for quantity in quantities:
        printed, spoken = english.metric(quantity.name), english.frames.nouns.get(quantity.name, "")
        known = printed != quantity.name.replace("_", " ")
        if (known and not quantity.title) or (spoken and not quantity.noun):
            rule = f"the value '{quantity.name}' has the name of one that comes along, and would be called '{printed}'"
            step = "Rename it, or say what it is called: Quantity(..., title='share of codes', noun={'en': 's|share'})."
            yield Problem(str(kind.file), rule, next_step=step)


def unspeakable(kind: Metric[Parameters], quantities: Sequence[Quantity]) -> Iterator[Problem]:
    """Yield problems with nouns of one's own that lack a form which the sentences of their language need."""
    for quantity in quantities:
        given = quantity.noun if isinstance(quantity.noun, Mapping) else {}
        for code in (code for code in given if code in languages.codes()):
            frames, (gender, *forms) = languages.load(code).frames, given[code].split("|")
            lacking = ", ".join(f"'{case}'" for case in frames.cases[len([form for form in forms if form.strip()]) :])
            if lacking or gender not in frames.genders:
                genders = ", ".join(frames.genders)
                rule = f"the noun of '{quantity.name}' in {code} lacks {lacking or f'a gender of {genders}'}"
                example = f"A gender of {genders}, then {' and '.join(frames.cases)}: {frames.unnamed.replace('{}', 'A')}"
                yield Problem(str(kind.file), rule, given[code], example, "Write every form, even if two are alike.")


def _with_defaults(request: ProbeRequest) -> ProbeRequest:
    """Request with the defaults of its probe, as the plan resolves it."""
    if request.kind in FROM_RUN or request.kind.endswith(".py"):
        return request
    given = PROBES.get(request.kind).parameters.model_validate(request.parameters)
    return replace(request, parameters=given.model_dump(mode="json"))


def _of_probe(kind: Probe[Parameters], parameters: Parameters, where: str) -> Iterator[Problem]:
    needed = {one for need in kind.all_needs(parameters) | kind.judge_needs for one in need.split("|")}
    for name in sorted(needed - set(ABILITIES)):
        yield Problem(where, "it needs what no model provides", repr(name), near_miss(name, ABILITIES))
    for name in sorted(set(kind.uses(parameters)) - set(PROBES.names())):
        yield Problem(where, "'uses' names a probe that does not exist", repr(name), near_miss(name, PROBES.names()))


# --- models -------------------------------------------------------------------------------------------------------------------


def wrong_model(kind: Model[Parameters]) -> Iterator[Problem]:
    """Yield problems that make a model unusable in any plan."""
    where, own = str(kind.file), kind.name.endswith(".py")
    for field, given, known in (("provides", kind.provides, CAPABILITIES), ("takes", kind.takes, get_args(Part))):
        for name in sorted({*given} - {*known}):
            yield Problem(where, f"'{field}' names what does not exist", repr(name), near_miss(name, known))
    if kind.code not in get_args(CodeShape):
        yield Problem(where, "there is no code of this shape", repr(kind.code), near_miss(str(kind.code), get_args(CodeShape)))
    for field in ("terms", "listings"):
        if own and callable(vars(kind)[field]):
            step = f"Write {field} as a constant: what a file of your own says is stored once for all its parameters."
            yield Problem(where, f"in a file of your own '{field}' is no function", next_step=step)
    if not callable(kind.listings):
        written = _definitions(ast.parse(kind.network.read_text(encoding="utf-8")))
        here = {name for names in kind.listings.values() for name in names if ":" not in name}
        for name in sorted(here - written):
            yield Problem(where, "'listings' names what is not in the file", repr(name), near_miss(name, written))


def _of_model(kind: Model[Parameters], where: str) -> Iterator[Problem]:
    for told, advice in (
        (kind.title, "title='variational autoencoder'"),
        (kind.terms, "terms=(Term('loss', 'nats/image', better='lower'),)"),
    ):
        if not told:
            yield Problem(where, f"it has no {advice.partition('=')[0]}", next_step=f"Write Model(..., {advice}).")
    if kind.equation is None:
        step = "Write equation(parameters) -> Equation(latex, symbols), and Model(..., equation=equation)."
        yield Problem(where, "it does not state its loss", next_step=step)
    latent, codes = names_of(kind.parameters, Role.LATENT), {"decode", "encode"} & kind.provides
    if codes and kind.code == "flat" and not latent:
        step = "Mark the parameter: latent_dim: Annotated[int, Role.LATENT]; or say code='spatial' or 'discrete'."
        yield Problem(where, "its code is one vector, and no parameter says how long it is", next_step=step)


def _definitions(tree: ast.Module) -> set[str]:
    """Qualified names of functions, classes and methods."""
    found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    methods = {
        f"{name}.{inner.name}" for name, node in found.items() for inner in node.body if isinstance(inner, ast.FunctionDef)
    }
    return set(found) | methods
