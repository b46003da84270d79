"""Turns Markdown into the numbered, linked and checked tree that every writer starts from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path

from report_builder import languages
from report_builder.document import formulas
from report_builder.document.appendix import has_comparisons
from report_builder.document.boilerplate import CALLOUTS
from report_builder.document.captions import say_once
from report_builder.document.citations import Cited, cite
from report_builder.document.drafting import mark_missing, unmarked
from report_builder.document.honesty import Honesty, repeated
from report_builder.document.introductions import introduce_once
from report_builder.document.lists import LISTS, fill
from report_builder.document.material import Header, Material
from report_builder.document.numbering import Numbers
from report_builder.document.panels import misshapen, parts_of
from report_builder.document.pictures import Picture, Pictures
from report_builder.document.places import Places
from report_builder.document.reading import read
from report_builder.document.references import References, dangling
from report_builder.document.rendering import Rendered
from report_builder.document.sections import Section, cautions, sections, unmeasured_facts
from report_builder.document.statuses import Judge, Judged
from report_builder.document.structure import FRONT, PARTS, shape, task_of
from report_builder.document.summary import sum_up
from report_builder.document.tree import (
    ATTRIBUTED,
    Node,
    Nodes,
    attributes,
    change,
    elements,
    exchange,
    has_class,
    identifier,
    para,
    select,
    text,
    walk,
)
from report_builder.document.typography import keep, set_type
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.facts import Fact
from report_builder.languages import Language
from report_builder.records import frozen
from report_builder.store import Memo

MOST = 8  # untranslated phrases that a warning lists
_BLOCK_CLASSES = (
    *("task", "question", "answer", "opinion", "stated", "pagebreak", "landscape", "panels", "listing", "symbols", "equation"),
    *FRONT,
    *PARTS,
    *CALLOUTS,
    *LISTS,
)


@frozen
class Document:
    """A report as a tree, with everything that its writers need.

    Attributes:
        header: the title block.
        blocks: pandoc blocks in canonical form (see `structure`).
        labels: label -> number, in document order.
        figures: ids of the experiment's figures shown, in document order.
        images: image target -> picture.
        findings: false claims, typed numbers and verdicts, unanswered tasks; exit code 3 unless the document is a draft.
        warnings: figures that nothing refers to, untranslated phrases, and the like.
        places: finds the template line of a text, for problems that only a writer can detect.
        links: image target -> published file that the Markdown output links to.
        sections: the sections of the tasks, by task.
        facts: names of the facts that the document cites.
        unmeasured: facts cited without being measured and figures shown without being drawn, each with its template line; a
            document that is not a draft must not be written while there are any.
        judged: the status of every sentence.
        measured: the facts that are cited and measured, by name.
    """

    header: Header
    blocks: Nodes
    labels: Mapping[str, str]
    figures: tuple[str, ...]
    images: Mapping[str, Picture]
    findings: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    places: Places | None = None
    links: Mapping[str, Path] = field(default_factory=dict)
    sections: Mapping[str, Section] = field(default_factory=dict)
    facts: frozenset[str] = frozenset()
    unmeasured: tuple[Problem, ...] = ()
    judged: Judged = field(default_factory=Judged)
    measured: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def language(self) -> Language:
        """The language of the words that the program adds."""
        return languages.load(self.header.language)

    @property
    def sources(self) -> frozenset[tuple[str, str]]:
        """The sources of its tables, as pairs such as `("figure", id)`, whether or not the figure itself is shown."""
        tables = walk(self.blocks, "Table")
        return frozenset((key, name) for table in tables for key, name in attributes(table)[2])

    def published(self, files: Mapping[str, Mapping[str, Path]]) -> Document:
        """Return the document linking to its figures as published; `files` maps figure id -> suffix (`png`, `svg`) -> file."""
        named = {
            target: files[target.removeprefix("figure:")][picture.file.suffix[1:]]
            for target, picture in self.images.items()
            if target.removeprefix("figure:") in files
        }
        return replace(self, links=named)

    def task(self, name: str) -> Document:
        """Return the section of one task as a document with the same numbers; references to anything outside become plain text.

        Raises:
            ReportError: if the document has no such task.
        """
        section = [node for node in walk(self.blocks, "Div") if task_of(node) == name]
        if not section:
            known = [task_of(node) for node in walk(self.blocks, "Div") if task_of(node)]
            raise ReportError(Problem("", "unknown task", repr(name), near_miss(name, known)))
        present = {identifier(node) for node in walk(section, *ATTRIBUTED)}

        def cut(node: Node) -> Nodes | None:
            lost = node["t"] == "Link" and node["c"][2][0].startswith("#") and node["c"][2][0][1:] not in present
            return node["c"][1] if lost else None

        lift = next((node["c"][0] for node in walk(section, "Header")), 1) - 1
        blocks = change(section, cut)
        for node in walk(blocks, "Header"):
            node["c"][0] -= lift
        told = self.sections[name]
        return replace(
            self,
            blocks=blocks,
            figures=tuple(f for f in self.figures if f"fig:{f}" in present),
            findings=tuple(finding for finding in self.findings if finding.where in told.places),
            warnings=tuple(warning for warning in self.warnings if warning.where in told.places),
            facts=told.facts,
            unmeasured=told.unmeasured,
        )


def compose(rendered: Rendered, material: Material, *, draft: bool = False, memo: Memo | None = None) -> Document:
    """Parse the Markdown once, then number, link and check the tree.

    Args:
        rendered: the result of `render`.
        material: the material it was rendered with.
        draft: mark false claims, missing parts and unmeasured values in the text.
        memo: caches formatted citations between builds.

    Raises:
        ReportError: with all mistakes of the rendering and the text, such as undefined or duplicate labels, missing images,
            broken formulas, unclosed blocks and unknown block classes; and with the findings, unless a mistake may cause them.
    """
    language = languages.load(material.header.language)
    found = read(rendered)
    blocks, places = found.blocks, found.places
    nodes, problems = shape(blocks, material.tasks, language, places)
    broken, divs = _formulas(nodes, places), select(nodes, "Div")
    problems += [*_unknown_blocks(divs, places, cites=bool(material.bibliography)), *misshapen(divs, places)]
    if not rendered.answers:
        exchange(blocks, lambda node: [] if node["t"] == "Div" and has_class(node, "answer") else None)
        nodes = elements(blocks)
    honesty = Honesty(material.tasks if rendered.answers else {}, places)
    missing, copied = honesty.tasks_met(divs), [*repeated(divs, places)]
    judged = Judge.of(material, places, rendered.wordings).judge(blocks, nodes)
    findings = [*found.findings, *honesty.claims(rendered.claims), *judged.findings]
    findings += [finding for _, _, finding in missing]
    if material.tally and any(judged.tally):
        blocks.insert(len(blocks) - has_comparisons(blocks), _tally(judged, language))
    cited = Cited(places)
    if material.bibliography:
        cited = cite(blocks, material, places, memo)
        nodes, places = elements(blocks), cited.places
    sum_up(divs, found.results, places, language)
    linked = _link(blocks, nodes, material, places, draft=draft)
    problems = [*rendered.problems, *problems, *found.problems]  # these may change what the text around them says
    pointing = [*cited.problems, *linked.problems, *broken]
    if problems or pointing:
        raise ReportError(*dict.fromkeys([*problems, *pointing, *([] if problems else findings)]))
    if draft and missing:
        mark_missing(blocks, [(task, part) for task, part, _ in missing], language)
    parts = sections(divs, places, rendered.citations, material, linked.undrawn)
    set_type(blocks, language)
    exchange(blocks, lambda node: unmarked(node, language, draft=draft))
    figures = tuple(name for label in linked.labels if (name := label.removeprefix("fig:")) in material.figures)
    warnings = (
        *linked.warnings,
        *(cited.warnings if rendered.answers else ()),
        *copied,
        *cautions(rendered.citations, material),
        *_untranslated(material, language),
        *material.not_inherited,
    )
    header = material.header
    return Document(
        replace(header, title=keep(header.title, language), subtitle=keep(header.subtitle, language)),
        blocks,
        linked.labels,
        figures,
        linked.images,
        (*findings, *cited.findings),
        warnings,
        places,
        sections=parts,
        facts=frozenset(rendered.cited.facts),
        judged=judged,
        measured={name: fact for name in rendered.cited.facts if (fact := material.facts.get(name)) and not fact.placeholder},
        unmeasured=(*unmeasured_facts(rendered.citations, material), *linked.undrawn.values()),
    )


def _tally(judged: Judged, language: Language) -> Node:
    """Return a paragraph with the number of sentences on results that are measured and the number stated by the author."""
    measured, stated = judged.tally
    return para(text(language.word("stated_tally", measured=measured, stated=stated)))


def _untranslated(material: Material, language: Language) -> Iterator[Problem]:
    """Warn of phrases printed in another language because the report's language has no translation for them."""
    lacking = [repr(words) for words in material.untranslated]
    if lacking:
        told = ", ".join(lacking[:MOST]) + (f" and {len(lacking) - MOST} more" if len(lacking) > MOST else "")
        step = f"report-builder list languages --check {language.code} lists them; those of a custom kind belong in its file."
        yield Problem(language.file.name, "words that are not translated are printed in another language", told, next_step=step)


