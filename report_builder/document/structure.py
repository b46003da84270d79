"""Normalizes the tree that pandoc read to the few forms that later passes handle.

Afterwards, an equation with a label is a `Div.equation` (formula, optional caption), code with a label is a `Div.listing`
(code, optionally preceded by text, then caption), a task begins with its heading, and headings skip no level.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from report_builder.document.boilerplate import CALLOUTS
from report_builder.document.lists import heading, kind_of
from report_builder.document.material import TaskCard
from report_builder.document.places import Places
from report_builder.document.tree import (
    SAID,
    Node,
    Nodes,
    attr,
    attributes,
    code,
    div,
    elements,
    exchange,
    has_class,
    identifier,
    para,
    plain_text,
    select,
    text,
    value,
    walk,
)
from report_builder.errors import Problem, near_miss
from report_builder.languages import Language

FRONT = ("abstract", "summary")  # blocks at the very beginning, before the table of contents
PARTS = ("aim", "conclusions")  # blocks that get a standard heading
_EQUATION_LABEL = re.compile(r"^\{#(eq:[\w.-]+)\}$")


def shape(blocks: Nodes, tasks: Mapping[str, TaskCard], language: Language, places: Places) -> tuple[Nodes, list[Problem]]:
    """Normalize the blocks in place; return their elements and the problems found."""
    problems: list[Problem] = []
    labelled = any("{#eq:" in word["c"] for word in walk(blocks, "Str"))
    for table in walk(blocks, "Table"):
        attributes(table)[1].clear()  # a class of a block, such as `task`, would make it one
    exchange(blocks, lambda block: _shape(block, language, problems, places, labelled=labelled))
    problems += _front(blocks, places)
    level = 0
    for block in blocks:
        if block["t"] == "Header":
            level = block["c"][0]
        elif block["t"] == "Div" and has_class(block, "task"):  # a table or code block may have any class
            _head_task(block, level, tasks, language, places, problems)
        elif block["t"] == "Div" and any(has_class(block, name) for name in PARTS):
            _part(block, language)
    found = elements(blocks)
    _level(select(found, "Header"))
    problems += [
        Problem(
            places.label(identifier(image)),
            "an image with a label must stand alone in its paragraph, with blank lines around it",
            identifier(image),
        )
        for image in select(found, "Image")
        if identifier(image).startswith("fig:")
    ]
    return found, problems


def _shape(block: Node, language: Language, problems: list[Problem], places: Places, *, labelled: bool) -> Nodes | None:
    if labelled and block["t"] in ("Para", "Plain"):
        return _equation(block, problems, places)
    if block["t"] == "DefinitionList":
        _part_definitions(block)
    if block["t"] not in ("Div", "CodeBlock"):
        return None
    if has_class(block, "equation") and not _is_equation(block["c"][1]):
        rule, step = "a block .equation has a formula, and then perhaps one paragraph: its caption", "::: {.equation #eq:name}"
        problems.append(Problem(places.naming("equation", block), rule, next_step=step))
        return []
    if block["t"] == "CodeBlock" and (identifier(block).startswith("lst:") or value(block, "cell")):
        return _listing(block, problems, places)
    if kind_of(block):
        return heading(block, language)
    if {*CALLOUTS} & {*attributes(block)[1]} and any(has_class(first, "title") for first in block["c"][1][:1]):
        del block["c"][1][0]  # the English title that a GitHub-style callout gets from pandoc
    return None


def front(blocks: Nodes) -> int:
    """Return the number of blocks before the table of contents."""
    return next((i for i, block in enumerate(blocks) if not any(has_class(block, name) for name in FRONT)), len(blocks))


def _front(blocks: Nodes, places: Places) -> list[Problem]:
    """Return a problem for each abstract that does not stand at the beginning."""
    misplaced = [div for div in walk(blocks[front(blocks) :], "Div") if has_class(div, FRONT[0])]
    rule = "this block stands before everything else: it is printed before the contents"
    return [Problem(places.of(div), rule, next(iter(attributes(div)[1])), next_step="Write it first.") for div in misplaced]


def _part(block: Node, language: Language) -> None:
    """Insert the heading of a part with a standard name."""
    name = next(iter(attributes(block)[1]))
    words = text(language.word(f"headings.{name}"))
    block["c"][1].insert(0, {"t": "Header", "c": [1, attr(name, ["unnumbered"]), words]})


def _equation(block: Node, problems: list[Problem], places: Places) -> Nodes | None:
    labels = [node["c"] for node in walk(block["c"], "Str") if "{#eq:" in node["c"]]
    if not labels:
        return None
    first, last = block["c"][0], _EQUATION_LABEL.match(labels[-1])
    if first["t"] != "Math" or last is None or plain_text(block["c"][1:]) != labels[-1]:
        rule = "an equation's label stands right after its formula, alone in the paragraph"
        problems.append(Problem(places.of(block), rule, labels[-1], "$$ ... $$ {#eq:name}"))
        return None
    return [div([para([first])], ["equation"], last[1])]


def _is_equation(blocks: Nodes) -> bool:
    first, *others = [block["c"] if block["t"] == "Para" else [] for block in blocks] or [[]]
    alone = len(first) == 1 and first[0]["t"] == "Math" and first[0]["c"][0]["t"] == "DisplayMath"
    return alone and (not others or (len(others) == 1 and bool(others[0])))


def _part_definitions(block: Node) -> None:
    """Make the paragraphs of long definitions `Para`: pandoc reads them as `Plain`, which its writers would join."""
    for definition in (blocks for _, several in block["c"] for blocks in several if len(blocks) > 1):
        for part in definition:
            part["t"] = "Para" if part["t"] == "Plain" else part["t"]


def _listing(block: Node, problems: list[Problem], places: Places) -> Nodes:
    """Convert pandoc-crossref's form of a listing, with the caption as an attribute; unlabelled code may be a notebook cell."""
    label, classes, values = block["c"][0]
    given = {"startFrom": "1", **dict(values)}
    wrong = [f"{key}={given[key]}" for key in ("startFrom", "cell") if not given.get(key, "1").isdecimal()]
    rule = "the first line number and the cell number of a listing must be whole numbers"
    problems += [Problem(places.of(block), rule, received) for received in wrong]
    block["c"][0] = attr("" if label.startswith("lst:") else label, classes, {"startFrom": given["startFrom"]})
    said = block.pop(SAID, None) or text(given.get("caption", ""))
    head = [prompt(given["cell"])] if "cell" in given else []
    return [div([*head, block, para(said)], ["listing"], label)] if label.startswith("lst:") else [*head, block]


