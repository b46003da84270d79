"""Long lines of code, broken where paper needs it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

WIDTH = 95
MARK = "↪ "


def wrapped(code: str, numbers: Iterable[str] = (), width: int = WIDTH) -> list[tuple[str, str]]:
    """Lines of at most `width` characters with their numbers; the rest of a long line has an arrow and no number."""
    lines: list[tuple[str, str]] = []
    for line, number in zip_longest(code.expandtabs(4).split("\n"), numbers, fillvalue=""):
        parts = _parts(line.rstrip(), width)
        lines += [(parts[0], number), *((part, "") for part in parts[1:])]
    return lines


def line_numbers(given: str) -> list[str]:
    """The numbers of a listing's `lines` attribute, "" for a line between two pieces."""
    return [number.replace("0", "", 1) if number == "0" else number for number in given.split(",") if number]


def pieces(code: str, numbers: Sequence[str]) -> list[tuple[str, str]]:
    """The code without the lines between its pieces: each piece, and the number of its first line."""
    found: list[tuple[list[str], str]] = []
    before = ""
    for line, number in zip_longest(code.split("\n"), numbers, fillvalue=""):
        if number and not before:
            found.append(([], number))
        if number:
            found[-1][0].append(line)
        before = number
    return [("\n".join(lines), first) for lines, first in found] or [(code, "1")]


def _parts(line: str, width: int) -> list[str]:
    indent = " " * min(len(line) - len(line.lstrip()) + 4, width // 2)
    parts = []
    while len(line) > width:
        cut = _cut(line, width)
        parts.append(line[:cut].rstrip())
        line = indent + MARK + line[cut:].lstrip()
    return [*parts, line]


def _cut(line: str, width: int) -> int:
    """After the last space, comma or bracket in the second half of the width, else at the width."""
    found = max(line.rfind(mark, width // 2, width - 1) for mark in " ,([")
    return found + 1 if found > 0 else width
