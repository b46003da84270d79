"""Pandoc's document tree as plain JSON values: constructors, walks, text. https://hackage.haskell.org/package/pandoc-types."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

Node: TypeAlias = dict[str, Any]  # an element: "t" is its type, and what "c" holds follows from that
Nodes: TypeAlias = list[Node]
Part: TypeAlias = "Node | Sequence[Part] | str | float | None"  # whatever stands in a tree
Attributes: TypeAlias = tuple[str, list[str], list[list[str]]]  # label, classes, pairs of key and value
LINE = "line"  # our own key on a node: its Markdown line; pandoc ignores it
ATTRIBUTED = ("Div", "Span", "Header", "CodeBlock", "Code", "Figure", "Table", "Image", "Link")  # what may have a label
WORDS = frozenset({"Str", "Space", "SoftBreak"})
_APART = ("Space", "SoftBreak", "LineBreak", "Para", "Plain", "Header")  # read aloud as a pause
SAID = "said"  # our own key on code: its caption
MADE = "made"  # our own key on what the program printed


def attr(identifier: str = "", classes: Sequence[str] = (), values: Mapping[str, str] | None = None) -> list[Part]:
    """An attribute triple."""
    return [identifier, list(classes), [[key, value] for key, value in (values or {}).items()]]


def text(words: str) -> Nodes:
    """Inlines of a plain text; spaces are `Space`, spaces that do not break stay in the words."""
    inlines: Nodes = []
    for i, word in enumerate(words.split(" ")):
        inlines += ([{"t": "Space"}] if i else []) + ([{"t": "Str", "c": word}] if word else [])
    return inlines


def strong(inlines: Nodes) -> Node:
    """Bold inlines."""
    return {"t": "Strong", "c": inlines}


def link(inlines: Nodes, target: str) -> Node:
    """A link to a label of the document."""
    return {"t": "Link", "c": [attr(), inlines, [f"#{target}", ""]]}


def span(inlines: Nodes, classes: Sequence[str], values: Mapping[str, str] | None = None) -> Node:
    """Inlines with classes."""
    return {"t": "Span", "c": [attr("", classes, values), inlines]}


def para(inlines: Nodes) -> Node:
    """A paragraph."""
    return {"t": "Para", "c": inlines}


def plain(inlines: Nodes) -> Node:
    """Inlines as a block without the space of a paragraph."""
    return {"t": "Plain", "c": inlines}


def div(blocks: Nodes, classes: Sequence[str] = (), identifier: str = "", values: Mapping[str, str] | None = None) -> Node:
    """Blocks with classes."""
    return {"t": "Div", "c": [attr(identifier, classes, values), blocks]}


def code(words: str) -> Node:
    """Code in a line."""
    return {"t": "Code", "c": [attr(), words]}


def raw(form: str, code: str, *, inline: bool = False) -> Node:
    """Code that only the writer of `form` prints."""
    return {"t": "RawInline" if inline else "RawBlock", "c": [form, code]}


def is_node(item: Part, kind: str) -> bool:
    """Whether a part of the tree is an element of this type."""
    return isinstance(item, dict) and item.get("t") == kind


def attributes(node: Node) -> Attributes:
    """The attributes of a node that has some, whose classes and pairs may be changed, else empty ones."""
    content = node.get("c")
    if node["t"] not in ATTRIBUTED or not content:
        return "", [], []
    label, classes, pairs = content[node["t"] == "Header"]
    return label, classes, pairs


def identifier(node: Node) -> str:
    """The label of a node, or ""."""
    return attributes(node)[0]


def has_class(node: Node, name: str) -> bool:
    """Whether a node carries a class."""
    return name in attributes(node)[1]


def inlines_of(node: Node) -> Nodes | None:
    """The inlines right below a node (the list itself), or None."""
    inlines: Nodes | None = None
    if node["t"] in ("Para", "Plain", "Emph", "Strong"):
        inlines = node["c"]
    elif node["t"] in ("Header", "Span", "Link"):
        inlines = node["c"][2 if node["t"] == "Header" else 1]
    return inlines


def value(node: Node, key: str) -> str:
    """A key-value attribute of a node, or ""."""
    for name, told in attributes(node)[2]:
        if name == key:
            return told
    return ""


def walk(node: Part, *kinds: str) -> Iterator[Node]:
    """Every element below a node, itself included, in document order; a node found may be changed, not its neighbours.

    With `kinds` only those: words, which are most of a tree, are passed over at once.
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
    """Every element but words, in document order: what several passes choose from is looked up once."""
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
    """Those of some kinds."""
    return [node for node in found if node["t"] in kinds]


def exchange(nodes: list[Any], rule: Callable[[Node], Nodes | None], *, words: bool = False) -> None:
    """Replaces nodes in place, bottom up, words only if asked: None keeps a node, a list takes its place."""
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
    """The list below a part of the tree."""
    if type(item) is dict:
        item = item.get("c") if "t" in item else [*item.values()]
    return item if type(item) is list else []


def change(nodes: Nodes, rule: Callable[[Node], Nodes | None], *, words: bool = False) -> Nodes:
    """A copy in which `rule` has replaced nodes, as `exchange` does."""
    copied = copy(nodes)
    exchange(copied, rule, words=words)
    return copied


def copy(nodes: Nodes) -> Nodes:
    """A copy that shares nothing with the tree."""
    copied: Nodes = marshal.loads(marshal.dumps(nodes))  # noqa: S302 - what was written in this line
    return copied


def plain_text(node: Part) -> str:
    """The words below a node, as read aloud; formulas as TeX."""
    parts: list[str] = []
    waiting: list[Part] = [node]
    while waiting:  # not by `walk`: what is asked here most often is the words themselves
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
    """The first known Markdown line below a node, or 0."""
    return next((child[LINE] for child in walk(node) if LINE in child), 0)


def caption_of(node: Node) -> Nodes:
    """The caption's inlines of a `Figure` or `Table` (the list itself, so that it can be changed)."""
    blocks: Nodes = node["c"][1][1]
    if not blocks:
        blocks.append(plain([]))
    inlines: Nodes = blocks[0]["c"]
    return inlines
