"""What the file of a language lacks, or has but should not have."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator

from report_builder.errors import Problem
from report_builder.languages import CASES, SOURCE, Language, codes, load


def faults(language: Language, of_kinds: Iterable[str] = ()) -> list[Problem]:
    """Problems that make a language incomplete; empty if there are none.

    Args:
        of_kinds: English words of kinds that it must translate, in addition to those that other languages translate.
    """
    found = [*_of_words(language, of_kinds), *_of_labels(language), *_of_nouns(language)]
    return [Problem(f"{language.file.name}: {key}", rule, received) for key, rule, received in found]


def _of_words(language: Language, of_kinds: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Key, rule and text for each word that is missing, unknown, or has other fields than in English."""
    written = {key: text for key, text in language.words.items() if key not in language.missing}
    asked = dict(load(SOURCE).words)
    if language.code != SOURCE:
        others = [load(other) for other in codes()]
        written |= {f"kinds.{words}": text for words, text in language.kinds.items()}
        asked |= {f"kinds.{words}": words for words in {*of_kinds, *(w for other in others for w in other.kinds)}}
        written |= {f"names.{name}": text for name, text in language.names.items()}
        asked |= {f"names.{name}": name for other in others for name in other.names}
    yield from ((key, "not translated", text) for key, text in asked.items() if key not in written)
    yield from ((key, "English has no such word", text) for key, text in written.items() if key not in asked)
    both = ((key, text) for key, text in written.items() if key in asked)
    yield from ((key, "other fields than in English", text) for key, text in both if _fields(text) != _fields(asked[key]))


def _of_labels(language: Language) -> Iterator[tuple[str, str, str]]:
    """The same for labels, for the words that prose is searched for, and for the template of a new report."""
    yield from ((key, "not translated", "") for key in language.missing if key.startswith("labels."))
    for kind, counts in language.labels.items():
        forms = {f"labels.{kind}.{count}": [case for case in CASES if case not in cases] for count, cases in counts.items()}
        yield from ((key, "this label lacks cases", ", ".join(lacking)) for key, lacking in forms.items() if lacking)
    yield from ((f"prose.{key}", "not translated", "") for key in load(SOURCE).prose if not language.prose.get(key))
    yield from (("template", "not translated", "") for _ in range(not language.template))


def _of_nouns(language: Language) -> Iterator[tuple[str, str, str]]:
    """The same for frames and nouns."""
    nouns, asked = language.frames.nouns, load(SOURCE).frames.nouns
    yield from language.frames.mistakes()
    yield from ((f"nouns.{key}", "not translated", text) for key, text in asked.items() if key not in nouns)
    yield from ((f"nouns.{key}", "English has no such noun", text) for key, text in nouns.items() if key not in asked)


def _fields(text: str) -> set[str]:
    """Names of the `str.format` fields in a text."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:  # unbalanced braces
        return {text}
