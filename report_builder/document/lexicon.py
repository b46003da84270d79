"""The vocabulary by which sentences are interpreted, from the `prose` section of a language, compiled to patterns."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from report_builder.document.fonts import EAST
from report_builder.languages import Language
from report_builder.records import frozen

# A letter of a script that separates words. Excluding the other scripts by a character class compiles ten times as slowly.
LETTER = "(?:(?=[\x00-\u10ff\u1e00-\u1fff])[^\\W_])"
_NOTHING = re.compile(r"(?!)")


@frozen
class Lexicon:
    """The vocabulary of one language; keys are those of the language file, e.g. `verdict` or `splits.test`."""

    language: Language
    _compiled: dict[tuple[str, str], re.Pattern[str]] = field(default_factory=dict, compare=False)
    _heard: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False)
    _groups: dict[str, Mapping[str, str]] = field(default_factory=dict, compare=False)

    def pattern(self, key: str, shape: str = "{}") -> re.Pattern[str]:
        """Return a pattern for the words of a key, matched from the start of a word and inserted into `shape` at `{}`."""
        if (key, shape) not in self._compiled:
            words = self.language.prose.get(key, "")
            begins = "" if EAST.search(words) else "(?<![^\\W\\d_])"
            made = shape.replace("{}", f"{begins}(?:{words})") if words else ""
            self._compiled[key, shape] = re.compile(made, re.IGNORECASE) if made else _NOTHING
        return self._compiled[key, shape]

    def says(self, key: str, text: str) -> bool:
        """Whether a text contains one of the words of a key."""
        if (key, text) not in self._heard:  # several rules ask the same question of a sentence
            self._heard[key, text] = self.pattern(key).search(text) is not None
        return self._heard[key, text]

    def group(self, key: str) -> Mapping[str, str]:
        """Return the keys below a key: remainder of the name -> full key."""
        if key not in self._groups:
            below = f"{key}."
            self._groups[key] = {name.removeprefix(below): name for name in self.language.prose if name.startswith(below)}
        return self._groups[key]

    def named(self, key: str, text: str) -> set[str]:
        """Return the groups below a key whose words occur in a text."""
        return {name for name, whole in self.group(key).items() if self.says(whole, text)}

    def without(self, key: str, text: str) -> str:
        """Return the text with the words of a key blanked out, at the same length."""
        return self.pattern(key).sub(lambda found: " " * len(found[0]), text)

    def sentences(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the (start, end) indices of each sentence; full stops of abbreviations do not end one."""
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
    """Return the vocabulary of a language, by its code."""
    from report_builder import languages

    return Lexicon(languages.load(language))
