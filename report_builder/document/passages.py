"""Splits a document into passages: every place where sentences can stand, with everything that the program printed marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from report_builder.document.channel import is_printed
from report_builder.document.references import is_own
from report_builder.document.tree import (
    LINE,
    Node,
    Nodes,
    attributes,
    caption_of,
    first_line,
    has_class,
    plain_text,
    value,
    walk,
)

# Private-use characters for what the author did not type as words: a measured value, a verdict or claim, a reference,
# code or a formula, printed text, a citation of a bibliography.
VALUE, SAID, REFERENCE, OPAQUE, PRINTED, CITED = "\ue200", "\ue201", "\ue202", "\ue203", "\ue204", "\ue205"
_HIDDEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")  # soft hyphens and zero-width characters
_NUMERIC = re.compile(r"[-+−±]?\d[\d.,%\s]*")
_COMPARED = re.compile(r"[<>]|\\[gl](?:t|eq?)\b")
_UPRIGHT = re.compile(r"\\(?:mathrm|text|operatorname|mathit)\{([^{}]*)\}")
_SKIPPED = ("question", "symbols", "equation")
ALONE = frozenset({"heading", "caption", "alt", "cell", "item", "note"})  # judged without their context


@dataclass
class Passage:
    """A paragraph, a heading, a row of a table, and the like.

    Attributes:
        kind: `text`, one of `ALONE`, or `opinion`.
        answer: whether it belongs to an answer.
        stated: whether the author marked all of it as a statement of their own.
        text: the text, with one placeholder character for each value, verdict, reference, formula and so on.
        typed: the same, with a placeholder for every character of printed text.
        printed: index of each value and verdict in the text -> its span.
        leaves: (start, end, node) of everything in the text, in order.
        marked: (start, end) of what the author marked as stated.
    """

    kind: str
    answer: bool = False
    stated: bool = False
    text: str = ""
    typed: str = ""
    printed: dict[int, Node] = field(default_factory=dict)
    leaves: list[tuple[int, int, Node]] = field(default_factory=list)
    marked: list[tuple[int, int]] = field(default_factory=list)

    @property
    def line(self) -> int:
        """The line of its first leaf that has one, or 0."""
        return next((line for _, _, node in self.leaves if (line := first_line(node))), 0)

    def add(self, node: Node, words: str, typed: str | None = None) -> None:
        """Append the text of a node, in `typed` with each character replaced by the placeholder `typed`, if given."""
        start = len(self.text)
        self.text += words
        self.typed += words if typed is None else typed * len(words)
        self.leaves.append((start, len(self.text), node))

    def read(self, node: Node | Nodes) -> list[Node]:
        """Append inlines and return the notes and pictures among them, which are passages of their own."""
        if isinstance(node, list):
            return [other for item in node for other in self.read(item)]
        kind = node["t"]
        if kind in ("Note", "Image"):
            return [node]
        if kind == "Span":
            return self._span(node)
        if kind in _LEAVES:
            self.add(node, _LEAVES[kind] if kind != "Cite" or any(map(is_own, node["c"][0])) else CITED)
        elif kind == "Str":
            self.add(node, plain(node["c"]))
        elif kind in ("Code", "Math"):
            self.add(node, _code(node))
        elif "c" in node:
            inner = node["c"]
            return self.read(inner if kind not in _INNER else inner[_INNER[kind]])
        return []

    def _span(self, node: Node) -> list[Node]:
        if not is_printed(node):
            start = len(self.text)
            apart = self.read(node["c"][1])
            if has_class(node, "stated"):
                self.marked.append((start, len(self.text)))
            return apart
        said = has_class(node, "claim")
        if said or value(node, "name"):
            self.printed[len(self.text)] = node
            self.add(node, SAID if said else VALUE)
        else:
            self.add(node, plain(plain_text(node)), PRINTED)
        return []


_LEAVES = {"Space": " ", "SoftBreak": " ", "LineBreak": " ", "Cite": REFERENCE, "RawInline": OPAQUE}
_INNER = {"Quoted": 1, "Link": 1}


def plain(words: str) -> str:
    """Normalize text for comparison: NFC, no hidden characters, no-break spaces as ordinary ones."""
    return _HIDDEN.sub("", unicodedata.normalize("NFC", words)).replace("\u00a0", " ").replace("\u202f", " ")


def _code(node: Node) -> str:
    """Return a number in code or a formula as is, the upright names in a formula that compares them, or else a placeholder."""
    words = plain(node["c"][1]).replace("{,}", ",").strip()
    if _NUMERIC.fullmatch(words):
        return words
    if node["t"] == "Math" and _COMPARED.search(words) and _UPRIGHT.search(words):
        return f"{' > '.join(_UPRIGHT.findall(words))} > "
    return OPAQUE


def passages(blocks: Nodes) -> Iterator[Passage]:
    """Yield the passages of a document in order; questions, which are not by the author of the answers, are left out."""
    for block in blocks:
        yield from _of(block, Passage("text"))


def _of(block: Node, here: Passage) -> Iterator[Passage]:
    kind = block["t"]
    if kind in ("Para", "Plain"):
        yield from _passages_in(block["c"], here)
    elif kind in _READERS:
        yield from _READERS[kind](block, here)
    elif kind in ("BulletList", "OrderedList", "DefinitionList", "LineBlock", "BlockQuote"):
        yield from _below(block["c"], here if kind in ("LineBlock", "BlockQuote") else replace(here, kind="item"))


def _heading(block: Node, here: Passage) -> Iterator[Passage]:
    if not has_class(block, "task-title"):
        yield from _passages_in(block["c"][2], replace(here, kind="heading"))


def _figure(block: Node, here: Passage) -> Iterator[Passage]:
    yield from _passages_in(caption_of(block), replace(here, kind="caption"))
    for image in walk(block["c"][2], "Image"):
        yield from _alternative(image, here, plain_text(caption_of(block)), first_line(block))


def _division(block: Node, here: Passage) -> Iterator[Passage]:
    classes = set(attributes(block)[1])
    if classes & set(_SKIPPED):
        return
    inside = replace(
        here,
        kind="opinion" if "opinion" in classes else here.kind,
        answer=here.answer or "answer" in classes,
        stated=here.stated or "stated" in classes,
    )
    children = block["c"][1]
    if "summary" in classes:  # results that the program prints here also stand in the tasks
        yield from (made for made in _below(children, inside) if any(map(str.isalnum, made.typed)))
        return
    if classes & {"panels", "listing"} and children:
        *children, caption = children
        if caption["t"] in ("Para", "Plain"):
            yield from _passages_in(caption["c"], replace(inside, kind="caption"))
    yield from _below(children, inside)


def _below(node: Node | Nodes, here: Passage) -> Iterator[Passage]:
    """Yield the passages of nested lists of blocks; a list of bare inlines, such as a term, is a single passage."""
    if isinstance(node, list):
        inlines = [item for item in node if isinstance(item, dict) and item.get("t") in _INLINES]
        if inlines and len(inlines) == len(node):
            yield from _passages_in(node, here)
            return
        for item in node:
            yield from _below(item, here)
    elif isinstance(node, dict) and "t" in node:
        yield from _of(node, here)


_INLINES = frozenset({"Str", "Space", "SoftBreak", "Emph", "Strong", "Span", "Code", "Math", "Quoted", "Cite", "Link", "Note"})


def _table(block: Node, here: Passage) -> Iterator[Passage]:
    """Yield the caption, the column headings, and each row as one passage in which every cell follows its column heading."""
    yield from _passages_in(caption_of(block), replace(here, kind="caption"))
    heads, *rows = rows_of(block) or [[]]
    for head in heads:
        yield from _below(head, replace(here, kind="cell"))
    for row in rows:
        made = _new(here, "cell")
        for index, cell in enumerate(row):
            for part in (heads[index] if index < len(heads) else []), cell:
                for inlines in walk(part, "Para", "Plain"):
                    made.read(inlines["c"])
                made.add({"t": "Space"}, ": " if part is not cell else " ; ")
        if made.printed or any(map(str.isalnum, made.typed)):
            yield made


def rows_of(table: Node) -> list[list[Nodes]]:
    """Return the blocks of each cell, row by row, starting with the head."""
    head, bodies, foot = table["c"][3], table["c"][4], table["c"][5]
    rows = [*head[1], *(row for body in bodies for part in body[2:] for row in part), *foot[1]]
    return [[cell[4] for cell in row[1]] for row in rows]


def _alternative(image: Node, here: Passage, caption: str, line: int) -> Iterator[Passage]:
    """Yield the alternative text of the author's own pictures; that of figures comes from the program."""
    alt = value(image, "alt") or plain_text(image["c"][1])
    if alt and alt != caption and not str(image["c"][2][0]).startswith("figure:"):
        made = _new(here, "alt")
        made.add({"t": "Str", "c": alt, LINE: line}, plain(alt))
        yield made


def _new(here: Passage, kind: str) -> Passage:
    return Passage(kind, here.answer, here.stated)


def _passages_in(inlines: Nodes, here: Passage) -> Iterator[Passage]:
    """Yield the passage formed by inlines, followed by those of the notes and pictures in it."""
    made = _new(here, here.kind)
    apart = made.read(inlines)
    if made.text.strip():
        yield made
    for node in apart:
        if node["t"] == "Note":
            yield from _below(node["c"], replace(here, kind="note"))
        else:
            yield from _passages_in(node["c"][1], replace(here, kind="caption"))
            yield from _alternative(node, here, plain_text(node["c"][1]), made.line)


_READERS = {"Header": _heading, "Div": _division, "Figure": _figure, "Table": _table}
