"""Widths of a table's columns for word processors, which else make all of them equal and break numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from report_builder.document.fonts import EAST
from report_builder.document.tree import Node, Nodes, change, plain_text, span, walk
from report_builder.pages import PAPERS, Page

LINE, WIDTH = 73, 164  # letters of a table's size that a line of so many millimetres has, by a wide typeface
PADDING, CLOSE = 3, 1  # letters' room between two columns, as a rule and where there is little
SHORT = 16  # letters of what heads a row and stays on one line where there is room
SIZE, LEAST = 20, 10  # of the type of tables, in half points: as a rule, and at least
STYLE = "Table Text"  # begins the name of a style of a smaller type: `Table Text 15`
NARROW = "Narrow"  # the style of a table whose columns stand close


def line_of(page: Page, *, turned: bool = False) -> int:
    """How many letters of a table's size a line of a page has, or of a page that is turned."""
    width = PAPERS[page.text("paper")][1] - 2 * page.side if turned else page.millimetres("text-width")
    return int(LINE * width / WIDTH)


def fit(table: Node, line: int = LINE) -> Node:
    """The table with a share of the line for each column, where nothing says its widths yet; too many in a smaller type.

    A column is as wide as its longest cell where there is room for all; else it has at least its longest word, and what is
    left goes to those that ask for more.
    """
    columns = table["c"][2]
    if any(column[1]["t"] == "ColWidth" for column in columns) or not columns:
        return table
    cells = [[""] for _ in columns]
    _, _, _, head, bodies, foot = table["c"]
    for row in [*head[1], *(row for body in bodies for row in (*body[2], *body[3])), *foot[1]]:
        if len(row[1]) == len(columns):  # cells over several columns ask for nothing
            for texts, cell in zip(cells, row[1], strict=True):
                texts += [plain_text(block).strip() for block in walk(cell[4], "Plain", "Para")]
    least, wanted = [max(map(_longest_word, each)) for each in cells], [max(map(_size, each)) for each in cells]
    if wanted[0] <= SHORT and sum(least) - least[0] + wanted[0] + PADDING * len(least) <= line:
        least[0] = wanted[0]
    named, caption, _, *rest = table["c"]
    shares = share(least, wanted, line)
    if sum(least) + PADDING * len(least) > line:
        size = max(LEAST, int(SIZE * (line - CLOSE * len(least)) / sum(least)))
        shares = share(least, wanted, line * SIZE // size, CLOSE * SIZE // size + 1)
        named, rest = [named[0], named[1], [*named[2], ["custom-style", NARROW]]], _resize(rest, size)
    widths = [[side, {"t": "ColWidth", "c": width}] for (side, _), width in zip(columns, shares, strict=True)]
    return {"t": "Table", "c": [named, caption, widths, *rest]}


def _resize(rows: Nodes, size: int) -> Nodes:
    """Head, bodies and foot with the words of all cells in a type of a size, so that no number is broken."""

    def small(node: Node) -> Nodes | None:
        style = {"custom-style": f"{STYLE} {size}"}
        return [node | {"c": [span(node["c"], (), style)]}] if node["t"] in ("Plain", "Para") else None

    return change(rows, small)


def share(least: Sequence[int], wanted: Sequence[int], line: int = LINE, padding: int = PADDING) -> list[float]:
    """The part of a line that each column gets.

    Args:
        least: letters that each needs.
        wanted: letters that each would like to have.
        line: letters of the line.
        padding: letters' room between two columns.
    """
    least, wanted = [each + padding for each in least], [each + padding for each in wanted]
    if sum(wanted) <= line:
        return [round(each / line, 4) for each in wanted]
    free, asked = line - sum(least), sum(wanted) - sum(least)
    if free <= 0:
        return [round(each / sum(least), 4) for each in least]
    return [round((low + free * (high - low) / asked) / line, 4) for low, high in zip(least, wanted, strict=True)]


def _size(words: str) -> int:
    return len(words) + len(EAST.findall(words))  # these are twice as wide


def _longest_word(words: str) -> int:
    return max(2 if EAST.match(word) else len(word) for word in re.split(r"[ \n\t]|(?<=-)", words))
