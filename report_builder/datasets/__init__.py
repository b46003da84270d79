"""Data sets, one module each, and the preprocessing steps applied to their images."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from report_builder.datasets._files import content
from report_builder.errors import MissingDataError, Problem
from report_builder.kinds import DATA_STEPS, DATASETS, ImageData, Layout, opened

KEPT = 2  # prepared data sets cached in a process; the jobs of a report mostly share one


def prepare(data: Mapping[str, Any], folders: Sequence[Path], beside: Path | None = None) -> ImageData:
    """Load a data set and apply its steps; the result is cached in the process and its arrays are read-only.

    Args:
        data: a resolved `data` entry, `{"dataset": {"kind": ...}, "steps": [{"kind": ...}, ...]}`; a `fingerprint` is verified.
        folders: data folders, searched in order.
        beside: folder of the experiment, where kinds of the user's own are looked up.

    Raises:
        ReportError: if the files are damaged.
        MissingDataError: if the files are missing, or do not match the fingerprint.
    """
    expected = data.get("fingerprint")
    if expected and expected != (found := fingerprint(data, folders, beside)):
        rule = "the files of the data set changed while the report was built"
        raise MissingDataError(
            Problem("data", rule, f"sha256 {found[:12]}", f"Planned with {expected[:12]}.", "Run the command again.")
        )
    entry = json.dumps({"dataset": data["dataset"], "steps": data.get("steps", [])}, sort_keys=True)
    return _prepare(entry, tuple(folders), beside)


def fingerprint(data: Mapping[str, Any], folders: Sequence[Path], beside: Path | None = None) -> str:
    """Return the fingerprint of a data set's files, see `fingerprint_of`; its steps do not affect it."""
    dataset, parameters = opened(DATASETS, data["dataset"], beside=beside)
    return fingerprint_of([content(path) for path in dataset.files(parameters, folders)])


def fingerprint_of(digests: Sequence[str]) -> str:
    """Return the SHA-256 hex digest of a sequence of digests, one for each file or folder, in order."""
    return hashlib.sha256(json.dumps(list(digests), separators=(",", ":")).encode()).hexdigest()


@lru_cache(maxsize=KEPT)
def _prepare(entry: str, folders: tuple[Path, ...], beside: Path | None) -> ImageData:
    import numpy as np

    from report_builder.datasets._checked import checked

    data = json.loads(entry)
    dataset, parameters = opened(DATASETS, data["dataset"], beside=beside)
    known = dataset.layout(parameters) if dataset.layout else Layout(None)
    prepared = checked(dataset.load(parameters, dataset.files(parameters, folders)), known, data["dataset"]["kind"])
    for chosen in data["steps"]:
        step, parameters = opened(DATA_STEPS, chosen, beside=beside)
        known = step.layout(prepared.layout, parameters) if step.layout else Layout(None)
        prepared = checked(step.apply(prepared, parameters), known, chosen["kind"])
    for split in prepared.splits.values():
        for part in vars(split).values():
            if isinstance(part, np.ndarray):  # a stream creates new arrays on each access
                part.flags.writeable = False
    return prepared
