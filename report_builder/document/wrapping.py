"""Code as paper needs it: long lines broken, and cut where a page may end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias

from report_builder.records import frozen

WIDTH = 88  # characters of a line
MARK = "↪"
TALL = 24  # lines that never stand on two pages

_Lines: TypeAlias = "list[tuple[str, str]]"


@frozen
class Block:
    """Lines of code between which no page ends, and beside each its mark: a number, an arrow, or nothing."""

    code: str
    marks: tuple[str, ...]


def paged(code: str, first: int = 0) -> list[Block]:
    """Code in blocks: between functions, or, where one is too long, before a statement that stands least deep.

    Args:
        first: the number of the first line; 0 numbers none.
    """
    lines = wrapped(code, first)
    ends = [at for at in range(1, len(lines)) if not lines[at - 1][0].strip() and lines[at][0][:1].strip()]
    wholes = [lines[start:end] for start, end in pairwise([0, *ends, len(lines)])]
    cut = (part for whole in wholes for part in _cut_down(whole))
    return [Block("\n".join(line for line, _ in part), tuple(mark for _, mark in part)) for part in cut]


def _cut_down(lines: _Lines) -> Iterator[_Lines]:
    while len(lines) > TALL:
        cut = _cheapest(lines)
        yield lines[:cut]
        lines = lines[cut:]
    yield lines


def _cheapest(lines: _Lines) -> int:
    """The last place in reach that stands least deep, in the second half of the lines that fit."""
    depths = {at: len(lines[at][0]) - len(lines[at][0].lstrip()) for at in range(TALL // 2, TALL + 1) if lines[at][0].strip()}
    return min(depths, key=lambda at: (depths[at], -at), default=TALL)


def wrapped(code: str, first: int = 0, width: int = WIDTH) -> _Lines:
    """Lines of at most `width` characters, each with its mark; what is left of a long line stands deeper, with an arrow."""
    lines: _Lines = []
    for number, line in enumerate(code.expandtabs(4).split("\n"), first):
        start, *others = _parts(line.rstrip(), width)
        lines += [(start, str(number) if first else ""), *((part, MARK) for part in others)]
    return lines


def _parts(line: str, width: int) -> list[str]:
    indent = " " * min(len(line) - len(line.lstrip()) + 4, width // 2)
    parts = []
    while len(line) > width:
        cut = _cut(line, width)
        parts.append(line[:cut].rstrip())
        line = indent + line[cut:].lstrip()
    return [*parts, line]


def _cut(line: str, width: int) -> int:
    """After the last space, comma or bracket in the second half of the width, else at the width."""
    found = max(line.rfind(mark, width // 2, width - 1) for mark in " ,([")
    return found + 1 if found > 0 else width
