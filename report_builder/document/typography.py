"""What every writer prints alike: the quotation marks of the language."""

from __future__ import annotations

from typing import Any, TypeAlias

from report_builder.document.tree import Node, Nodes, is_node
from report_builder.languages import Language

_Marks: TypeAlias = tuple[tuple[str, str, str], tuple[str, str, str]]  # around a quote, and around a quote within it


def set_quotes(blocks: Nodes, language: Language) -> None:
    """Puts the language's marks in the place of every `Quoted`, in place; quotes within quotes get the other marks."""
    outer, inner = (language.words[f"quotes.{level}"].partition("{}") for level in ("outer", "inner"))
    _set(blocks, {"DoubleQuote": (outer, inner), "SingleQuote": (inner, outer)}, None)


def _set(nodes: list[Any], marks: dict[str, _Marks], around: _Marks | None) -> None:
    """Sets what is below nodes that stand in quotes with the pair `around`: its marks, and those of quotes within."""
    if any(is_node(item, "Quoted") for item in nodes):
        nodes[:] = [new for item in nodes for new in (_mark(item, marks, around) if is_node(item, "Quoted") else [item])]
    for item in nodes:
        below = item.get("c") if type(item) is dict else item
        if type(below) is list:
            _set(below, marks, around)


def _mark(quoted: Node, marks: dict[str, _Marks], around: _Marks | None) -> Nodes:
    kind, inlines = quoted["c"]
    pair = around[::-1] if around else marks[kind["t"]]
    _set(inlines, marks, pair)
    start, _, end = pair[0]
    return [{"t": "Str", "c": start}, *inlines, {"t": "Str", "c": end}]
