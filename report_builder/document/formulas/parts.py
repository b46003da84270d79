"""The AST of a formula, the common input of all writers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from report_builder.records import frozen


class UnsettableError(ValueError):
    """A formula that cannot be typeset as written.

    Attributes:
        rule: what is wrong.
        received: the command or the piece of the formula.
        step: what to write instead, or "".
    """

    def __init__(self, rule: str, received: str, step: str = "") -> None:
        super().__init__(rule)
        self.rule, self.received, self.step = rule, received, step


@frozen
class Symbol:
    """A single character; `italic` for letters in math italics, as used for variables."""

    text: str
    kind: str = "ord"
    italic: bool = False


PRIME = Symbol("′")


@frozen
class Words:
    """Upright characters set as one word: text, numbers, units; `font` is rm, it, bf or tt."""

    text: str
    font: str = "rm"
    number: bool = False


@frozen
class Name:
    """The name of an operator, such as log; `limits` if its subscript is placed below it in display style."""

    text: str
    limits: bool


@frozen
class Row:
    """A sequence of parts; `kind`, if given, is the class of the whole: a group in braces is "ord"."""

    parts: tuple[Part, ...] = ()
    kind: str = ""


@frozen
class Scripts:
    """A base with parts above and below; `limits` is "no", "display" (as limits in display style only) or "always"."""

    base: Part
    below: Row | None
    above: Row | None
    limits: str


@frozen
class Frac:
    """A fraction or, if not `line`, a binomial coefficient without its parentheses; `style` is "", "display" or "inline"."""

    above: Row
    below: Row
    style: str
    line: bool


@frozen
class Root:
    """A root with an optional degree."""

    body: Row
    degree: Row | None


@frozen
class Accent:
    """A mark above a letter; if `wide`, it stretches over the body."""

    name: str
    body: Row
    wide: bool


@frozen
class Brace:
    """A line or brace over or under the body; `name` is the command."""

    name: str
    body: Row


@frozen
class Arrow:
    """An arrow that stretches to the width of its scripts."""

    text: str


@frozen
class Fence:
    """A row between fences of its height, to which symbols of class "middle" in it are stretched, too; "" means no fence."""

    left: str
    body: Row
    right: str


@frozen
class Sized:
    """A fence of a fixed height in em."""

    text: str
    em: float
    kind: str


@frozen
class Table:
    """Cells in columns.

    Attributes:
        rows: rows of equal length.
        columns: alignment, one letter of l, c and r per column.
        style: "display", "inline" or "script", for all cells.
        gap: space between columns, in em.
        lines: indices of columns, and of rows, that are preceded by a rule.
        pairs: whether columns are pairs of left- and right-hand sides, without a gap within a pair.
    """

    rows: tuple[tuple[Row, ...], ...]
    columns: str
    style: str
    gap: float
    lines: tuple[frozenset[int], frozenset[int]]
    pairs: bool


@frozen
class Space:
    """A horizontal space, in em."""

    em: float


@frozen
class Style:
    """A row in a style: display, inline, script or sscript."""

    name: str
    body: Row


@frozen
class Ghost:
    """The space of an invisible body."""

    body: Row


@frozen
class Boxed:
    """A framed body."""

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
    """Return the class of a part: ord, op, bin, rel, open, close, punct or inner; "" for spaces and styles, which have none."""
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
    """Return the parts, with binary operators that lack an operand made ordinary (The TeXbook, appendix G, rules 5 and 6).

    `after` is the class of what precedes them.
    """
    done: list[Part] = []
    last, at = after, -1  # class and index of the last part that has a class
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
# The TeXbook, chapter 18: space between the class of the row and that of the column; lower case: not in scripts.
_TABLE = (" Tmk   t", "TT k   t", "mm  m  m", "kk  k  k", "        ", " Tmk   t", "tt ttttt", "tTmkt tt")


def space_between(left: str, right: str, *, script: bool) -> float:
    """Return the space in em that TeX puts between two adjacent classes; none next to ""."""
    if left not in _CLASSES or right not in _CLASSES:
        return 0.0
    mark = _TABLE[_CLASSES.index(left)][_CLASSES.index(right)]
    if script and mark != "T":
        return 0.0
    return {" ": 0.0, "T": _THIN, "t": _THIN, "m": _MEDIUM, "k": _THICK}[mark]
