"""Parses rendered Markdown with pandoc, locates the lines of its nodes, and replaces tokens by nodes."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from typing import Any

from report_builder.document import leftover
from report_builder.document.channel import Channel, Piece
from report_builder.document.formulas import as_text
from report_builder.document.ledger import Result, SourceMap
from report_builder.document.pandoc import Tree
from report_builder.document.places import Places, deepest, give_lines
from report_builder.document.rendering import Rendered
from report_builder.document.tree import LINE, SAID, Node, Nodes, Part
from report_builder.errors import Problem, ReportError
from report_builder.limits import NESTING
from report_builder.records import frozen

_WARNED = re.compile(r"line (\d+)")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_NUMBER = re.compile(r"[-−+±]?\s*\d[\d.,\s±]*")
_GROUPS = re.compile("[\u00a0\u2009\u202f]")


@frozen
class Read:
    """A text as a tree.

    Attributes:
        blocks: pandoc blocks; every leaf has its line.
        places: looks up lines.
        problems: pandoc's warnings, and figures and other blocks in the middle of a sentence.
        findings: source that would be printed verbatim, and printed values that were altered.
        results: outcomes of comparisons in short form.
    """

    blocks: Nodes
    places: Places
    problems: tuple[Problem, ...]
    findings: tuple[Problem, ...]
    results: tuple[Result, ...] = ()


def read(rendered: Rendered) -> Read:
    """Parse a rendered text, and the author's Markdown inside its tokens."""
    channel = rendered.channel
    places = Places(rendered.text, rendered.source, channel.labels(rendered.text))
    held = rendered.held
    whole, *parts = _trees(rendered, places)
    give_lines(whole.blocks, rendered.text)
    depth, line = deepest(whole.blocks)
    NESTING.hold(depth, places.line(line))
    for where, part in zip(held.values(), parts, strict=True):
        NESTING.hold(deepest(part.blocks)[0], where)
    blocks, findings = leftover.Leftover(places.of).judge(whole.blocks)
    findings += leftover.typed(rendered.text, places.line)
    inlines: dict[str, Nodes] = {}
    problems = [_warning_problem(warning, places.source, "") for warning in whole.warnings]
    for (words, where), part in zip(held.items(), parts, strict=True):
        said, found = leftover.Leftover(functools.partial(_there, where)).judge(part.blocks)
        findings += found
        problems += [_warning_problem(warning, places.source, where) for warning in part.warnings]
        inlines[words] = [child for block in said for child in block.get("c", ())][1:]
    expansion = _Expansion(channel, inlines, places)
    blocks = expansion.blocks(blocks)
    results = tuple(replace(result, nodes=expansion.blocks(result.nodes)) for result in rendered.results)
    return Read(blocks, places, (*problems, *expansion.problems), (*findings, *_changed_values(rendered)), results)


def _trees(rendered: Rendered, places: Places) -> list[Tree]:
    try:
        return rendered.ask().result()
    except RecursionError:
        raise ReportError(NESTING.problem(places.line(0))) from None
    except ReportError as error:
        step = "Deeply nested or unclosed brackets take very long to parse."
        raise ReportError(
            *(replace(p, where=places.line(0), next_step=f"{step} {p.next_step}") for p in error.problems)
        ) from None


def _there(where: str, _: Node) -> str:
    return where


def _warning_problem(warning: str, source: SourceMap, where: str) -> Problem:
    line = _WARNED.search(warning)
    rule = "a block (:::) is not closed" if "unclosed" in warning else warning
    return Problem(where or source.where(int(line[1]) if line else 0), rule)


def _changed_values(rendered: Rendered) -> list[Problem]:
    """Return a problem for each printed value that a filter or anything else altered on its way into the text."""
    rule = "what is printed here was changed or cut on its way into the text"
    step = "A filter changes typed words; a value has .text and .value for conditions."
    lost = rendered.channel.lost(rendered.text)
    found = [Problem(piece.where, rule, rendered.channel.plain(piece.text), next_step=step) for piece in lost]
    if not found and rendered.channel.torn(rendered.text):
        found.append(Problem(rendered.source.where(0), rule, next_step=step))
    return found


