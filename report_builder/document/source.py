"""Pieces of typst source: strings, labels, code, and how many paragraphs a figure may pass."""

from __future__ import annotations

from collections.abc import Sequence

from report_builder.document.tree import Node, Nodes, Part, attributes, has_class, identifier, is_node, raw, value, walk
from report_builder.document.wrapping import paged

_SPANS = {"mention": "mention", "false": "untrue", "held": "held"}  # class of a span -> what the page style calls it


def quoted(text: str) -> str:
    """A typst string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def passing(nodes: Sequence[Node], at: int) -> int:
    """How many paragraphs behind a figure that may move can stand before it: none whose sentence a formula or a list ends."""
    node, count = nodes[at], 0
    pictures = walk(node["c"][2], "Image") if node["t"] == "Figure" else [node] if has_class(node, "panels") else []
    if any(value(picture, "place") == "auto" for picture in pictures):
        kinds = ["Math" if other["t"] == "Para" and is_node(other["c"][0], "Math") else other["t"] for other in nodes[at + 1 :]]
        ends = [*kinds[1:], "Para"]
        while count < len(kinds) and kinds[count] == "Para" and ends[count] in ("Para", "Header", "Figure"):
            count += 1
    return count


def label(node: Node) -> str:
    """The label of a node, or none."""
    return f"<{identifier(node)}>" if identifier(node) else "none"


def anchor(node: Node, *, inline: bool = True) -> Nodes:
    """The place of a node for links to it, also where nothing is printed."""
    return [raw("typst", f"#[#metadata(none) <{identifier(node)}>];", inline=inline)] if identifier(node) else []


def blocks_of(code: Node, first: int = 0) -> str:
    """The language of code, and its blocks with their marks, as arguments."""
    parts = [(quoted(part.code), "".join(f"{quoted(mark)}, " for mark in part.marks)) for part in paged(code["c"][1], first)]
    return "".join([quoted(next(iter(attributes(code)[1]), "text")), *(f", ({code}, ({marks}))" for code, marks in parts)])


def unnamed(node: Node) -> list[Part]:
    """The attributes of a node without its name."""
    return ["", *attributes(node)[1:]]


def inline_name(node: Node) -> str:
    """What the page style calls a span, or ""."""
    classes = attributes(node)[1]
    return next((own for name, own in _SPANS.items() if name in classes), "")
