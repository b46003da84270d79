"""Finds a unit that is typed after a printed value and is not the value's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from report_builder.document.lexicon import LETTER, Lexicon
from report_builder.facts import Fact

_COUNTS = ("images", "classes", "epochs", "px")  # a share may stand before what it is a share of: "0.97 of 1000 images"
_PRINTED = re.compile(r"[-−]?\d+(?:[.,]\d+)?(?=\s*±|$)")
_NEAR = 0.05  # relative difference up to which a printed number is the value rather than, say, the number of images


class UnitWords:
    """The words for units in a language, in all their forms."""

    def __init__(self, lexicon: Lexicon) -> None:
        words = lexicon.language.words
        named = ((name.partition(".")[2], form) for name, told in words.items() for form in told.split("|")
                 if name.startswith(("units.", "counted.")) and name != "counted.rule")  # fmt: skip
        self._forms = [*dict.fromkeys((unit, re.escape(form)) for unit, form in named)]
        self._forms += [(unit, lexicon.language.prose[name]) for unit, name in lexicon.group("spelled").items()]

    def foreign(self, fact: Fact, printed: str, after: str) -> str:
        """Return the unit that is typed after a printed value if the value has another one or none, else ""."""
        if isinstance(fact.value, str) or not _is_value(printed, fact.value):
            return ""
        found = [(match[0].strip(), unit) for unit, form in self._forms if (match := _typed(form).match(after))]
        longest = max((len(words) for words, _ in found), default=0)
        units = {unit for words, unit in found if len(words) == longest}
        if not units or fact.unit in units or (not fact.unit and units & {*_COUNTS}):
            return ""
        typed = next(words for words, _ in found if len(words) == longest)
        return "" if any(form.startswith(typed) for form in self._own(fact.unit)) else typed

    def _own(self, unit: str) -> Iterator[str]:
        return (re.sub(r"\\(.)", r"\1", form) for name, form in self._forms if name == unit)


def _typed(form: str) -> re.Pattern[str]:
    """Pattern for a form at the beginning of a text; a single letter is a unit only before a sign or the end, else a word."""
    end = r"(?=\s*(?:[^\w\s]|$))" if len(form) == 1 and form.isalpha() else f"(?!{LETTER})"
    return re.compile(rf"\s*(?:{form}){end}")


def _is_value(printed: str, number: float) -> bool:
    found = _PRINTED.match(printed)
    told = float(found[0].replace(",", ".").replace("−", "-")) if found else None
    return told is not None and abs(told - number) <= _NEAR * abs(number)
