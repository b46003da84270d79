"""Prepares code for paper: wraps long lines, and splits it where a page may end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias

from report_builder.records import frozen

WIDTH = 88  # characters per line, at most
INSET, ADVANCE = 4.6, 1.805  # of a block of code around its lines, and of a character, in mm
MARK = "↪"
TALL = 24  # maximum number of lines that are kept on one page

_Lines: TypeAlias = "list[tuple[str, str]]"


@frozen
class Block:
    """Lines of code that are kept on one page, each with a mark: a number, an arrow, or nothing."""

    code: str
    marks: tuple[str, ...]


def characters_of(millimetres: float) -> int:
    """Return how many characters of code a line has on a page with text of this width."""
    return min(WIDTH, int((millimetres - INSET) / ADVANCE))


def paged(code: str, first: int = 0, width: int = WIDTH) -> list[Block]:
    """Split code into blocks: at blank lines before top-level code, and in blocks that are too long, at the least indentation.

    Args:
        first: the number of the first line; 0 for no numbers.
        width: characters per line.
    """
    lines = wrapped(code, first, width)
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
    """Return the best split: the last line of least indentation in the second half of the lines that fit."""
    depths = {at: len(lines[at][0]) - len(lines[at][0].lstrip()) for at in range(TALL // 2, TALL + 1) if lines[at][0].strip()}
    return min(depths, key=lambda at: (depths[at], -at), default=TALL)


def wrapped(code: str, first: int = 0, width: int = WIDTH) -> _Lines:
    """Wrap lines to `width` characters and return each with its mark; continuation lines are indented and marked `↪`."""
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
    """Return the index after the last space, comma or bracket in the second half of the width, or the width itself."""
    found = max(line.rfind(mark, width // 2, width - 1) for mark in " ,([")
    return found + 1 if found > 0 else width
