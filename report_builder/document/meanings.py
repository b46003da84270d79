"""Determines what the words of a comparison mean, and whether they agree with its relation."""

from __future__ import annotations

import re

from report_builder.document.ledger import Wording
from report_builder.document.lexicon import Lexicon
from report_builder.document.naming import Names
from report_builder.document.passages import plain
from report_builder.facts import Fact
from report_builder.records import frozen

OPPOSITE = {"better": "worse", "worse": "better", "greater": "smaller", "smaller": "greater", "same": "same"}
_THRESHOLDS = {">": "greater", ">=": "greater", "<": "smaller", "<=": "smaller", "==": "same"}
_FORMULA = re.compile(r"\$[^$]*\$|`[^`]*`|\[@[^\]]*\](?:\{[^}]*\})?|@[\w:-]+")
_MARKUP = re.compile(r"[*_]|\{[.#][^}]*\}")
_DIGITS = re.compile(r"(?<![\w-])[-+−]?\d[\d.,]*\s*%?|[½⅓⅔¼¾]")
MOST_WORDS = 5  # a wording of at most this many words says no more than the relation


@frozen
class Reader:
    """Interprets wordings in one language."""

    lexicon: Lexicon
    names: Names

    def number(self, wording: Wording) -> str:
        """Return a number that a wording contains, in digits or words, or ""."""
        text = self.bare(wording.text)
        found = _DIGITS.search(text) or self.lexicon.pattern("number_words", r"{}\w*").search(text)
        return found[0].strip() if found else ""

    def bare(self, text: str) -> str:
        """Return a wording without markup, formulas and names."""
        return self.names.without(_MARKUP.sub("", _FORMULA.sub(" ", plain(text))))

    def contradicted(self, wording: Wording, fact: Fact, before: str, rival: str = "") -> bool:
        """Whether the words deny the relation for which they are printed.

        Args:
            wording: the words printed for a relation of `a` to `b`.
            fact: the fact `a`.
            before: the sentence up to the place where they are printed.
            rival: the words that would be printed for the opposite relation, or "".
        """
        text, short = self.bare(wording.text), len(wording.text.split()) <= MOST_WORDS
        meant = self.meaning(text, fact)
        effect = self._effect(text) if meant is None else ""
        if effect and (short or self._effect(self.bare(rival)) == OPPOSITE.get(effect)):
            meant = effect
        if meant is None:
            return False
        relation = _THRESHOLDS.get(wording.relation, wording.relation)
        if relation not in OPPOSITE:  # `open`: neither relation is shown
            return False
        if self._of_the_other(wording, before):
            relation = OPPOSITE[relation]
        return relation not in self._allowed_relations(meant, relation, fact.better, short=short)

    def overstated(self, wording: Wording, fact: Fact) -> bool:
        """Whether the words say "equal" or "not better" although all that is known is that no difference was measurable."""
        text = self.bare(wording.text)
        meant = self.meaning(text, fact) or ""
        return (meant == "same" or meant.startswith("not ")) and not self.lexicon.says("senses.unproved", text)

    def meaning(self, text: str, fact: Fact) -> str | None:
        """Return the single relation that the words express, or None if they express none or several."""
        if self.lexicon.says("senses.same", text):  # "not as good as" does not mean "same"
            return None if self.lexicon.says("senses.less", text) else "same"
        own = [key for name, key in self.lexicon.group("senses.of").items() if re.search(name.rpartition(".")[0], fact.metric)]
        groups = [{key.rpartition(".")[2]: key for key in own}]
        groups += [{word: f"senses.{word}" for word in pair} for pair in (("better", "worse"), ("greater", "smaller"))]
        for group in groups:
            said = {meaning for word, key in group.items() for meaning in self._meanings(word, key, text)}
            if said:
                return said.pop() if len(said) == 1 else None
        return None

    def _effect(self, text: str) -> str:
        """Return "better" or "worse" if the words speak of help or of harm, "" if of neither or both, or if they deny it."""
        said = {word for word in ("better", "worse") if self.lexicon.says(f"effect.{word}", text)}
        if len(said) != 1 or self.lexicon.says("effect.denied", text) or self.lexicon.says("senses.less", text):
            return ""
        return said.pop()

    def _meanings(self, word: str, key: str, text: str) -> set[str]:
        """Return the meanings of all occurrences of a word, reversed by a preceding "less", negated by a "not"."""
        said = set[str]()
        for found in self.lexicon.pattern(key).finditer(text):
            if self.lexicon.pattern("senses.less").match(text, found.start()):
                continue  # this match is the "less" itself
            less = self.lexicon.pattern("senses.less", r"{}\w*\s*$").search(text, 0, found.start())
            before = text[: less.start() if less else found.start()]
            meant = OPPOSITE[word] if less else word
            denied = self.lexicon.pattern("negation", r"{}\w*(?:\s+\w+)?\s*$").search(before)
            said |= {f"not {meant}" if denied else meant}
        return said

    def _allowed_relations(self, meant: str, relation: str, better: str, *, short: bool) -> set[str]:
        """Return the relations that the words may express without contradiction; all if this cannot be decided."""
        everything = {*OPPOSITE}
        if meant.startswith("not "):
            return everything - {meant.removeprefix("not ")}
        quality, asked = meant in ("better", "worse"), relation in ("better", "worse")
        if meant == "same" or relation == "same" or quality == asked:
            return {meant} if meant == "same" or quality or short else everything
        if better == "none" or not short:
            return everything
        upwards = meant in ("better", "greater")
        pair = ("better", "worse") if asked else ("greater", "smaller")
        return {pair[upwards != (better == "higher")]}

    def _of_the_other(self, wording: Wording, before: str) -> bool:
        """Whether the words are about `b`: the run named first in them, or else in the sentence before, is that of `b`."""
        if not isinstance(wording.b, str):
            return False
        facts = self.names.material.facts
        a, b = (self.names.of(facts[name].run) if name in facts else "" for name in (wording.a, wording.b))
        return b not in {a, ""} and self._subject(plain(wording.text), before) == b

    def _subject(self, words: str, before: str) -> str:
        clause = re.split("[;:；：，,]", before)[-1]
        for text in (words, clause):
            subjects = self._subjects(text)
            if subjects:
                return subjects[0]
        subjects = list(dict.fromkeys(self._subjects(before)))
        return subjects[0] if len(subjects) == 1 else ""

    def _subjects(self, text: str) -> list[str]:
        """Return the runs that a text names as its subject rather than as the object of a comparison ("than ...")."""
        than = self.lexicon.pattern("than", r"{}(?:\s+\S+){0,3}\s*$")
        return [name.text for name in self.names.runs(text) if not than.search(text[max(0, name.start - 40) : name.start])]
