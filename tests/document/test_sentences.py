"""Parsing of sentences: numbers, results, quantities and runs, in the words of each language."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.document.lexicon import lexicon
from report_builder.document.naming import Names
from report_builder.document.passages import passages
from report_builder.document.sentences import sentences

TABLE = json.loads((Path(__file__).parent / "sentences.json").read_text(encoding="utf-8"))


def told(document, material, language):
    """Map each sentence to what is read in it: `#` numbers, `!` results, `@` runs, `~` quantities, and flags."""
    words, names = lexicon(language), Names(material)
    found = {}
    for passage in passages(document.blocks):
        for one in sentences(passage, words, names):
            read = [f"#{number.text}{'*' * number.strong}" for number in one.numbers]
            read += [f"!{number.text}" for number in one.results]
            read += [f"@{name.text}" for name in one.runs] + [f"~{quantity}" for quantity in sorted(one.quantities())]
            found[one.shown] = [*read, *(name for name in ("bound", "refers", "stated") if getattr(one, name))]
    return found


@pytest.mark.parametrize("language", TABLE)
def test_what_is_read(composed, free, language):
    """Each sentence is read as in the table; places, dates, versions, sizes and settings are no results."""
    given = replace(free, header=replace(free.header, language=language))
    text = "\n\n".join(TABLE[language]["text"])
    assert told(composed(text, given, draft=True), given, language) == TABLE[language]["read"]


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("en", "One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("en", "One (e.g. this). Two.", ["One (e.g. this).", "Two."]),
        ("en", "It goes on. mBERT does not begin one.", ["It goes on. mBERT does not begin one."]),
        ("en", 'He said "so." Then "no".', ['He said "so."', 'Then "no".']),
        ("en", "At 3.5 it ends... And so on.", ["At 3.5 it ends...", "And so on."]),
        ("en", "One.  ", ["One."]),
        ("en", "  ", []),
        ("pl", "Zob. rys. Dalej np. to. Koniec.", ["Zob. rys. Dalej np. to.", "Koniec."]),
        ("zh-Hant", "一。二！三？四", ["一。", "二！", "三？", "四"]),
    ],
)
def test_where_sentences_end(language, text, told):
    """A sentence ends at a sign before a capital or the end, not after an abbreviation; a Chinese one ends at once."""
    found = [text[start:end].strip() for start, end in lexicon(language).sentences(text)]
    assert found == told
