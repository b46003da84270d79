"""Writes the tree as typst source, using the functions of the page style for figures, tables, code and other blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from report_builder.document.boilerplate import CALLOUTS, absent, marked, run_in, unmeasured
from report_builder.document.composing import Document
from report_builder.document.formulas.typst import typst
from report_builder.document.lists import kind_of, lines_of
from report_builder.document.panels import caption_of_all, columns_of, parts_of
from report_builder.document.tree import (
    WORDS,
    Node,
    Nodes,
    Part,
    attributes,
    caption_of,
    has_class,
    identifier,
    is_node,
    para,
    plain_text,
    raw,
    value,
    walk,
)
from report_builder.document.wrapping import characters_of, paged
from report_builder.languages import NO_BREAK

_WIDTH = re.compile(r"^\d+(\.\d+)?(%|cm|mm|in|pt)$")
# Text that pandoc does not escape and that typst would change or read as the start of a list or heading, or as a field access.
_LITERAL = re.compile(r"""["']|--|\.\.\.|-\?|^(?:[-+/]|=+|\d+\.)$|^\.\w""")
_STOPS = (".", "!", "?", "。", "！", "？")  # with these ends a paragraph that does not lead to what follows it
_SPANS = {"mention": "mention", "false": "untrue", "held": "held"}  # class of a span -> function of the page style


