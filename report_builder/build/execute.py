"""Carries out the steps that are missing: trainings and probes in workers, metrics and drawings here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report_builder.errors import Problem, ReportError, RunError, StorageError
from report_builder.plan import Plan, Planned
from report_builder.store import DISTRUSTED, reading

if TYPE_CHECKING:
    from report_builder.kinds import Arrays
    from report_builder.store import Stored

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
        from report_builder.run import pool

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
            failed.append(_of_another_machine(plan, planned) or error)
        except Exception:
            distrusted = _of_another_machine(plan, planned)
            if not distrusted:
                raise
            failed.append(distrusted)
    plan.store.memo.save()
    return failed


def _of_another_machine(plan: Plan, planned: Planned) -> ReportError | None:
    """The error to say where a step failed on results that were imported: they are put aside, and will be made here."""
    read = [stored for needed in planned.needs.values() if (stored := plan.stored(needed))]
    return RunError(Problem(planned.label, *DISTRUSTED)) if plan.store.distrust(read) else None


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
            read = {name: needed for name, needed in planned.needs.items() if needed.step.kind != "facts"}
            arrays = {name: reading.of_step(_stored(plan, needed), needed.part) for name, needed in read.items()}
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
    arrays = {**arrays, **{name: _fact(plan, name) for name in picture.facts}}
    drawing.draw(
        kind.module,
        kind.parameters,
        arrays,
        plan.subjects(picture),
        language,
        folder,
        figure=picture.id,
        style=plan.resolved.style.values,
    )


def _fact(plan: Plan, name: str) -> Arrays:
    """A fact of one or more seeds, as a figure reads it."""
    measure = plan.resolved.measured[name]
    found = [_stored(plan, step) for step in plan.fact(name).values()]
    seeds = [seed for seed in plan.seeds(measure.subject) if seed is not None]
    return reading.of_facts(found, dict(measure.names())[name], seeds)


def _stored(plan: Plan, planned: Planned) -> Stored:
    """A finished step that is read now."""
    stored = plan.stored(planned)
    if stored is None:
        rule = "a stored step was damaged while it was needed"
        raise ReportError(Problem(planned.label, rule, next_step="Run the command again."))
    return stored
