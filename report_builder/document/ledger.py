"""The record of a rendering: what the template cited and claimed, its mistakes, and the template lines concerned."""

from __future__ import annotations

import functools
import inspect
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from report_builder.document.bounded import joined
from report_builder.document.channel import Channel, Piece
from report_builder.document.tree import Nodes
from report_builder.errors import Problem, near_miss
from report_builder.records import frozen


def relative(path: str | Path) -> str:
    """Return a path as printed in messages: relative to the working directory if it lies inside it."""
    return _relative(str(path), Path.cwd())


@functools.lru_cache(256)
def _relative(path: str, folder: Path) -> str:
    try:
        return str(Path(path).resolve().relative_to(folder))
    except ValueError:
        return path


@frozen
class Claim:
    """A comparison in the prose: `relation` is what the text says, `measured` what holds."""

    where: str
    names: tuple[str, ...]
    relation: str
    measured: str
    text: str

    @property
    def true(self) -> bool:
        """Whether the text agrees with the measurement."""
        return self.relation == self.measured


@frozen
class Compared:
    """A comparison that a sentence relies on.

    Attributes:
        names: the facts, or a fact and a number.
        text: the printed words.
        where: file and line of the template.
        p: p-value of the difference, corrected for the choice among arms if there was one; None if not measured.
        difference: the difference with its confidence interval, as printed, or "".
        scope: `models`, `these trainings`, or "".
        through: the settings in which the runs differ, out of those that the named factor covers.
        found: whether a difference was found.
        denied: whether the correction over all comparisons of the report withdrew it.
    """

    names: tuple[str, ...]
    text: str
    where: str
    p: float | None
    difference: str = ""
    scope: str = ""
    through: tuple[str, ...] = ()
    found: bool = False
    denied: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        """An identity that does not depend on the order of the two sides."""
        return tuple(sorted(self.names))


def standing(comparisons: Iterable[Compared], level: float) -> frozenset[tuple[str, ...]]:
    """Return the keys of the differences that remain significant after Holm's correction (Holm 1979) at a family-wise level."""
    known = {compared.key: compared.p for compared in comparisons if compared.p is not None}
    stand = set[tuple[str, ...]]()
    for place, (p, key) in enumerate(sorted((p, key) for key, p in known.items())):
        if p > level / (len(known) - place):
            break
        stand.add(key)
    return frozenset(stand)


@frozen
class Result:
    """The outcome of a comparison in short form; `lines` are file and line of each active template, innermost first."""

    nodes: Nodes
    lines: tuple[tuple[str, int], ...]

    @property
    def where(self) -> str:
        """File and line of the expression."""
        return _innermost(self.lines)


@frozen
class Wording:
    """Words that a comparison may print for `relation` of fact `a` to `b`, which is the name of a fact or a number."""

    a: str
    relation: str
    b: str | float
    text: str


@frozen
class Cited:
    """Names of everything the text uses, by kind, in order of first use; listings are `run.part`."""

    facts: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    equations: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()


@frozen
class Citation:
    """One use of something. `lines` are file and line of each active template, innermost first, then those that included it."""

    kind: str
    name: str
    lines: tuple[tuple[str, int], ...]

    @property
    def where(self) -> str:
        """File and line of the expression."""
        return _innermost(self.lines)


def _innermost(lines: Sequence[tuple[str, int]]) -> str:
    return f"{relative(lines[0][0])}:{lines[0][1]}" if lines else ""


@frozen
class SourceMap:
    """Maps each line of the rendered text to the file and line it comes from."""

    template: str
    lines: tuple[tuple[str, int], ...]

    @property
    def files(self) -> list[str]:
        """The template and the files it includes."""
        return sorted({self.template, *(file for file, _ in self.lines if file)})

    def where(self, line: int) -> str:
        """Return the origin of a rendered line (counted from 1) as `templates/lab.md:12`; for line 0, only the template."""
        if not 0 < line <= len(self.lines):
            return relative(self.template)
        file, number = self.lines[line - 1]
        return f"{relative(file)}:{number}"