def quoted(text: str) -> str:
    """Return a typst string literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def passing(nodes: Sequence[Node], at: int) -> list[int]:
    """Return how long each passage after a movable figure is that may precede it, in blocks.

    A passage is a paragraph with the formulas and lists that it runs on into, and with what goes on after a formula. None
    precedes the figure that runs on into anything else.
    """
    node, sizes, first = nodes[at], list[int](), at + 1
    pictures = walk(node["c"][2], "Image") if node["t"] == "Figure" else [node] if has_class(node, "panels") else []
    if not any(value(picture, "place") == "auto" for picture in pictures):
        return []
    kinds = [*map(_passed, nodes), "end"]
    while kinds[first] == "words":
        last = first
        while kinds[last + 1] in ("formula", "list") or (kinds[last], kinds[last + 1]) == ("formula", "words"):
            last += 1
        if kinds[last + 1] == "other" and not (kinds[last] == "words" and plain_text(nodes[last]).rstrip().endswith(_STOPS)):
            break
        sizes.append(last + 1 - first)
        first = last + 1
    return sizes


def _passed(node: Node) -> str:
    """Return what a block is for a figure that may stand behind it."""
    if has_class(node, "equation") or (node["t"] == "Para" and is_node(node["c"][0], "Math")):
        return "formula"
    if has_class(node, "symbols"):
        return "list"
    known = {"Para": "words", "BulletList": "list", "OrderedList": "list", "Header": "end", "Figure": "end"}
    return known.get(node["t"], "other")


def label(node: Node) -> str:
    """Return the label of a node in typst syntax, or `none`."""
    return f"<{identifier(node)}>" if identifier(node) else "none"


def anchor(node: Node, *, inline: bool = True) -> Nodes:
    """Return an invisible link target with the label of a node, or nothing if it has none."""
    return [raw("typst", f"#[#metadata(none) <{identifier(node)}>];", inline=inline)] if identifier(node) else []


def blocks_of(code: Node, width: int, first: int = 0) -> str:
    """Return as typst arguments the language of a code block, and its unbreakable blocks with their line marks."""
    blocks = paged(code["c"][1], first, width)
    parts = [(quoted(block.code), "".join(f"{quoted(mark)}, " for mark in block.marks)) for block in blocks]
    return "".join([quoted(next(iter(attributes(code)[1]), "text")), *(f", ({code}, ({marks}))" for code, marks in parts)])


def unnamed(node: Node) -> list[Part]:
    """Return the attributes of a node without its identifier."""
    return ["", *attributes(node)[1:]]


def inline_name(node: Node) -> str:
    """Return the function of the page style for a span, or ""."""
    classes = attributes(node)[1]
    return next((own for name, own in _SPANS.items() if name in classes), "")


# Classes of blocks for which the page style has a function of the same name.
BODIES = ("question", "opinion", "setting", "stated", "summary", "symbols", "landscape", *CALLOUTS)


class Typst:
    """Writes the canonical tree with the functions of the page style; everything else is left to pandoc's typst writer."""

    def __init__(self, names: Mapping[str, str], document: Document) -> None:
        self.names = names
        self.displayed = 0  # number of display formulas so far
        self.language = document.language
        self.images = document.images
        self.labels = document.labels
        self.columns = characters_of(document.header.page.millimetres("text-width"))

    def blocks(self, nodes: Sequence[Node]) -> Nodes:
        """Return the blocks with their typst code inserted."""
        made: Nodes = []
        at = 0
        while at < len(nodes):
            sizes = [1, *passing(nodes, at)]
            for i, size in enumerate(sizes):
                made += [raw("typst", "][" if i else "#movable[")] if len(sizes) > 1 else []
                made += [new for node in nodes[at : at + size] for new in self._block(node)]
                at += size
            made += [raw("typst", "]")] if len(sizes) > 1 else []
        return made

    def _block(self, node: Node) -> Nodes:
        if node["t"] == "Figure":
            return [para(self._figure(node, "shown"))]
        if node["t"] == "Div":
            return self._div(node)
        if node["t"] == "Table":
            again = quoted(self._continue(node, "tbl"))
            return [raw("typst", f"#tabular(continued: {again})["), self._inside(node), raw("typst", "]")]
        if node["t"] == "CodeBlock":
            return [*anchor(node, inline=False), raw("typst", f"#code({blocks_of(node, self.columns)})")]
        if node["t"] == "BulletList" and all(plain_text(item).startswith(("☐", "☒")) for item in node["c"]):
            return [raw("typst", "#unmarked["), self._inside(node), raw("typst", "]")]
        return [self._inside(node)]

    def _continue(self, node: Node, kind: str) -> str:
        """Return the text that a table or listing repeats on further pages."""
        word, number = self.language.word("caption.continued"), self.labels.get(identifier(node), "")
        named = f"{self.language.label(kind, [number], 'nom', capital=True)} " if number else ""
        return f"{named}{word}".replace(" （", "（").replace(" ", NO_BREAK)

    def _inside(self, node: Part) -> Any:
        """Process everything below a node that is not written as a whole."""
        if isinstance(node, list):
            return [
                new
                for item in node
                for new in (self._one(item) if isinstance(item, dict) and "t" in item else [self._inside(item)])
            ]
        if isinstance(node, dict):
            return {key: self._inside(item) if isinstance(item, (list, dict)) else item for key, item in node.items()}
        return node

    def _one(self, node: Node) -> Nodes:
        if node["t"] in WORDS:
            literal = node["t"] == "Str" and _LITERAL.search(node["c"])
            return [raw("typst", f"#{quoted(node['c'])};", inline=True) if literal else node]
        if node["t"] == "Math":
            return self._math(node)
        if node["t"] == "Image":
            return [raw("typst", f"#box({self._picture(node)});", inline=True)]
        if node["t"] in ("Span", "Link", "Code") and identifier(node):
            return [*anchor(node), *self._one(node | {"c": [unnamed(node), *node["c"][1:]]})]
        if node["t"] == "Span" and (name := inline_name(node)):
            return [raw("typst", f"#{name}[", inline=True), *self._inside(node["c"][1]), raw("typst", "];", inline=True)]
        return self._block(node) if node["t"] in ("Figure", "Div", "CodeBlock", "Table", "BulletList") else [self._inside(node)]

    def _math(self, node: Node, more: str = "", after: str = "") -> Nodes:
        kind, tex = node["c"]
        alone = kind["t"] == "DisplayMath"
        given = f"block: {str(alone).lower()}, alt: {quoted(' '.join(tex.split()))}, {more}"
        equation = f"#tex.equation({given}${typst(tex)}$)"
        if not alone:
            return [raw("typst", f"{equation};", inline=True)]
        self.displayed += 1
        return [raw("typst", f"#display-formula({self.displayed - 1}, [{equation}{after}]);", inline=True)]

    def _picture(self, image: Node) -> str:
        if absent(image, self.images):
            return f"unmeasured({quoted(unmeasured(self.language))})"
        width = value(image, "width")
        size = f", width: {width}" if _WIDTH.match(width) else ""
        path = self.names.get(image["c"][2][0], "")
        return f"picture({quoted(path)}{size}, alt: {quoted(value(image, 'alt'))})" if path else "[]"

    def _figure(self, node: Node, name: str) -> Nodes:
        pictures = "".join(self._picture(image) for image in walk(node["c"][2], "Image"))
        start = f"{'#' if name == 'shown' else ''}{name}({label(node)}, {pictures or '[]'}, ["
        options = ""
        if name == "shown" and any(absent(image, self.images) for image in walk(node["c"][2], "Image")):
            options = f", alt: {quoted(unmeasured(self.language))}"
        end = f"]{options})"
        return [raw("typst", start, inline=True), *self._inside(caption_of(node)), raw("typst", end, inline=True)]

    # --- blocks of ours -----------------------------------------------------------------------------------------------------

    def _div(self, node: Node) -> Nodes:
        own: dict[str, Callable[[Node], Nodes]]
        own = {"equation": self._equation, "listing": self._listing, "panels": self._panels}
        name = next(iter(attributes(node)[1]), "")
        if name in own:
            return own[name](node)
        if name == "pagebreak":
            return [raw("typst", "#pagebreak(weak: true)")]
        if name == "reference":
            return self._reference(node)
        if name == "abstract":
            title = quoted(self.language.word("abstract"))
            return [raw("typst", f"#abstract({title})["), *self.blocks(node["c"][1]), raw("typst", "]")]
        if kind_of(node):
            return self._list(node)
        inner = self.blocks(run_in(node, self.language))
        shown = [raw("typst", f"#{name}["), *inner, raw("typst", "]")] if name in BODIES else inner
        return [*anchor(node, inline=False), *shown]

    def _reference(self, node: Node) -> Nodes:
        """Write an entry of the reference list: its number, if any, and its text."""
        mark, words = marked(node)
        start, between, end = (raw("typst", code, inline=True) for code in (f"#reference({label(node)}, [", "], [", "])"))
        return [para([start, *self._inside(mark), between, *self._inside(words), end])]

    def _list(self, node: Node) -> Nodes:
        """Write a list of captions with page numbers."""
        parts: Nodes = [raw("typst", "#captions(", inline=True)]
        for name, words in lines_of(node):
            parts += [raw("typst", f"(<{name}>, [", inline=True), *self._inside(words), raw("typst", "]), ", inline=True)]
        return [para([*parts, raw("typst", ")", inline=True)])]

    def _equation(self, node: Node) -> Nodes:
        number = f"numbering: _ => [({value(node, 'number')})], "
        formula, *captions = node["c"][1]
        said = [[raw("typst", "#formula-caption["), self._inside(caption), raw("typst", "]")] for caption in captions]
        return [para(self._math(formula["c"][0], number, f" {label(node)}")), *(part for parts in said for part in parts)]

    def _listing(self, node: Node) -> Nodes:
        *blocks, caption = node["c"][1]
        parts = [raw("typst", f"#listing({label(node)}, [", inline=True), *self._inside(caption["c"])]
        parts.append(raw("typst", "]", inline=True))
        for block in blocks:
            if block["t"] == "CodeBlock":
                parts.append(
                    raw("typst", f", ({blocks_of(block, self.columns, int(value(block, 'startFrom') or 1))})", inline=True)
                )
            else:
                parts += [raw("typst", ", [", inline=True), *self._inside(block["c"]), raw("typst", "]", inline=True)]
        again = quoted(self._continue(node, "lst"))
        return [para([*parts, raw("typst", f", continued: {again})", inline=True)])]

    def _panels(self, node: Node) -> Nodes:
        caption = self._inside(caption_of_all(node))
        start = f"#panels({label(node)}, {columns_of(node)}, ["
        inlines = [raw("typst", start, inline=True), *caption, raw("typst", "]", inline=True)]
        for figure in parts_of(node):
            inlines += [raw("typst", ", ", inline=True), *self._figure(figure, "panel")]
        return [para([*inlines, raw("typst", ")", inline=True)])]
