"""Finds settings that are typed by hand and are not those of the runs which the sentence names."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from report_builder.document.lexicon import LETTER, Lexicon
from report_builder.document.lexicon import lexicon as lexicon_of
from report_builder.document.material import RunCard
from report_builder.document.printed import flat
from report_builder.document.sentences import Sentence
from report_builder.records import frozen

DATA, SEEDS, EPOCHS = "data.dataset.kind", "seeds", "training.epochs"
_FIGURES = r"\d+(?:[.,]\d+)?(?:e-?\d+)?"
_DOUBT = ("theory", "elsewhere", "purpose", "effect.denied")  # of sentences that need not be about these trainings


@frozen
class Typed:
    """A setting that no run named by its sentence has: the words, and what the runs have instead, by their ids."""

    words: str
    at: int
    path: str
    of: dict[str, str]


def foreign_settings(sentence: Sentence) -> Iterator[Typed]:
    """Yield the typed settings of a sentence that no run has that it names, or no run at all if it is on all models.

    The forms are those of `prose.set` in the language file: key path -> phrases in which `#` stands for the value.
    """
    words, lexicon = sentence.typed, sentence.lexicon
    names = {name.text for name in sentence.runs}
    cards = [
        card
        for card in sentence.names.material.runs.values()
        if card.name in names or (not names and lexicon.says("models", words))
    ]
    if not cards or sentence.cites or any(lexicon.says(key, words) for key in _DOUBT):
        return
    for path, form in _forms(lexicon.language.code):
        for match in form.finditer(words):
            said = next(filter(None, match.groups()))
            of = {card.id: known for card in cards if (known := _values(card, path))}
            if of and not any(_is_among(said, each, lexicon) for each in of.values()):
                told = {run: ", ".join(dict.fromkeys(map(str, each))) for run, each in of.items()}
                yield Typed(match[0], match.start(), path, told)


@functools.cache
def _forms(language: str) -> Sequence[tuple[str, re.Pattern[str]]]:
    words = lexicon_of(language)
    prose, found = words.language.prose, list[tuple[str, re.Pattern[str]]]()
    numbers = "|".join([_FIGURES, *(prose[name] for name in words.group("numerals").values())])
    for path, key in words.group("set").items():
        value = prose["datasets"] if path == DATA else numbers
        form = f"(?<!{LETTER})(?:" + prose[key].replace("#", f"({value})") + f")(?!{LETTER})"
        found.append((path, re.compile(form, re.IGNORECASE)))
    return found


def _values(card: RunCard, path: str) -> list[str | float]:
    """What may be said of a setting: its value, each part of it that is a number, epochs that were done."""
    if path == SEEDS:
        return [len(card.seeds)]
    leaves = dict(flat(card.settings))
    found = [leaves[each] for each in leaves if each == path or each.startswith(f"{path}.")]
    done = [len(next(iter(terms.values()), ())) for terms in card.histories] if path == EPOCHS else []
    return [each for each in [*found, *done] if isinstance(each, (int, float, str)) and not isinstance(each, bool)]


def _is_among(said: str, values: Sequence[str | float], lexicon: Lexicon) -> bool:
    if any(isinstance(value, str) and value.endswith(".py") for value in values):
        return True  # what a file of the user's own contains is not known
    number = _number(said, lexicon)
    if number is None:
        return any(_letters(str(value)).startswith(_letters(said)) for value in values)
    return any(isinstance(value, (int, float)) and abs(value - number) <= 1e-9 * max(1, abs(value)) for value in values)


def _number(said: str, lexicon: Lexicon) -> float | None:
    if re.fullmatch(_FIGURES, said, re.IGNORECASE):
        return float(said.replace(",", "."))
    found = (name for name, key in lexicon.group("numerals").items() if lexicon.pattern(key, "^{}$").match(said))
    return next(map(float, found), None)


def _letters(words: str) -> str:
    return re.sub(r"[^a-z\d]", "", words.lower())