@dataclass
class Ledger:
    """Collects the record while a template renders."""

    template: str
    problems: list[Problem] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    cited: dict[str, dict[str, None]] = field(default_factory=dict)
    citations: dict[Citation, None] = field(default_factory=dict)
    channel: Channel = field(default_factory=Channel)
    choices: set[str] = field(default_factory=set)
    comparisons: list[Compared] = field(default_factory=list)
    standing: frozenset[tuple[str, ...]] | None = None  # if a correction is requested: the differences it leaves standing
    wordings: list[Wording] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    files: dict[Path, None] = field(default_factory=dict)  # read in addition to the template
    worded: range = range(0)

    def cite(self, kind: str, name: str) -> None:
        """Record that the text uses something."""
        self.cited.setdefault(kind, {})[name] = None
        self.citations[Citation(kind, name, tuple(lines_at_work()))] = None

    def put(self, nodes: Nodes, text: str = "") -> str:
        """Return the token of inlines within a sentence; `text` is their plain-text form."""
        return self.channel.put(Piece(nodes, text, self.here()))

    def put_block(self, nodes: Nodes, *labels: str) -> str:
        """Return the token of blocks that stand on their own."""
        return self.channel.put(Piece(nodes, "", self.here(), block=True, labels=labels))

    def claim(self, names: tuple[str, ...], relation: str, measured: str, wording: str) -> Claim:
        """Record what the prose says of measurements, and what holds."""
        made = Claim(self.here(), names, relation, measured, self.channel.plain(str(wording)))
        self.claims.append(made)
        return made

    def word(self, a: str, b: str | float, given: Mapping[str, str]) -> None:
        """Record the wordings given for each relation of `a` to `b`; the next span that is printed uses one of them."""
        self.worded = range(len(self.wordings), len(self.wordings) + len(given))
        for relation, words in given.items():
            typed = "".join(part if isinstance(part, str) else " " for part in self.channel.split(str(words)))
            self.wordings.append(Wording(a, relation, b, typed))

    def taken(self) -> str:
        """Return the indices of the wordings recorded last, separated by spaces, and reset them."""
        taken, self.worded = " ".join(map(str, self.worded)), range(0)
        return taken

    def problem(self, rule: str, received: str = "", allowed: str = "", next_step: str = "") -> None:
        """Record a mistake of the template, at the line being rendered."""
        told = (self.channel.plain(part) for part in (rule, received, allowed, next_step))
        self.problems.append(Problem(self.here(), *told))

    def unknown(self, noun: str, name: str, known: Iterable[str], next_step: str = "") -> None:
        """Record the use of an unknown name."""
        self.problem(f"unknown {noun}", repr(name), near_miss(str(name), known), next_step)

    def take(self, problems: Sequence[Problem]) -> None:
        """Record problems; those without a place get the line being rendered."""
        here = self.here()
        self.problems += [Problem(p.where or here, p.rule, p.received, p.allowed, p.next_step) for p in problems]

    def everything_cited(self) -> Cited:
        """Return everything cited so far as an immutable value."""
        return Cited(**{kind: tuple(names) for kind, names in self.cited.items()})

    def here(self) -> str:
        """Return file and line of the template expression being printed."""
        file, line = next(lines_at_work(), ("", 0))
        return f"{relative(file)}:{line}" if file else relative(self.template)


def lines_at_work() -> Iterator[tuple[str, int]]:
    """Yield file and line of each template being rendered, innermost first."""
    frame: FrameType | None = inspect.currentframe()
    while frame is not None and frame.f_code is not joined.__code__:
        if "debug_info" in frame.f_globals:
            lines, codes = _table(frame.f_globals["debug_info"])
            at = bisect_right(codes, frame.f_lineno)
            yield frame.f_code.co_filename, lines[at - 1] if at else 1
        frame = frame.f_back


@functools.lru_cache(64)
def _table(debug_info: str) -> tuple[list[int], list[int]]:
    """Parse Jinja's debug information, such as `1=9&2=14`, into template lines and the code lines at which they begin."""
    pairs = [pair.split("=") for pair in debug_info.split("&") if pair]
    return [int(template) for template, _ in pairs], [int(code) for _, code in pairs]
