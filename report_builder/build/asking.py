"""Asks a worker about models and layers of the user's own; what it found good before is not asked again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from report_builder.build import trial
from report_builder.build.workspace import Workspace
from report_builder.errors import Problem, ReportError, once, together
from report_builder.jobs import Failed, Job, Site
from report_builder.kinds import Model, Parameters
from report_builder.plan import Plan, own
from report_builder.plan.closing import not_python
from report_builder.plan.own import ANSWER
from report_builder.spec import Loaded
from report_builder.store import Step, Store


def descriptions(loaded: Loaded, store: Store) -> dict[str, Model[Parameters] | ReportError]:
    """Each model of the user's own that the runs name, as the plan sees it; instead of it the error of a wrong file."""
    files = {kind: file for kind, file in own.files_of(loaded).items() if not not_python(file)}
    steps = {kind: own.description(kind, file, store.memo) for kind, file in files.items()}
    failed = _ask(steps, store, loaded.file.parent)
    found: dict[str, Model[Parameters] | ReportError] = dict(failed)
    for kind, step in steps.items():
        if stored := store.read(step.kind, step.key):
            found[kind] = own.described(files[kind], stored.json("answer.json"))
    return found


def lacks(file: Path, workspace: Workspace) -> tuple[Problem, ...]:
    """What a model of the user's own lacks, asked of a worker."""
    store = Store(workspace.store)
    step = own.description(file.name, file, store.memo, "lacks")
    failed = _ask({file.name: step}, store, file.parent)
    stored = store.read(step.kind, step.key)
    said = [Problem(**problem) for problem in stored.json("answer.json")["lacks"]] if stored else []
    return (*(problem for error in failed.values() for problem in error.problems), *said)


def try_own_code(plan: Plan) -> None:
    """Has the architectures of the user's own looked at that no worker has seen yet, and tries their figures and metrics.

    Raises:
        ReportError: with every layer that does not fit, in all runs, or every figure and metric that fails on noise.
    """
    loaded, verdicts = plan.resolved.loaded, plan.verdicts
    failed = _ask(verdicts, plan.store, loaded.file.parent)
    refused = {id_: error for id_, error in failed.items() if type(error) is ReportError}
    if refused:
        raise ReportError(*once([p for id_, e in refused.items() for p in own.problems(plan.resolved.runs[id_], e, loaded)]))
    if failed:
        raise together(failed.values())
    trial.try_own_kinds(plan)


def _ask(steps: Mapping[str, Step], store: Store, beside: Path) -> dict[str, ReportError]:
    """Has what is not stored answered, each question once; what failed, by each name that asked.

    What a worker refuses is a plain `ReportError`, whose places are below what was asked about.
    """
    asked = {step.key: name for name, step in steps.items() if store.read(ANSWER, step.key) is None}
    if not asked:
        return {}
    from report_builder.run import local

    jobs = [Job(steps[name], f"model {name}" if own.is_own(name) else f"run {name}") for name in asked.values()]
    failures = local.run(jobs, Site(store.root, beside=beside), 1, lambda *_: None)
    failed = {job.key: _error(job, event) for job, event in failures}
    return {name: failed[step.key] for name, step in steps.items() if step.key in failed}


def _error(job: Job, event: Failed) -> ReportError:
    """A refusal with its places as the worker said them; any other failure with the name of what was asked about."""
    refusal = event.as_raised
    return refusal if type(refusal) is ReportError else event.of(job)
