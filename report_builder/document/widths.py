"""Column widths of tables for word processors, which would otherwise make all columns equal and break numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from report_builder.document.fonts import EAST
from report_builder.document.tree import Node, Nodes, change, plain_text, span, walk
from report_builder.pages import PAPERS, Page

LINE, WIDTH = 73, 164  # characters per line of this width in mm, in the type size of tables and a wide typeface
PADDING, CLOSE = 3, 1  # space between columns in characters, normally and in narrow tables
EAST_WORD = 8  # an East Asian word of this width or less stays on one line
SHORT = 16  # row headings of at most this many characters stay on one line if possible
SIZE, LEAST = 20, 10  # type size of tables in half-points: normal and minimum
STYLE = "Table Text"  # prefix of the names of styles in smaller type: `Table Text 15`
NARROW = "Narrow"  # style of tables with little space between columns


def line_of(page: Page, *, turned: bool = False) -> int:
    """Return the characters per line of a page in the type size of tables; `turned` for landscape."""
    width = PAPERS[page.text("paper")][1] - 2 * page.side if turned else page.millimetres("text-width")
    return int(LINE * width / WIDTH)


def fit(table: Node, line: int = LINE) -> Node:
    """Return the table with relative column widths, if it has none; if it does not fit the line, in smaller type.

    Each column is as wide as its longest cell if there is room for all of them. Otherwise, it is at least as wide as its
    longest word, and the rest is distributed among the columns that need more.
    """
    columns = table["c"][2]
    if any(column[1]["t"] == "ColWidth" for column in columns) or not columns:
        return table
    cells = [[""] for _ in columns]
    _, _, _, head, bodies, foot = table["c"]
    for row in [*head[1], *(row for body in bodies for row in (*body[2], *body[3])), *foot[1]]:
        if len(row[1]) == len(columns):  # cells that span columns do not affect the widths
            for texts, cell in zip(cells, row[1], strict=True):
                texts += [plain_text(block).strip() for block in walk(cell[4], "Plain", "Para")]
    least, wanted = [max(map(_longest_word, each)) for each in cells], [max(map(_size, each)) for each in cells]
    room = line - PADDING * len(least) - sum(least)
    if wanted[0] <= SHORT and not 0 <= room < wanted[0] - least[0]:  # or in smaller type, if the table needs that anyway
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
    """Set the text of all cells in smaller type (`size` in half-points), so that no number is broken."""

    def small(node: Node) -> Nodes | None:
        style = {"custom-style": f"{STYLE} {size}"}
        return [node | {"c": [span(node["c"], (), style)]}] if node["t"] in ("Plain", "Para") else None

    return change(rows, small)


def share(least: Sequence[int], wanted: Sequence[int], line: int = LINE, padding: int = PADDING) -> list[float]:
    """Return the share of the line for each column.

    Args:
        least: minimum width of each column, in characters.
        wanted: preferred width of each column, in characters.
        line: width of the line, in characters.
        padding: space between columns, in characters.
    """
    least, wanted = [each + padding for each in least], [each + padding for each in wanted]
    if sum(wanted) <= line:
        return [round(each / line, 4) for each in wanted]
    free, asked = line - sum(least), sum(wanted) - sum(least)
    if free <= 0:
        return [round(each / sum(least), 4) for each in least]
    return [round((low + free * (high - low) / asked) / line, 4) for low, high in zip(least, wanted, strict=True)]


def _size(words: str) -> int:
    return len(words) + len(EAST.findall(words))  # East Asian characters are twice as wide


def _longest_word(words: str) -> int:
    """Return the length of the longest word; of one in East Asian characters, only a short one stays on a line."""
    return max(min(_size(word), EAST_WORD) if EAST.match(word) else len(word) for word in re.split(r"[ \n\t]|(?<=-)", words))
