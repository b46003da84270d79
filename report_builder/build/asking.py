"""Asks a worker about models and layers of the user's own; what it answered before is not asked again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from report_builder.errors import ReportError, together
from report_builder.plan import Plan, own
from report_builder.plan.closing import not_python
from report_builder.spec import Loaded, once
from report_builder.store import Step, Store


def descriptions(loaded: Loaded, store: Store) -> dict[str, Any]:
    """Each model of the user's own that the runs name, as the plan sees it; instead of it the error of a wrong file."""
    files = {kind: file for kind, file in own.files_of(loaded).items() if not not_python(file)}
    steps = {kind: own.description(kind, file, store.memo) for kind, file in files.items()}
    failed = _ask(steps, store, loaded.file.parent)
    found: dict[str, Any] = dict(failed)
    for kind, step in steps.items():
        if stored := store.read(step.kind, step.key):
            found[kind] = own.described(files[kind], stored.json("answer.json"))
    return found


def settle(plan: Plan) -> None:
    """Has the architectures of the user's own looked at that no worker has seen yet.

    Raises:
        ReportError: with every layer that does not fit, in all runs.
    """
    loaded, verdicts = plan.resolved.loaded, plan.verdicts
    failed = _ask(verdicts, plan.store, loaded.file.parent)
    found = []
    for id_, step in verdicts.items():
        if stored := plan.store.read(step.kind, step.key):
            found += own.problems(plan.resolved.runs[id_], stored, loaded)
    if found:
        raise ReportError(*once(found))
    if failed:
        raise together(failed.values())


def _ask(steps: Mapping[str, Step], store: Store, beside: Path) -> dict[str, ReportError]:
    """Has what is not stored answered, each question once; what failed, by name."""
    missing = {step.key: (name, step) for name, step in steps.items() if store.read(step.kind, step.key) is None}
    if not missing:
        return {}
    from report_builder.worker import pool

    failed: list[str] = []
    jobs = [_job(name, step, store, beside) for name, step in missing.values()]
    errors = pool.run(
        jobs, workers=1, on_event=lambda event: failed.append(event["key"]) if event["event"] == "failed" else None
    )
    return {missing[key][0]: error for key, error in zip(failed, errors, strict=True)}


def _job(name: str, step: Step, store: Store, beside: Path) -> dict[str, Any]:
    label = f"model {name}" if own.is_own(name) else f"run {name}"
    job = {"step": step.as_json(), "label": label, "after": [], "folders": []}
    return job | {"store": str(store.root), "beside": str(beside)}
