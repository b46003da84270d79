"""One call for each arrow.

Experiment file -> plan -> runs -> arrays -> facts and figures -> Markdown -> document tree -> PDF, HTML, DOCX, md.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from report_builder.build import asking
from report_builder.build.composing import checked, checked_plan, compose_plan, figure_numbers
from report_builder.build.execute import execute, jobs_of
from report_builder.build.workspace import Workspace
from report_builder.document.formats import FORMATS, paths_of
from report_builder.errors import FindingError, Problem, ReportError, RunError, near_miss, together
from report_builder.jobs import ENGINES, Event, Job, OnEvent
from report_builder.plan import Plan, Planned, Ran, reason, resolve
from report_builder.records import frozen
from report_builder.spec import load
from report_builder.store import Step, Store, in_use, write_atomically

if TYPE_CHECKING:
    from report_builder.build.ground import Ground
    from report_builder.build.publish import Stamp
    from report_builder.document.composing import Document
    from report_builder.document.material import Material
    from report_builder.document.rendering import Rendered
    from report_builder.plain import Plain

__all__ = [
    "Built",
    "Options",
    "Workspace",
    "build",
    "build_figure",
    "build_task",
    "checked",
    "checked_plan",
    "compose_plan",
    "plan_report",
    "settle",
]

LEDGER = "steps.json"
Making = ParamSpec("Making")
PRESS = ".typst"  # the last version of the PDF's source, beside the PDF
settle = asking.settle


@frozen
class Options:
    """How to build. `workers` jobs run side by side; `on_plan` hears what will run, `on_event` what happens to it."""

    formats: tuple[str, ...] = ("pdf", "html", "md")
    draft: bool = False
    dry_run: bool = False
    tensorboard: bool = False
    workers: int = 1
    on_plan: Callable[[Sequence[Job]], None] = lambda jobs: None
    on_event: OnEvent = lambda job, event: None


@frozen
class Built:
    """What a build left: output files by format, warnings, and whether anything had to be done.

    `error` says why a format was not written, `failed` what else failed; `older` are files of the report, in other formats or
    of the finished document, that this build did not write and that were made of something else.
    """

    paths: Mapping[str, Path]
    warnings: Sequence[Problem] = ()
    lost_standard: str | None = None
    done: Sequence[Planned] = ()
    compiled: bool = True
    failed: Sequence[Problem] = field(default=())
    error: ReportError | None = None
    older: Sequence[Path] = ()


def _kept(make: Callable[Concatenate[Plan, Making], Built]) -> Callable[Concatenate[Plan, Making], Built]:
    """Nothing of a plan is pruned by another process while something is made of it."""

    @functools.wraps(make)
    def made(plan: Plan, /, *args: Making.args, **kwargs: Making.kwargs) -> Built:
        steps = [planned.step for target in plan.everything() for planned in target.closure()]
        with in_use(plan.store.root, {step.key for step in (*steps, *plan.answers())}):
            return make(plan, *args, **kwargs)

    return made


def plan_report(
    report: str, workspace: Workspace, *, profile: str | None = None, sets: Sequence[str] = (), fetch: bool = False
) -> Plan:
    """Experiment file -> plan. No step runs, but of a model of the user's own a worker is asked what it is, once.

    With `fetch`, data that is nowhere is downloaded.
    """
    file, store = workspace.experiment(report), Store(workspace.store)
    loaded = load(file, profile=profile, sets=sets, project=workspace.project(file))
    return Plan(resolve(loaded, asking.descriptions(loaded, store)), store, workspace.data, fetch=fetch)


@_kept
def build(plan: Plan, workspace: Workspace, options: Options) -> Built:
    """Builds the whole report."""
    asking.settle(plan)
    missing = plan.missing(plan.everything())
    if any(ENGINES[planned.step.kind] != "light" for planned in missing) and not options.draft:
        _refuse_early(checked_plan(plan, workspace, options.formats))
    failed = _carry_out(plan, workspace, missing, options)
    if options.dry_run:
        return Built({}, compiled=False)
    return _document(plan, workspace, options, missing, failed)


def _document(
    plan: Plan, workspace: Workspace, options: Options, missing: Sequence[Planned], failed: Sequence[Problem]
) -> Built:
    """Facts and figures -> rendered text -> files, those that are not on the disk as they would be written."""
    from report_builder.build import publish
    from report_builder.build.ground import ground

    name, memo = plan.resolved.loaded.name, plan.store.memo
    folder, figures = workspace.outputs(plan.resolved.loaded)
    paths = paths_of(options.formats, folder, name, draft=options.draft)
    stamp, below = publish.Stamp(folder, figures, memo), ground(plan, workspace, f"build{'-draft' * options.draft}")
    digest = below.recall() or ""
    if len(fresh := stamp.fresh(digest, paths)) == len(paths):
        built = Built(fresh, done=missing, compiled=False, failed=failed)
    else:
        digest, built = _compiled(plan, workspace, options, stamp, below)
        built = replace(built, done=missing, failed=failed)
    beside = [path for draft in {False, options.draft} for path in paths_of(FORMATS, folder, name, draft=draft).values()]
    memo.save()
    return replace(built, older=stamp.older(digest, sorted({*beside} - {*built.paths.values()})))


def _compiled(plan: Plan, workspace: Workspace, options: Options, stamp: Stamp, below: Ground) -> tuple[str, Built]:
    """Rendered text -> the digest of the document, and its files."""
    from report_builder.build import gather, publish
    from report_builder.document import pandoc
    from report_builder.document.press import Press
    from report_builder.document.rendering import render
    from report_builder.document.writing import write

    loaded, memo = plan.resolved.loaded, plan.store.memo
    folder, figures = workspace.outputs(loaded)
    press = Press(folder / PRESS) if "pdf" in options.formats else None
    pandoc.begin()  # beside the rendering, and typst with the last version
    material = gather.material(plan)
    rendered = render(workspace.template(loaded), material, draft=options.draft)
    rendered.ask()
    files = [*rendered.templates, *publish.files_beside(rendered, material)]
    given: dict[str, Plain] = {"draft": options.draft, "stated": loaded.experiment.model_dump_json()}
    digest = publish.document_digest(rendered, material, given, memo)
    paths = paths_of(options.formats, folder, loaded.name, draft=options.draft)
    fresh = stamp.fresh(digest, paths)
    if len(fresh) == len(paths):
        below.remember(files, digest)
        return digest, Built(fresh, compiled=False)
    with publish.alone(folder, figures):
        composed = _published(plan, workspace, options, material, rendered)
        made = [form for form in options.formats if form not in fresh]
        written = write(composed, made, folder, loaded.name, draft=options.draft, press=press)
        stamp.write(digest, [*fresh.values(), *written.paths.values()])
    done = {form: path for form, path in paths.items() if form in {*fresh, *written.paths}}
    if len(done) == len(paths):
        below.remember(files, digest)
    warnings = (*composed.warnings, *composed.findings, *composed.unmeasured)
    return digest, Built(done, warnings, written.lost_standard, error=written.error)


def _published(plan: Plan, workspace: Workspace, options: Options, material: Material, rendered: Rendered) -> Document:
    """Rendered text -> tree; the numbered figures, the facts and the sentences lie on the disk."""
    from report_builder.build import labels, publish
    from report_builder.document.composing import compose

    folder, figures = workspace.outputs(plan.resolved.loaded)
    labels.as_planned(plan, workspace.template(plan.resolved.loaded), rendered)
    composed = compose(rendered, material, draft=options.draft, memo=plan.store.memo)
    _refuse(composed, options)
    numbers = {id_: composed.labels[f"fig:{id_}"] for id_ in composed.figures}
    composed = composed.published(publish.publish_figures(material, numbers, figures))
    publish.write_facts(material.facts, folder)
    publish.write_sentences(composed.judged, folder)
    return composed


def _refuse_early(composed: Document) -> None:
    """What `check` finds without a measurement stops a build before anything is trained."""
    if composed.findings:
        raise FindingError(*composed.findings)


def _refuse(composed: Document, options: Options) -> None:
    """A document that says what was not measured, or what is not true, is written as a draft only."""
    if options.draft:
        return
    if composed.unmeasured:
        raise RunError(*composed.unmeasured)
    if composed.findings:
        raise FindingError(*composed.findings)


@_kept
def build_figure(plan: Plan, workspace: Workspace, id_: str, options: Options) -> Built:
    """One figure, or those of a group, and nothing else.

    Probes stored weights where a probe option changed, trains only if its run is missing.
    """
    from report_builder.build import gather, publish

    ids = plan.resolved.parts(id_)
    asking.settle(plan)
    numbers = figure_numbers(plan, workspace)  # what is wrong in the template is said here
    missing = plan.missing([plan.figures[part] for part in ids])
    if any(planned.step.kind == "run" for planned in missing) and not options.draft:
        _refuse_early(checked_plan(plan, workspace, options.formats))
    failed = _carry_out(plan, workspace, missing, options)
    if failed:
        raise RunError(*failed)
    if options.dry_run:
        return Built({}, compiled=False)
    folder = workspace.outputs(plan.resolved.loaded)[1]
    with publish.alone(*workspace.outputs(plan.resolved.loaded)):
        paths = dict[str, Path]()
        for part in ids:
            files = publish.publish_figure(gather.figure_card(plan, part), numbers.get(part, "00"), folder)
            paths |= {f"{part}.{kind}": file for kind, file in files.items()}
    plan.store.memo.save()
    return Built(paths, done=missing)


@_kept
def build_task(plan: Plan, workspace: Workspace, task: str, options: Options) -> Built:
    """The figures and facts of one task, and a small document of it with the numbers of the whole report."""
    from report_builder.build import publish

    loaded = plan.resolved.loaded
    if task not in loaded.experiment.tasks:
        raise ReportError(Problem(loaded.where("tasks"), "unknown task", repr(task), near_miss(task, loaded.experiment.tasks)))
    asking.settle(plan)
    missing, failed = _for_task(plan, workspace, task, options)
    if options.dry_run:
        return Built({}, compiled=False)
    material, _, whole = compose_plan(plan, workspace, draft=options.draft)
    part = whole.task(task)
    _refuse(part, options)
    from report_builder.document.writing import write

    folder, figures = workspace.outputs(loaded)
    with publish.alone(folder, figures):
        drawn = [id_ for id_ in part.figures if material.figures[id_].png]
        files = {id_: publish.publish_figure(material.figures[id_], whole.labels[f"fig:{id_}"], figures) for id_ in drawn}
        name = f"{loaded.name}-task-{task}"
        written = write(part.published(files), options.formats, folder, name, draft=options.draft)
    plan.store.memo.save()
    beside = [path for draft in {False, options.draft} for path in paths_of(FORMATS, folder, name, draft=draft).values()]
    older = [path for path in beside if path.is_file() and path not in written.paths.values()]
    return Built(written.paths, part.warnings, written.lost_standard, missing, failed=failed, error=written.error, older=older)


def _for_task(plan: Plan, workspace: Workspace, task: str, options: Options) -> tuple[list[Planned], list[Problem]]:
    """Carries out what a task cites and shows; which facts the best arm of a sweep adds is known when the arms are measured."""
    done, failed = list[Planned](), list[Problem]()
    while True:
        part = checked_plan(plan, workspace, options.formats).task(task)
        if not options.draft:
            _refuse_early(part)
        missing = plan.missing(_needed(plan, part))
        if done and (not missing or failed):
            return done, failed
        failed += _carry_out(plan, workspace, missing, options)
        done += missing
        if options.dry_run or not missing:
            return done, failed


def _needed(plan: Plan, part: Document) -> list[Planned]:
    """The steps that give the facts, figures and tables of a part of the document."""
    measures = [m for m in plan.resolved.measures if any(name in part.facts for name in m.facts)]
    steps = [plan.facts[m, seed] for m in measures for seed in plan.seeds(m.subject)]
    behind = [name for kind, name in sorted(part.sources) if kind == "figure"]
    steps += [plan.trained(name) for kind, name in sorted(part.sources) if kind == "run"]
    return [*steps, *(plan.figures[id_] for id_ in dict.fromkeys([*part.figures, *behind]))]


def _carry_out(plan: Plan, workspace: Workspace, missing: Sequence[Planned], options: Options) -> list[Problem]:
    """Completes what is missing; what failed is returned for a draft, and is else an error once all others are done."""
    jobs = jobs_of(plan, missing)
    options.on_plan(jobs)
    if options.dry_run:
        return []
    if any(planned.step.kind == "figure" for planned in missing):
        from report_builder import drawing

        drawing.check_style(plan.resolved.style.values, plan.resolved.style.places)  # before anything is trained
    _remember_steps(plan, workspace)
    failed = _execute(plan, workspace, jobs, options) if jobs or options.tensorboard else []
    if failed and not options.draft:
        raise together(failed)
    return [problem for error in failed for problem in error.problems]


def _execute(plan: Plan, workspace: Workspace, jobs: Sequence[Job], options: Options) -> list[ReportError]:
    if not options.tensorboard:
        return execute(plan, jobs, workers=options.workers, on_event=options.on_event)
    from report_builder.build.tensorboard import Boards

    boards = Boards(plan, workspace.outputs(plan.resolved.loaded)[0] / "tensorboard")

    def on_event(job: Job, event: Event) -> None:
        boards.heard(job, event)
        options.on_event(job, event)

    failed = execute(plan, jobs, workers=options.workers, on_event=on_event)
    boards.complete()
    return failed


def _remember_steps(plan: Plan, workspace: Workspace) -> None:
    """Writes the ledger that `explain` compares with: each step by its label, and why it ran when its key last changed."""
    ledger = workspace.outputs(plan.resolved.loaded)[0] / LEDGER
    last, now = last_steps(plan, workspace), {}
    for planned in {p.label: p for target in plan.everything() for p in target.closure()}.values():
        step, old = planned.step.as_json(), last.get(planned.label)
        same = old is not None and (old["step"] == step or Step.from_json(old["step"]).key == planned.step.key)
        now[planned.label] = old if same else {"step": step, "why": reason(old["step"] if old else None, step)}
    if now != last:
        write_atomically(ledger, json.dumps(now, ensure_ascii=False, sort_keys=True))


def last_steps(plan: Plan, workspace: Workspace) -> dict[str, Ran]:
    """The steps of the last build by label, `{step, why}`; empty before the first."""
    try:
        ledger = json.loads((workspace.outputs(plan.resolved.loaded)[0] / LEDGER).read_text(encoding="utf-8"))
        return {label: entry for label, entry in ledger.items() if {"step", "why"} <= entry.keys()}
    except (OSError, ValueError, AttributeError):
        return {}
