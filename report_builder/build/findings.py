"""Findings about a hand-in: which of its parts are inconsistent, and at which level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from pydantic import TypeAdapter

from report_builder.plain import Plain
from report_builder.records import frozen

ANSWERED, CONSISTENT, RECOMPUTED = ("answers",), ("digests", "results", "documents", "arrays"), ("weights",)
LEVELS = ("archive", "digests", "results", "answers", "documents", "arrays", "weights", "alike")  # where a finding is made


@frozen
class Finding:
    """An inconsistency: its level (one of `LEVELS`), a description, and its task ("" for the whole report)."""

    level: str
    text: str
    task: str = ""


@frozen
class Judged:
    """What is known about one hand-in.

    Attributes:
        tasks: ids of its tasks, or ("",) if it has none.
        checked: levels that could be checked.
        findings: inconsistencies that were found.
        prose: text that its author wrote, by task.
        notes: checks that could not be made, and why.
    """

    tasks: tuple[str, ...] = ("",)
    checked: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    prose: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def state(self, task: str, levels: Sequence[str]) -> str:
        """State of a task at these levels, as a table shows it: "no" after a finding, "?" if none was checked, else "yes"."""
        if any(each.level in (*levels, "archive") and each.task in ("", task) for each in self.findings):
            return "no"
        return "yes" if {*levels} & {*self.checked} else "?"

    @classmethod
    def of(cls, told: Plain) -> Judged:
        """Validate a verdict of another process, in the form of `asdict`.

        Raises:
            ValueError: it is something else.
        """
        return TypeAdapter(Judged).validate_python(told)
