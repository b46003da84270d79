"""Citations: `[@key, p. 3]` and `@key` become what the citation style prints, linked to the list of references."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from string import ascii_lowercase

from report_builder import languages
from report_builder.document import leftover
from report_builder.document.bibliography import Bibliography
from report_builder.document.boilerplate import marked
from report_builder.document.citeproc import Found, format_citations
from report_builder.document.ledger import relative
from report_builder.document.material import Material
from report_builder.document.places import Places
from report_builder.document.references import is_own
from report_builder.document.tree import (
    LINE,
    Node,
    Nodes,
    Part,
    attr,
    change,
    div,
    exchange,
    first_line,
    has_class,
    identifier,
    is_node,
    link,
    para,
    plain_text,
    span,
    text,
    walk,
)
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.languages import Language
from report_builder.records import frozen
from report_builder.store import Memo

MOST = 5  # keys that a warning lists
_UNPRINTED = ("Header", "Image")  # printed twice or not at all, so that no back link can lead there


@frozen
class Cited:
    """The outcome of citing: mistakes, markup in entries that would be printed verbatim, and entries that nothing cites.

    `places` also finds the lines of bibliography entries.
    """

    places: Places
    problems: Sequence[Problem] = ()
    findings: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()


def cite(blocks: Nodes, material: Material, places: Places, memo: Memo | None = None) -> Cited:
    """Format the citations of a document in place and insert the list of references.

    Args:
        material: names the bibliography files and the citation style.
        memo: caches the formatted citations between builds.

    Raises:
        ReportError: if a bibliography cannot be read.
    """
    known = Bibliography.read(material.bibliography)
    lines = tuple((entry.file, entry.line) for entry in known.entries.values())
    here = replace(places, source=replace(places.source, lines=(*places.source.lines, *lines)))
    return _Citations(material, languages.load(material.header.language), here, memo, known).resolve(blocks)


@frozen
class _Citations:
    """The citations of one document. The line table of `places` continues with the lines of the entries, in their order."""

    material: Material
    language: Language
    places: Places
    memo: Memo | None
    bibliography: Bibliography

    def resolve(self, blocks: Nodes) -> Cited:
        """Format the citations in place and insert the list of references."""
        known, found = self.bibliography, [*_citations(blocks)]
        cited = list(dict.fromkeys(key for one in found for key in one.keys))
        problems = [*known.problems, *(problem for one in found for problem in self._mistakes(one))]
        rule = "an entry takes its fields from one that does not exist"
        for entry in known.chosen(cited):
            problems += [Problem(entry.where, rule, key) for key in entry.parents if key not in known.entries]
        made, listed = ([], []) if problems or not found else self._formatted(found, cited, problems)
        if problems or not found:
            for one in found:
                one.node.update(span(one.node["c"][1], []))
            return Cited(self.places, problems, warnings=[] if problems else self._unused(cited))
        numbers = {identifier(entry): f"ref-{number}" for number, entry in enumerate(listed, 1)}
        back: dict[str, list[str]] = {}
        for number, (one, inlines) in enumerate(zip(found, made, strict=True), 1):
            place = f"cite-{number}" if one.printed else ""
            for key in dict.fromkeys(one.keys if place else ()):
                back.setdefault(f"ref-{key}", []).append(place)
            self._insert_citation(one.node, inlines, numbers, place)
        if any(has_class(node, "cited") for note in walk(blocks, "Note") for node in walk(note["c"], "Span")):
            exchange(blocks, _closed_up)
        references = [self._reference(entry, numbers, back.get(identifier(entry), [])) for entry in listed]
        judge = leftover.Leftover(self.places.of)
        findings = [problem for entry in references for problem in judge.judge([para(marked(entry)[1])])[1]]
        self._insert_list(blocks, references)
        return Cited(self.places, (), findings, self._unused(cited))

    def _formatted(
        self, found: Sequence[Found], cited: Sequence[str], problems: list[Problem]
    ) -> tuple[Sequence[Nodes], Sequence[Node]]:
        """Return the formatted citations and the entries listed; what cannot be read is added to the problems."""
        known = self.bibliography
        try:
            return format_citations(found, known.chosen(cited), known.strings, self.material, self.language, self.memo)
        except ReportError as error:
            problems += error.problems
            return [], []

    # --- mistakes -----------------------------------------------------------------------------------------------------------

    def _mistakes(self, one: Found) -> Iterator[Problem]:
        where = self.places.of(one.node)
        if any(map(is_own, one.node["c"][0])):
            rule, step = "a reference and a citation share one pair of brackets", "Give each its own brackets."
            yield Problem(where, rule, plain_text(one.node["c"][1]), next_step=step)
            return
        for key in one.keys:
            if key not in self.bibliography.entries:
                files = ", ".join(map(relative, self.material.bibliography))
                step = f"Add it to {files}, or write \\@ for a literal sign."
                yield Problem(
                    where,
                    "a citation that is in no bibliography",
                    f"@{key}",
                    near_miss(key, self.bibliography.entries),
                    step,
                )

    def _unused(self, cited: Iterable[str]) -> list[Problem]:
        """Return one warning for all entries that nothing cites: a bibliography may be shared by several reports."""
        unused = self.bibliography.unused(cited)
        if not unused:
            return []
        keys = ", ".join(entry.key for entry in unused[:MOST]) + (
            f" and {len(unused) - MOST} more" if len(unused) > MOST else ""
        )
        step = "Entries that are not cited are not printed."
        rule = "nothing cites this entry of the bibliography"
        return [Problem(unused[0].where, rule, keys, next_step=step, also=tuple(entry.where for entry in unused[1:]))]

    # --- the tree -----------------------------------------------------------------------------------------------------------

    def _insert_citation(self, node: Node, inlines: Nodes, numbers: Mapping[str, str], place: str) -> None:
        """Replace a citation by its formatted text: a span, or a footnote if the citation style uses notes."""
        made = _clean(inlines, first_line(node), numbers)
        notes = [inline for inline in made if inline["t"] == "Note"]
        shown_as = span([] if notes else made, ["cited"])
        shown_as["c"][0][0] = place
        for paragraph in notes[:1]:
            paragraph["c"][0]["c"][:0] = [shown_as]
        node.clear()
        node |= notes[0] if notes else shown_as

    def _reference(self, entry: Node, numbers: Mapping[str, str], back: Sequence[str]) -> Node:
        """Build an entry of the list: its number (if the style has one), its text, and links back to where it is cited."""
        key = identifier(entry).removeprefix("ref-")
        line = len(self.places.source.lines) - len(self.bibliography.entries) + [*self.bibliography.entries].index(key) + 1
        inlines = [item for block in entry["c"][1] for item in block["c"]]
        mark: Nodes = next((item["c"][1] for item in inlines if has_class(item, "csl-left-margin")), [])
        body = _clean([item for item in inlines if not has_class(item, "csl-left-margin")], line, numbers)
        number = [span(_trim(mark), ["entry"]), {"t": "Space"}] if mark else []
        ways = [node for at, place in enumerate(back) for node in ({"t": "Space"}, self._back_link(place, at, len(back)))]
        return div([para([*number, *body, *ways])], ["reference"], numbers[identifier(entry)])

    def _back_link(self, place: str, at: int, count: int) -> Node:
        letter = ascii_lowercase[at] if at < len(ascii_lowercase) else str(at + 1)
        way = link(text(f"↑{letter if count > 1 else ''}"), place)
        way["c"][2][1] = self.language.word("references.cited")
        return way

    def _insert_list(self, blocks: Nodes, references: Nodes) -> None:
        """Insert the list at `::: {#refs}` if the author placed one, otherwise at the end, before the appendices."""
        asked = next((node for node in walk(blocks, "Div") if identifier(node) == "refs"), None)
        if asked:
            asked["c"] = [attr("refs", ["references"]), references]
            return
        words = text(self.language.word("references.title"))
        title = {"t": "Header", "c": [1, attr("references", ["unnumbered"]), words]}
        at = next((i for i, block in enumerate(blocks) if identifier(block).startswith("app:")), len(blocks))
        blocks[at:at] = [title, div(references, ["references"], "refs")]


def _citations(node: Part, *, printed: bool = True, noted: bool = False) -> Iterator[Found]:
    """Yield the bibliography citations below a node, in order."""
    parts: list[tuple[Part, bool]] = [(item, printed) for item in node] if isinstance(node, list) else []
    if isinstance(node, dict) and is_node(node, "Table"):
        _, caption, _, head, *rest = node["c"]
        parts = [(caption, printed), (head, False), (rest, printed)]
    elif isinstance(node, dict) and is_node(node, "Cite"):
        if not all(map(is_own, node["c"][0])):
            yield Found(node, printed, noted)
    elif isinstance(node, dict):
        parts = [(node.get("c"), printed and node.get("t") not in _UNPRINTED)]
        noted = noted or is_node(node, "Note")
    for part, there in parts:
        yield from _citations(part, printed=there, noted=noted)


def _clean(inlines: Nodes, line: int, numbers: Mapping[str, str]) -> Nodes:
    """Clean up pandoc's output: set its line, link to numbered entries, drop anonymous spans and remove empty strings."""

    def own(item: Node) -> Nodes | None:
        if item["t"] in ("Emph", "Strong", "SmallCaps"):
            item["c"] = _fix_spaces(item["c"])
        if item["t"] == "Link" and (label := numbers.get(item["c"][2][0].removeprefix("#"))):
            return [link(item["c"][1], label)]
        return list(item["c"][1]) if item["t"] == "Span" and not item["c"][0][2] else None

    made: Nodes = change(inlines, own)
    for node in walk(made):
        node[LINE] = line
    return _fix_spaces(made)


def _fix_spaces(inlines: Nodes) -> Nodes:
    """Remove empty strings; pandoc leaves one in place of a space after a formula, which is restored."""
    befores = [{"t": ""}, *inlines]
    spaced = [
        {"t": "Space"} if item.get("c") == "" and is_node(b, "Math") else item
        for item, b in zip(inlines, befores, strict=False)
    ]
    return [item for item in spaced if item.get("c") != ""]


def _trim(inlines: Nodes) -> Nodes:
    return inlines[:-1] if inlines and inlines[-1]["t"] == "Space" else inlines


def _closed_up(node: Node) -> Nodes | None:
    """Remove the space before a note that replaced a citation."""
    if node["t"] in ("Para", "Plain", "Emph", "Strong"):
        inlines = node["c"]
        node["c"] = [
            item
            for item, follows in zip(inlines, [*inlines[1:], None], strict=False)
            if not (item["t"] in ("Space", "SoftBreak") and follows is not None and _is_cited_note(follows))
        ]
    return None


def _is_cited_note(node: Node) -> bool:
    return node["t"] == "Note" and any(has_class(item, "cited") for item in node["c"][0]["c"][:1])
