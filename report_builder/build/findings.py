"""What was found in a hand-in: which of its parts do not agree, at which level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from pydantic import TypeAdapter

from report_builder.plain import Plain
from report_builder.records import frozen

ANSWERED, CONSISTENT, RECOMPUTED = ("answers",), ("digests", "results", "documents", "arrays"), ("weights",)
LEVELS = ("archive", "digests", "results", "answers", "documents", "arrays", "weights", "alike")  # where something is found


@frozen
class Finding:
    """Something that does not agree: at which of `LEVELS`, in which task ("" for the whole report), and what."""

    level: str
    text: str
    task: str = ""


@frozen
class Judged:
    """What is known of one hand-in.

    Attributes:
        tasks: its tasks, or "" alone where it has none.
        checked: the levels that could be looked at.
        findings: what does not agree.
        prose: what its author wrote, by task.
        notes: what could not be looked at, and why.
    """

    tasks: tuple[str, ...] = ("",)
    checked: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    prose: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def state(self, task: str, levels: Sequence[str]) -> str:
        """What a table says of a task: whether it was found right at these levels; "?" where none could be looked at."""
        if any(each.level in (*levels, "archive") and each.task in ("", task) for each in self.findings):
            return "no"
        return "yes" if {*levels} & {*self.checked} else "?"

    @classmethod
    def of(cls, told: Plain) -> Judged:
        """What another process judged, as `asdict` gives it. Raises ValueError where it is something else."""
        return TypeAdapter(Judged).validate_python(told)
