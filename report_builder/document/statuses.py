"""The status of every printed sentence, and what of it is decidably contradicted.

A sentence is `bound` where the program printed a value or a verdict in it, `opinion` or `stated` where the author says so,
`listed` where it speaks of results and nothing vouches for it, and `theory` else. What a sentence says is read from what it
names (runs, splits, quantities), what it binds, and what kind of word stands in it; the words are those of the language's file.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from report_builder.document.contradictions import Contradictions
from report_builder.document.ledger import Wording
from report_builder.document.lexicon import Lexicon, lexicon
from report_builder.document.material import Material
from report_builder.document.naming import Names, kind_of
from report_builder.document.passages import passages
from report_builder.document.places import Places
from report_builder.document.sentences import Sentence, sentences
from report_builder.document.tree import Nodes, value
from report_builder.errors import Problem
from report_builder.records import frozen

LISTED = "listed"  # also our own key on a node: begin and end of what of it stands in such sentences
SAYING = ("verdict", "change", "cause")  # what a caption or a heading says more than what is to be seen
LABELS = ("heading", "caption", "alt", "cell")
WEIGHTS = {"run": 3, "verdict": 3, "comparison": 2, "change": 2, "cause": 2, "number": 3, "negation": 3, "kind": 2}
ABOUT = frozenset({"strength", "number_words", "observed"})  # what is said of the parts of a network, too
PREDICATES = ("verdict", "comparison", "change", "cause", "strength", "number_words", "observed")


@frozen
class Judgement:
    """What one sentence is: its status, its words, its place, for a listed one why, and the facts that it binds."""

    status: str
    text: str
    where: str
    why: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    def as_json(self) -> dict[str, str | list[str]]:
        """As `report.json` has it."""
        told = {"status": self.status, "text": self.text, "where": self.where}
        return {**told, "why": [*self.why], "facts": [*self.facts]}

    @property
    def weight(self) -> int:
        """How much a listed sentence says."""
        return sum(WEIGHTS.get(reason.partition(" ")[0], 1) for reason in self.why)


@frozen
class Judged:
    """All sentences of a document, and what is wrong with them."""

    sentences: tuple[Judgement, ...] = ()
    findings: tuple[Problem, ...] = ()

    @property
    def listed(self) -> list[Judgement]:
        """Those that speak of results and are bound to nothing, those that say most first."""
        return sorted((one for one in self.sentences if one.status == LISTED), key=lambda one: -one.weight)

    @property
    def tally(self) -> tuple[int, int]:
        """How many sentences are measured, and how many of results are stated by the author."""
        statuses = [one.status for one in self.sentences]
        return statuses.count("bound"), statuses.count("stated") + statuses.count(LISTED)


@frozen
class Judge:
    """Judges the sentences of one document."""

    material: Material
    places: Places
    lexicon: Lexicon
    names: Names
    wordings: Sequence[Wording]

    @classmethod
    def of(cls, material: Material, places: Places, wordings: Sequence[Wording]) -> Judge:
        """The judge of a report, in its language."""
        words, names = lexicon(material.header.language), Names(material)
        return cls(material, places, words, names, wordings)

    def judge(self, blocks: Nodes, nodes: Nodes) -> Judged:
        """Judges a tree that has these elements; marks the nodes of listed sentences."""
        contradictions = Contradictions(self.material, self.places, self.lexicon, self.names, self.wordings)
        found, judged = [*contradictions.elsewhere(nodes)], []
        for passage in passages(blocks):
            for sentence in sentences(passage, self.lexicon, self.names):
                problems = [] if passage.kind == "opinion" else [*contradictions.of(sentence)]
                found += problems
                judged.append(self._judgement(sentence, faulty=bool(problems)))
        if self.material.strict:
            rule = "a sentence speaks of results and nothing vouches for it"
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
        """What makes a sentence speak of results beyond what is bound in it; nothing where it does not."""
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
        acts = runs and not (said("settings", words) or said("structure", words))  # whatever the words say that it does
        enough = bool(subjects and predicates) or (len(predicates) > 1 and things) or behaves or acts or len(runs) > 1
        return (*subjects, *predicates) if (enough or len(kinds) > 1) and (predicates or not label) else ()

    def _general(self, sentence: Sentence, runs: Collection[str], predicates: Collection[str]) -> bool:
        """Whether a sentence speaks of theory, of another text, of a purpose or a condition, or of how a network is made."""
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
        """The names of well-known data that no run was trained on."""
        own = " ".join(card.data for card in self.material.runs.values()).casefold()
        found = self.lexicon.pattern("datasets").finditer(words)
        return [name for match in found if (name := match[0]).casefold() not in own]

    def _beyond(self, sentence: Sentence) -> tuple[str, ...]:
        """What stands in a bound sentence and is not what is bound: a verdict, a "not" before one, the kind of another run."""
        words, why = sentence.typed, []
        if self.lexicon.says("verdict", words):
            why.append("verdict")
        spoken = [at for at, node in sentence.printed if not value(node, "name")]
        if any(self.lexicon.pattern("negation").search(words, max(0, at - 80), at) for at in spoken):
            why.append("negation")
        kinds = {kind for fact in sentence.facts() for kind in (kind_of(fact.settings), *self.names.judging(fact))}
        titled = self.names.titled(sentence.passage.typed[sentence.start : sentence.end])
        if titled and kinds and not titled & kinds:
            why.append("kind " + ", ".join(sorted(titled)))
        return tuple(why)
