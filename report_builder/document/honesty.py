"""Checks that answers say only what was measured: no typed numbers or verdicts, no false claims, nothing left unanswered."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from report_builder.document.channel import is_printed
from report_builder.document.fonts import EAST
from report_builder.document.ledger import Claim
from report_builder.document.material import TaskCard
from report_builder.document.places import Places
from report_builder.document.structure import task_of
from report_builder.document.tree import (
    ATTRIBUTED,
    LINE,
    Node,
    Nodes,
    attributes,
    caption_of,
    has_class,
    identifier,
    plain_text,
    value,
    walk,
)
from report_builder.errors import Problem
from report_builder.languages import Language

_EXEMPT = {"Code", "CodeBlock", "Math", "Cite", "Figure", "Image"}
_NUMBER = re.compile(r"(?<![\w.\u2011-])[-+−]?\d+(?:[.,:]\d+)*%?(?![^\W\d])")  # not the 10 of `CIFAR-10`, not `3x3`
_HIDDEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")  # soft hyphens and spaces of no width
_REFERENCES = {"eq", "lst", "fig", "tbl", "fact"}


@dataclass(frozen=True)
class Honesty:
    """The checks of one document; each returns what it found."""

    language: Language
    tasks: Mapping[str, TaskCard]
    places: Places

    def typed(self, blocks: Nodes) -> list[Problem]:
        """Numbers and verdicts that stand in an answer by hand, paragraph by paragraph."""
        answers = (node for node in walk(blocks, "Div") if has_class(node, "answer"))
        said = (passage for answer in answers for passage in _passages(answer))
        return [problem for words, free in said for problem in self._passage(words, free=free)]

    def _passage(self, words: Any, *, free: bool) -> Iterator[Problem]:
        numbers: dict[int, list[str]] = {}
        verdicts: dict[int, list[str]] = {}
        for word, exempt in _said(words, literal=free):
            found = [number for number in _NUMBER.findall(word["c"]) if number.rstrip(".,") not in self.tasks]
            verdict = self._verdict(word["c"])
            if (found and not exempt) or verdict:
                line = word.get(LINE, 0)
                numbers.setdefault(line, []).extend([] if exempt else found)
                verdicts.setdefault(line, []).extend([word["c"]] if verdict else [])
        for at, found in numbers.items():
            if found:
                hint = 'Cite it: {{ fact("...") }}, {{ run("...").get("...") }}; or mark it as no measurement: [5]{.literal}.'
                yield Problem(self.places.line(at), "a number typed into an answer", ", ".join(found), next_step=hint)
            if verdicts[at]:
                hint = 'Bind it: {{ verdict("...", "...") }} or {{ claim(...) }}; or put it into ::: opinion.'
                yield Problem(self.places.line(at), "a verdict typed into an answer", ", ".join(verdicts[at]), next_step=hint)

    def _verdict(self, word: str) -> bool:
        bare = _HIDDEN.sub("", unicodedata.normalize("NFC", word)).lower().strip("„”“‚‘’«»\"'().,;:!?–—-*")
        stems = "|".join(self.language.stems)
        found = re.search if EAST.match(stems) else re.match  # where no space parts words, one begins anywhere
        return bool(stems and found(stems, bare))

    def claims(self, claims: Sequence[Claim]) -> list[Problem]:
        """Claims that the measurement denies."""
        hint = "Write what was measured, or use verdict(), which follows the measurement."
        return [
            Problem(
                claim.where,
                f"false claim: “{claim.text}”",
                f"{' / '.join(claim.names)} measured {claim.measured}",
                f"The text says {claim.relation}.",
                hint,
            )
            for claim in claims
            if not claim.true
        ]

    def tasks_met(self, blocks: Nodes) -> list[tuple[str, str, Problem]]:
        """Task, missing part, and finding, for every part that a task requires and its section lacks."""
        sections = {task_of(node): node for node in walk(blocks, "Div") if task_of(node)}
        missing: list[tuple[str, str, Problem]] = []
        for name, card in self.tasks.items():
            if name not in sections:
                rule = f"task {name} has no section in the template"
                missing.append(
                    (name, "", Problem(self.places.line(0), rule, next_step=f"Add it: ::: {{.task #{name}}} ... :::"))
                )
                continue
            where = self.places.label(f"task:{name}")
            present = _parts(sections[name])
            for part in card.requires:
                if part not in present:
                    rule = f"task {name} requires '{part}', and its section has none"
                    missing.append((name, part, Problem(where, rule, next_step=_how(part))))
        return missing


def _passages(answer: Node) -> Iterator[tuple[Any, bool]]:
    """The inlines of an answer outside opinions, listings and formulas; whether their numbers are free, as in captions."""
    for node in answer["c"][1]:
        kind = node["t"]
        if kind in ("Para", "Plain", "LineBlock"):
            yield node["c"], False
            yield from ((image["c"][1], True) for image in walk(node, "Image"))
        elif kind == "Header":
            yield node["c"][2], False
        elif kind == "Figure":
            yield caption_of(node), True
        elif kind == "Div" and not {"opinion", "listing", "symbols", "equation"} & set(attributes(node)[1]):
            yield from _passages(node)
        elif kind not in ("Div", "CodeBlock"):
            yield from ((child["c"], False) for child in walk(node.get("c"), "Para", "Plain", "LineBlock"))


def _said(node: Any, *, literal: bool = False) -> Iterator[tuple[Node, bool]]:
    """Each word that an author typed, outside printed spans, code, formulas and references; whether its numbers are free."""
    if isinstance(node, list):
        for item in node:
            yield from _said(item, literal=literal)
    elif isinstance(node, dict):
        if node.get("t") == "Str":
            yield node, literal
        elif node.get("t") not in _EXEMPT and not (node.get("t") == "Span" and is_printed(node)):
            free = literal or (node.get("t") == "Span" and has_class(node, "literal"))
            yield from _said(node.get("c"), literal=free)


def _parts(section: Node) -> set[str]:
    """What a section has, in the words of `requires`: an answer, what it shows or refers to, `fact:` for what it prints."""
    labels, parts = set[str](), set[str]()
    for node in walk(section, *ATTRIBUTED, "Cite"):
        labels.add(identifier(node))
        if node["t"] == "Cite":
            labels |= {citation["citationId"] for citation in node["c"][0]}
        elif is_printed(node):
            parts |= {f"fact:{name}" for name in (value(node, "name"), *value(node, "facts").split())}
        elif node["t"] == "Div" and has_class(node, "answer") and plain_text(node["c"][1]).strip(" …?.-"):
            parts.add("answer")
    return parts | {label for label in labels if label != "answer" and not label.startswith("fact:")}


def _how(part: str) -> str:
    kind, _, name = part.partition(":")
    calls = {"fig": f'{{{{ figure("{name}") }}}}', "eq": f'{{{{ equation("{name}") }}}}', "fact": f'{{{{ fact("{name}") }}}}'}
    if kind not in _REFERENCES:
        return "Write it: ::: answer ... :::"
    return f"Show it ({calls.get(kind, part)}) or refer to it (@{part})." if kind != "fact" else f"Cite it: {calls['fact']}."
