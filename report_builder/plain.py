"""Plain values: what YAML and JSON can hold, and what stands at a key path in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Plain: TypeAlias = "str | int | float | Sequence[Plain] | Mapping[str, Plain] | None"  # true and false are int
else:
    from pydantic import JsonValue as Plain  # which it knows how to read
Fields: TypeAlias = Mapping[str, Plain]


def at(value: Plain, path: Iterable[str | int]) -> Plain:
    """What stands at a key path; None where nothing does."""
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(str(step))
        elif isinstance(value, list | tuple) and str(step).isdecimal():
            value = next(iter(value[int(step) :]), None)
        else:
            return None
    return value


def fields(value: Plain, *path: str | int) -> Fields:
    """The mapping at a key path; an empty one where there is none."""
    found = at(value, path)
    return found if isinstance(found, Mapping) else {}


def rows(value: Plain, *path: str | int) -> list[Fields]:
    """The mappings in the list at a key path."""
    found = at(value, path)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list | tuple) else []


def under(path: Sequence[str], value: Plain) -> dict[str, Plain]:
    """A value under a key path of at least one key: what `at` would find it in."""
    *above, last = path
    found: dict[str, Plain] = {last: value}
    for step in reversed(above):
        found = {step: found}
    return found