@frozen
class _Linked:
    labels: Mapping[str, str]
    images: Mapping[str, Picture]
    undrawn: Mapping[str, Problem]
    problems: list[Problem]
    warnings: list[Problem]


def _link(blocks: Nodes, nodes: Nodes, material: Material, places: Places, *, draft: bool) -> _Linked:
    """Number the elements, resolve references and pictures, and fill the lists of figures, in place."""
    language = languages.load(material.header.language)
    numbers = Numbers(language, places, together=material.header.numbering == "all")
    numbers.give(nodes)
    references = References(numbers.labels, language, places)
    references.resolve(blocks)
    say_once(blocks, references)
    introduce_once(blocks, material.runs, language)
    references.mention(blocks)
    nodes = elements(blocks)
    listed = [*fill(nodes, numbers.labels, places)]
    pictures = Pictures(material, Path(places.source.template).parent, places, draft=draft)
    pictures.resolve(select(nodes, "Image"))
    lost = dangling(nodes, numbers.labels, places)
    problems = [*numbers.problems, *references.problems, *pictures.problems, *lost, *listed]
    return _Linked(numbers.labels, pictures.files, pictures.unmeasured, problems, _unseen(nodes, references, places))


def _formulas(nodes: Nodes, places: Places) -> list[Problem]:
    """Return a problem for each formula that cannot be typeset."""
    wrong = {}
    for node in select(nodes, "Math"):
        tex = node["c"][1]
        if tex not in wrong and (problem := formulas.problem(tex, places.of(node))):
            wrong[tex] = problem
    return [*wrong.values()]