class _Expansion:
    """Replaces tokens in the tree by their content."""

    def __init__(self, channel: Channel, inlines: dict[str, Nodes], places: Places) -> None:
        self._channel = channel
        self._inlines = inlines
        self._places = places
        self.problems: list[Problem] = []

    def blocks(self, nodes: Nodes) -> Nodes:
        """Return the blocks with their tokens expanded."""
        found: Nodes = self._below(nodes)
        return found

    def _below(self, node: Part) -> Any:
        if isinstance(node, list):
            made: list[Part] = []
            for item in node:
                kind = item.get("t") if type(item) is dict else None
                if kind == "Space" or (kind == "Str" and not self._channel.holds(item["c"])):
                    made.append(item)
                elif kind:
                    made += self._one(item)
                else:
                    made.append(self._below(item))
            return made
        if isinstance(node, dict):
            return {key: self._below(item) if isinstance(item, (list, dict, str)) else item for key, item in node.items()}
        return self._channel.plain(node) if isinstance(node, str) else node

    def _one(self, node: Node) -> Nodes:
        kind = node["t"]
        if kind == "Str":
            return self._words(node)
        if kind in ("Para", "Plain"):
            return self._paragraph(node)
        if kind == "CodeBlock" and (words := " ".join(dict(node["c"][0][2]).get("caption", "").split())) in self._inlines:
            return [self._below(node) | {SAID: self._expand(self._inlines[words], node.get(LINE, 0))}]
        if kind == "Markdown":
            return self._expand(self._inlines[node["c"]], node.get(LINE, 0))
        if kind == "Math" and self._channel.holds(node["c"][1]):
            tex = "".join(
                part if isinstance(part, str) else _tex(self._channel.plain(part.text))
                for part in self._channel.split(node["c"][1])
            )
            return [{**node, "c": [node["c"][0], tex]}]
        return [self._below(node)]

    def _words(self, node: Node) -> Nodes:
        """Split a word that contains tokens into words and inlines."""
        made: Nodes = []
        for part in self._channel.split(node["c"]):
            if isinstance(part, str):
                made.append({**node, "c": part})
            elif part.block:
                self._note_misplaced(part)
            else:
                made += self._expand(part.nodes, node.get(LINE, 0))
        return made

    def _paragraph(self, node: Node) -> Nodes:
        """Expand a paragraph; block tokens at the start or end of its lines are moved out of it."""
        made: Nodes = []
        opened: Nodes = []
        for line in _lines(node["c"]):
            before, words, after = self._split_line(line)
            made += before
            if words and (not made or not opened or made[-1] is not opened[-1]):
                opened.append({**node, "c": []})
                made.append(opened[-1])
            if words:
                opened[-1]["c"] += [*([{"t": "SoftBreak"}] if opened[-1]["c"] else []), *words]
            made += after
        for paragraph in opened:
            paragraph["c"] = self._below(paragraph["c"])
        return made

    def _split_line(self, line: Nodes) -> tuple[Nodes, Nodes, Nodes]:
        """Return the blocks at the start of a line, its words, and the blocks at its end."""
        first, last = 0, len(line)
        while first < last and (line[first]["t"] == "Space" or self._pieces(line[first])):
            first += 1
        while first < last and (line[last - 1]["t"] == "Space" or self._pieces(line[last - 1])):
            last -= 1
        return self._blocks_of(line[:first]), line[first:last], self._blocks_of(line[last:])

    def _pieces(self, node: Node) -> list[Piece]:
        """Return the pieces of a word that consists only of block tokens."""
        parts = [*self._channel.split(node["c"])] if node["t"] == "Str" and self._channel.holds(node["c"]) else []
        pieces = [part for part in parts if isinstance(part, Piece) and part.block]
        return pieces if len(pieces) == len(parts) else []

    def _blocks_of(self, words: Nodes) -> Nodes:
        return [
            block for node in words for piece in self._pieces(node) for block in self._expand(piece.nodes, node.get(LINE, 0))
        ]

    def _note_misplaced(self, piece: Piece) -> None:
        what = ", ".join(piece.labels) or "a block"
        rule = "a figure, table, listing or formula must stand alone in its paragraph"
        self.problems.append(Problem(piece.where, rule, what, next_step="Leave a blank line before and after it."))

    def _expand(self, nodes: Nodes, line: int) -> Nodes:
        """Return a copy of nodes with all leaves on the given line and tokens expanded."""
        found: Nodes = self._below(_set_line(nodes, line))
        return found


def _set_line(node: Part, line: int) -> Part:
    if isinstance(node, list):
        return [_set_line(item, line) for item in node]
    if isinstance(node, dict):
        return {key: _set_line(item, line) for key, item in node.items()} | ({LINE: line} if "t" in node else {})
    return node


def _lines(inlines: Nodes) -> list[Nodes]:
    lines: list[Nodes] = [[]]
    for node in inlines:
        if node["t"] == "SoftBreak":
            lines.append([])
        else:
            lines[-1].append(node)
    return lines


def _tex(words: str) -> str:
    """Return a printed number as TeX, anything else as text inside a formula."""
    if not _NUMBER.fullmatch(words):
        return as_text(words)
    return _GROUPS.sub(r"\\,", _DECIMAL_COMMA.sub("{,}", words.replace("−", "-")))
