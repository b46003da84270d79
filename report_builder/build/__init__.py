"""One call for each arrow.

Experiment file -> plan -> runs -> arrays -> facts and figures -> Markdown -> document tree -> PDF, HTML, DOCX, md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report_builder.build.workspace import Workspace
from report_builder.errors import FindingError, Problem, ReportError, RunError, near_miss
from report_builder.plan import Plan, Planned, resolve
from report_builder.spec import load
from report_builder.store import Store, write_atomically

if TYPE_CHECKING:
    from report_builder.document import Document, Rendered
    from report_builder.document.material import Material

__all__ = ["Built", "Options", "Workspace", "build", "build_figure", "build_task", "compose_plan", "plan_report"]

LEDGER = "steps.json"


@dataclass(frozen=True)
class Options:
    """How to build. `on_plan` hears what will run before it runs, `on_event` what is happening."""

    formats: tuple[str, ...] = ("pdf", "html", "md")
    draft: bool = False
    dry_run: bool = False
    keep_going: bool = False
    on_plan: Callable[[Sequence[Planned]], None] = lambda missing: None
    on_event: Callable[[Mapping[str, Any]], None] = lambda event: None


@dataclass(frozen=True)
class Built:
    """What a build left: output files by format, warnings, and whether anything had to be done."""

    paths: Mapping[str, Path]
    warnings: Sequence[Problem] = ()
    lost_standard: str | None = None
    done: Sequence[Planned] = ()
    compiled: bool = True
    failed: Sequence[Problem] = field(default=())


def plan_report(report: str, workspace: Workspace, *, profile: str | None = None, sets: Sequence[str] = ()) -> Plan:
    """Experiment file -> plan. No step runs, nothing is written but the memo of digests."""
    loaded = load(workspace.experiment(report), profile=profile, sets=sets)
    return Plan(resolve(loaded), Store(workspace.store), workspace.data)


def compose_plan(plan: Plan, workspace: Workspace, *, draft: bool = False) -> tuple[Material, Rendered, Document]:
    """Template -> numbered document, placeholders for what is not measured: unknown facts, figures and references fail here."""
    from report_builder import document
    from report_builder.build import gather

    material = gather.material(plan)
    rendered = document.render(workspace.template(plan.resolved.loaded), material, draft=draft)
    return material, rendered, document.compose(rendered, material, draft=draft)


def build(plan: Plan, workspace: Workspace, options: Options) -> Built:
    """Builds the whole report."""
    missing = plan.missing(plan.everything())
    before = compose_plan(plan, workspace, draft=options.draft)[2] if missing else None
    failed = _carry_out(plan, missing, options)
    if options.dry_run:
        return Built({}, compiled=False)
    _remember_steps(plan, workspace)
    return _document(plan, workspace, options, missing, before, failed)


def _document(
    plan: Plan,
    workspace: Workspace,
    options: Options,
    missing: Sequence[Planned],
    before: Document | None,
    failed: Sequence[Problem],
) -> Built:
    """Facts and figures -> rendered text -> (unless it is the one on the disk) tree -> files."""
    from report_builder import document
    from report_builder.build import gather, publish

    loaded = plan.resolved.loaded
    folder, figures = workspace.outputs(loaded)
    material = gather.material(plan)
    rendered = document.render(workspace.template(loaded), material, draft=options.draft)
    stamp = publish.Stamp(folder, loaded.name)
    digest = publish.document_digest(rendered.text, material, options.formats, {"draft": options.draft}, plan.store.memo)
    fresh = None if failed else stamp.fresh(digest, plan.store.memo)
    if fresh is not None and figures.is_dir():
        plan.store.memo.save()
        return Built(fresh, done=missing, compiled=False)
    composed = document.compose(rendered, material, draft=options.draft)
    if before is not None and not failed:
        _same_labels(before, composed, str(workspace.template(loaded)))
    if composed.findings and not options.draft:
        raise FindingError(*composed.findings)
    publish.publish_figures(material, {id_: composed.labels[f"fig:{id_}"] for id_ in composed.figures}, figures)
    publish.write_facts(material.facts, folder)
    written = document.write(composed, options.formats, folder, loaded.name, draft=options.draft)
    if not failed:
        stamp.write(digest, written.paths, plan.store.memo)
    plan.store.memo.save()
    return Built(written.paths, composed.warnings, written.lost_standard, missing, failed=failed)


def build_figure(plan: Plan, workspace: Workspace, id_: str, options: Options) -> Built:
    """One figure and nothing else: probes stored weights where a probe option changed, trains only if its run is missing."""
    from report_builder.build import gather, publish

    if id_ not in plan.figures:
        raise ReportError(
            Problem(plan.resolved.loaded.where("figures"), "unknown figure", repr(id_), near_miss(id_, plan.figures))
        )
    numbered = compose_plan(plan, workspace, draft=True)[2]
    missing = plan.missing([plan.figures[id_]])
    _carry_out(plan, missing, options)
    if options.dry_run:
        return Built({}, compiled=False)
    material = gather.material(plan)
    numbers = {figure: numbered.labels[f"fig:{figure}"] for figure in numbered.figures if material.figures[figure].png}
    folder = workspace.outputs(plan.resolved.loaded)[1]
    publish.publish_figures(material, numbers | ({id_: "00"} if id_ not in numbers else {}), folder)
    plan.store.memo.save()
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))[id_]
    return Built({kind: folder / index[kind] for kind in ("png", "svg")}, done=missing)


def build_task(plan: Plan, workspace: Workspace, task: str, options: Options) -> Built:
    """The figures and facts of one task, and a small document of it with the numbers of the whole report."""
    from report_builder import document
    from report_builder.build import publish

    loaded = plan.resolved.loaded
    if task not in loaded.experiment.tasks:
        raise ReportError(Problem(loaded.where("tasks"), "unknown task", repr(task), near_miss(task, loaded.experiment.tasks)))
    part = compose_plan(plan, workspace, draft=True)[2].task(task)
    missing = plan.missing(_needed(plan, part.figures, part.facts))
    _carry_out(plan, missing, options)
    if options.dry_run:
        return Built({}, compiled=False)
    material, _, whole = compose_plan(plan, workspace, draft=options.draft)
    part = whole.task(task)
    if part.findings and not options.draft:
        raise FindingError(*part.findings)
    folder, figures = workspace.outputs(loaded)
    numbers = {figure: whole.labels[f"fig:{figure}"] for figure in whole.figures if material.figures[figure].png}
    publish.publish_figures(material, numbers, figures)
    written = document.write(part, options.formats, folder, f"{loaded.name}-task-{task}", draft=options.draft)
    plan.store.memo.save()
    return Built(written.paths, part.warnings, written.lost_standard, missing)


def _needed(plan: Plan, figures: Iterable[str], facts: Iterable[str]) -> list[Planned]:
    """Figure steps, and the facts steps that give the named facts."""
    wanted = set(facts)
    measures = [m for m in plan.resolved.measures if any(name in wanted for name, _ in m.names())]
    steps = [plan.facts[m, seed] for m in measures for seed in plan.seeds(m.subject)]
    return [*steps, *(plan.figures[id_] for id_ in figures)]


def _carry_out(plan: Plan, missing: Sequence[Planned], options: Options) -> list[Problem]:
    options.on_plan(missing)
    if options.dry_run or not missing:
        return []
    from report_builder.build.execute import execute

    failed = execute(plan, missing, on_event=options.on_event, keep_going=options.keep_going)
    if failed and not options.keep_going:
        raise RunError(*failed)
    return failed


def _same_labels(before: Document, after: Document, template: str) -> None:
    """A condition on a fact may choose words, never labelled elements."""
    if before.labels != after.labels:
        changed = sorted({*before.labels.items()} ^ {*after.labels.items()})
        rule = "the labelled elements differ between the plan and the measured report"
        advice = "A condition on a fact may choose words; take figures, tables, listings and equations out of it."
        raise ReportError(Problem(template, rule, ", ".join(sorted({label for label, _ in changed})), next_step=advice))


def _remember_steps(plan: Plan, workspace: Workspace) -> None:
    """Writes the ledger that `explain` compares with."""
    folder = workspace.outputs(plan.resolved.loaded)[0]
    steps = {planned.label: planned.step.as_json() for target in plan.everything() for planned in target.closure()}
    text = json.dumps(steps, ensure_ascii=False, sort_keys=True)
    ledger = folder / LEDGER
    if not ledger.exists() or ledger.read_text(encoding="utf-8") != text:
        write_atomically(ledger, text)


def last_steps(plan: Plan, workspace: Workspace) -> dict[str, dict[str, Any]]:
    """The steps of the last build by label; empty before the first."""
    try:
        return dict(json.loads((workspace.outputs(plan.resolved.loaded)[0] / LEDGER).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
