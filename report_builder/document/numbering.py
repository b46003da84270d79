"""Numbers figures, tables, listings, equations, sections and appendices in document order, and labels their captions."""

from __future__ import annotations

from collections import Counter, defaultdict
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
        together: whether everything with a caption shares one counter.
        labels: label -> printed number, in document order: `fig:ae-grid` -> `3`, `sec:vae` -> `2.1`, `app:data` -> `A`.
        problems: duplicate labels and invalid appendices.
    """

    language: Language
    places: Places
    together: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _letter: str = ""  # letter of the current appendix; each has its own counters
    _count: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _sections: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _headings: int = 0
    _panels: set[int] = field(default_factory=set)

    def give(self, found: Nodes) -> None:
        """Number the elements of a tree in place."""
        for node in select(found, "Header", "Div", *_KIND):
            if node["t"] == "Header":
                self._header(node)
            elif node["t"] in _KIND and id(node) not in self._panels:
                self._number_caption(node, _KIND[node["t"]])
            elif node["t"] == "Div":
                self._div(node)

    def _div(self, node: Node) -> None:
        if has_class(node, "equation"):
            captions = node["c"][1][1:]
            number = self._next("eq", identifier(node), together=self.together and bool(captions))
            node["c"][0][2].append(["number", number])
            for caption in captions:
                caption["c"][:0] = self._head("eq", number)
        elif has_class(node, "listing"):
            self._last_paragraph(node, "lst")
        elif has_class(node, "panels"):
            self._side_by_side(node)

    def _header(self, node: Node) -> None:
        level, (label, classes, _), words = node["c"]
        self._headings += 1
        node["c"][1][0] = label or f"heading-{self._headings}"
        if level == 1:
            self._letter = ""
        if label.startswith("app:"):
            self._number_appendix(node)
        elif label.startswith("task:"):
            self._register(label, label.removeprefix("task:"))
        elif "unnumbered" not in classes:
            depth = level - len(self._letter)
            counted = self._sections[self._letter] = [*self._sections[self._letter], *[0] * depth][:depth]
            counted[-1] += 1
            number = ".".join([*self._letter, *map(str, counted)])
            words[:0] = [{"t": "Str", "c": f"{number}.{NO_BREAK}"}]
            self._register(label, number)

    def _number_appendix(self, node: Node) -> None:
        """Number the heading of an appendix."""
        level, (label, _, _), words = node["c"]
        letters, taken = self.language.word("appendix.letters"), sum(name.startswith("app:") for name in self.labels)
        if level > 1 or taken >= len(letters):
            rule = f"an appendix is a heading of the first level, and there are at most {len(letters)}"
            self.problems.append(
                Problem(self.places.label(label), rule, label, next_step="Write it outside tasks: # Title {#app:name}")
            )
            return
        self._letter = letters[taken]
        end = NO_BREAK if self.language.spaced else ""
        words[:0] = [{"t": "Str", "c": f"{self.language.caption('app', self._letter)}{end}"}]
        self._register(label, self._letter)

    def _number_caption(self, node: Node, kind: str) -> None:
        caption = caption_of(node)
        if identifier(node).startswith(f"{kind}:"):
            caption[:0] = self._head(kind, self._next(kind, identifier(node), together=self.together))

    def _last_paragraph(self, node: Node, kind: str) -> None:
        """Number the caption of a listing or panels, which is their last paragraph."""
        blocks = node["c"][1]
        if not blocks or blocks[-1]["t"] not in ("Para", "Plain"):
            blocks.append(para([]))
        blocks[-1]["c"][:0] = self._head(kind, self._next(kind, identifier(node), together=self.together))

    def _side_by_side(self, node: Node) -> None:
        self._last_paragraph(node, "fig")
        number = self.labels.get(identifier(node), "")
        for letter, figure in zip(LETTERS, parts_of(node), strict=False):
            self._panels.add(id(figure))
            self._register(identifier(figure), number + letter)
            caption_of(figure)[:0] = [*text(f"({letter})"), {"t": "Space"}]

    def _head(self, kind: str, number: str) -> Nodes:
        return [strong(text(self.language.caption(kind, number))), *([{"t": "Space"}] if self.language.spaced else [])]

    def _next(self, kind: str, label: str, *, together: bool) -> str:
        counter = "caption" if together else kind
        self._count[self._letter][counter] += 1
        number = ".".join([*self._letter, str(self._count[self._letter][counter])])
        self._register(label, number)
        return number

    def _register(self, label: str, number: str) -> None:
        if not label:
            return
        if label in self.labels:
            rule = "two elements have the same label" if ":" in label else "two elements have the same id"
            self.problems.append(Problem(", ".join(self.places.labels(label)), rule, label))
        self.labels[label] = number
