"""Which bytes the data of a report are: the fingerprint that stands in the keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from report_builder.datasets import fingerprint_of
from report_builder.errors import OwnFileError, Problem, ReportError
from report_builder.plan.resolved import DataSet, Measure, Picture, Resolved
from report_builder.store import Memo, data_name

ABSENT = "not on this computer"  # fingerprint of data that was not looked into


def with_fingerprints(resolved: Resolved, memo: Memo, folders: Sequence[Path], *, fetch: bool) -> dict[str, dict[str, Any]]:
    """Resolved data with its fingerprint, by id, for the data sets that something uses.

    Data that is not here has the fingerprint that was seen last. Else what can be downloaded is, with `fetch`, and is `ABSENT`
    without it; what cannot be is a mistake already when a report is only looked at.

    Raises:
        ReportError: with every data set that cannot be had.
    """
    used = {run.data.id for run in resolved.runs.values()}
    owners: list[Measure | Picture] = [*resolved.measures, *resolved.figures.values()]
    used |= {request.data for owner in owners for request in owner.requests.values() if request.data}
    mistakes, found = [], {}
    for id_ in sorted(used):
        try:
            found[id_] = _with_fingerprint(resolved.data[id_], memo, folders, fetch=fetch)
        except ReportError as error:
            where = resolved.loaded.where("data", id_, "dataset")
            mistakes += [Problem(where, p.rule, p.received or p.where, p.allowed, p.next_step) for p in error.problems]
    if mistakes:
        raise ReportError(*mistakes)
    return found


def _with_fingerprint(data: DataSet, memo: Memo, folders: Sequence[Path], *, fetch: bool) -> dict[str, Any]:
    name = data_name(data.located())
    try:
        fingerprint = _fingerprint(data, memo, folders)
        memo.remember(name, fingerprint)
    except OwnFileError:
        raise
    except ReportError:
        known = memo.recall(name) or memo.recall(imported(data.as_spec()))  # what is stored is of use without the data
        named = getattr(data.dataset.parameters, "path", None)
        if known is None and (named or not hasattr(data.dataset.module, "fetch")):
            raise  # a file that the experiment names is not to be had elsewhere
        if known is None and fetch:
            data.dataset.module.fetch(data.dataset.parameters, folders)
            known = _fingerprint(data, memo, folders)
            memo.remember(name, known)
        fingerprint = known or ABSENT
    return data.as_spec() | {"fingerprint": fingerprint}


def imported(data: Mapping[str, Any]) -> str:
    """Under which name the memo keeps the fingerprint of data that came with imported trainings, wherever its files were."""
    return f"imported:{data_name(data)}"


def _fingerprint(data: DataSet, memo: Memo, folders: Sequence[Path]) -> str:
    files = data.dataset.module.files(data.dataset.parameters, folders)
    return fingerprint_of([memo.sha256(file) for file in files])
