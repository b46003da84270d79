"""Finds statements that are demonstrably contradicted by the measurements, by the names of the runs, or by the text itself."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from report_builder.document.ledger import Wording
from report_builder.document.lexicon import LETTER, Lexicon
from report_builder.document.material import Material
from report_builder.document.meanings import OPPOSITE, Reader
from report_builder.document.naming import Names
from report_builder.document.orders import typed_order
from report_builder.document.passages import ALONE, SAID, rows_of
from report_builder.document.places import Places
from report_builder.document.sentences import Sentence
from report_builder.document.setting_words import DATA, foreign_settings
from report_builder.document.tree import Node, Nodes, plain_text, select, value, walk
from report_builder.document.unit_words import UnitWords
from report_builder.errors import Problem
from report_builder.facts import Fact
from report_builder.records import frozen

SHOWN = 3  # runs whose settings a message gives
PARTS = ("train", "validation", "test")
_BIND = 'Bind it: {{ verdict("...", "...") }} or {{ claim(...) }}; or put it into ::: opinion.'
_CITE = 'Cite it: {{ fact("...") }}, {{ run("...").get("...") }}.'
_MARGIN = "Say that no difference was measurable, or give at_least=, the smallest difference that matters."
_UNIT = "Let it print its unit: unit=True; or percent=True for a share."
_NAME = "Name what the value belongs to, or cite the other value."


@frozen
class Wrong:
    """A mistake in a sentence; `at` is the index of the character at which it begins."""

    rule: str
    received: str
    step: str
    at: int = 0


@frozen
class Contradictions:
    """Finds contradictions in sentences, and in run names, tables and printed values."""

    material: Material
    places: Places
    lexicon: Lexicon
    names: Names
    wordings: Sequence[Wording]

    def of(self, sentence: Sentence) -> Iterator[Problem]:
        """Yield the mistakes in a sentence, at the lines of the words concerned."""
        typed = self._check_typed, self._check_settings, self._check_order
        checks = *typed, self._check_names, self._check_units, self._check_wordings
        for wrong in (wrong for check in checks for wrong in check(sentence)):
            yield Problem(self.places.line(sentence.line_of(wrong.at)), wrong.rule, wrong.received, next_step=wrong.step)

    def elsewhere(self, nodes: Nodes) -> Iterator[Problem]:
        """Yield the mistakes outside sentences: in run names, table headings and printed shares."""
        yield from self.names.mistakes()
        yield from self._names()
        yield from self._tables(select(nodes, "Table"))
        yield from self._check_rounding(select(nodes, "Span"))

    def _check_typed(self, sentence: Sentence) -> Iterator[Wrong]:
        """Yield typed figure numbers, names that no arm bears, and results and verdicts without a measurement behind them."""
        words, passage = sentence.typed, sentence.passage
        reference = self.lexicon.pattern("reference", "{}\\s*(?:nr\\.?\\s*|no\\.?\\s*|№\\s*)?\\(?\\d+[a-z]?\\)?").search(words)
        if reference and not self.lexicon.says("elsewhere", words) and not sentence.cites:
            step = "Refer to its label: @fig:..., @tbl:..., @eq:..."
            yield Wrong("the number of a figure, table or formula is typed", reference[0], step, reference.start())
        for name in self.names.no_arms(words):
            step = 'Names come from the runs: {{ run("...").name }}.'
            yield Wrong("no arm of the sweep has this name", name, step, words.index(name))
        if sentence.bound or sentence.stated or not (passage.answer or passage.kind in ALONE):
            return
        theory = self.lexicon.says("theory", passage.typed[sentence.start : sentence.end])
        theory = theory or (sentence.cites and not sentence.runs)  # reports the findings of another text
        if not theory and (results := sentence.results):
            told = ", ".join(number.text for number in results)
            yield Wrong("a result is typed and bound to no measurement", told, _CITE, results[0].start)
        verdict = self.lexicon.pattern("verdict", r"{}\w*").search(words)
        if verdict and not theory and (sentence.runs or self._is_letter_of_model(words[: verdict.start()])):
            yield Wrong("a verdict is typed and bound to no measurement", verdict[0], _BIND, verdict.start())

    def _is_letter_of_model(self, before: str) -> bool:
        """Whether the words end in "A is", where A is in capitals and no quantity: presumably a model that is not a run."""
        found = self.lexicon.pattern("equals", f"(?<!{LETTER})([^\\W_][\\w-]*)\\s+{{}}\\s+(?:\\w+\\s+)?$").search(before)
        return found is not None and found[1].isupper() and not self.lexicon.named("quantities", found[1])

    def _check_names(self, sentence: Sentence) -> Iterator[Wrong]:
        """Yield values in a sentence that names only another run, split or quantity."""
        facts = sentence.facts()
        if not facts:
            return
        runs, own = {name.text for name in sentence.runs}, {self.names.of(fact.run) for fact in facts}
        judges = {name for fact in facts for name in self.names.judges(fact)}
        others = {name for name in runs - judges if not any(self.names.base(name, fact.run) for fact in facts)}
        if len(others) == 1 and runs == others and not others & own and any(own):
            rule = f"a value of {', '.join(sorted(own))} stands in a sentence that names {others.pop()}"
            yield Wrong(rule, sentence.shown, _NAME)
        elif wrong := self._crossed_names(sentence):
            yield Wrong("the values of two runs are swapped", wrong, _NAME)
        if sentence.passage.kind == "cell":
            return  # the heading of the column is checked once, in _tables
        parts, named = {part for fact in facts for part in _parts(fact)}, self.lexicon.named("splits", sentence.typed)
        if len(named) == 1 and parts and not named & parts and all(map(_parts, facts)):
            rule = f"a value of the {'/'.join(sorted(parts))} split stands in a sentence that names another"
            yield Wrong(rule, sentence.shown, _NAME)
        for at, node in sentence.printed:
            if (before := self._head(sentence.typed[:at])) and (wrong := self._other_quantity(before, sentence.facts(node))):
                yield Wrong(f"a value of '{wrong}' stands where the sentence names another quantity", sentence.shown, _NAME, at)

    def _check_units(self, sentence: Sentence) -> Iterator[Wrong]:
        """Yield values before a typed unit that is not theirs."""
        for at, node in sentence.printed:
            facts = sentence.facts(node)
            if len(facts) == 1 and (unit := self._units.foreign(facts[0], plain_text(node), sentence.typed[at + 1 :])):
                told = f"{facts[0].name} is in {facts[0].unit}" if facts[0].unit else f"{facts[0].name} has no unit"
                yield Wrong(f"'{unit}' is typed after a value with another unit", told, _UNIT, at)

    @functools.cached_property
    def _units(self) -> UnitWords:
        return UnitWords(self.lexicon)

    def _crossed_names(self, sentence: Sentence) -> str:
        """Return the names of two runs whose values are swapped in the sentence; sentences printed by `compare` are exempt."""
        if SAID in sentence.text and not any(map(str.isalnum, sentence.typed)):
            return ""
        single = [(at, self.names.of(facts[0].run)) for at, node in sentence.printed if len(facts := sentence.facts(node)) == 1]
        marks = sorted([(at, "value", name) for at, name in single] + [(n.start, "name", n.text) for n in sentence.runs])
        if len(marks) != 4 or {name for _, kind, name in marks if kind == "name"} != {name for _, name in single}:
            return ""
        kinds, names = [kind for _, kind, _ in marks], [name for _, _, name in marks]
        alternate = kinds[0] != kinds[1] and kinds[:2] == kinds[2:]
        return " / ".join(names[::2]) if alternate and names[0] == names[3] != names[1] else ""

    def _head(self, before: str) -> str:
        """Return the clause before a value if it ends in "quantity is" or the like."""
        clause = re.split("[;:,，；：、]", before)[-1]
        return clause if self.lexicon.pattern("equals", r"{}\s*$").search(clause) else ""

    def _other_quantity(self, words: str, facts: Sequence[Fact]) -> str:
        """Return the metrics of the facts if the words name only a different family of quantities."""
        named, every = self.lexicon.named("quantities", self.names.without(words)), self.lexicon.group("quantities")
        metrics = [fact.metric for fact in facts]
        known = all(any(re.search(family, metric) for family in every) for metric in metrics)
        if not named or not known or any(re.search(family, metric) for family in named for metric in metrics):
            return ""
        return ", ".join(dict.fromkeys(metrics))

    def _check_wordings(self, sentence: Sentence) -> Iterator[Wrong]:
        """Yield wordings that contain a number, deny or overstate their relation, or compare values of different images."""
        facts, reader = self.material.facts, Reader(self.lexicon, self.names)
        for at, node in sentence.printed:
            wordings = [self.wordings[int(index)] for index in value(node, "wordings").split()]
            texts = {wording.relation: wording.text for wording in wordings}
            for wording in wordings:
                if number := reader.number(wording):
                    rule = f"a number is typed into the words of a comparison: “{wording.text}”"
                    yield Wrong(rule, number, "Print it: {{ fact(...) }}.", at)
                fact = facts.get(wording.a)
                rival = texts.get(OPPOSITE.get(wording.relation, ""), "")
                if fact and reader.contradicted(wording, fact, sentence.text[:at], rival):
                    step = "Write what the relation says of the first fact against the second."
                    yield Wrong(f"the words deny the relation '{wording.relation}'", wording.text, step, at)
                if fact and wording.relation == value(node, "undecided") and reader.overstated(wording, fact):
                    rule = "the words claim equality, which the absence of a measured difference does not show"
                    yield Wrong(rule, wording.text, _MARGIN, at)
            yield from self._apart(sentence.facts(node) if not value(node, "name") else [], at)

    def _check_order(self, sentence: Sentence) -> Iterator[Wrong]:
        """Yield a typed comparison of two runs that the measurements deny."""
        order = typed_order(sentence)
        if order and not order.holds:
            rule = "the measurements deny a comparison that is typed"
            step = f'Let the measurement choose the words: {{{{ compare("{order.a.name}", "{order.b.name}") }}}}.'
            told = ", ".join(f"{fact.name} = {fact.value:.4g}" for fact in (order.a, order.b))
            yield Wrong(rule, f"{sentence.shown} ({told})", step)

    def _check_settings(self, sentence: Sentence) -> Iterator[Wrong]:
        """Yield a typed setting that no run named by the sentence has."""
        for typed in foreign_settings(sentence):
            runs = [f"{self.names.of(run)}: {values}" for run, values in typed.of.items()]
            told = "; ".join([*runs[:SHOWN], *(["..."] if len(runs) > SHOWN else [])])
            asked = "data" if typed.path == DATA else f'get("{typed.path}")'
            step = f'Cite it: {{{{ run("{next(iter(typed.of))}").{asked} }}}}.'
            yield Wrong(f"no run of the sentence has this setting ({typed.path})", f"“{typed.words}”; {told}", step, typed.at)

    def _apart(self, facts: Sequence[Fact], at: int) -> Iterator[Wrong]:
        if len(facts) == 2 and facts[0].split != facts[1].split and all(fact.splits for fact in facts):  # else generated images
            a, b = facts
            if a.splits != b.splits or (a.n != b.n and not (a.placeholder or b.placeholder)):
                step = "Compare what was measured on the same images, or cite both values without a verdict."
                yield Wrong("values of different images are compared", f"{a.name}, {b.name}", step, at)

    # --- outside sentences ----------------------------------------------------------------------------------------------------

    def _names(self) -> Iterator[Problem]:
        """Yield run names that pass a verdict."""
        for card in self.material.runs.values():
            if (found := self.lexicon.pattern("verdict", r"{}\w*").search(card.name)) and card.name != card.model:
                yield Problem(
                    self.material.spec_file, f"the name of run '{card.id}' passes a verdict", found[0], next_step=_BIND
                )

    def _tables(self, tables: Nodes) -> Iterator[Problem]:
        """Yield columns whose heading names another quantity or split than that of their values."""
        for table in tables:
            for head, names in _columns(table):
                facts = [self.material.facts[name] for name in names if name in self.material.facts]
                parts, named = {part for fact in facts for part in _parts(fact)}, self.lexicon.named("splits", head)
                other = self._other_quantity(head, facts) if facts else ""
                if other or (len(named) == 1 and parts and not named & parts):
                    rule = "the heading of a column does not match its values"
                    received = f"{head}: {', '.join(names)}"
                    yield Problem(self.places.of(table), rule, received, next_step="Name what the column shows.")

    def _check_rounding(self, spans: Nodes) -> Iterator[Problem]:
        """Yield shares that are printed as 0 or 1 but are neither."""
        for span in spans:
            fact = self.material.facts.get(value(span, "name"))
            if not fact or fact.placeholder or isinstance(fact.value, str) or not 0 < fact.value < 1 or value(span, "chosen"):
                continue  # `chosen` marks the name of a class or a count, not a share
            if (text := plain_text(span)) in ("0", "1"):
                step = "Print more digits: digits=2."
                yield Problem(
                    self.places.of(span), f"a share is rounded to {text}", f"{fact.name}: {fact.value:.4g}", next_step=step
                )


def _parts(fact: Fact) -> set[str]:
    """Return the splits on which a fact was measured; empty if it was measured on a figure."""
    named = {part for part in PARTS if part in fact.metric or (part == "validation" and "val_" in fact.metric)}
    return named or ({fact.split} & {*PARTS})


def _columns(table: Node) -> Iterator[tuple[str, list[str]]]:
    """Yield the heading of each column of a table with one heading row, and the facts below it."""
    first, *rows = rows_of(table) or [[]]
    for index, head in enumerate(first):
        cells = [row[index] for row in rows if index < len(row)]
        names = [name for cell in cells for span in walk(cell, "Span") if (name := value(span, "name"))]
        if names:
            yield plain_text(head), names
