"""What the section of each task cites and shows, and what in it is not measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from report_builder.document.channel import is_printed
from report_builder.document.ledger import Citation
from report_builder.document.material import Material
from report_builder.document.places import Places
from report_builder.document.structure import task_of
from report_builder.document.tree import LINE, Node, Nodes, select, value, walk
from report_builder.errors import Problem
from report_builder.records import frozen


@frozen
class Section:
    """The facts that the section of a task cites, the template lines it comes from, and what in it is not measured."""

    facts: frozenset[str]
    places: frozenset[str]
    unmeasured: tuple[Problem, ...] = ()


def sections(
    divs: Nodes, places: Places, citations: Iterable[Citation], material: Material, undrawn: Mapping[str, Problem]
) -> dict[str, Section]:
    """Return the section of each task among the blocks.

    A fact belongs to a section if the section prints it or a line between its fences reads it, as in a condition or formula.

    Args:
        undrawn: image target -> problem, for figures that have not been drawn.
    """
    extents = places.tasks()
    tasks = [(name, node) for node in divs if (name := task_of(node))]
    return {name: _section(node, extents.get(name, (0, -1)), places, citations, material, undrawn) for name, node in tasks}


def _section(
    task: Node,
    extent: tuple[int, int],
    places: Places,
    citations: Iterable[Citation],
    material: Material,
    undrawn: Mapping[str, Problem],
) -> Section:
    origins = places.source.lines[extent[0] - 1 : extent[1]] if extent[0] else ()
    read = [citation for citation in citations if citation.kind == "facts" and is_inside(citation.lines, origins)]
    nodes = [*walk(task)]
    marks = [node for node in select(nodes, "Span") if is_printed(node)]
    printed = {name for mark in marks for name in f"{value(mark, 'name')} {value(mark, 'facts')}".split()}
    numbers = {*range(extent[0], extent[1] + 1), *(node[LINE] for node in nodes if LINE in node)}
    targets = dict.fromkeys(node["c"][2][0] for node in select(nodes, "Image"))
    lacking = [*unmeasured_facts(read, material), *(undrawn[target] for target in targets if target in undrawn)]
    return Section(
        frozenset(printed | {citation.name for citation in read}),
        frozenset({*map(places.line, numbers), places.of(task)}),
        tuple(lacking),
    )


def unmeasured_facts(citations: Iterable[Citation], material: Material) -> Iterator[Problem]:
    """Yield a problem for each fact that is cited but not measured, at its first citation."""
    first: dict[str, Citation] = {}
    for citation in citations:
        if citation.kind == "facts":
            first.setdefault(citation.name, citation)
    for name, citation in first.items():
        fact = material.facts.get(name)
        if fact is not None and fact.placeholder:
            yield Problem(citation.where, "a fact that is not measured", repr(name))


def cautions(citations: Iterable[Citation], material: Material) -> Iterator[Problem]:
    """Yield what a reader of a cited number must know, once per run and caution, at the first citation."""
    said = set[tuple[str, str]]()
    for citation in citations:
        fact = material.facts.get(citation.name) if citation.kind == "facts" else None
        if fact is not None and fact.caution and (fact.run, fact.caution) not in said:
            said.add((fact.run, fact.caution))
            yield Problem(f"{citation.where}: {fact.name}", fact.caution)


def is_inside(lines: Iterable[tuple[str, int]], origins: Sequence[tuple[str, int]]) -> bool:
    """Whether one of these active template lines lies between two fences; `origins` are the lines from one to the other."""
    if not origins:
        return False
    file, first = origins[0]
    last = max(line for other, line in origins if other == file)
    return any(other == file and first <= line <= last for other, line in lines)
