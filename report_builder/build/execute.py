"""Carries out the steps that are missing: trainings and probes in workers, metrics and drawings here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report_builder.errors import Problem, ReportError, StorageError
from report_builder.plan import Plan, Planned
from report_builder.plan.resolved import HISTORY

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

IN_WORKERS = ("run", "arrays")


def execute(plan: Plan, missing: Sequence[Planned], *, on_event: Callable[[Mapping[str, Any]], None]) -> list[ReportError]:
    """Completes the steps, in an order that works; what fails costs only the steps that read it.

    Returns:
        What failed.

    Raises:
        StorageError: nothing can be stored; what is finished stays.
    """
    failed: list[ReportError] = []
    jobs = [_job(plan, planned) for planned in missing if planned.step.kind in IN_WORKERS]
    if jobs:
        from report_builder.worker import pool

        failed += pool.run(jobs, on_event=on_event)
    for planned in missing:
        if planned.step.kind in IN_WORKERS or not all(plan.stored(needed) for needed in planned.needs.values()):
            continue
        on_event({"event": "local", "label": planned.label})
        try:
            _locally(plan, planned)
        except StorageError:
            raise
        except ReportError as error:
            failed.append(error)
    plan.store.memo.save()
    return failed


def _job(plan: Plan, planned: Planned) -> dict[str, Any]:
    return {
        "step": planned.step.as_json(),
        "data": plan.located(planned.step.spec["data"]),
        "label": planned.label,
        "after": [needed.step.key for needed in planned.needs.values()],
        "store": str(plan.store.root),
        "folders": [str(folder) for folder in plan.folders],
        "beside": str(plan.resolved.loaded.file.parent),
    }


def _locally(plan: Plan, planned: Planned) -> None:
    with plan.store.claim(planned.step) as work:
        if work.done is None:
            arrays = {name: _arrays(plan, needed) for name, needed in planned.needs.items()}
            _metric(plan, planned, arrays, work.folder) if planned.step.kind == "facts" else _figure(
                plan, planned, arrays, work.folder
            )
            work.commit()


def _metric(plan: Plan, planned: Planned, arrays: Mapping[str, Arrays], folder: Path) -> None:
    from report_builder import measures

    measure = next(measure for (measure, _), step in plan.facts.items() if step.step.key == planned.step.key)
    measures.measure(measure.kind.module, measure.kind.parameters, arrays, folder, metric=measure.id)


def _figure(plan: Plan, planned: Planned, arrays: Mapping[str, Arrays], folder: Path) -> None:
    from report_builder import drawing, languages

    picture = next(plan.resolved.figures[id_] for id_, step in plan.figures.items() if step.step.key == planned.step.key)
    kind, language = picture.kind, languages.load(plan.language)
    drawing.draw(kind.module, kind.parameters, arrays, plan.subjects(picture), language, folder, figure=picture.id)


def _arrays(plan: Plan, planned: Planned) -> Arrays:
    """The arrays of a finished step; a training gives its history, one array of shape `(epochs,)` each, or its progress."""
    import numpy as np

    stored = plan.stored(planned)
    if stored is None:
        raise ReportError(
            Problem(planned.label, "a stored step was damaged while it was needed", next_step="Run the command again.")
        )
    if planned.step.kind == "run" and planned.part == HISTORY:
        return {name: np.asarray(values) for name, values in stored.json("history.json").items()}
    with np.load(stored.path("arrays.npz" if planned.step.kind == "arrays" else f"{planned.part}.npz")) as file:
        return dict(file)
