"""Asks a worker to check the user's own models and layers; accepted answers are stored and not asked for again."""

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
    """Return the description of each user-defined model that the runs name, or the error that its file raised."""
    files = {kind: file for kind, file in own.files_of(loaded).items() if not not_python(file)}
    steps = {kind: own.description(kind, file, store.memo) for kind, file in files.items()}
    failed = _ask(steps, store, loaded.file.parent)
    found: dict[str, Model[Parameters] | ReportError] = dict(failed)
    for kind, step in steps.items():
        if stored := store.read(step.kind, step.key):
            found[kind] = own.described(files[kind], stored.json("answer.json"))
    return found


def lacks(file: Path, workspace: Workspace) -> tuple[Problem, ...]:
    """Ask a worker what a user-defined model is missing, and return it as problems."""
    store = Store(workspace.store)
    step = own.description(file.name, file, store.memo, "lacks")
    failed = _ask({file.name: step}, store, file.parent)
    stored = store.read(step.kind, step.key)
    said = [Problem(**problem) for problem in stored.json("answer.json")["lacks"]] if stored else []
    return (*(problem for error in failed.values() for problem in error.problems), *said)


def try_own_code(plan: Plan) -> None:
    """Check the user's own architectures that no worker has checked yet, and try their figures and metrics on noise.

    Raises:
        ReportError: with every layer that does not fit, over all runs, or every figure and metric that fails on noise.
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
    """Run the steps whose answers are not stored, each key once, and return the errors by name.

    A refusal by a worker is a plain `ReportError`, whose places are relative to the object that was checked.
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
    """Return a refusal as the worker raised it, or any other failure labelled with its job."""
    refusal = event.as_raised
    return refusal if type(refusal) is ReportError else event.of(job)
