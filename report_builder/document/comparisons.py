"""Whole sentences that compare two measurements, built from the sentence frames and nouns of the language."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from report_builder.document.boilerplate import framed
from report_builder.document.channel import markdown, printed_words
from report_builder.document.ledger import Result, lines_at_work
from report_builder.document.printed import Printed, Told, span_of
from report_builder.document.tree import Node, Nodes, plain_text, text
from report_builder.document.verdicts import Verdicts
from report_builder.document.vocabulary import decimals
from report_builder.facts import Fact, differences
from report_builder.languages.frames import Noun
from report_builder.records import frozen

if TYPE_CHECKING:
    from report_builder.facts.comparing import Comparison

_GAP = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9−])|(?<=[A-Za-z0-9])(?=[\u4e00-\u9fff])")  # where two scripts meet


@frozen
class Comparisons:
    """The template function that prints a whole sentence."""

    verdicts: Verdicts
    turns: Iterator[int] = field(default_factory=itertools.count, compare=False)  # consecutive sentences vary in wording

    def words(self) -> Mapping[str, Callable[..., Told]]:
        """Return the template globals."""
        return {"compare": self.compare}

    def compare(
        self,
        a: str,
        b: str,
        fact: str = "",
        by: str | Sequence[str] = (),
        *,
        of: Sequence[str] = (),
        digits: int | None = None,
        percent: bool = False,
        at_least: float = 0.0,
        scope: str = "",
    ) -> str:
        """Print a sentence with both values and units, their relation, and whether it holds for models or only these trainings.

        `compare("vae", "ae", "grid.sharpness")` compares a fact of two runs. Without the third argument, the first two name
        facts, and `of` describes each of them, as in `of=("for means", "for ends")`. `by`, `at_least` and `scope` are as in
        `verdict`; `by` defaults to the only section of the settings in which the runs differ. By default, `digits` is chosen so
        that two digits of the deviation over seeds are shown, or three of the value.
        """
        turn, speech = next(self.turns), self.verdicts.speech
        names = (f"{a}.{fact}", f"{b}.{fact}") if fact else (a, b)
        pair = self.verdicts.pair(*names)
        subjects = self._subjects(pair, of) if pair else None
        compared = self.verdicts.compared(pair, by or self._factors(*pair), at_least) if pair and subjects else None
        if compared is None or not pair or not subjects:
            return self.verdicts.absent(pair, *names) + self.verdicts.language.stop
        times = 100.0 if percent else 1.0
        places = decimals(pair, compared.difference * compared.found, times) if digits is None else digits
        values = [speech.fact(name, digits=places, unit=True, spread=True, percent=percent) for name in names]
        margin = replace(speech.shown("%" if percent else pair[0].unit, None), times=times).number(at_least)
        frames, relation = self.verdicts.language.frames, _relation(compared)
        over = frames.over.format(margin=margin) if at_least and compared.found else ""
        told: dict[str, str | Node] = {"a": subjects[0], "b": subjects[1], "x": span_of(values[0]), "y": span_of(values[1])}
        told |= {"A": _capitalize(subjects[0]), "margin": margin, "over": over, "note": self.verdicts.note(compared)}
        noun = self.verdicts.language.noun(pair[0].noun, pair[0].metric)
        parts = [part for words, name in frames.parts(relation, turn, noun) for part in (words, told.get(name, ""))]
        nodes = self._nodes(parts, names)
        said = "".join(_words(node) for node in nodes)
        self.verdicts.said(compared, compared.relation, said, scope)
        named = [markdown(f"{each}") for each in of] or [span_of(speech.run(fact.run).name) for fact in pair]
        speech.ledger.results.append(Result(self._short(compared, named, values, noun), tuple(lines_at_work())))
        return speech.ledger.put(nodes, said)

    def _short(self, compared: Comparison, named: Nodes, values: Sequence[Printed], noun: Noun) -> Nodes:
        """Return the result in short form for a line of a summary; `named` describes each value."""
        language, relation = self.verdicts.language, _relation(compared)
        found = language.word(f"verdict.{'same' if relation == 'equal' else relation}") + self.verdicts.note(compared)
        told = {"noun": printed_words(noun.first, "fact"), "found": printed_words(found, "fact")}
        told |= {"a": named[:1], "b": named[1:], "x": [span_of(values[0])], "y": [span_of(values[1])]}
        return framed(language.words["summary.pair"], told)

    def _subjects(self, pair: tuple[Fact, Fact], of: Sequence[str]) -> tuple[str | Node, str | Node] | None:
        """Return what each value belongs to: the author's words, or the names of the runs."""
        if len(of) == 2 and not isinstance(of, str):
            return markdown(f"{of[0]}"), markdown(f"{of[1]}")
        a, b = (self.verdicts.language.frames.subject.format(self.verdicts.speech.card(fact.run).name) for fact in pair)
        if of or a == b:
            step = 'Write of=("...", "...").'
            self.verdicts.ledger.problem("a sentence about two values of one run needs words for each", f"{of}", next_step=step)
            return None
        return a, b

    def _factors(self, left: Fact, right: Fact) -> tuple[str, ...]:
        """Return the only section of the settings in which two runs differ; for two facts of one run, `split` and `method`."""
        if left.run == right.run:
            return ("split", "method")
        sections = {path.partition(".")[0] for path, _, _ in differences(left.settings, right.settings)} - {"seed"}
        alone = len(sections) == 1 and not self.verdicts.material.shared(left.run, right.run)
        return (*sections,) if alone else ()

    def _nodes(self, parts: Sequence[str | Node], names: Sequence[str]) -> Nodes:
        """Return the program's words as spans, the first of which is bound to the facts, and the author's words unchanged.

        The full stop follows outside the spans, as in any other sentence.
        """
        made, kinds = list[Node](), itertools.chain(["claim"], itertools.repeat("fact"))
        *rest, last = _join_texts(parts)
        for part in (*rest, last.rstrip(self.verdicts.language.stop) if isinstance(last, str) else last):
            if isinstance(part, str):
                words = part if self.verdicts.language.spaced else _GAP.sub(" ", part)
                kind = next(kinds)
                made += printed_words(words, kind, facts=" ".join(names) if kind == "claim" else "")
            else:
                made.append(part)
        return [*made, *text(self.verdicts.language.stop)]


def _words(node: Node) -> str:
    """Return the plain text of a node."""
    return " " if node["t"] == "Space" else node["c"] if node["t"] in ("Str", "Markdown") else plain_text(node)


def _join_texts(parts: Sequence[str | Node]) -> list[str | Node]:
    """Merge adjacent strings."""
    made: list[str | Node] = []
    for part in parts:
        if part and made and isinstance(part, str) and isinstance(made[-1], str):
            made[-1] += part
        elif part:
            made.append(part)
    return made


def _capitalize(subject: str | Node) -> str | Node:
    """Capitalize the first letter of a subject."""
    words = subject if isinstance(subject, str) else subject["c"]
    capital = words[:1].upper() + words[1:]
    return capital if isinstance(subject, str) else markdown(capital)


def _relation(compared: Comparison) -> str:
    """Return the frame to use; "same" is refined to exactly equal, undecided ("same"), or alike within the margin."""
    if compared.relation != "same" or compared.denied:
        return compared.relation
    return "equal" if compared.exact else "same" if compared.undecided else "alike"
