"""What the words of a comparison mean, and whether they can be said of its relation."""

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
MOST_WORDS = 5  # of a wording that says no more than the relation


@frozen
class Reader:
    """Reads wordings in one language."""

    lexicon: Lexicon
    names: Names

    def number(self, wording: Wording) -> str:
        """A number in digits or words that a wording types, or ""."""
        text = self.bare(wording.text)
        found = _DIGITS.search(text) or self.lexicon.pattern("number_words", r"{}\w*").search(text)
        return found[0].strip() if found else ""

    def bare(self, text: str) -> str:
        """A wording without markup, formulas, and names."""
        return self.names.without(_MARKUP.sub("", _FORMULA.sub(" ", plain(text))))

    def contradicted(self, wording: Wording, fact: Fact, before: str) -> bool:
        """Whether the words deny the relation that they are printed for.

        Args:
            wording: what is printed for a relation of `a` against `b`.
            fact: of `a`.
            before: the sentence up to the place where it is printed.
        """
        meant = self._meaning(self.bare(wording.text), fact)
        if meant is None:
            return False
        relation = _THRESHOLDS.get(wording.relation, wording.relation)
        if relation not in OPPOSITE:  # `open`: neither is shown
            return False
        if self._of_the_other(wording, before):
            relation = OPPOSITE[relation]
        return relation not in self._allowed_relations(
            meant, relation, fact.better, short=len(wording.text.split()) <= MOST_WORDS
        )

    def overstated(self, wording: Wording, fact: Fact) -> bool:
        """Whether the words say "equal" or "not better", where all that is known is that a difference was not measurable."""
        text = self.bare(wording.text)
        meant = self._meaning(text, fact) or ""
        return (meant == "same" or meant.startswith("not ")) and not self.lexicon.says("senses.unproved", text)

    def _meaning(self, text: str, fact: Fact) -> str | None:
        """The one relation that the words say; None where they say none, or several."""
        if self.lexicon.says("senses.same", text):  # "not as good as" says less than that
            return None if self.lexicon.says("senses.less", text) else "same"
        own = [key for name, key in self.lexicon.group("senses.of").items() if re.search(name.rpartition(".")[0], fact.metric)]
        groups = [{key.rpartition(".")[2]: key for key in own}]
        groups += [{word: f"senses.{word}" for word in pair} for pair in (("better", "worse"), ("greater", "smaller"))]
        for group in groups:
            said = {meaning for word, key in group.items() for meaning in self._meanings(word, key, text)}
            if said:
                return said.pop() if len(said) == 1 else None
        return None

    def _meanings(self, word: str, key: str, text: str) -> set[str]:
        """The word's meaning at each place, turned round by a "less" or a "not" before it."""
        said = set[str]()
        for found in self.lexicon.pattern(key).finditer(text):
            if self.lexicon.pattern("senses.less").match(text, found.start()):
                continue  # it is the "less" itself
            less = self.lexicon.pattern("senses.less", r"{}\w*\s*$").search(text, 0, found.start())
            before = text[: less.start() if less else found.start()]
            meant = OPPOSITE[word] if less else word
            denied = self.lexicon.pattern("negation", r"{}\w*(?:\s+\w+)?\s*$").search(before)
            said |= {f"not {meant}" if denied else meant}
        return said

    def _allowed_relations(self, meant: str, relation: str, better: str, *, short: bool) -> set[str]:
        """The relations of which it can be said; every one where that cannot be told."""
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
        """Whether the words speak of `b`: the run that they name first, or the sentence before them, is that of `b`."""
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
        """The runs that a text names as what it speaks of, not as what that is compared with."""
        than = self.lexicon.pattern("than", r"{}(?:\s+\S+){0,3}\s*$")
        return [name.text for name in self.names.runs(text) if not than.search(text[max(0, name.start - 40) : name.start])]
