"""Environments of cells in rows and columns: matrices, cases, aligned equations, arrays with rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from report_builder.document.formulas.parts import Fence, Part, Row, Table, UnsettableError
from report_builder.records import frozen

if TYPE_CHECKING:
    from report_builder.document.formulas.reading import Reader


@frozen
class _Environment:
    """Layout: column letters (the last, or all if `pairs`, are repeated), style of cells, gap in em, fences, argument."""

    columns: str = "c"
    style: str = "inline"
    gap: float = 1.0
    left: str = ""
    right: str = ""
    argument: bool = False
    pairs: bool = False


_PAIRS = _Environment("rl", "display", 2.0, pairs=True)
_COUNTED = _Environment("rl", "display", 0.0, argument=True, pairs=True)
_CENTRED = _Environment("c", "display")
ENVIRONMENTS = {
    "matrix": _Environment(),
    "pmatrix": _Environment(left="(", right=")"),
    "bmatrix": _Environment(left="[", right="]"),
    "Bmatrix": _Environment(left="{", right="}"),
    "vmatrix": _Environment(left="|", right="|"),
    "Vmatrix": _Environment(left="‖", right="‖"),
    "smallmatrix": _Environment(style="script", gap=0.8),
    "array": _Environment(argument=True),
    "cases": _Environment("l", left="{"),
    "dcases": _Environment("l", "display", left="{"),
    "rcases": _Environment("l", right="}"),
    "aligned": _PAIRS,
    "align*": _PAIRS,
    "split": _PAIRS,
    "alignedat": _COUNTED,
    "alignat*": _COUNTED,
    "gathered": _CENTRED,
    "gather*": _CENTRED,
    "multline*": _CENTRED,
    "substack": _Environment(style="script"),
}


def table(reader: Reader, name: str) -> Part:
    r"""Parse an environment up to its end; `\begin` and the name have already been consumed.

    Raises:
        UnsettableError: if the columns of an array are not of l, c, r and |, or a row has more cells than there are columns.
    """
    environment = ENVIRONMENTS[name]
    if name.endswith("ed"):
        reader.option()  # [t]: vertical position
    columns = reader.raw(f"\\begin{{{name}}}") if environment.argument else ""
    rows, across = _rows(reader, pairs=environment.pairs)
    width = max((len(row) for row in rows), default=0)
    down: set[int] = set()
    if name == "array":
        letters, down = _array(columns)
        if width > len(letters):
            raise UnsettableError("a row of the array has more cells than columns", columns, "Add a letter for each column.")
    elif environment.pairs:
        letters = environment.columns * ((width + 1) // 2)
    else:
        letters = environment.columns * width
    full = tuple((*row, *[Row()] * (len(letters) - len(row))) for row in rows)
    lines = frozenset(down), frozenset(across)
    found = Table(full, letters, environment.style, environment.gap, lines, environment.pairs)
    fenced = environment.left or environment.right
    return Fence(environment.left, Row((found,)), environment.right) if fenced else found


def _rows(reader: Reader, *, pairs: bool) -> tuple[list[list[Row]], set[int]]:
    """Return the rows, and the indices of rows with a rule above them."""
    rows: list[list[Row]] = [[]]
    lines: set[int] = set()
    while True:
        while reader.skip("\\hline"):
            lines.add(len(rows) - 1)
        rows[-1].append(reader.row(after="ord" if pairs and len(rows[-1]) % 2 else "start"))
        if reader.skip("&"):
            continue
        if reader.skip("\\\\") or reader.skip("\\cr"):
            reader.option()  # [2pt]: extra space below
            rows.append([])
        elif reader.peek() != "\\hline":
            break
    if len(rows[-1]) == 1 and not rows[-1][0].parts:  # after the last \\
        rows.pop()
    return rows, lines


def _array(text: str) -> tuple[str, set[int]]:
    """Return the column letters of an array, and the indices of columns with a rule before them."""
    plain = re.sub(r"\s", "", text)
    if not re.fullmatch(r"[lcr|]+", plain):
        raise UnsettableError("the columns of an array are l, c, r and |", text)
    letters, lines = "", set()
    for char in plain:
        if char == "|":
            lines.add(len(letters))
        else:
            letters += char
    return letters, lines
