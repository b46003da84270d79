"""The parts that a formula is made of; every writer starts from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from report_builder.records import frozen


class UnsettableError(ValueError):
    """A formula that cannot be set as it is written.

    Attributes:
        rule: what is wrong.
        received: the command, or the piece of the formula.
        step: what to write instead, or "".
    """

    def __init__(self, rule: str, received: str, step: str = "") -> None:
        super().__init__(rule)
        self.rule, self.received, self.step = rule, received, step


@frozen
class Symbol:
    """One character; `italic` is a letter in the italics that mathematics has for a variable."""

    text: str
    kind: str = "ord"
    italic: bool = False


PRIME = Symbol("′")


@frozen
class Words:
    """Upright letters that are set as one word: text, numbers, units; `font` is rm, it, bf or tt."""

    text: str
    font: str = "rm"
    number: bool = False


@frozen
class Name:
    """The name of an operator, such as log; `limits` says that what is below it stands below it in a display."""

    text: str
    limits: bool


@frozen
class Row:
    """Parts one after another; `kind`, where it is given, is the class of them all: what braces enclose is "ord"."""

    parts: tuple[Part, ...] = ()
    kind: str = ""


@frozen
class Scripts:
    """Something with what stands above and below it; `limits` is "no", "display" (there only) or "always"."""

    base: Part
    below: Row | None
    above: Row | None
    limits: str


@frozen
class Frac:
    """A fraction, or, without a line, a binomial coefficient; `style` is "", "display" or "inline"."""

    above: Row
    below: Row
    style: str
    line: bool


@frozen
class Root:
    """A root with its degree."""

    body: Row
    degree: Row | None


@frozen
class Accent:
    """A mark above a letter, or as wide as what is below it."""

    name: str
    body: Row
    wide: bool


@frozen
class Brace:
    """A line or a brace over or under something: `name` is the command."""

    name: str
    body: Row


@frozen
class Arrow:
    """An arrow as long as what stands on it."""

    text: str


@frozen
class Fence:
    """A row between fences that are as tall as it is; symbols of the class "middle" in it are, too. "" is no fence."""

    left: str
    body: Row
    right: str


@frozen
class Sized:
    """A fence of a stated height in em."""

    text: str
    em: float
    kind: str


@frozen
class Table:
    """Cells in columns.

    Attributes:
        rows: of equal lengths.
        columns: one letter of l, c, r a column.
        style: "display", "inline" or "script", of all cells.
        gap: em between columns.
        lines: indices of columns, and of rows, that have a rule before them.
        pairs: columns are pairs of left and right sides: nothing is between the two.
    """

    rows: tuple[tuple[Row, ...], ...]
    columns: str
    style: str
    gap: float
    lines: tuple[frozenset[int], frozenset[int]]
    pairs: bool


@frozen
class Space:
    """An empty width in em."""

    em: float


@frozen
class Style:
    """A row in a style: display, inline, script, sscript."""

    name: str
    body: Row


@frozen
class Ghost:
    """The space of something that is not printed."""

    body: Row


@frozen
class Boxed:
    """A frame around something."""

    body: Row


Part = (
    Symbol
    | Words
    | Name
    | Row
    | Scripts
    | Frac
    | Root
    | Accent
    | Brace
    | Arrow
    | Fence
    | Sized
    | Table
    | Space
    | Style
    | Ghost
    | Boxed
)


def kind_of(part: Part) -> str:
    """The class of a part: ord, op, bin, rel, open, close, punct, inner; "" is a space, which has none."""
    if isinstance(part, (Symbol, Sized)):
        return part.kind
    if isinstance(part, Row):
        return part.kind or "ord"
    if isinstance(part, Scripts):
        return kind_of(part.base)
    plain = {Name: "op", Fence: "inner", Arrow: "rel", Space: "", Style: ""}
    return plain.get(type(part), "ord")


_BEFORE_SIGN = ("bin", "op", "rel", "open", "punct", "start")
_AFTER_SIGN = ("rel", "close", "punct")


def settled(parts: Sequence[Part], after: str = "start") -> tuple[Part, ...]:
    """The parts, with binary operators that have nothing on one side as signs (The TeXbook, appendix G, rules 5 and 6).

    `after` is the class of what stands before them.
    """
    done: list[Part] = []
    last, at = after, -1  # the class of the last part that has one, and its place
    for part in parts:
        kind = kind_of(part)
        if last == "bin" and kind in _AFTER_SIGN:
            done[at] = _ordinary(done[at])
        new = _ordinary(part) if kind == "bin" and last in _BEFORE_SIGN else part
        done.append(new)
        if kind:
            last, at = kind_of(new), len(done) - 1
    if last == "bin":
        done[at] = _ordinary(done[at])
    return tuple(done)


def _ordinary(part: Part) -> Part:
    if isinstance(part, Scripts):
        return replace(part, base=_ordinary(part.base))
    return replace(part, kind="ord") if isinstance(part, (Symbol, Sized, Row)) else part


_THIN, _MEDIUM, _THICK = 3 / 18, 4 / 18, 5 / 18
_CLASSES = ("ord", "op", "bin", "rel", "open", "close", "punct", "inner")
# The TeXbook, chapter 18: space between the class of the row and that of the column; small letters: not in scripts.
_TABLE = (" Tmk   t", "TT k   t", "mm  m  m", "kk  k  k", "        ", " Tmk   t", "tt ttttt", "tTmkt tt")


def space_between(left: str, right: str, *, script: bool) -> float:
    """The space in em that TeX puts between two neighbours of these classes; "" has none beside it."""
    if left not in _CLASSES or right not in _CLASSES:
        return 0.0
    mark = _TABLE[_CLASSES.index(left)][_CLASSES.index(right)]
    if script and mark != "T":
        return 0.0
    return {" ": 0.0, "T": _THIN, "t": _THIN, "m": _MEDIUM, "k": _THICK}[mark]
