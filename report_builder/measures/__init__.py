"""Probes turn weights into arrays, metrics turn arrays into values; here a metric's values become the files of a facts step."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report_builder.errors import Problem, ReportError, RunError

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, MetricKind, Value

FACTS, SAMPLES = "facts.json", "samples.npz"


def measure(kind: MetricKind, parameters: Any, arrays: Mapping[str, Arrays], folder: Path, *, metric: str = "") -> None:
    """Measures and writes `facts.json` and `samples.npz` into `folder`.

    `facts.json` is a list of `{name, value, unit, better, reduction, title, caution, n, paired, samples}`, where `samples` says
    whether `samples.npz` holds the value of each image under that name.

    Args:
        kind: the module of the metric.
        parameters: its parameters, checked.
        arrays: what its probes gave, by request name.
        folder: where the files go.
        metric: id of the metric in the report, for messages.

    Raises:
        ReportError: the arrays cannot be measured so; a value is no finite number (`RunError`).
    """
    values = _measured(kind, parameters, arrays, metric)
    _check(values, metric)
    facts = [_as_json(value) for value in values]
    (folder / FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    _write_samples(values, folder / SAMPLES)


def _measured(kind: MetricKind, parameters: Any, arrays: Mapping[str, Arrays], metric: str) -> list[Value]:
    try:
        return kind.measure(arrays, parameters)
    except ReportError as error:
        where = f"metrics.{metric}" if metric else ""
        problems = [Problem(p.where or where, p.rule, p.received, p.allowed, p.next_step) for p in error.problems]
        raise type(error)(*problems) from error


def _check(values: Sequence[Value], metric: str) -> None:
    broken = [value for value in values if not isinstance(value.value, str) and not math.isfinite(value.value)]
    if broken:
        where = f"metrics.{metric}" if metric else ""
        raise RunError(
            *(Problem(where, "the measured value is no finite number", f"{value.name} = {value.value}") for value in broken)
        )


def _as_json(value: Value) -> dict[str, Any]:
    number = value.value if isinstance(value.value, str) else float(value.value)
    known = {"name": value.name, "value": number, "unit": value.unit, "better": value.better, "reduction": value.reduction}
    known |= {"title": value.title, "caution": value.caution}
    return known | {"n": int(value.n), "paired": value.paired, "samples": value.samples is not None}


def _write_samples(values: Sequence[Value], file: Path) -> None:
    import numpy as np

    samples = {value.name: np.asarray(value.samples, dtype=np.float64) for value in values if value.samples is not None}
    with file.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **samples)
