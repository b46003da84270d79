"""Long lines of code, broken where paper needs it."""

from __future__ import annotations

WIDTH = 95
MARK = "↪ "


def wrapped(code: str, first: int = 1, width: int = WIDTH) -> list[tuple[str, str]]:
    """Lines of at most `width` characters with their numbers; the rest of a long line has an arrow and no number."""
    lines: list[tuple[str, str]] = []
    for i, line in enumerate(code.expandtabs(4).split("\n")):
        parts = _parts(line.rstrip(), width)
        lines += [(parts[0], str(first + i)), *((part, "") for part in parts[1:])]
    return lines


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
