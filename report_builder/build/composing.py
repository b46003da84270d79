"""Plan and template -> the composed document, and the numbers that its figures have."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from report_builder.build.fingerprint import fingerprint
from report_builder.build.workspace import Workspace
from report_builder.errors import Problem
from report_builder.plan import Plan
from report_builder.records import frozen

if TYPE_CHECKING:
    from report_builder.document.composing import Document
    from report_builder.document.material import Material
    from report_builder.document.rendering import Rendered

MOST_LISTED, MOST_LETTERS = 10, 100  # sentences that `check` shows, and letters of each


def compose_plan(plan: Plan, workspace: Workspace, *, draft: bool = False) -> tuple[Material, Rendered, Document]:
    """Template -> numbered document, placeholders for what is not measured: unknown facts, figures and references fail here."""
    from report_builder.build import gather
    from report_builder.document import pandoc
    from report_builder.document.rendering import render

    pandoc.begin()
    material, template = gather.material(plan), workspace.template(plan.resolved.loaded)
    rendered = render(template, material, draft=draft)
    rendered.ask()
    return material, rendered, _compose(plan, workspace, material, rendered, draft=draft)


def check_plan(plan: Plan, workspace: Workspace, formats: Collection[str] = ("pdf",)) -> Document:
    """The document with placeholders, and all that can be found wrong in it before a measurement.

    Raises:
        ReportError: it cannot be composed, or no font of the PDF has a character.
    """
    composed = compose_plan(plan, workspace, draft=True)[2]
    return _foreseen(plan, composed) if "pdf" in formats else composed


def _foreseen(plan: Plan, composed: Document) -> Document:
    from report_builder.document.foreseen import foreseen

    return replace(composed, findings=(*composed.findings, *foreseen(composed, plan.store.memo)))


@frozen
class Checked:
    """What `check` says of a document: warnings, the lines of `listed`, and what is wrong with it."""

    warnings: tuple[Problem, ...]
    lines: tuple[str, ...]
    findings: tuple[Problem, ...] = ()


def check(plan: Plan, workspace: Workspace) -> Checked:
    """Checks the document; one that was found right is not composed again with the same fingerprint.

    Raises:
        ReportError: it cannot be composed, or no font of the PDF has a character.
    """
    from report_builder.build import publish

    below = fingerprint(plan, workspace, "check")
    if (known := below.recall()) is not None:
        warnings, lines = json.loads(known)
        return Checked(tuple(Problem(**one | {"also": tuple(one["also"])}) for one in warnings), tuple(lines))
    material, rendered, composed = compose_plan(plan, workspace, draft=True)
    composed = _foreseen(plan, composed)
    found = Checked(composed.warnings, tuple(unbound_lines(composed)), composed.findings)
    if not found.findings:
        files = [*rendered.templates, *publish.files_beside(rendered, material)]
        below.remember(files, json.dumps([[vars(one) for one in found.warnings], found.lines]))
    return found


def _compose(plan: Plan, workspace: Workspace, material: Material, rendered: Rendered, *, draft: bool) -> Document:
    from report_builder.build import labels
    from report_builder.document.composing import compose

    composed = compose(rendered, material, draft=draft, memo=plan.store.memo)
    if rendered.choices:
        labels.check_labels_of_arms(plan, workspace.template(plan.resolved.loaded), rendered, draft=draft)
    return composed


def unbound_lines(composed: Document) -> list[str]:
    """The sentences that speak of results and that nothing vouches for, a line each."""
    found = composed.judged.listed
    measured, stated = composed.judged.tally
    head = f"{measured} sentences are measured, {stated} stated by the author. Nothing vouches for:"
    lines = [f"  {one.where}: {one.text[:MOST_LETTERS]}{'…' * (len(one.text) > MOST_LETTERS)}" for one in found[:MOST_LISTED]]
    more = len(found) - len(lines)
    return [head, *lines, *([f"  and {more} more; --json has them all."] if more else [])] if found else []


def figure_numbers(plan: Plan, workspace: Workspace) -> Mapping[str, str]:
    """The number of each figure that the document shows, by its id.

    The document is composed for them only where its text changed since the last time, drawn figures left out of the account:
    a figure that is drawn again changes no number.
    """
    from report_builder.build import gather, publish
    from report_builder.document.rendering import render

    material = gather.material(plan, drawn=False)
    rendered = render(workspace.template(plan.resolved.loaded), material, draft=True)
    place = f"numbers:{workspace.outputs(plan.resolved.loaded)[0]}"
    digest = publish.document_digest(rendered, material, {}, plan.store.memo)
    known, _, numbers = (plan.store.memo.recall(place) or "").partition(" ")
    if known != digest or rendered.problems:
        shown = _compose(plan, workspace, material, rendered, draft=True)
        numbers = json.dumps({id_: shown.labels[f"fig:{id_}"] for id_ in shown.figures})
        plan.store.memo.remember(place, f"{digest} {numbers}")
    return dict(json.loads(numbers))
