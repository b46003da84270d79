"""Carries out the steps that are missing, as jobs of one graph."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from report_builder.build.options import Options
from report_builder.build.workspace import Workspace
from report_builder.errors import Problem, ReportError, together
from report_builder.jobs import Event, Job, OnEvent, Site
from report_builder.plain import at
from report_builder.plan import Plan, Planned, Ran, reason
from report_builder.store import Step, Stored, canonical, write_atomically

LEDGER = "steps.json"


def site_of(plan: Plan) -> Site:
    """Where this machine keeps what the steps of a plan read and write."""
    found = {canonical(data): at(plan.resolved.data[id_].located(), ("dataset", "path")) for id_, data in plan.data.items()}
    places = {data: str(path) for data, path in found.items() if path}
    return Site(plan.store.root, plan.folders, plan.resolved.loaded.file.parent, places)


def jobs_of(plan: Plan, missing: Sequence[Planned]) -> list[Job]:
    """The steps as jobs, with the time that each will take."""
    if not missing:
        return []
    site, trains = site_of(plan), any(planned.step.kind == "run" for planned in missing)
    known = plan.store.all("run") if trains else []
    cards = {planned.step.key: plan.resolved.runs[run].entry.gpu for (run, _), planned in plan.runs.items()}
    return [replace(_job(plan, site, planned, known), gpu=cards.get(planned.step.key)) for planned in missing]


def _job(plan: Plan, site: Site, planned: Planned, known: Sequence[Stored]) -> Job:
    from report_builder.run import estimate

    step, beside = planned.step, plan.resolved.loaded.file.parent.resolve()
    needs = tuple(needed.step.key for needed in planned.needs.values())
    if step.kind == "run":
        seconds = estimate.seconds(step, known, site.located(step.spec["data"]), plan.folders)
    else:
        seconds = estimate.SHORT[step.kind]
    files = {os.path.relpath(file.resolve(), beside): plan.store.memo.sha256(file) for file in planned.own}
    return Job(step, planned.label, needs, planned.place, seconds, files)


def execute(plan: Plan, jobs: Sequence[Job], options: Options, on_event: OnEvent) -> list[ReportError]:
    """Completes the steps; what fails costs only those that read it.

    Args:
        jobs: the steps, with all that is missing of what they read.
        options: where they are done, and how many side by side.
        on_event: is told what happens.

    Returns:
        What failed.

    Raises:
        StorageError: nothing can be stored; what is finished stays.
    """
    plan.store.memo.save()  # for the processes that do them
    if options.cluster and jobs:
        from report_builder.run import cluster

        failed = cluster.run(jobs, site_of(plan), options.cluster, on_event, partial(options.on_plan, jobs))
    else:
        from report_builder.run import local

        alone = options.workers == 1 or sum(job.engine == "light" for job in jobs) == 1
        failed = local.run(jobs, site_of(plan), options.workers, on_event, alone=alone)
    return [event.of(job) for job, event in failed]


def carry_out(plan: Plan, workspace: Workspace, missing: Sequence[Planned], options: Options) -> list[Problem]:
    """Completes what is missing; what failed is returned for a draft, and is else an error once all others are done."""
    jobs = jobs_of(plan, missing)
    if options.dry_run or not options.cluster or not jobs:
        options.on_plan(jobs, options.workers, "")
    if options.dry_run:
        return []
    if any(planned.step.kind == "figure" for planned in missing):
        from report_builder import drawing

        drawing.check_style(plan.resolved.style.values, plan.resolved.style.places)  # before anything is trained
    _remember_steps(plan, workspace)
    failed = _execute_observed(plan, workspace, jobs, options) if jobs or options.tensorboard else []
    if failed and not options.draft:
        raise together(failed)
    return [problem for error in failed for problem in error.problems]


def _execute_observed(plan: Plan, workspace: Workspace, jobs: Sequence[Job], options: Options) -> list[ReportError]:
    if not options.tensorboard:
        return execute(plan, jobs, options, options.on_event)
    from report_builder.build.tensorboard import Boards

    boards = Boards(plan, workspace.outputs(plan.resolved.loaded)[0] / "tensorboard")

    def on_event(job: Job, event: Event) -> None:
        boards.heard(job, event)
        options.on_event(job, event)

    failed = execute(plan, jobs, options, on_event)
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
