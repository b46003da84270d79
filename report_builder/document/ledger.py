"""What a rendering wrote down: what it cited, what it claimed, what it got wrong, and where in the template."""

from __future__ import annotations

import functools
import inspect
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from report_builder.document.bounded import joined
from report_builder.document.channel import Channel, Piece
from report_builder.document.tree import Nodes
from report_builder.errors import Problem, near_miss
from report_builder.records import frozen


def relative(path: str | Path) -> str:
    """A path as messages print it: relative to the working folder where it lies below it."""
    return _relative(str(path), Path.cwd())


@functools.lru_cache(256)
def _relative(path: str, folder: Path) -> str:
    try:
        return str(Path(path).resolve().relative_to(folder))
    except ValueError:
        return path


@frozen
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


@frozen
class Compared:
    """A comparison that a sentence rests on.

    Attributes:
        names: the facts, or a fact and a number.
        text: what was printed.
        where: file and line of the template.
        p: how often chance alone differs so much, allowing for what it was chosen among; None: not measured.
        difference: with the ends of its interval, as printed, or "".
        scope: `models`, `these trainings`, or "".
        through: in what the runs differ, of what the factor named covers.
        found: whether a difference was found.
        denied: whether the correction for all of the report's comparisons took it back.
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
        """The same for a against b and b against a."""
        return tuple(sorted(self.names))


def standing(comparisons: Iterable[Compared], level: float) -> frozenset[tuple[str, ...]]:
    """The differences that stand when the level is shared among all comparisons (Holm 1979), by their keys."""
    known = {compared.key: compared.p for compared in comparisons if compared.p is not None}
    stand = set[tuple[str, ...]]()
    for place, (p, key) in enumerate(sorted((p, key) for key, p in known.items())):
        if p > level / (len(known) - place):
            break
        stand.add(key)
    return frozenset(stand)


@frozen
class Result:
    """What a comparison found, in short; `lines` are file and line of each template at work, the innermost first."""

    nodes: Nodes
    lines: tuple[tuple[str, int], ...]

    @property
    def where(self) -> str:
        """File and line of the expression."""
        return _innermost(self.lines)


@frozen
class Wording:
    """Words that a comparison may print: what they must mean of `a` against `b`, which is a fact's name or a number."""

    a: str
    relation: str
    b: str | float
    text: str


@frozen
class Cited:
    """Names of what the text uses, each in order of first use; listings are `run.part`."""

    facts: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    equations: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()


@frozen
class Citation:
    """A use of something. `lines` are file and line of each template at work: the innermost first, then what included it."""

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
    """For each line of the rendered text, the file and the line that it comes from."""

    template: str
    lines: tuple[tuple[str, int], ...]

    @property
    def files(self) -> list[str]:
        """The template and what it includes."""
        return sorted({self.template, *(file for file, _ in self.lines if file)})

    def where(self, line: int) -> str:
        """`templates/lab.md:12` of a rendered line, counted from 1; the template alone for line 0."""
        if not 0 < line <= len(self.lines):
            return relative(self.template)
        file, number = self.lines[line - 1]
        return f"{relative(file)}:{number}"


@dataclass
class Ledger:
    """Collects while a template renders."""

    template: str
    problems: list[Problem] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    cited: dict[str, dict[str, None]] = field(default_factory=dict)
    citations: dict[Citation, None] = field(default_factory=dict)
    channel: Channel = field(default_factory=Channel)
    choices: set[str] = field(default_factory=set)
    comparisons: list[Compared] = field(default_factory=list)
    standing: frozenset[tuple[str, ...]] | None = None  # where a correction is asked for: what it leaves
    wordings: list[Wording] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    files: dict[Path, None] = field(default_factory=dict)  # beside the template, that it reads
    worded: range = range(0)

    def cite(self, kind: str, name: str) -> None:
        """Notes that the text uses something."""
        self.cited.setdefault(kind, {})[name] = None
        self.citations[Citation(kind, name, lines_at_work())] = None

    def put(self, nodes: Nodes, text: str = "") -> str:
        """The token of inlines that stand in a sentence; `text` where no node can stand."""
        return self.channel.put(Piece(nodes, text, self.here()))

    def put_block(self, nodes: Nodes, *labels: str) -> str:
        """The token of blocks that stand alone."""
        return self.channel.put(Piece(nodes, "", self.here(), block=True, labels=labels))

    def claim(self, names: tuple[str, ...], relation: str, measured: str, wording: str) -> Claim:
        """Notes what the prose says of measurements, and what holds."""
        made = Claim(self.here(), names, relation, measured, self.channel.plain(str(wording)))
        self.claims.append(made)
        return made

    def word(self, a: str, b: str | float, given: Mapping[str, str]) -> None:
        """Notes what each relation of `a` to `b` would print: the next span that says something prints one of them."""
        self.worded = range(len(self.wordings), len(self.wordings) + len(given))
        for relation, words in given.items():
            typed = "".join(part if isinstance(part, str) else " " for part in self.channel.split(str(words)))
            self.wordings.append(Wording(a, relation, b, typed))

    def taken(self) -> str:
        """The numbers of the wordings of which the span that is made now prints one."""
        taken, self.worded = " ".join(map(str, self.worded)), range(0)
        return taken

    def problem(self, rule: str, received: str = "", allowed: str = "", next_step: str = "") -> None:
        """Notes a mistake of the template, at the line that is rendering."""
        told = (self.channel.plain(part) for part in (rule, received, allowed, next_step))
        self.problems.append(Problem(self.here(), *told))

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
        file, line = next(iter(lines_at_work()), ("", 0))
        return f"{relative(file)}:{line}" if file else relative(self.template)


def lines_at_work() -> tuple[tuple[str, int], ...]:
    """File and line of each template that is rendering, the innermost first."""
    found = []
    frame: FrameType | None = inspect.currentframe()
    while frame is not None and frame.f_code is not joined.__code__:
        if "debug_info" in frame.f_globals:
            lines, codes = _table(frame.f_globals["debug_info"])
            at = bisect_right(codes, frame.f_lineno)
            line = lines[at - 1] if at else 1
            found.append((frame.f_code.co_filename, line))
        frame = frame.f_back
    return tuple(found)


@functools.lru_cache(64)
def _table(debug_info: str) -> tuple[list[int], list[int]]:
    """Template lines, and the lines of code that begin there: a compiled template carries them as `1=9&2=14`."""
    pairs = [pair.split("=") for pair in debug_info.split("&") if pair]
    return [int(template) for template, _ in pairs], [int(code) for _, code in pairs]
