"""Errors that a user can act on: the place, the rule, what was received, what is allowed, and what to do next."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import field, replace
from enum import IntEnum

from report_builder.records import frozen


class Exit(IntEnum):
    """Exit codes of the command line."""

    DONE = 0
    MISTAKE = 1
    USAGE = 2
    FINDING = 3
    RUN_FAILED = 4
    STORAGE = 5
    INTERRUPTED = 130


LONGEST = 2000  # characters of the received text that a message repeats
MOST_NAMES = 60  # known names that a message lists
MOST_PLACES = 8  # further places of one mistake that a message lists
_PLACE = re.compile(r"(?P<file>[^\n]+?):(?P<line>\d+)(?:: (?P<key>.+))?")


@frozen
class Problem:
    """One mistake, in five parts.

    `where` is `file:line: key.path` as far as known; `received`, `allowed` and `next_step` may be empty. `also` lists the other
    places of the same mistake, in the format of `where`.
    """

    where: str
    rule: str
    received: str = ""
    allowed: str = ""
    next_step: str = ""
    also: tuple[str, ...] = field(default=(), kw_only=True)

    def __str__(self) -> str:
        head = f"{self.where}: {self.rule}" if self.where else self.rule
        details = [f"Received: {_short(self.received)}." if self.received else "", self.allowed, self.next_step]
        body = "  ".join(part for part in details if part)
        return "\n  ".join(part for part in (head, body, self._others()) if part)

    def _others(self) -> str:
        """List the other places, without the name of the file where it is the same."""
        told = [self._beside(place) for place in self.also[:MOST_PLACES]]
        rest = f" and {len(self.also) - len(told)} others" if len(self.also) > len(told) else ""
        return f"Also in {len(self.also)} more: {', '.join(told)}{rest}." if told else ""

    def _beside(self, place: str) -> str:
        first, other = _PLACE.fullmatch(self.where), _PLACE.fullmatch(place)
        if not (first and other and other["file"] == first["file"]):
            return place
        line = f"line {other['line']}"
        if not other["key"]:
            return line
        return other["key"] if other["line"] == first["line"] else f"{other['key']} ({line})"


def once(found: Iterable[Problem]) -> list[Problem]:
    """Merge equal mistakes: those of one line, which runs and arms inherit, and those that read the same.

    An unknown key is one mistake whatever its value, because each arm of a sweep may have another one.
    """
    inherited = _merge_by_cause(found, lambda p: (p.where.partition(": ")[0], p.rule, _what(p)))
    return _merge_by_cause(inherited, lambda p: (p.rule, p.received, p.allowed, p.next_step))


def _merge_by_cause(found: Iterable[Problem], cause: Callable[[Problem], Hashable]) -> list[Problem]:
    """First problem of each cause, with the places of the others."""
    groups: dict[Hashable, list[Problem]] = {}
    for problem in found:
        groups.setdefault(cause(problem), []).append(problem)
    places = [dict.fromkeys(place for p in group for place in (p.where, *p.also)) for group in groups.values()]
    return [replace(group[0], also=(*known,)[1:]) for group, known in zip(groups.values(), places, strict=True)]


def _what(problem: Problem) -> str:
    return problem.received.partition(":")[0] if problem.rule.startswith("unknown") else problem.received


def _short(text: str) -> str:
    """Text short enough for a message: both ends of a long one."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} ... {text[-LONGEST // 4 :]}"


class ReportError(Exception):
    """Anything that stops a build: a list of problems and one exit code."""

    exit_code = Exit.MISTAKE

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class UsageError(ReportError):
    """The command line itself is invalid."""

    exit_code = Exit.USAGE


class FindingError(ReportError):
    """A check found something, or a claim is false."""

    exit_code = Exit.FINDING


class OwnFileError(ReportError):
    """A user's own file raised an unexpected error, or returned an invalid value."""


class MissingDataError(ReportError):
    """The files of a data set are not on this machine, or differ from those that the report was planned with."""


class RunError(ReportError):
    """A training or a probe failed."""

    exit_code = Exit.RUN_FAILED


class StorageError(ReportError):
    """A disk, folder or file cannot be used, for instance because no space is left or permission is missing."""

    exit_code = Exit.STORAGE


def together(errors: Iterable[ReportError]) -> ReportError:
    """Combine errors into one with all their problems: of their common class, or a RunError if they have none."""
    several = list(errors)
    classes = {type(error) for error in several}
    kind = classes.pop() if len(classes) == 1 else RunError
    return kind(*(problem for error in several for problem in error.problems))


def near_miss(received: str, known: Iterable[str]) -> str:
    """Return "Did you mean 'x'?" and the list of known names, for `Problem.allowed`."""
    names = sorted(known)
    guess = difflib.get_close_matches(received[:LONGEST], names, n=1, cutoff=0.6)
    hint = f"Did you mean '{guess[0]}'?  " if guess else ""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{hint}Known: {', '.join(names[:MOST_NAMES]) or 'none'}{more}."
