"""What is read of a sentence: its numbers, results, quantities and runs, in the words of each language."""

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
    """Of each sentence its words and, with a sign, what is read: `#` numbers, `!` results, `@` runs, `~` quantities."""
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
    """Each sentence is read as the table has it; places, days, versions, sizes and settings are no results."""
    given = replace(free, header=replace(free.header, language=language))
    text = "\n\n".join(TABLE[language]["text"])
    assert told(composed(text, given, draft=True), given, language) == TABLE[language]["read"]
