"""Available languages, and the content of their files."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.languages.frames import Frames
from report_builder.languages.language import CASES, KINDS, SOURCE, Language
from report_builder.plain import Fields


@functools.cache
def codes() -> list[str]:
    """Codes of the available languages."""
    return sorted(file.stem for file in Path(__file__).parent.glob("*.yaml"))


@functools.cache
def load(code: str) -> Language:
    """Load the language with this code.

    Raises:
        ReportError: there is no such language, or its file is not valid YAML.
    """
    if code not in codes():
        raise ReportError(Problem("", "unknown language", repr(code), near_miss(code, codes())))
    return read(Path(__file__).parent / f"{code}.yaml")


def read(file: Path) -> Language:
    """Read a language from its file `<code>.yaml`; what the file lacks is in English.

    Raises:
        ReportError: the file is not valid YAML.
    """
    import yaml

    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=loader) or {}  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        raise ReportError(Problem(file.name, "not valid YAML", " ".join(str(error).split()))) from None
    labels, prose, kinds, names, comparison, nouns = (
        content.pop(part, None) or {} for part in ("labels", "prose", "kinds", "names", "comparison", "nouns")
    )
    template = content.pop("template", "")
    cases = {kind: _cases(label) for kind, label in labels.items()}
    told, named = ({words: str(text) for words, text in each.items() if text is not None} for each in (kinds, names))
    frames = Frames.of(comparison, comparison.pop("sentences", {}), nouns)
    words = dict(_flat(content))
    for key, noun in nouns.items():  # the noun of a metric names it in figures, too, unless these have a shorter word
        if "{}" not in noun and f"terms.{key}" not in words:
            words.setdefault(f"metrics.{key}", noun.split("|")[1])
    language = Language(file.stem, file, words, cases, dict(_alternatives(prose)), told, named, template, frames=frames)
    return language if file.stem == SOURCE else _complete(language, load(SOURCE))


def _complete(language: Language, english: Language) -> Language:
    """The language, with English words, labels and frames where it has none."""
    missing = [key for key in english.words if key not in language.words]
    given = {kind: language.labels.get(kind, {}) for kind in KINDS}
    missing += [f"labels.{kind}.{count}" for kind in KINDS for count in english.labels[kind] if count not in given[kind]]
    labels = {kind: {**english.labels[kind], **given[kind]} for kind in KINDS}
    words = {**english.words, **language.words}
    frames = language.frames if language.frames.sentences else english.frames
    return replace(language, words=words, labels=labels, missing=tuple(missing), frames=frames)


def _flat(node: Fields, path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{key}.")
        elif value is not None:
            yield f"{path}{key}", str(value)


def _alternatives(node: Fields, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each list of words as one regular expression; words are tried in the order of the list."""
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from _alternatives(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", "|".join(map(str, value)) if isinstance(value, list) else ""


def _cases(label: Mapping[str, str | Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Forms of a label by number and case; a word without cases serves all of them."""
    return {count: dict.fromkeys(CASES, word) if isinstance(word, str) else dict(word) for count, word in label.items()}