def prompt(cell: str) -> Node:
    """Return the prompt above a notebook cell."""
    return para([code(f"In [{cell}]:")])


def _head_task(
    block: Node, level: int, tasks: Mapping[str, TaskCard], language: Language, places: Places, problems: list[Problem]
) -> None:
    name = identifier(block)
    where = next(iter(places.labels(f"task:{name}")), places.of(block))
    if tasks and name not in tasks:
        problems.append(Problem(where, "a task that the experiment does not declare", repr(name), near_miss(name, tasks)))
    title = tasks[name].title if name in tasks else ""
    inside = [*walk(block, "Header")]
    lift = level + 2 - min((node["c"][0] for node in inside), default=0)
    for node in inside:
        node["c"][0] += lift
        node["c"][1][1].append("unnumbered")
    words = text(language.word("task", id=name) + (f". {title}" if title else ""))
    block["c"][0] = attr("", ["task"], {"task": name})
    block["c"][1].insert(0, {"t": "Header", "c": [level + 1, attr(f"task:{name}", ["unnumbered", "task-title"]), words]})


def _level(headers: Nodes) -> None:
    """Renumber headings so that they begin at 1 and never skip a level, as tagged PDF requires."""
    open_levels: list[int] = []
    for header in headers:
        level = header["c"][0]
        while open_levels and open_levels[-1] >= level:
            open_levels.pop()
        open_levels.append(level)
        header["c"][0] = len(open_levels)


def task_of(block: Node) -> str:
    """Return the id of the task that a `Div` contains, or ""."""
    return value(block, "task") if block["t"] == "Div" and has_class(block, "task") else ""
