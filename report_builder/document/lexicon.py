"""The words by which a sentence is read, as one language states them under `prose`, ready to be looked for."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from report_builder.document.fonts import EAST
from report_builder.languages import Language
from report_builder.records import frozen

# A letter of a script whose words stand apart. A class with the ranges of the others takes ten times as long to be compiled.
LETTER = "(?:(?=[\x00-\u10ff\u1e00-\u1fff])[^\\W_])"
_NOTHING = re.compile(r"(?!)")


@frozen
class Lexicon:
    """The words of one language; a key is that of the language's file, e.g. `verdict` or `splits.test`."""

    language: Language
    _compiled: dict[tuple[str, str], re.Pattern[str]] = field(default_factory=dict, compare=False)
    _heard: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False)
    _groups: dict[str, Mapping[str, str]] = field(default_factory=dict, compare=False)

    def pattern(self, key: str, shape: str = "{}") -> re.Pattern[str]:
        """The words of a key, each from its beginning, set into a larger pattern."""
        if (key, shape) not in self._compiled:
            words = self.language.prose.get(key, "")
            begins = "" if EAST.search(words) else "(?<![^\\W\\d_])"
            made = shape.replace("{}", f"{begins}(?:{words})") if words else ""
            self._compiled[key, shape] = re.compile(made, re.IGNORECASE) if made else _NOTHING
        return self._compiled[key, shape]

    def says(self, key: str, text: str) -> bool:
        """Whether a text has one of the words."""
        if (key, text) not in self._heard:  # several rules ask the same of a sentence
            self._heard[key, text] = self.pattern(key).search(text) is not None
        return self._heard[key, text]

    def group(self, key: str) -> Mapping[str, str]:
        """What stands below a key: the last part of each name -> its whole key."""
        if key not in self._groups:
            below = f"{key}."
            self._groups[key] = {name.removeprefix(below): name for name in self.language.prose if name.startswith(below)}
        return self._groups[key]

    def named(self, key: str, text: str) -> set[str]:
        """Which of the groups below a key a text has words of."""
        return {name for name, whole in self.group(key).items() if self.says(whole, text)}

    def without(self, key: str, text: str) -> str:
        """The text with blanks in place of the words of a key."""
        return self.pattern(key).sub(lambda found: " " * len(found[0]), text)

    def sentences(self, text: str) -> Iterator[tuple[int, int]]:
        """Where each sentence of a text begins and ends; full stops of abbreviations and of days end none."""
        start = 0
        for end in _END.finditer(text):
            before = text[start : end.start() + 1]
            follows = text[end.end() : end.end() + 1]
            full = end[0][0] in "。！？"
            if full or (end.end() < len(text) and not follows.islower() and not self._ends_in_abbreviation(before)):
                yield start, end.end()
                start = end.end()
        if text[start:].strip():
            yield start, len(text)

    def _ends_in_abbreviation(self, before: str) -> bool:
        return before.endswith(".") and self.pattern("abbreviations", "{}\\.$").search(before) is not None


_END = re.compile("[。！？]|[.!?…][\"'”’»)\\]]*\\s+")


@functools.cache
def lexicon(language: str) -> Lexicon:
    """The words of a language."""
    from report_builder import languages

    return Lexicon(languages.load(language))
