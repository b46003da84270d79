"""Decides a typed comparison of two runs, such as "The error of A is lower than that of B", by the facts that it speaks of.

A sentence is decided only if each of its words is understood: the names of two runs, one quantity, words for an order, and
words that leave an order as it is (`plain` in the language file). Any other word may change what is compared ("the spread of
the error"), when ("in the first epoch"), or whether it is meant ("expected", "would").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from report_builder.document.lexicon import LETTER
from report_builder.document.meanings import Reader
from report_builder.document.passages import SAID, VALUE
from report_builder.document.sentences import Sentence
from report_builder.errors import ReportError
from report_builder.facts import Fact, differences
from report_builder.languages import Language
from report_builder.records import frozen

_ORDERS = ("greater", "smaller", "better", "worse")
_DIRECTIONS = {("better", "higher"): "greater", ("worse", "higher"): "smaller"}
_DIRECTIONS |= {("better", "lower"): "smaller", ("worse", "lower"): "greater"}


@frozen
class Order:
    """A typed comparison of the facts `a` and `b`, and whether it holds."""

    a: Fact
    b: Fact
    holds: bool


def compares(sentence: Sentence) -> bool:
    """Whether a sentence types an order of several runs: their names, a word for an order, and one such as "than"."""
    lexicon, words = sentence.lexicon, sentence.typed
    several = len({name.text for name in sentence.runs}) > 1
    return several and lexicon.says("than", words) and any(lexicon.says(f"senses.{order}", words) for order in _ORDERS)


def typed_order(sentence: Sentence) -> Order | None:
    """Return the comparison that a sentence types, or None if it types none or the facts do not decide it."""
    named, words = _named(sentence)
    sides = _sides(sentence, words)
    if not sides or SAID in sentence.text or sentence.text.rstrip().endswith(("?", "？")):
        return None
    reader = Reader(sentence.lexicon, sentence.names)
    made = list[Order]()
    for a, b in _pairs(sentence, named, *sides):
        meant = reader.meaning(words, a)
        holds = _holds(meant, a, b) if meant and _is_plain(sentence, words, a, denied=meant.startswith("not ")) else None
        if holds is None:
            return None
        made.append(Order(a, b, holds))
    return made[0] if len({order.holds for order in made}) == 1 else None


def _named(sentence: Sentence) -> tuple[list[Fact], str]:
    """Return the facts whose noun the sentence uses, the longest noun if several, and its words without it and without runs."""
    words, language = _nameless(sentence), sentence.lexicon.language
    if not compares(sentence):
        return [], words
    names = {name.text for name in sentence.runs}
    facts = [fact for fact in sentence.names.material.facts.values() if sentence.names.of(fact.run) in names]
    without = {fact.name: _without_noun(words, fact, language) for fact in facts}
    shortest = min((text for text in without.values() if text != words), key=lambda text: len(text.split()), default=words)
    return [fact for fact in facts if without[fact.name] == shortest != words], shortest


def _nameless(sentence: Sentence) -> str:
    """Return the typed text with the names of runs blanked out, at the same length."""
    words = sentence.typed
    for name in sentence.runs:
        words = words[: name.start] + " " * (name.end - name.start) + words[name.end :]
    return words


def _without_noun(words: str, fact: Fact, language: Language) -> str:
    """Return the text with what it calls the quantity of a fact blanked out, in any form of its noun, at the same length."""
    forms = sorted(language.noun(fact.noun, fact.metric).forms.values(), key=len, reverse=True)
    noun = "|".join(re.escape(form) for form in forms)
    return re.sub(
        f"(?<!{LETTER})(?:{noun})(?!{LETTER})", lambda found: " " * len(found[0]), words, count=1, flags=re.IGNORECASE
    )


def _sides(sentence: Sentence, words: str) -> tuple[str, str] | None:
    """Return the ids of the run that a sentence is about and of the run that it is compared with, "than" which it is."""
    form = f"{{}}(?!\\s*{VALUE})"  # "144 against 139" names no side
    than = [*sentence.lexicon.pattern("than", form).finditer(words)]
    if len(than) != 1 or len(sentence.runs) != 2:
        return None
    other = next((name for name in sentence.runs if name.start >= than[0].end()), None)
    about = next((name for name in sentence.runs if name is not other), None)
    ids = {card.name: card.id for card in sentence.names.material.runs.values()}
    return (ids[about.text], ids[other.text]) if other and about and other.text != about.text else None


def _pairs(sentence: Sentence, named: Sequence[Fact], about: str, other: str) -> Iterator[tuple[Fact, Fact]]:
    """Yield the pairs of facts of two runs that a sentence may speak of: those that it prints, names, or of its quantity."""
    known, printed = sentence.names.material.facts, sentence.facts()
    families, parts = sentence.quantities(), sentence.lexicon.named("splits", sentence.typed)
    for a in printed or named or known.values():
        b = known.get(f"{other}.{a.name.removeprefix(f'{about}.')}")
        if a.run != about or b is None or (printed and b not in printed) or (parts and a.split not in parts):
            continue
        if printed or named or (families and all(re.search(family, a.metric) for family in families)):
            yield a, b


def _is_plain(sentence: Sentence, words: str, fact: Fact, *, denied: bool) -> bool:
    """Whether each word is understood; a negation only if it is that of the order."""
    lexicon = sentence.lexicon
    if lexicon.says("change", words) or len(lexicon.pattern("negation").findall(words)) != denied:
        return False
    ordering = [f"senses.{word}" for word in (*_ORDERS, "less")]
    ordering += [key for name, key in lexicon.group("senses.of").items() if re.search(name.rpartition(".")[0], fact.metric)]
    naming = (*lexicon.group("quantities").values(), *lexicon.group("splits").values())
    for key in (*ordering, *naming, "than", "negation", "plain"):
        words = lexicon.pattern(key, f"{{}}{LETTER}*").sub(lambda found: " " * len(found[0]), words)
    return not any(map(str.isalnum, words))


def _holds(meant: str, a: Fact, b: Fact) -> bool | None:
    """Whether a relation of two facts holds; None if that cannot be decided, or if their difference may be chance."""
    denied, relation = meant.startswith("not "), meant.removeprefix("not ")
    relation = _DIRECTIONS.get((relation, a.better), relation)
    if relation not in ("greater", "smaller") or a.placeholder or b.placeholder:
        return None
    if isinstance(a.value, str) or isinstance(b.value, str):
        return None
    as_said = (a.value > b.value) == (relation == "greater")
    if _differ(a, b):
        return as_said != denied
    return None if as_said or denied or a.value == b.value else False


def _differ(a: Fact, b: Fact) -> bool:
    """Whether two facts differ measurably, whatever their runs differ in."""
    from report_builder.facts.comparing import compare

    sections = {path.partition(".")[0] for path, _, _ in differences(a.settings, b.settings)} - {"seed"}
    try:
        return compare(a, b, by=[*sections]).found
    except ReportError:
        return False
