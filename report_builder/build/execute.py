"""Carries out the steps that are missing, as jobs of one graph."""

from __future__ import annotations

import os
from collections.abc import Sequence

from report_builder.errors import ReportError
from report_builder.jobs import Job, OnEvent, Site
from report_builder.plain import at
from report_builder.plan import Plan, Planned
from report_builder.store import Stored, canonical


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
    return [_job(plan, site, planned, known) for planned in missing]


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


def execute(plan: Plan, jobs: Sequence[Job], *, workers: int, on_event: OnEvent) -> list[ReportError]:
    """Completes the steps; what fails costs only those that read it.

    Args:
        plan: the plan that they are of.
        jobs: the steps, with all that is missing of what they read.
        workers: how many are done side by side.
        on_event: is told what happens.

    Returns:
        What failed.

    Raises:
        StorageError: nothing can be stored; what is finished stays.
    """
    from report_builder.run import local

    alone = workers == 1 or sum(job.engine == "light" for job in jobs) == 1
    failed = local.run(jobs, site_of(plan), workers, on_event, alone=alone)
    plan.store.memo.save()
    return [event.of(job) for job, event in failed]
