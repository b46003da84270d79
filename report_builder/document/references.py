"""Turns `@fig:x`, `[-@fig:x]`, `[@fig:x]{.loc .page}` and `[@fig:a; @fig:b]` into linked labels in the report's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from report_builder.document.panels import caption_of_all
from report_builder.document.places import Places
from report_builder.document.structure import task_of
from report_builder.document.tree import (
    ATTRIBUTED,
    Node,
    Nodes,
    Part,
    attributes,
    caption_of,
    has_class,
    identifier,
    link,
    plain_text,
    raw,
    select,
    span,
    text,
)
from report_builder.errors import Problem, near_miss
from report_builder.languages import CASES, KINDS, Language

PAGE = "page"  # class of a reference that also prints the page
_LAST = re.compile(r"(.*?)(\d+|[a-z])")  # the part of a number that is incremented
_WORD = re.compile(r"[^\W\d_]+")  # with which a reference begins
_SLOT = re.compile("([\ue100-\ue1ff])")  # stands in for a number while the words around it are inflected


@dataclass
class References:
    """The references of one document.

    Attributes:
        labels: label -> number.
        cited: label -> tasks that refer to it ("" outside tasks).
        problems: references to unknown labels.
    """

    labels: Mapping[str, str]
    language: Language
    places: Places
    cited: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def resolve(self, nodes: list[Any], task: str = "") -> None:
        """Replace every reference below the nodes by linked text, in place."""
        resolved: list[Part] = []
        for node in nodes:
            kind = node["t"] if type(node) is dict else ""
            paged = kind == "Span" and has_class(node, PAGE)
            case = (_case(node) or ("nom" if paged else "")) if kind == "Span" else ""
            citations = _citations(node["c"][1] if case else [node]) if case or kind == "Cite" else None
            below = node.get("c") if kind else node
            if not citations and type(below) is list:
                self.resolve(below, (task_of(node) if kind == "Div" else "") or task)
            printed = self._group(citations, case or "nom", task) if citations else [node]
            if citations:
                self._check_doubled(resolved, printed)
            resolved += printed
            if citations and paged:
                resolved.append(self._page([_label(citation) for citation in citations]))
        nodes[:] = resolved

    def _group(self, citations: list[Node], case: str, task: str) -> Nodes:
        capital = case[0].isupper() or citations[0]["citationId"][:1].isupper()
        names = [_label(citation) for citation in citations]
        known = [name for name in names if self._note(name, task)]
        if len(known) < len(names):
            return text(", ".join(f"@{name}" for name in names))
        bare = citations[0]["citationMode"]["t"] == "SuppressAuthor"
        inlines = self._print_group(names, case.lower(), capital=capital, bare=bare)
        return [*citations[0]["citationPrefix"], *inlines, *citations[-1]["citationSuffix"]]

    def _check_doubled(self, before: list[Part], printed: Nodes) -> None:
        """Record a problem if the word that a reference prints is also typed before it: `in section [@sec:a]`."""
        said, told = plain_text(before[-4:]).rstrip(), plain_text(printed)
        word = _WORD.match(told)
        edge = r"\b" if self.language.spaced else ""
        if said and word and re.search(f"{edge}{re.escape(word[0])}$", said, re.IGNORECASE):
            rule, step = (
                "a word is typed before a reference that prints it",
                "Leave it out, or print the number alone: [-@label].",
            )
            where = self.places.of([item for item in before if isinstance(item, dict) and plain_text([item]).strip()][-1])
            self.problems.append(Problem(where, rule, f"{word[0]} {told}", next_step=step))

    def _page(self, names: list[str]) -> Node:
        """Return typst code that prints the page of the target; other formats have no pages."""
        if len(names) > 1:
            rule, step = "a reference with a page must have exactly one target", f"[@{names[0]}]{{.{PAGE}}}"
            where = next(iter(self.places.containing(f"@{names[0]}")), self.places.line(0))
            self.problems.append(Problem(where, rule, "; ".join(names), next_step=step))
        before, after = self.language.word("on_page", page="\ue100").split("\ue100")
        return raw("typst", f'#on-page(<{names[-1]}>, "{before}", "{after}");', inline=True)

    def _note(self, name: str, task: str) -> bool:
        if name in self.labels:
            self.cited.setdefault(name, []).append(task)
            return True
        places = self.places.containing(f"@{name}", f"@{name[:1].upper()}{name[1:]}") or [self.places.line(0)]
        hint = (
            ""
            if name.partition(":")[0] in KINDS
            else "Write \\@ for a literal sign; what is cited stands in report: {bibliography: refs.bib}."
        )
        if self.places.labels(name):
            hint = f"What has this label has no number: link to it by [words](#{name})."
        known = [label for label in self.labels if label.partition(":")[0] == name.partition(":")[0]] or list(self.labels)
        self.problems += [
            Problem(where, "reference to a label that does not exist", f"@{name}", near_miss(name, known), hint)
            for where in places
        ]
        return False

    def _print_group(self, names: list[str], case: str, *, capital: bool, bare: bool) -> Nodes:
        kinds = [name.partition(":")[0] for name in names]
        slots = [chr(0xE100 + i) for i in range(len(names))]
        if len(set(kinds)) == 1:
            slots = self._ranges(names, slots)
        if bare:
            pattern = self.language.join([f"({slot})" if kinds[ord(slot[0]) - 0xE100] == "eq" else slot for slot in slots])
        elif len(names) == 1:
            return [link(text(self.language.label(kinds[0], [self.labels[names[0]]], case, capital=capital)), names[0])]
        elif len(set(kinds)) == 1:
            pattern = self.language.label(kinds[0], slots, case, capital=capital)
        else:
            pattern = self.language.join(
                [self.language.label(kind, [slot], case) for kind, slot in zip(kinds, slots, strict=True)]
            )
        filled: Nodes = []
        for part in _SLOT.split(pattern):
            name = names[ord(part) - 0xE100] if _SLOT.match(part) else ""
            filled += [link(text(self.labels[name]), name)] if name else text(part)
        return filled

    def _ranges(self, names: list[str], slots: list[str]) -> list[str]:
        """Merge the slots of three or more consecutive numbers into a range: first–last."""
        runs: list[list[int]] = []
        for at, name in enumerate(names):
            follows = at > 0 and _successor(self.labels[names[at - 1]]) == self.labels[name]
            runs[-1].append(at) if follows else runs.append([at])
        return [
            new
            for run in runs
            for new in ([f"{slots[run[0]]}–{slots[run[-1]]}"] if len(run) > 2 else [slots[at] for at in run])
        ]

    def named(self, labels: list[str], *, capital: bool = False) -> Nodes:
        """Return labels as linked text within a sentence: `figures 1 and 2`."""
        return self._print_group(labels, "nom", capital=capital, bare=False)

    def mention(self, blocks: Nodes) -> None:
        """Append to the caption of a figure that other tasks refer to a link to those tasks."""
        for task, figure, caption in _figures(blocks):
            elsewhere = [other for other in dict.fromkeys(self.cited.get(identifier(figure), [])) if other not in ("", task)]
            if elsewhere and task:
                tasks = self._print_group([f"task:{other}" for other in elsewhere], "nom", capital=False, bare=False)
                before, _, after = self.language.word("discussed", tasks="\ue100").partition("\ue100")
                caption.extend([{"t": "Space"}, span([*text(f"({before}"), *tasks, *text(f"{after})")], ["mention"])])


def _figures(blocks: Nodes, task: str = "") -> list[tuple[str, Node, Nodes]]:
    """Return (task, node, caption) of each figure, and of side-by-side figures as a whole."""
    found: list[tuple[str, Node, Nodes]] = []
    for block in blocks:
        if block["t"] == "Figure":
            found.append((task, block, caption_of(block)))
        elif block["t"] == "Div":
            found += [(task, block, caption_of_all(block))] if has_class(block, "panels") else []
            found += _figures(block["c"][1], task_of(block) or task)
    return found


def _successor(number: str) -> str:
    """Return the next number: 3 -> 4, 1.2 -> 1.3, 2a -> 2b."""
    found = _LAST.fullmatch(number)
    if found is None:
        return ""
    return found[1] + (f"{int(found[2]) + 1}" if found[2].isdecimal() else chr(ord(found[2]) + 1))


def _case(node: Node) -> str:
    return next((name for name in attributes(node)[1] if name.lower() in CASES), "")


def _citations(nodes: Nodes) -> list[Node] | None:
    """Return the citations among inlines, or None if there is anything else."""
    if not all(node["t"] in ("Cite", "Space", "SoftBreak") or (node["t"] == "Str" and node["c"] in ";,") for node in nodes):
        return None
    return [citation for node in nodes if node["t"] == "Cite" for citation in node["c"][0]]


def is_own(citation: Node) -> bool:
    """Whether a citation refers to an element of the document itself, such as `@fig:x`, not to a bibliography entry."""
    return str(citation["citationId"]).partition(":")[0].lower() in KINDS


def _label(citation: Node) -> str:
    name = str(citation["citationId"])
    return name[:1].lower() + name[1:] if is_own(citation) else name


def dangling(found: Nodes, labels: Mapping[str, str], places: Places) -> list[Problem]:
    """Return a problem for each link without words or with an unknown target, and for each id that two nodes share."""
    named = [(identifier(node), node) for node in select(found, *ATTRIBUTED) if identifier(node)]
    present = {name for name, _ in named} | set(labels)
    links = select(found, "Link")
    lost = [node for node in links if node["c"][2][0].startswith("#") and node["c"][2][0][1:] not in present]
    rule = "link to a place that does not exist"
    problems = [Problem(places.of(node), rule, node["c"][2][0], near_miss(node["c"][2][0][1:], present)) for node in lost]
    problems += [Problem(places.of(node), "a link has no words", node["c"][2][0]) for node in links if not node["c"][1]]
    seen = set(labels)
    for name, node in named:
        if name in seen and name not in labels:
            problems.append(Problem(places.of(node), "this name refers to two places", repr(f"#{name}")))
        seen.add(name)
    return problems
