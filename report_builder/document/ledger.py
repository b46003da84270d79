"""What a rendering wrote down: what it cited, what it claimed, what it got wrong, and where in the template."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from report_builder.errors import Problem, near_miss


def shown(path: str | Path) -> str:
    """A path as messages print it: relative to the working folder where it lies below it."""
    try:
        return str(Path(path).resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


@dataclass(frozen=True)
class Claim:
    """A comparison that stands in the prose. `relation` is what was said, `measured` what holds; a wrong one is not true."""

    where: str
    names: tuple[str, ...]
    relation: str
    measured: str
    text: str

    @property
    def true(self) -> bool:
        """Whether the prose says what was measured."""
        return self.relation == self.measured


@dataclass(frozen=True)
class Cited:
    """Names of what the text uses, each in order of first use; listings are `run.part`."""

    facts: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    equations: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceMap:
    """For each line of the rendered text, the file and the line that it comes from."""

    template: str
    lines: tuple[tuple[str, int], ...]

    def where(self, line: int) -> str:
        """`templates/lab.md:12` of a rendered line, counted from 1; the template alone for line 0."""
        if not 0 < line <= len(self.lines):
            return shown(self.template)
        file, number = self.lines[line - 1]
        return f"{shown(file)}:{number}"


@dataclass
class Ledger:
    """Collects while a template renders."""

    template: str
    problems: list[Problem] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    cited: dict[str, dict[str, None]] = field(default_factory=dict)

    def cite(self, kind: str, name: str) -> None:
        """Notes that the text uses something."""
        self.cited.setdefault(kind, {})[name] = None

    def problem(self, rule: str, received: str = "", allowed: str = "", next_step: str = "") -> None:
        """Notes a mistake of the template, at the line that is rendering."""
        self.problems.append(Problem(self.here(), rule, received, allowed, next_step))

    def unknown(self, noun: str, name: str, known: Iterable[str], next_step: str = "") -> None:
        """Notes a name that nothing bears."""
        self.problem(f"unknown {noun}", repr(name), near_miss(str(name), known), next_step)

    def take(self, problems: Sequence[Problem]) -> None:
        """Notes problems that do not know where they are."""
        here = self.here()
        self.problems += [Problem(p.where or here, p.rule, p.received, p.allowed, p.next_step) for p in problems]

    def everything_cited(self) -> Cited:
        """What was cited, as a value."""
        return Cited(**{kind: tuple(names) for kind, names in self.cited.items()})

    def here(self) -> str:
        """File and line of the template expression that is being printed."""
        frame: FrameType | None = inspect.currentframe()
        while frame is not None and "debug_info" not in frame.f_globals:
            frame = frame.f_back
        if frame is None:
            return shown(self.template)
        # A compiled template carries its line table: `template line=code line`, joined by `&`.
        table = [tuple(map(int, pair.split("="))) for pair in frame.f_globals["debug_info"].split("&") if pair]
        line = next((template for template, code in reversed(table) if code <= frame.f_lineno), 1)
        return f"{shown(frame.f_code.co_filename)}:{line}"
