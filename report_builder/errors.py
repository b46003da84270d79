"""Errors that a user can act on: where, the rule, what was received, what is allowed, what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command line."""

    DONE = 0
    MISTAKE = 1
    USAGE = 2
    FINDING = 3
    RUN_FAILED = 4
    STORAGE = 5
    INTERRUPTED = 130


LONGEST = 2000  # letters of what was received that a message repeats
MOST_NAMES = 60  # known names that a message lists


@dataclass(frozen=True)
class Problem:
    """One mistake, in five parts.

    `where` is `file:line: key.path` as far as known; `received`, `allowed` and `next_step` may be empty.
    """

    where: str
    rule: str
    received: str = ""
    allowed: str = ""
    next_step: str = ""

    def __str__(self) -> str:
        head = f"{self.where}: {self.rule}" if self.where else self.rule
        details = [f"Received: {_short(self.received)}." if self.received else "", self.allowed, self.next_step]
        body = "  ".join(part for part in details if part)
        return f"{head}\n  {body}" if body else head


def _short(text: str) -> str:
    """A text that a message can hold: of a long one both ends."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} ... {text[-LONGEST // 4 :]}"


class ReportError(Exception):
    """Everything that stops a build, as a list of problems and one exit code."""

    exit_code = Exit.MISTAKE

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class UsageError(ReportError):
    """The command line itself does not fit."""

    exit_code = Exit.USAGE


class FindingError(ReportError):
    """A check found something, or a claim is false."""

    exit_code = Exit.FINDING


class OwnFileError(ReportError):
    """A file of the user's own raised what it should not, or returned something else than it must."""


class RunError(ReportError):
    """A training or a probe failed."""

    exit_code = Exit.RUN_FAILED


class StorageError(ReportError):
    """No space, or no permission."""

    exit_code = Exit.STORAGE


def together(errors: Iterable[ReportError]) -> ReportError:
    """One error with the problems of all: of their class where they share it, else a RunError."""
    several = list(errors)
    classes = {type(error) for error in several}
    kind = classes.pop() if len(classes) == 1 else RunError
    return kind(*(problem for error in several for problem in error.problems))


def near_miss(received: str, known: Iterable[str]) -> str:
    """Says "Did you mean 'x'?" and lists the known names, for `Problem.allowed`."""
    names = sorted(known)
    guess = difflib.get_close_matches(received[:LONGEST], names, n=1, cutoff=0.6)
    hint = f"Did you mean '{guess[0]}'?  " if guess else ""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{hint}Known: {', '.join(names[:MOST_NAMES]) or 'none'}{more}."
