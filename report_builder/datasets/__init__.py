"""Data sets, one file each, and the steps that prepare their images."""

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

KEPT = 2  # prepared data sets kept in a process; jobs of one report mostly share one


def prepare(data: Mapping[str, Any], folders: Sequence[Path], beside: Path | None = None) -> ImageData:
    """Loads a data set and applies its steps; the same data asked for again comes from memory, read-only.

    Args:
        data: a resolved `data` entry, `{"dataset": {"kind": ...}, "steps": [{"kind": ...}, ...]}`; a `fingerprint` is checked.
        folders: data folders, searched in order.
        beside: folder of the experiment, for kinds of the user's own.

    Raises:
        ReportError: the files are damaged, or missing or not those that the fingerprint was taken of (MissingDataError).
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
    """What `fingerprint_of` gives for the data set's files; steps do not count."""
    dataset, parameters = opened(DATASETS, data["dataset"], beside=beside)
    return fingerprint_of([content(path) for path in dataset.files(parameters, folders)])


def fingerprint_of(digests: Sequence[str]) -> str:
    """The sha256 over the digests of each file or folder, hex, in their order."""
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
            if isinstance(part, np.ndarray):  # a stream's images are made anew each time
                part.flags.writeable = False
    return prepared
