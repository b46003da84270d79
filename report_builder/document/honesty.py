"""Checks for false claims, for missing parts that a task requires, and for copied answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from report_builder.document.channel import is_printed
from report_builder.document.ledger import Claim
from report_builder.document.material import TaskCard
from report_builder.document.places import Places
from report_builder.document.structure import task_of
from report_builder.document.tree import (
    ATTRIBUTED,
    Node,
    Nodes,
    has_class,
    identifier,
    plain_text,
    value,
    walk,
)
from report_builder.errors import Problem
from report_builder.records import frozen

SENTENCE = 40  # answers longer than this do not coincide by chance
_REFERENCES = {"eq", "lst", "fig", "tbl", "fact"}


@frozen
class Honesty:
    """The checks of one document; each returns its findings."""

    tasks: Mapping[str, TaskCard]
    places: Places

    def claims(self, claims: Sequence[Claim]) -> list[Problem]:
        """Return a finding for each claim that contradicts the measurements."""
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

    def tasks_met(self, divs: Nodes) -> list[tuple[str, str, Problem]]:
        """Return (task, missing part, finding) for every part that a task requires and its section lacks."""
        sections = {task_of(node): node for node in divs if task_of(node)}
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


def repeated(divisions: Nodes, places: Places) -> Iterator[Problem]:
    """Yield a warning for each answer that repeats an earlier one, at its line."""
    first = dict[str, str]()
    for node in divisions:
        text = plain_text(node["c"][1]) if has_class(node, "answer") else ""
        if text in first:
            step = "Answer what this task asks, or refer to the other answer."
            yield Problem(places.of(node), "two answers have the same words", f"{text[:SENTENCE]}…", first[text], step)
        elif len(text) > SENTENCE:
            first[text] = f"The other stands at {places.of(node)}."


def _parts(section: Node) -> set[str]:
    """Return the parts of a section in the terms of `requires`: `answer`, labels shown or referenced, and `fact:<name>`."""
    labels, parts = set[str](), set[str]()
    for node in walk(section, *ATTRIBUTED, "Cite"):
        labels.add(identifier(node))
        if node["t"] == "Cite":
            labels |= {citation["citationId"] for citation in node["c"][0]}
        elif is_printed(node):
            parts |= {f"fact:{name}" for name in f"{value(node, 'name')} {value(node, 'facts')}".split()}
        elif node["t"] == "Div" and has_class(node, "answer") and plain_text(node["c"][1]).strip(" …?.-"):
            parts.add("answer")
    return parts | {label for label in labels if label != "answer" and not label.startswith("fact:")}


def _how(part: str) -> str:
    kind, _, name = part.partition(":")
    calls = {"fig": f'{{{{ figure("{name}") }}}}', "eq": f'{{{{ equation("{name}") }}}}', "fact": f'{{{{ fact("{name}") }}}}'}
    if kind not in _REFERENCES:
        return "Write it: ::: answer ... :::"
    return f"Show it ({calls.get(kind, part)}) or refer to it (@{part})." if kind != "fact" else f"Cite it: {calls['fact']}."
