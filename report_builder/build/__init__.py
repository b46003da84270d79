"""The build pipeline, with one function per stage.

Experiment file -> plan -> runs -> arrays -> facts and figures -> Markdown -> document tree -> PDF, HTML, DOCX, md.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from report_builder.build import asking
from report_builder.build.composing import check, check_plan, compose_plan, figure_numbers
from report_builder.build.documents import begin, preview, refuse, refuse_early, write_document
from report_builder.build.execute import carry_out, last_steps
from report_builder.build.options import Built, Options, Source
from report_builder.build.workspace import Workspace
from report_builder.document.formats import FORMATS, paths_of
from report_builder.errors import Problem, ReportError, RunError, near_miss
from report_builder.jobs import ENGINES
from report_builder.plan import Plan, Planned, resolve
from report_builder.plan.given import FOLDER, Given
from report_builder.spec import load
from report_builder.store import Store, in_use

if TYPE_CHECKING:
    from report_builder.document.composing import Document

__all__ = [
    "Built",
    "Options",
    "Source",
    "Workspace",
    "begin",
    "build",
    "build_figure",
    "build_task",
    "check",
    "check_plan",
    "compose_plan",
    "last_steps",
    "plan_report",
    "preview",
    "settle",
    "train",
]

Making = ParamSpec("Making")
settle = asking.try_own_code


def _protected(make: Callable[Concatenate[Plan, Making], Built]) -> Callable[Concatenate[Plan, Making], Built]:
    """Keep the steps of a plan from being pruned by another process while `make` runs."""

    @functools.wraps(make)
    def made(plan: Plan, /, *args: Making.args, **kwargs: Making.kwargs) -> Built:
        steps = [planned.step for target in plan.everything() for planned in target.closure()]
        with in_use(plan.store.root, {step.key for step in (*steps, *plan.answers())}):
            return make(plan, *args, **kwargs)

    return made


def plan_report(
    report: str, workspace: Workspace, *, profile: str | None = None, sets: Sequence[str] = (), fetch: bool = False
) -> Plan:
    """Resolve an experiment file into a plan.

    No step runs, except that a worker is asked once to describe each of the user's own models. If the store's `given` folder
    holds every result that the report needs, the plan reads those results instead of the store.

    Args:
        report: name of the report, or path of its YAML file.
        profile: profile to apply; the default profile if None.
        sets: overrides, `key=value` each.
        fetch: download data that is not found locally.
    """
    file, store, given = workspace.experiment(report), Store(workspace.store), Given(workspace.store / FOLDER)
    loaded = load(file, profile=profile, sets=sets, project=workspace.project(file))
    resolved = resolve(loaded, asking.descriptions(loaded, store), workspace.data)
    if given.root.is_dir():
        came = Plan(resolved, store, workspace.data, given=given)
        if not came.missing(came.everything()):
            return came
    return Plan(resolved, store, workspace.data, fetch=fetch)


@_protected
def build(plan: Plan, workspace: Workspace, options: Options) -> Built:
    """Build the whole report: run the missing steps and write the document."""
    asking.try_own_code(plan)
    missing = plan.missing(plan.everything())
    if any(ENGINES[planned.step.kind] != "light" for planned in missing) and not options.draft:
        refuse_early(check_plan(plan, workspace, options.formats))
    failed = carry_out(plan, workspace, missing, options)
    if options.dry_run:
        return Built({}, compiled=False)
    return write_document(plan, workspace, options, missing, failed)


@_protected
def train(plan: Plan, workspace: Workspace, options: Options) -> Built:
    """Train, measure and draw everything that the experiment names, without reading its template."""
    asking.try_own_code(plan)
    missing = plan.missing(plan.everything())
    carry_out(plan, workspace, missing, options)
    plan.store.memo.save()
    return Built({}, done=missing, compiled=False)


@_protected
def build_figure(plan: Plan, workspace: Workspace, id_: str, options: Options) -> Built:
    """Build one figure, or all figures of a group, and nothing else.

    Probes the stored weights again where a probe option changed; trains only if the run is missing.
    """
    from report_builder.build import gather, publish

    ids = plan.resolved.parts(id_)
    asking.try_own_code(plan)
    numbers = figure_numbers(plan, workspace)  # errors in the template are raised here
    missing = plan.missing([plan.figures[part] for part in ids])
    if any(planned.step.kind == "run" for planned in missing) and not options.draft:
        refuse_early(check_plan(plan, workspace, options.formats))
    failed = carry_out(plan, workspace, missing, options)
    if failed:
        raise RunError(*failed)
    if options.dry_run:
        return Built({}, compiled=False)
    folder = workspace.outputs(plan.resolved.loaded)[1]
    with publish.output_lock(*workspace.outputs(plan.resolved.loaded)):
        paths = dict[str, Path]()
        for part in ids:
            files = publish.publish_figure(gather.figure_card(plan, part), numbers.get(part, "00"), folder)
            paths |= {f"{part}.{kind}": file for kind, file in files.items()}
    plan.store.memo.save()
    return Built(paths, done=missing)


@_protected
def build_task(plan: Plan, workspace: Workspace, task: str, options: Options) -> Built:
    """Build one task: its figures, its facts, and a short document numbered as in the whole report."""
    from report_builder.build import publish

    loaded = plan.resolved.loaded
    if task not in loaded.experiment.tasks:
        raise ReportError(Problem(loaded.where("tasks"), "unknown task", repr(task), near_miss(task, loaded.experiment.tasks)))
    asking.try_own_code(plan)
    missing, failed = _for_task(plan, workspace, task, options)
    if options.dry_run:
        return Built({}, compiled=False)
    material, _, whole = compose_plan(plan, workspace, draft=options.draft)
    part = whole.task(task)
    refuse(part, options)
    from report_builder.document.writing import write

    folder, figures = workspace.outputs(loaded)
    with publish.output_lock(folder, figures):
        drawn = [id_ for id_ in part.figures if material.figures[id_].png]
        files = {id_: publish.publish_figure(material.figures[id_], whole.labels[f"fig:{id_}"], figures) for id_ in drawn}
        name = f"{loaded.name}-task-{task}"
        written = write(part.published(files), options.formats, folder, name, draft=options.draft)
    plan.store.memo.save()
    beside = [path for draft in {False, options.draft} for path in paths_of(FORMATS, folder, name, draft=draft).values()]
    older = [path for path in beside if path.is_file() and path not in written.paths.values()]
    return Built(written.paths, part.warnings, written.lost_standard, missing, failed=failed, error=written.error, older=older)


def _for_task(plan: Plan, workspace: Workspace, task: str, options: Options) -> tuple[list[Planned], list[Problem]]:
    """Carry out the steps that a task cites or shows.

    Loops, because the facts that the best arm of a sweep adds are only known once the arms are measured.
    """
    done, failed = list[Planned](), list[Problem]()
    while True:
        part = check_plan(plan, workspace, options.formats).task(task)
        if not options.draft:
            refuse_early(part)
        missing = plan.missing(_steps_behind(plan, part))
        if done and (not missing or failed):
            return done, failed
        failed += carry_out(plan, workspace, missing, options)
        done += missing
        if options.dry_run or not missing:
            return done, failed


def _steps_behind(plan: Plan, part: Document) -> list[Planned]:
    """Steps that produce the facts, figures and tables of a part of the document."""
    measures = [m for m in plan.resolved.measures if any(name in part.facts for name in m.facts)]
    steps = [plan.facts[m, seed] for m in measures for seed in plan.seeds(m.subject)]
    behind = [name for kind, name in sorted(part.sources) if kind == "figure"]
    steps += [plan.trained(name) for kind, name in sorted(part.sources) if kind == "run"]
    return [*steps, *(plan.figures[id_] for id_ in dict.fromkeys([*part.figures, *behind]))]
