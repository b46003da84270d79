"""Lists of figures, tables and listings: a block `::: list-of-figures` becomes a heading and one line per caption."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from report_builder.document.panels import caption_of_all
from report_builder.document.places import Places
from report_builder.document.tree import (
    Node,
    Nodes,
    attr,
    attributes,
    caption_of,
    change,
    has_class,
    identifier,
    link,
    plain,
    text,
    walk,
)
from report_builder.errors import Problem
from report_builder.languages import Language

LISTS = {"list-of-figures": "fig", "list-of-tables": "tbl", "list-of-listings": "lst"}  # class of the block -> label kind

_STEP = "Take it out, or give what it lists a label and a caption."
_ADDED = {"detail", "setting", "mention"}  # classes of spans that the program adds to a caption


def kind_of(block: Node) -> str:
    """Return the label kind that a block lists, or ""."""
    return next((kind for name, kind in LISTS.items() if has_class(block, name)), "")


def heading(block: Node, language: Language) -> Nodes:
    """Return the heading of a list, followed by its block, which is filled in once all captions are known."""
    name = next(name for name in LISTS if has_class(block, name))
    return [{"t": "Header", "c": [1, attr(name, ["unnumbered"]), text(language.word(f"lists.{kind_of(block)}"))]}, block]


def fill(nodes: Nodes, labels: Mapping[str, str], places: Places) -> Iterator[Problem]:
    """Fill the lists among the elements of a tree with a line per caption; yield a problem for each list that stays empty."""
    captions = [(identifier(node), caption) for node in nodes if (caption := _caption(node)) is not None]
    for block in nodes:
        if kind := kind_of(block):
            listed = [(label, caption) for label, caption in captions if label in labels and label.startswith(f"{kind}:")]
            lines = [[plain([link(_line(caption), label)])] for label, caption in listed]
            block["c"][1][:] = [{"t": "BulletList", "c": lines}] if lines else []
            if not lines:
                name = next(name for name in LISTS if has_class(block, name))
                yield Problem(places.naming(name, block), "the document has no elements for this list", name, next_step=_STEP)


def _line(caption: Nodes) -> Nodes:
    words: Nodes = change(caption, _bare)
    while words and words[-1]["t"] == "Space":
        words.pop()
    return words


def _caption(node: Node) -> Nodes | None:
    if has_class(node, "panels"):
        return caption_of_all(node)
    if has_class(node, "listing"):
        return list(node["c"][1][-1]["c"])
    return caption_of(node) if node["t"] in ("Figure", "Table") else None


def _bare(node: Node) -> Nodes | None:
    """Reduce a caption to the author's words: no notes, no added details, no links or spans."""
    if node["t"] == "Note" or (node["t"] == "Span" and _ADDED & {*attributes(node)[1]}):
        return []
    return list(node["c"][1]) if node["t"] in ("Link", "Span") else None


def lines_of(block: Node) -> Iterator[tuple[str, Nodes]]:
    """Yield the label and the inlines of each line of a list."""
    for entry in walk(block["c"][1], "Link"):
        yield entry["c"][2][0][1:], entry["c"][1]
