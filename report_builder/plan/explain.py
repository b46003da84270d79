"""Why a step ran or would run: the first field that differs from the last build, old -> new."""

from __future__ import annotations

from typing import TypedDict

from report_builder.facts import differences
from report_builder.plain import Fields


class Ran(TypedDict):
    """A step of the last build, and why it ran."""

    step: Fields
    why: str


def reason(old: Fields | None, new: Fields) -> str:
    """Explain in one sentence what changed between two steps, given as JSON."""
    if old is None:
        return "it was never built in this report"
    for field in ("spec", "code", "inputs"):
        for path, was, now in differences(old.get(field), new.get(field)):
            if field == "code" and "." in path:  # else the version of a package
                return f"the code in {path} changed"
            if field == "inputs":
                return "one of the steps it reads changed"
            return f"{path}: {was!r} -> {now!r}"
    return "nothing changed"
