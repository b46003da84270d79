"""Plain values, which YAML and JSON can hold, and access to them by key path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Plain: TypeAlias = "str | int | float | Sequence[Plain] | Mapping[str, Plain] | None"  # bool is an int
else:
    from pydantic import JsonValue as Plain  # the type that pydantic can validate
Fields: TypeAlias = Mapping[str, Plain]


def at(value: Plain, path: Iterable[str | int]) -> Plain:
    """Value at a key path; None if there is none."""
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(str(step))
        elif isinstance(value, list | tuple) and str(step).isdecimal():
            value = next(iter(value[int(step) :]), None)
        else:
            return None
    return value


def fields(value: Plain, *path: str | int) -> Fields:
    """Mapping at a key path; an empty one if there is none."""
    found = at(value, path)
    return found if isinstance(found, Mapping) else {}


def rows(value: Plain, *path: str | int) -> list[Fields]:
    """Mappings in the list at a key path; empty if there is no list."""
    found = at(value, path)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list | tuple) else []


def under(path: Sequence[str], value: Plain) -> dict[str, Plain]:
    """Nest a value under a key path of at least one key, so that `at` finds it there."""
    *above, last = path
    found: dict[str, Plain] = {last: value}
    for step in reversed(above):
        found = {step: found}
    return found
