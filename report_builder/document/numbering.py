"""Numbers figures, tables, listings, equations and sections in document order, and heads their captions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from report_builder.document.panels import LETTERS, parts_of
from report_builder.document.places import Places
from report_builder.document.tree import Node, Nodes, caption_of, has_class, identifier, para, select, strong, text
from report_builder.errors import Problem
from report_builder.languages import NO_BREAK, Language

_KIND = {"Figure": "fig", "Table": "tbl"}


@dataclass
class Numbers:
    """The numbers of one document.

    Attributes:
        labels: label -> number as printed, in document order: `fig:ae-grid` -> `3`, `sec:vae` -> `2.1`.
        problems: duplicate labels.
    """

    language: Language
    places: Places
    labels: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _count: Counter[str] = field(default_factory=Counter)
    _sections: list[int] = field(default_factory=list)
    _panels: set[int] = field(default_factory=set)

    def give(self, found: Nodes) -> None:
        """Numbers the elements of a tree in place."""
        for node in select(found, "Header", "Div", *_KIND):
            if node["t"] == "Header":
                self._header(node)
            elif node["t"] in _KIND and id(node) not in self._panels:
                self._caption(node, _KIND[node["t"]])
            elif node["t"] == "Div":
                self._div(node)

    def _div(self, node: Node) -> None:
        if has_class(node, "equation"):
            number = self._next("eq", identifier(node))
            node["c"][0][2].append(["number", number])
        elif has_class(node, "listing"):
            self._last_paragraph(node, "lst")
        elif has_class(node, "panels"):
            self._side_by_side(node)

    def _header(self, node: Node) -> None:
        level, (label, classes, _), words = node["c"]
        self._count["heading"] += 1
        node["c"][1][0] = label or f"heading-{self._count['heading']}"
        if label.startswith("task:"):
            self._register(label, label.removeprefix("task:"))
        elif "unnumbered" not in classes:
            self._sections = [*self._sections, *[0] * level][:level]
            self._sections[-1] += 1
            number = ".".join(map(str, self._sections))
            words[:0] = [{"t": "Str", "c": f"{number}.{NO_BREAK}"}]
            self._register(label, number)

    def _caption(self, node: Node, kind: str) -> None:
        caption = caption_of(node)
        if identifier(node).startswith(f"{kind}:"):
            caption[:0] = self._head(kind, self._next(kind, identifier(node)))

    def _last_paragraph(self, node: Node, kind: str) -> None:
        """Listings and panels end with their caption."""
        blocks = node["c"][1]
        if not blocks or blocks[-1]["t"] not in ("Para", "Plain"):
            blocks.append(para([]))
        blocks[-1]["c"][:0] = self._head(kind, self._next(kind, identifier(node)))

    def _side_by_side(self, node: Node) -> None:
        self._last_paragraph(node, "fig")
        number = self.labels.get(identifier(node), "")
        for letter, figure in zip(LETTERS, parts_of(node), strict=False):
            self._panels.add(id(figure))
            self._register(identifier(figure), number + letter)
            caption_of(figure)[:0] = [*text(f"({letter})"), {"t": "Space"}]

    def _head(self, kind: str, number: str) -> Nodes:
        return [strong(text(self.language.caption(kind, number))), *([{"t": "Space"}] if self.language.spaced else [])]

    def _next(self, kind: str, label: str) -> str:
        self._count[kind] += 1
        number = str(self._count[kind])
        self._register(label, number)
        return number

    def _register(self, label: str, number: str) -> None:
        if not label:
            return
        if label in self.labels:
            rule = "two elements have the same label" if ":" in label else "two elements have the same id"
            self.problems.append(Problem(", ".join(self.places.labels(label)), rule, label))
        self.labels[label] = number
