"""Composes the document of a plan from its template, and computes its figure numbers."""

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

MOST_LISTED, MOST_LETTERS = 10, 100  # sentences that `check` lists, and characters of each


def compose_plan(plan: Plan, workspace: Workspace, *, draft: bool = False) -> tuple[Material, Rendered, Document]:
    """Render the template and compose the numbered document, with placeholders for facts that are not measured yet.

    Raises:
        ReportError: the template names an unknown fact, figure or reference.
    """
    from report_builder.build import gather
    from report_builder.document import pandoc
    from report_builder.document.rendering import render

    pandoc.begin()
    material, template = gather.material(plan), workspace.template(plan.resolved.loaded)
    rendered = render(template, material, draft=draft)
    rendered.ask()
    return material, rendered, _compose(plan, workspace, material, rendered, draft=draft)


def check_plan(plan: Plan, workspace: Workspace, formats: Collection[str] = ("pdf",)) -> Document:
    """Compose the document with placeholders, and find what can be found wrong in it before anything is measured.

    Raises:
        ReportError: the document cannot be composed, or no font of the PDF has a character that it uses.
    """
    composed = compose_plan(plan, workspace, draft=True)[2]
    return _foreseen(plan, composed) if "pdf" in formats else composed


def _foreseen(plan: Plan, composed: Document) -> Document:
    from report_builder.document.foreseen import foreseen

    return replace(composed, findings=(*composed.findings, *foreseen(composed, plan.store.memo)))


@frozen
class Checked:
    """Result of `check`: warnings, the lines to print, and findings."""

    warnings: tuple[Problem, ...]
    lines: tuple[str, ...]
    findings: tuple[Problem, ...] = ()


def check(plan: Plan, workspace: Workspace) -> Checked:
    """Check the document of a plan; a document without findings is not composed again while its fingerprint is unchanged.

    Raises:
        ReportError: the document cannot be composed, or no font of the PDF has a character that it uses.
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
    """Return the lines that list the sentences about results that no fact supports; empty if there are none."""
    found = composed.judged.listed
    measured, stated = composed.judged.tally
    head = f"{measured} sentences are measured, {stated} stated by the author. Not supported by any fact:"
    lines = [f"  {one.where}: {one.text[:MOST_LETTERS]}{'…' * (len(one.text) > MOST_LETTERS)}" for one in found[:MOST_LISTED]]
    more = len(found) - len(lines)
    return [head, *lines, *([f"  and {more} more; --json has them all."] if more else [])] if found else []


def figure_numbers(plan: Plan, workspace: Workspace) -> Mapping[str, str]:
    """Return the number of each figure that the document shows, by figure id.

    Composes the document only if its text changed since the last call. Drawn figures are left out of that comparison,
    because redrawing a figure changes no number.
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
