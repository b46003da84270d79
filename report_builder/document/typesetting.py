"""Finds the part of a document that typst rejects, since the positions in typst's errors refer to generated source."""

from __future__ import annotations

from collections.abc import Callable

from report_builder.document.tree import Node, Nodes, change, is_node


def refused(blocks: Nodes, fails: Callable[[Nodes], bool]) -> Node | None:
    """Return the smallest block that fails by itself, found by bisection, or None.

    Args:
        fails: whether blocks, as a document of their own, fail in the same way as the whole.
    """
    blocks = change(blocks, _unlink)
    found = None
    while blocks:
        node = _first(blocks, fails)
        if node is None:
            break
        found, blocks = node, _inside(node)
    return found


def _first(blocks: Nodes, fails: Callable[[Nodes], bool]) -> Node | None:
    """Return a single block that fails by itself."""
    while len(blocks) > 1:
        half = blocks[: len(blocks) // 2]
        blocks = half if fails(half) else blocks[len(half) :]
    return blocks[0] if blocks and fails(blocks) else None


def _inside(node: Node) -> Nodes:
    """Return the child blocks of a block, if they can stand alone."""
    if node["t"] == "Div":
        return list(node["c"][1])
    if node["t"] == "BlockQuote":
        return list(node["c"])
    items = node["c"] if node["t"] == "BulletList" else node["c"][1] if node["t"] == "OrderedList" else []
    return [block for item in items for block in item]


def _unlink(node: Node) -> Nodes | None:
    """Remove internal links, since a part of the document lacks their targets."""
    return list(node["c"][1]) if is_node(node, "Link") and node["c"][2][0].startswith("#") else None
