"""Arms of a sweep: which values are combined, and what each arm is called."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Mapping

from report_builder import languages
from report_builder.plain import Plain
from report_builder.records import frozen
from report_builder.spec.grammar import Axes, Sweep
from report_builder.spec.source import KeyPath

_NO_ID = re.compile(r"[^A-Za-z0-9_-]")
_FIELD = re.compile(r"\{([^{}]*)\}")


@frozen
class Cell:
    """A value of an axis (the key path of a setting), and its place in the file."""

    axis: str
    value: Plain
    place: KeyPath


Row = tuple[Cell, ...]  # an arm: one cell for each axis


def rows(id_: str, sweep: Sweep) -> list[Row]:
    """Arms of a sweep: every combination of `over`, each with every row of `zip`, whose axes are equally long."""

    def cells(group: str, axes: Axes) -> list[list[Cell]]:
        return [[Cell(axis, v, ("sweeps", id_, group, axis, i)) for i, v in enumerate(listed)] for axis, listed in axes.items()]

    zipped: list[Row] = [tuple(row) for row in zip(*cells("zip", sweep.zip), strict=True)] or [()]
    return [(*over, *row) for over in itertools.product(*cells("over", sweep.over)) for row in zipped]


def count(sweep: Sweep) -> int:
    """Number of arms that `rows` gives, without creating them."""
    zipped = [len(listed) for listed in sweep.zip.values()]
    return math.prod(len(listed) for listed in sweep.over.values()) * (zipped[0] if zipped else 1)


def arm_id(id_: str, row: Row) -> str:
    """Id made of the sweep's id and the values; characters that an id cannot have become `_`: `latent-2`, `rate-0_001`."""
    return "-".join([id_, *(_NO_ID.sub("_", _plain(cell.value)) for cell in row)])


def arm_name(pattern: str, run: str, row: Row, language: str) -> str:
    """Name from the pattern with its fields filled in; by default `VAE, latent_dim 2`. Numbers follow the language."""
    fields = fields_of(row)
    if pattern:
        return _FIELD.sub(lambda found: _value_text(fields[found[1]], language), pattern)
    short = {cell.axis: cell.axis.rpartition(".")[2] for cell in row}
    named = (f"{short[c.axis] if short[c.axis] in fields else c.axis} {_value_text(c.value, language)}" for c in row)
    return ", ".join([run, *named])


def unknown_fields(pattern: str, row: Row) -> list[str]:
    """Fields of a pattern that no axis provides."""
    return [name for name in _FIELD.findall(pattern) if name not in fields_of(row)]


def fields_of(row: Row) -> dict[str, Plain]:
    """Fields that a pattern may name: each axis by its key path, and by the last part of the path if that is unique."""
    last = [cell.axis.rpartition(".")[2] for cell in row]
    return {cell.axis: cell.value for cell in row} | {
        name: cell.value for name, cell in zip(last, row, strict=True) if last.count(name) == 1
    }


def arm_text(row: Row) -> str:
    """Describe an arm in a message: `model.latent_dim: 2`."""
    return ", ".join(f"{cell.axis}: {cell.value!r}" for cell in row)


def values(row: Row) -> str:
    """Text that is the same for equal arms: 1 and 1.0 are equal, 1 and true are not."""
    return json.dumps([_whole(cell.value) for cell in row], sort_keys=True)


def _whole(value: Plain) -> Plain:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _plain(value: Plain) -> str:
    """A value as part of an id."""
    if isinstance(value, Mapping):
        rest = [f"{key}_{_plain(item)}" for key, item in value.items() if key != "kind"]
        return "_".join([*([str(value["kind"])] if "kind" in value else []), *rest])
    if isinstance(value, list):
        return "_".join(_plain(item) for item in value)
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return str(_whole(value))


def _value_text(value: Plain, language: str) -> str:
    """A value as part of a name."""
    if isinstance(value, Mapping):
        return str(value.get("kind", _plain(value)))
    if isinstance(value, list):
        return ", ".join(_value_text(item, language) for item in value)
    if isinstance(value, int | float) and not isinstance(value, bool) and language in languages.codes():
        return languages.load(language).number(value)
    return _plain(value)