def _unknown_blocks(divs: Nodes, places: Places, *, cites: bool) -> list[Problem]:
    named = [
        (node, name)
        for node in divs
        for name in attributes(node)[1] or ["#refs"] * (identifier(node) == "refs" and not cites)
        if name not in _BLOCK_CLASSES
    ]
    rule = "unknown kind of block"
    return [Problem(places.naming(name, node), rule, repr(name), near_miss(name, _BLOCK_CLASSES)) for node, name in named]


def _unseen(nodes: Nodes, references: References, places: Places) -> list[Problem]:
    """Warn of figures that no sentence refers to; for figures side by side, a reference to the group or any panel suffices."""
    named = [node for node in select(nodes, "Figure", "Div") if node["t"] == "Figure" or has_class(node, "panels")]
    groups = [(node, {identifier(part) for part in parts_of(node)}) for node in named if node["t"] == "Div"]
    inner = {
        label for node, parts in groups for label in (*parts, *([identifier(node)] if parts & {*references.cited} else []))
    }
    rule = "nothing refers to this figure"
    unseen = [
        identifier(node)
        for node in named
        if identifier(node).startswith("fig:") and identifier(node) not in {*references.cited, *inner}
    ]
    return [Problem(places.label(name), rule, name, next_step=f"Refer to it: @{name}") for name in unseen]
