"""Why a step ran or would run: the first field that differs from the last build, old -> new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class _Absent:
    """Stands where one side has no such field."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Fields that differ, as `(key path, old, new)`, in the order of the new value."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*new, *old]):
            yield from differences(old.get(key, ABSENT), new.get(key, ABSENT), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (was, now) in enumerate(zip(old, new, strict=True)):
            yield from differences(was, now, f"{path}.{place}")
    elif old != new:
        yield path, old, new


def reason(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> str:
    """One sentence: what changed between two steps given as JSON."""
    if old is None:
        return "it was never built in this report"
    for field in ("spec", "code", "inputs"):
        for path, was, now in differences(old.get(field), new.get(field)):
            if field == "code":
                return f"the code in {path} changed"
            if field == "inputs":
                return "one of the steps it reads changed"
            return f"{path}: {was!r} -> {now!r}"
    return "nothing changed"
