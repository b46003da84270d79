"""Fingerprints of the data of a report, which are part of the keys."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from report_builder.datasets import fingerprint_of
from report_builder.errors import OwnFileError, Problem, ReportError
from report_builder.kinds import Role, by_role
from report_builder.plain import Fields, Plain
from report_builder.plan.resolved import DataSet, Measure, Picture, Resolved
from report_builder.store import Memo, data_name

ABSENT = "not on this computer"  # fingerprint of data that was not read


def with_fingerprints(
    resolved: Resolved, memo: Memo, folders: Sequence[Path], *, fetch: bool, known: Mapping[str, str]
) -> dict[str, dict[str, Plain]]:
    """Resolve each data set in use and add its fingerprint; returns them by id.

    Data that is not here gets the fingerprint that was seen last. If there is none, data that can be downloaded is, with
    `fetch`, or else gets `ABSENT`; data that cannot be downloaded is a mistake even if a report is only inspected. Data whose
    fingerprint is in `known`, by `data_name`, is not looked for.

    Raises:
        ReportError: names every data set that cannot be obtained.
    """
    used = {run.data.id for run in resolved.runs.values()}
    owners: list[Measure | Picture] = [*resolved.measures, *resolved.figures.values()]
    used |= {request.data for owner in owners for request in owner.requests.values() if request.data}
    mistakes, found = [], {}
    for id_ in sorted(used):
        spec = resolved.data[id_].as_spec()
        if fingerprint := known.get(data_name(spec)):
            found[id_] = spec | {"fingerprint": fingerprint}
            continue
        try:
            found[id_] = _with_fingerprint(resolved.data[id_], memo, folders, fetch=fetch)
        except ReportError as error:
            where = resolved.loaded.where("data", id_, "dataset")
            mistakes += [replace(p, where=where, rule=_of_file(p), received=p.received or p.where) for p in error.problems]
    if mistakes:
        raise ReportError(*mistakes)
    return found


def _with_fingerprint(data: DataSet, memo: Memo, folders: Sequence[Path], *, fetch: bool) -> dict[str, Plain]:
    name, dataset, parameters = data_name(data.located()), data.dataset.module, data.dataset.parameters
    try:
        files = dataset.files(parameters, folders)
    except OwnFileError:
        raise
    except ReportError:
        known = memo.recall(name) or memo.recall(imported(data.as_spec()))  # stored results can be used without the data
        if known is None and (any(by_role(parameters, Role.PATH).values()) or dataset.fetch is None):
            raise  # a file that the experiment names cannot be obtained elsewhere
        if known or not fetch or dataset.fetch is None:
            return data.as_spec() | {"fingerprint": known or ABSENT}
        dataset.fetch(parameters, folders)
        files = dataset.files(parameters, folders)
    dataset.inspect(parameters, files)
    fingerprint = fingerprint_of([memo.sha256(file) for file in files])
    memo.remember(name, fingerprint)
    return data.as_spec() | {"fingerprint": fingerprint}


def imported(data: Fields) -> str:
    """Name under which the memo keeps the fingerprint of data of imported trainings, wherever the files of that data were."""
    return f"imported:{data_name(data)}"


def _of_file(problem: Problem) -> str:
    """The rule, preceded by the name of the file that breaks it."""
    name = Path(problem.where).name if os.sep in problem.where else ""
    return f"{name}: {problem.rule}" if name else problem.rule
