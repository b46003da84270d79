"""Figures side by side: a `Div.panels` that contains figures, followed by a paragraph with their common caption."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from report_builder.document.places import Places
from report_builder.document.tree import Node, Nodes, Part, attr, has_class, identifier, value
from report_builder.document.widths import NARROW
from report_builder.errors import Problem
from report_builder.spec.grammar import columns_for

LETTERS = "abcdefghijkl"


def parts_of(panels: Node) -> Nodes:
    """Return the figures, in order."""
    return [child for child in panels["c"][1] if child["t"] == "Figure"]


def caption_of_all(panels: Node) -> Nodes:
    """Return the inlines of the common caption."""
    inlines: Nodes = panels["c"][1][-1]["c"]
    return inlines


def columns_of(panels: Node) -> int:
    """Return the number of figures per row."""
    given = value(panels, "columns")
    return columns_for(len(parts_of(panels)), int(given) if given.isdigit() else 0)


def misshapen(blocks: Iterable[Node], places: Places) -> list[Problem]:
    """Return a problem for each such block with other content, which would not be printed, or not two to twelve figures."""
    rule = "figures side by side are two to twelve figures, and then one paragraph: their caption"
    found = [node for node in blocks if has_class(node, "panels")]
    wrong = [node for node in found if not _well_shaped(node)]
    return [Problem(places.of(node), rule, identifier(node), next_step="Leave blank lines between them.") for node in wrong]


def _well_shaped(panels: Node) -> bool:
    *before, last = panels["c"][1] or [{"t": "Para"}]
    figures = before if last["t"] in ("Para", "Plain") else [*before, last]
    return all(child["t"] == "Figure" for child in figures) and 2 <= len(figures) <= len(LETTERS)


def as_table(panels: Node, cells: Sequence[Callable[[Node], Nodes]], *, headed: bool) -> Node:
    """Return the figures as a table without a caption, for formats that cannot place them side by side otherwise.

    Args:
        cells: functions from a figure to the content of a cell, one for each table row that a row of figures takes.
        headed: whether the first row must be a heading and columns have no width, as in GitHub Markdown.
    """
    figures, count = parts_of(panels), columns_of(panels)
    bands = [figures[first : first + count] for first in range(0, len(figures), count)]
    rows = [_row([make(figure) for figure in band], count) for band in bands for make in cells]
    width = {"t": "ColWidthDefault"} if headed else {"t": "ColWidth", "c": round(1 / count, 4)}
    head = [attr(), rows[:1]] if headed else [attr(), []]
    body = [attr(), 0, [], rows[1:] if headed else rows]
    columns = [[{"t": "AlignCenter"}, width] for _ in range(count)]
    close = attr() if headed else attr("", [], {"custom-style": NARROW})
    return {"t": "Table", "c": [close, [None, []], columns, head, [body], [attr(), []]]}


def _row(contents: Sequence[Nodes], count: int) -> list[Part]:
    filled = [*contents, *([[]] * (count - len(contents)))]
    return [attr(), [[attr(), {"t": "AlignDefault"}, 1, 1, blocks] for blocks in filled]]
