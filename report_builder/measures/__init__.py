"""Probes turn trained weights into arrays, metrics turn arrays into values; this module writes those values as facts."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from report_builder.errors import Problem, RunError
from report_builder.plain import Fields

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, Measured, Metric, Parameters, Quantity

FACTS, SAMPLES = "facts.json", "samples.npz"


def measure(
    kind: Metric[Parameters],
    parameters: Parameters,
    quantities: Sequence[Quantity],
    arrays: Mapping[str, Arrays],
    folder: Path,
) -> None:
    """Measure a metric and write `facts.json` and `samples.npz` into `folder`.

    `facts.json` is a list of `{name, value, unit, better, noise, reduction, title, caution, n, samples, units}`. `samples`
    states whether `samples.npz` contains a value for each image under that name; `units` states whether it contains, under
    `<name>.units`, the image indices in the split that each sample is based on (see `Measured`). Otherwise sample i is of image
    i.

    Args:
        kind: the metric.
        parameters: its validated parameters.
        quantities: what the metric declared at planning time.
        arrays: results of its probes, by request name.
        folder: output folder.

    Raises:
        ReportError: if the arrays do not allow the measurement.
        RunError: if the results are not those declared, or a value is not finite.
    """
    found = _measure(kind, parameters, quantities, arrays)
    _check(found)
    text = json.dumps(facts(quantities, found), ensure_ascii=False, indent=1)
    (folder / FACTS).write_text(text, encoding="utf-8")
    _write_samples(found, folder / SAMPLES)


def _measure(
    kind: Metric[Parameters],
    parameters: Parameters,
    quantities: Sequence[Quantity],
    arrays: Mapping[str, Arrays],
) -> Mapping[str, Measured]:
    found = kind.measure(arrays, parameters)
    declared = [quantity.name for quantity in quantities]
    if odd := set(declared) ^ set(found):
        rule = f"the metric '{kind.name}' returns other values than it declares"
        raise RunError(Problem("", rule, ", ".join(sorted(odd)), f"Its 'values' declare: {', '.join(declared)}."))
    return found


def _check(found: Mapping[str, Measured]) -> None:
    values = {name: measured.value for name, measured in found.items()}
    broken = {name: value for name, value in values.items() if not isinstance(value, str) and not math.isfinite(value)}
    if broken:
        rule = "the measured value is not a finite number"
        raise RunError(*(Problem("", rule, f"{name} = {value}") for name, value in broken.items()))


def facts(quantities: Sequence[Quantity], found: Mapping[str, Measured]) -> list[Fields]:
    """Return the content of `facts.json` as plain values, one entry for each quantity."""
    return [_as_json(quantity, found[quantity.name]) for quantity in quantities]


def _as_json(quantity: Quantity, measured: Measured) -> Fields:
    reduction = ", ".join(filter(None, (measured.given, quantity.reduction)))
    return {
        "name": quantity.name,
        "value": measured.value if isinstance(measured.value, str) else float(measured.value),
        "unit": quantity.unit,
        "better": quantity.better,
        "noise": quantity.noise,
        "reduction": reduction,
        "title": measured.title or quantity.title,
        "caution": measured.caution,
        "n": int(measured.n),
        "samples": measured.samples is not None,
        "units": _are_telling(measured),
    }


def _are_telling(measured: Measured) -> bool:
    """Return whether the image indices carry information, i.e. are not just 0, 1, 2, ..."""
    return measured.units is not None and (measured.units.ndim > 1 or measured.units.tolist() != [*range(len(measured.units))])


def _write_samples(found: Mapping[str, Measured], file: Path) -> None:
    import numpy as np

    sampled = {name: each for name, each in found.items() if each.samples is not None}
    arrays = {name: np.asarray(each.samples, dtype=np.float64) for name, each in sampled.items()}
    arrays |= {f"{name}.units": np.asarray(each.units, dtype=np.int64) for name, each in sampled.items() if _are_telling(each)}
    with file.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)
