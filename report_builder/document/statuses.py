"""The status of every sentence in the document, and the statements in it that are demonstrably contradicted.

A sentence is `bound` if the program printed a value or verdict in it, `opinion` or `stated` if the author marked it as such,
`listed` if it speaks of results without anything to support it, and `theory` otherwise. This is inferred from the names in it
(runs, splits, quantities), from the facts it is bound to, and from the kinds of words in it, which are defined in the language
file.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from report_builder.document.contradictions import Contradictions
from report_builder.document.ledger import Wording
from report_builder.document.lexicon import Lexicon, lexicon
from report_builder.document.material import Material
from report_builder.document.naming import Names, kind_of
from report_builder.document.orders import compares, typed_order
from report_builder.document.passages import passages
from report_builder.document.places import Places
from report_builder.document.sentences import Sentence, sentences
from report_builder.document.tree import Nodes, value
from report_builder.errors import Problem
from report_builder.records import frozen

LISTED = "listed"  # also our own key on a node: [start, end] of its parts in such sentences
SAYING = ("verdict", "change", "cause")  # in a caption or heading, words that say more than what is shown
LABELS = ("heading", "caption", "alt", "cell")
WEIGHTS = {"run": 3, "verdict": 3, "comparison": 2, "effect": 2, "change": 2, "cause": 2, "number": 3, "negation": 3, "kind": 2}
ABOUT = frozenset({"strength", "number_words", "observed"})  # also said of the parts of a network
PREDICATES = ("verdict", "comparison", "change", "cause", "strength", "number_words", "observed")


@frozen
class Judgement:
    """The assessment of one sentence: its status, text and place, why it speaks of results, and the facts it is bound to."""

    status: str
    text: str
    where: str
    why: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    def as_json(self) -> dict[str, str | list[str]]:
        """Return it in the format of `report.json`."""
        told = {"status": self.status, "text": self.text, "where": self.where}
        return {**told, "why": [*self.why], "facts": [*self.facts]}

    @property
    def weight(self) -> int:
        """How strong a statement on results the sentence makes."""
        return sum(WEIGHTS.get(reason.partition(" ")[0], 1) for reason in self.why)


@frozen
class Judged:
    """All sentences of a document, and the findings on them."""

    sentences: tuple[Judgement, ...] = ()
    findings: tuple[Problem, ...] = ()

    @property
    def listed(self) -> list[Judgement]:
        """The unsupported sentences on results, strongest statement first."""
        return sorted((one for one in self.sentences if one.status == LISTED), key=lambda one: -one.weight)

    @property
    def tally(self) -> tuple[int, int]:
        """The number of sentences that are measured, and of those on results that the author states without a measurement."""
        statuses = [one.status for one in self.sentences]
        return statuses.count("bound"), statuses.count("stated") + statuses.count(LISTED)


@frozen
class Judge:
    """Assesses the sentences of one document."""

    material: Material
    places: Places
    lexicon: Lexicon
    names: Names
    wordings: Sequence[Wording]

    @classmethod
    def of(cls, material: Material, places: Places, wordings: Sequence[Wording]) -> Judge:
        """Return the judge of a report, in its language."""
        words, names = lexicon(material.header.language), Names(material)
        return cls(material, places, words, names, wordings)

    def judge(self, blocks: Nodes, nodes: Nodes) -> Judged:
        """Assess a tree with these elements, and mark the nodes of its listed sentences."""
        contradictions = Contradictions(self.material, self.places, self.lexicon, self.names, self.wordings)
        found, judged = [*contradictions.elsewhere(nodes)], []
        for passage in passages(blocks):
            for sentence in sentences(passage, self.lexicon, self.names):
                problems = [] if passage.kind == "opinion" else [*contradictions.of(sentence)]
                found += problems
                judged.append(self._judgement(sentence, faulty=bool(problems)))
        if self.material.strict:
            rule = "a sentence about results is not supported by any measurement"
            step = "Bind it to a measurement, or mark it as the author's: [...]{.stated}, or ::: stated."
            found += [Problem(one.where, rule, one.text, next_step=step) for one in judged if one.status == LISTED]
        return Judged(tuple(judged), tuple(dict.fromkeys(found)))

    # --- statuses -----------------------------------------------------------------------------------------------------------

    def _judgement(self, sentence: Sentence, *, faulty: bool) -> Judgement:
        passage, why = sentence.passage, tuple[str, ...]()
        if passage.kind == "opinion":
            status = "opinion"
        elif why := () if faulty else self._why(sentence):
            status = "stated" if sentence.stated else LISTED
        else:
            status = "bound" if sentence.bound or sentence.chosen else "theory"
        if status == LISTED:
            sentence.mark(LISTED)
        facts = tuple(dict.fromkeys((*(fact.name for fact in sentence.facts()), *sorted(sentence.chosen))))
        return Judgement(status, sentence.shown, self.places.line(sentence.line), tuple(why), facts)

    def _why(self, sentence: Sentence) -> tuple[str, ...]:
        """Return what makes a sentence speak of results beyond those it is bound to; empty if it does not."""
        words, said = sentence.typed, self.lexicon.says
        if sentence.bound:
            return self._beyond(sentence)
        if sentence.chosen and not said("verdict", words):
            return ()
        if said("pointed", words):
            return ("pointed",)
        label = sentence.passage.kind in LABELS
        predicates = [key for key in (SAYING if label else PREDICATES) if said(key, words)]
        if sentence.results:
            predicates.append("number")
        runs, quantities = {name.text for name in sentence.runs}, sorted(sentence.quantities())
        parts, measured = sorted(self.lexicon.named("splits", words)), said("measured", words)
        if sentence.refers and predicates in ([], ["observed"]) and not (quantities or parts or measured):
            return ()
        if self._general(sentence, runs, predicates):
            return ()
        settled = said("settings", self.lexicon.without("epochs", words))
        quiet = {*predicates} <= ({*ABOUT, "comparison"} if settled else {"observed", "number_words"})
        subjects = [f"run {name}" for name in sorted(runs)] or ["models"] * (not quiet and said("models", words))
        subjects += [f"quantity {name}" for name in quantities[:1]] or ["measure"] * measured
        subjects += [f"name {name}" for name in (*self.names.foreign(words), *self._data(words))]
        subjects += [f"split {name}" for name in parts]
        kinds, things = {subject.partition(" ")[0] for subject in subjects}, said("things", words) and not settled
        behaves = things and (runs or "change" in predicates)
        acts = runs and not (said("settings", words) or said("structure", words))  # whatever the verb
        enough = bool(subjects and predicates) or (len(predicates) > 1 and things) or behaves or acts or len(runs) > 1
        return (*subjects, *predicates) if (enough or len(kinds) > 1) and (predicates or not label) else ()

    def _general(self, sentence: Sentence, runs: Collection[str], predicates: Collection[str]) -> bool:
        """Whether a sentence speaks of theory, another text, a purpose or condition, or the structure of a network."""
        said, whole = self.lexicon.says, sentence.passage.typed[sentence.start : sentence.end]
        if said("theory", whole):
            return not (runs and "verdict" in predicates)
        if runs:
            return not predicates and said("purpose", whole)
        words = sentence.typed
        named = self.lexicon.named("splits", words) or self.names.foreign(words) or self._data(words)
        settled = said("settings", self.lexicon.without("epochs", words)) or said("structure", words)
        made = {*predicates} <= ABOUT and settled and not named
        return made or said("purpose", whole) or said("elsewhere", words) or sentence.cites

    def _data(self, words: str) -> list[str]:
        """Return the names of well-known datasets that no run was trained on."""
        own = " ".join(card.data for card in self.material.runs.values()).casefold()
        found = self.lexicon.pattern("datasets").finditer(words)
        return [name for match in found if (name := match[0]).casefold() not in own]

    def _beyond(self, sentence: Sentence) -> tuple[str, ...]:
        """Return what a bound sentence adds by hand: a verdict, a negation before a printed one, or another kind of model."""
        words, why, said = sentence.typed, [], self.lexicon.says
        if said("verdict", words):
            why.append("verdict")
        if len({fact.run for fact in sentence.facts()}) > 1:
            if said("effect.better", words) or said("effect.worse", words):
                why.append("effect")
            if compares(sentence) and not typed_order(sentence):
                why.append("comparison")
        spoken = [at for at, node in sentence.printed if not value(node, "name")]
        if any(self.lexicon.pattern("negation").search(words, max(0, at - 80), at) for at in spoken):
            why.append("negation")
        kinds = {kind for fact in sentence.facts() for kind in (kind_of(fact.settings), *self.names.judging(fact))}
        titled = self.names.titled(sentence.passage.typed[sentence.start : sentence.end])
        if titled and kinds and not titled & kinds:
            why.append("kind " + ", ".join(sorted(titled)))
        return tuple(why)
