"""Pandoc's document tree as plain JSON: constructors, traversal, text. See https://hackage.haskell.org/package/pandoc-types."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

Node: TypeAlias = dict[str, Any]  # an element: "t" is its type, which determines the structure of "c"
Nodes: TypeAlias = list[Node]
Part: TypeAlias = "Node | Sequence[Part] | str | float | None"  # anything that occurs in a tree
Attributes: TypeAlias = tuple[str, list[str], list[list[str]]]  # label, classes, key-value pairs
LINE = "line"  # our own key on a node: its Markdown line; pandoc ignores it
ATTRIBUTED = ("Div", "Span", "Header", "CodeBlock", "Code", "Figure", "Table", "Image", "Link")  # types with attributes
WORDS = frozenset({"Str", "Space", "SoftBreak"})
_APART = ("Space", "SoftBreak", "LineBreak", "Para", "Plain", "Header")  # types that separate words
SAID = "said"  # our own key on code: its caption
MADE = "made"  # our own key on what the program printed


def attr(identifier: str = "", classes: Sequence[str] = (), values: Mapping[str, str] | None = None) -> list[Part]:
    """Return an attribute triple."""
    return [identifier, list(classes), [[key, value] for key, value in (values or {}).items()]]


def text(words: str) -> Nodes:
    """Return the inlines of plain text; spaces become `Space`, no-break spaces stay within words."""
    inlines: Nodes = []
    for i, word in enumerate(words.split(" ")):
        inlines += ([{"t": "Space"}] if i else []) + ([{"t": "Str", "c": word}] if word else [])
    return inlines


def strong(inlines: Nodes) -> Node:
    """Return bold inlines."""
    return {"t": "Strong", "c": inlines}


def link(inlines: Nodes, target: str) -> Node:
    """Return a link to a label of the document."""
    return {"t": "Link", "c": [attr(), inlines, [f"#{target}", ""]]}


def span(inlines: Nodes, classes: Sequence[str], values: Mapping[str, str] | None = None) -> Node:
    """Return inlines with classes."""
    return {"t": "Span", "c": [attr("", classes, values), inlines]}


def para(inlines: Nodes) -> Node:
    """Return a paragraph."""
    return {"t": "Para", "c": inlines}


def plain(inlines: Nodes) -> Node:
    """Return inlines as a block without paragraph spacing."""
    return {"t": "Plain", "c": inlines}


def div(blocks: Nodes, classes: Sequence[str] = (), identifier: str = "", values: Mapping[str, str] | None = None) -> Node:
    """Return blocks with classes."""
    return {"t": "Div", "c": [attr(identifier, classes, values), blocks]}


def code(words: str) -> Node:
    """Return inline code."""
    return {"t": "Code", "c": [attr(), words]}


def raw(form: str, code: str, *, inline: bool = False) -> Node:
    """Return code that only the writer of `form` prints."""
    return {"t": "RawInline" if inline else "RawBlock", "c": [form, code]}


def is_node(item: Part, kind: str) -> bool:
    """Whether a part of the tree is an element of this type."""
    return isinstance(item, dict) and item.get("t") == kind


def attributes(node: Node) -> Attributes:
    """Return the attributes of a node, as references into it, or empty ones for nodes without attributes."""
    content = node.get("c")
    if node["t"] not in ATTRIBUTED or not content:
        return "", [], []
    label, classes, pairs = content[node["t"] == "Header"]
    return label, classes, pairs


def identifier(node: Node) -> str:
    """Return the label of a node, or ""."""
    return attributes(node)[0]


def has_class(node: Node, name: str) -> bool:
    """Whether a node has a class."""
    return name in attributes(node)[1]


def inlines_of(node: Node) -> Nodes | None:
    """Return the inlines directly below a node (the list itself), or None."""
    inlines: Nodes | None = None
    if node["t"] in ("Para", "Plain", "Emph", "Strong"):
        inlines = node["c"]
    elif node["t"] in ("Header", "Span", "Link"):
        inlines = node["c"][2 if node["t"] == "Header" else 1]
    return inlines


def value(node: Node, key: str) -> str:
    """Return a key-value attribute of a node, or ""."""
    for name, told in attributes(node)[2]:
        if name == key:
            return told
    return ""


def walk(node: Part, *kinds: str) -> Iterator[Node]:
    """Yield every element below a node, including itself, in document order; elements may be modified as they are yielded.

    With `kinds`, yield only those types; unless asked for, words, the bulk of a tree, are then skipped quickly.
    """
    waiting: list[Part] = [node]
    words = WORDS.difference(kinds) if kinds else frozenset[str]()
    while waiting:
        current = waiting.pop()
        if type(current) is list:
            waiting += [
                item
                for item in reversed(current)
                if (item.get("t") not in words if type(item) is dict else type(item) is list and item)
            ]
        elif type(current) is dict:
            if "t" in current and (not kinds or current["t"] in kinds):
                yield current
            if below := _below(current):
                waiting.append(below)


def elements(blocks: Nodes) -> Nodes:
    """Return every element except words, in document order, so that several passes can select from one traversal."""
    found: Nodes = []
    waiting: list[Part] = [blocks]
    while waiting:
        current = waiting.pop()
        if type(current) is dict and "t" in current:
            found.append(current)
        below = reversed(_below(current))
        waiting += [item for item in below if (item.get("t") not in WORDS if type(item) is dict else type(item) is list)]
    return found


def select(found: Iterable[Node], *kinds: str) -> Nodes:
    """Return the elements of some types."""
    return [node for node in found if node["t"] in kinds]


def exchange(nodes: list[Any], rule: Callable[[Node], Nodes | None], *, words: bool = False) -> None:
    """Replace nodes in place, bottom-up: `rule` returns None to keep a node, or its replacement. Words only if `words`."""
    passed = frozenset[str]() if words else WORDS
    new: list[Part] = []
    for item in nodes:
        kind = item.get("t") if type(item) is dict else None
        if kind not in passed:
            if below := _below(item):
                exchange(below, rule, words=words)
            if kind and (made := rule(item)) is not None:
                new += made
                continue
        new.append(item)
    nodes[:] = new


def _below(item: Part) -> list[Part]:
    """Return the list of children of a part of the tree."""
    if type(item) is dict:
        item = item.get("c") if "t" in item else [*item.values()]
    return item if type(item) is list else []


def change(nodes: Nodes, rule: Callable[[Node], Nodes | None], *, words: bool = False) -> Nodes:
    """Return a copy in which `rule` has replaced nodes, as in `exchange`."""
    copied = copy(nodes)
    exchange(copied, rule, words=words)
    return copied


def copy(nodes: Nodes) -> Nodes:
    """Return a deep copy."""
    copied: Nodes = marshal.loads(marshal.dumps(nodes))  # noqa: S302 - data from the same expression
    return copied


def plain_text(node: Part) -> str:
    """Return the text below a node; formulas as TeX."""
    parts: list[str] = []
    waiting: list[Part] = [node]
    while waiting:  # not `walk`, which is slow on words
        current = waiting.pop()
        if type(current) is list:
            waiting += reversed(current)
        if type(current) is not dict:
            continue
        kind = current.get("t")
        if kind == "Str":
            parts.append(current["c"])
        elif kind in ("Code", "Math", "CodeBlock"):
            parts.append(current["c"][1])
        elif kind in _APART:
            parts.append(" ")
        if kind not in WORDS:
            waiting += reversed(current.values())
    return " ".join("".join(parts).split(" ")).strip()


def first_line(node: Part) -> int:
    """Return the first known Markdown line below a node, or 0."""
    return next((child[LINE] for child in walk(node) if LINE in child), 0)


def caption_of(node: Node) -> Nodes:
    """Return the inlines of the caption of a `Figure` or `Table` (the list itself, so that it can be modified)."""
    blocks: Nodes = node["c"][1][1]
    if not blocks:
        blocks.append(plain([]))
    inlines: Nodes = blocks[0]["c"]
    return inlines
