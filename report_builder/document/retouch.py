"""Shows an edited paragraph in a finished document, without composing the rest again, until the build is done."""

from __future__ import annotations

from dataclasses import replace

from report_builder import languages
from report_builder.document import pandoc
from report_builder.document.composing import Document
from report_builder.document.drafting import unmarked
from report_builder.document.html import html_paragraph
from report_builder.document.reading import read
from report_builder.document.references import References
from report_builder.document.rendering import Rendered
from report_builder.document.source import Typst
from report_builder.document.tree import LINE, Node, exchange, is_node, walk
from report_builder.document.typography import set_type
from report_builder.errors import ReportError
from report_builder.records import frozen

_APART = ("Cite", "Note", "Image", "RawInline")  # they have numbers or files, or are written elsewhere too
_FENCE = ":::"  # a line that begins so ends a paragraph
_BLOCK = ("#", "```", "~~~", "|", "$$", ">", "    ")  # a line that begins so may belong to more than its paragraph


@frozen
class Retouch:
    """An edited paragraph: as it stands in the document, and what stands there now."""

    document: Document
    before: Node
    after: Node

    def html(self, page: str) -> str | None:
        """Return the page with the edited paragraph, or None if the place is not certain."""
        before, after = (html_paragraph(self.document, node) for node in (self.before, self.after))
        return _replace_once(page, _inner(before), _inner(after))

    def typst(self, source: str) -> str | None:
        """Return the source of the PDF with the edited paragraph, or None if the place is not certain."""
        writer = Typst({}, self.document)
        written = pandoc.write([*writer.blocks([self.before]), *writer.blocks([self.after])], "typst-smart")[0].decode()
        before, apart, after = written.strip().partition("\n\n")
        return _replace_once(source, before, after) if apart else None


def retouch(document: Document, old: Rendered, new: Rendered) -> Retouch | None:
    """Return the edit if two renderings differ in the words of one paragraph only, else None.

    The words are not checked: the build that follows judges them.
    """
    edited = _edited(old.channel.bare(old.text).split("\n"), new.channel.bare(new.text).split("\n"))
    if edited is None or new.problems or document.findings or old.labels != new.labels or not old.channel.alike(new.channel):
        return None
    lines, new_lines = edited
    before = [node for node in walk(document.blocks, "Para") if _lines(node) & lines]
    try:
        after = _composed(document, new, new_lines)
    except ReportError:
        return None
    return Retouch(document, before[0], after) if after and len(before) == 1 and _lines(before[0]) <= lines else None


def _edited(old: list[str], new: list[str]) -> tuple[frozenset[int], slice] | None:
    """The lines of the only paragraph that differs: of the old text (from 1), and of the new (from 0)."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    tail = next((i for i in range(shorter - head) if old[-1 - i] != new[-1 - i]), shorter - head)
    first, last = head, len(new) - tail
    while first and _within(new[first - 1]):
        first -= 1
    while last < len(new) and _within(new[last]):
        last += 1
    after, before = new[first:last], old[first : last - len(new) + len(old)]
    if not (after and before) or any(not _within(line) or line.startswith(_BLOCK) for line in (*before, *after)):
        return None
    return frozenset(range(first + 1, first + len(before) + 1)), slice(first, last)


def _within(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(_FENCE)


def _lines(node: Node) -> frozenset[int]:
    return frozenset(child[LINE] for child in walk(node) if LINE in child)


def _composed(document: Document, rendered: Rendered, lines: slice) -> Node | None:
    """The paragraph as `compose` would make it, or None if it is none or has parts that the rest of the document depends on."""
    source = replace(rendered.source, lines=rendered.source.lines[lines])
    found = read(replace(rendered, text="\n".join(rendered.text.split("\n")[lines]), source=source, results=()))
    language = languages.load(document.header.language)
    references = References(document.labels, language, found.places)
    references.resolve(found.blocks)
    if len(found.blocks) != 1 or not is_node(found.blocks[0], "Para") or references.problems or found.problems:
        return None
    if any(True for _ in walk(found.blocks, *_APART)) or any(_displayed(node) for node in walk(found.blocks, "Math")):
        return None
    set_type(found.blocks, language)
    exchange(found.blocks, lambda node: unmarked(node, language, draft=False))
    return found.blocks[0]


def _displayed(node: Node) -> bool:
    return bool(node["c"][0]["t"] == "DisplayMath")


def _inner(paragraph: str) -> str:
    """The inside of a paragraph; where it stands, words such as "Answer." may come before it."""
    return paragraph.removeprefix("<p>").removesuffix("</p>")


def _replace_once(text: str, before: str, after: str) -> str | None:
    return text.replace(before, after) if before and text.count(before) == 1 else None
