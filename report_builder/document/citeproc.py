"""Formats citations and reference lists with pandoc's citeproc in a given style; results are cached by digest."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

from report_builder.document import pandoc
from report_builder.document.bibliography import NAMED, Entry
from report_builder.document.ledger import relative
from report_builder.document.material import Material
from report_builder.document.tree import Node, Nodes, para, walk
from report_builder.errors import Problem, ReportError
from report_builder.languages import Language
from report_builder.project import text_of
from report_builder.records import frozen
from report_builder.store import Memo

STYLE = Path(__file__).parent / "styles" / "numeric.csl"
_MISREAD = re.compile(r"Error at \(line (\d+), column \d+\):\n(.*)")
_FAILED = re.compile(r"Error running Lua:\n(.*)")


@frozen
class Found:
    """A citation in the text.

    Attributes:
        node: the `Cite` node.
        printed: whether it is printed exactly once, so that a link can lead back to it.
        noted: whether it stands in a note.
    """

    node: Node
    printed: bool
    noted: bool

    @property
    def keys(self) -> list[str]:
        """The keys that it cites."""
        return [citation["citationId"] for citation in self.node["c"][0]]


def format_citations(
    found: Sequence[Found],
    entries: Sequence[Entry],
    strings: Sequence[str],
    material: Material,
    language: Language,
    memo: Memo | None,
) -> tuple[list[Nodes], Nodes]:
    """Return the formatted inlines of each citation, and the entries of the list of references.

    Args:
        strings: the abbreviations (`@string`) that the entries may use.
        material: names the citation style, if the report sets one.
        language: the language of words such as "editor".
        memo: caches the last result.

    Raises:
        ReportError: if an entry or the style cannot be read.
    """
    names = {kind: language.word(f"references.{kind}") for kind in NAMED}
    sources = [*strings, *(entry.source(names) for entry in entries)]
    code = "-".join(filter(None, (language.code.partition("-")[0], language.word("script.region"))))
    style = material.style or STYLE
    asked = [_citation_block(one) for one in found]
    digest = hashlib.sha256(json.dumps([sources, code, asked, _text_of(style)], sort_keys=True).encode()).hexdigest()
    place = f"cited:{material.report}"
    known, _, made = ((memo and memo.recall(place)) or "").partition(" ")
    if known != digest:
        try:
            made = json.dumps(pandoc.cite("\n".join(sources), asked, style, code), ensure_ascii=False)
        except ReportError as error:
            located = (_locate(problem, sources[: len(strings)], entries, style) for problem in error.problems)
            raise ReportError(*located) from None
        if memo:
            memo.remember(place, f"{digest} {made}")
    *paragraphs, last = json.loads(made)
    cites = [next(walk(paragraph, "Cite"))["c"][1] for paragraph in paragraphs]
    return cites, [entry for entry in last["c"][1] if entry["t"] == "Div"]


def _text_of(style: Path) -> str:
    """Return the text of the style; a dependent style is rejected, since its parent would have to be downloaded."""
    text = text_of(style)
    if "independent-parent" in text:
        rule, step = "this style only refers to another one", "Use the style that it refers to."
        raise ReportError(Problem(relative(style), rule, next_step=step))
    return text


def _locate(problem: Problem, strings: Sequence[str], entries: Sequence[Entry], style: Path) -> Problem:
    """Map an error of pandoc to the line of the entry it concerns, or to the style."""
    if misread := _MISREAD.search(problem.received):
        line = int(misread[1]) - 1 - sum(string.count("\n") + 1 for string in strings)
        for entry in entries:
            if (height := entry.text.count("\n") + 1) > line >= 0:
                step = "Between two fields stands a comma; a value stands in { } or in quotes."
                where = f"{entry.file}:{entry.line + line}"
                return Problem(where, "this cannot be read as BibTeX", misread[2], next_step=step)
            line -= height
    if failed := _FAILED.search(problem.received):
        rule, step = "this is not a citation style", "CSL styles: https://www.zotero.org/styles."
        return Problem(relative(style), rule, failed[1], next_step=step)
    return problem


def _citation_block(one: Found) -> Node:
    """Return a paragraph that contains only the citation, inside a note if the original is in one."""
    cite = {"t": "Cite", "c": one.node["c"]}
    return para([{"t": "Note", "c": [para([cite])]}] if one.noted else [cite])
