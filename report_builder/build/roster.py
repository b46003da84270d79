"""Writes a sheet for each student in a list: the questions as a PDF, and an experiment file with the student's parameters."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from report_builder.build import gather, plan_report
from report_builder.build.workspace import Workspace
from report_builder.document.composing import compose
from report_builder.document.rendering import render
from report_builder.document.writing import write
from report_builder.errors import Problem, ReportError, UsageError
from report_builder.plain import under
from report_builder.project import text_of
from report_builder.spec import Loaded, is_id
from report_builder.spec.source import Source, overlay
from report_builder.store import write_atomically

MOST = 2000  # students
Row = Mapping[str, str]


def rows(file: Path) -> Iterator[tuple[str, Row]]:
    """Yield each student of a CSV file with the place of the row; the header names parameters or keys of the experiment.

    Raises:
        ReportError: a row has the wrong number of values, or there are no students, or more than `MOST`.
    """
    lines = list(csv.reader(io.StringIO(text_of(file), newline=""), strict=True))
    head = [name.strip() for name in lines[0]] if lines else []
    if not all(head) or not 1 < len(lines) <= MOST + 1 or len({*head}) < len(head):
        rule = f"the first line of a list names parameters or keys, each once; 1 to {MOST} students follow"
        raise ReportError(Problem(str(file), rule, ", ".join(head)))
    for number, line in enumerate(lines[1:], 2):
        if len(line) not in (0, len(head)):
            raise ReportError(Problem(f"{file}:{number}", f"the first line names {len(head)} values", ", ".join(line)))
        if line:
            yield f"{file}:{number}", dict(zip(head, (value.strip() for value in line), strict=True))


def hand_out(report: str, workspace: Workspace, file: Path, profile: str | None = None) -> Iterator[tuple[Row, Path, Path]]:
    """Write both files of each student, and yield them with the student's row as (row, PDF, experiment file).

    Raises:
        ReportError: with the mistakes of all students, before anything is written.
    """
    students, found, mistakes = list(rows(file)), [], list[Problem]()
    for where, row in students:
        try:
            sets = [f"{name}={value}" for name, value in row.items()]
            found.append(plan_report(report, workspace, profile=profile, sets=sets))
        except (ReportError, UsageError) as error:
            mistakes += [replace(problem, where=": ".join(filter(None, (where, problem.where)))) for problem in error.problems]
    names = [next(iter(row.values())) for _, row in students]
    mistakes += [
        Problem(where, "the first value names a student's files and must be unique", repr(name))
        for (where, _), name in zip(students, names, strict=True)
        if not is_id(f"s-{name}") or names.count(name) > 1
    ]
    if mistakes:
        raise ReportError(*mistakes)
    for (_, row), name, plan in zip(students, names, found, strict=True):
        loaded, folder = plan.resolved.loaded, workspace.outputs(plan.resolved.loaded)[0] / "roster"
        material = gather.material(plan)
        composed = compose(render(workspace.template(loaded), material, draft=True, answers=False), material, draft=True)
        sheet = write(composed, ("pdf",), folder, f"{loaded.name}-{name}")
        if sheet.error:
            raise sheet.error
        personal = folder / f"{loaded.name}-{name}.yaml"
        write_atomically(personal, _personal(loaded, row, folder))
        yield row, sheet.paths["pdf"], personal


def _personal(loaded: Loaded, row: Row, folder: Path) -> str:
    """Experiment file of a student, as YAML that extends the experiment of the sheet."""
    known = loaded.experiment.parameters
    given = Source({})
    for name, value in row.items():
        path = ["parameters", name, "default"] if name in known else name.split(".")
        given = overlay(given, Source(under(path, known[name].default if name in known else value)))
    template = loaded.experiment.report.template or f"{loaded.name}.md"
    data = overlay(Source({"extends": loaded.name, "report": {"template": template}}), given).data
    return "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in data.items())
