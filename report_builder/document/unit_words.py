"""Finds a unit that is typed after a printed value and is not the value's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from report_builder.document.lexicon import LETTER, Lexicon
from report_builder.facts import Fact
from report_builder.languages import Language

_COUNTS = frozenset({"images", "classes", "epochs", "px"})  # a share may stand before what it is a share of
_PRINTED = re.compile(r"[-−]?\d+(?:[.,]\d+)?(?=\s*±|$)")
_NEAR = 0.05  # relative difference up to which a printed number is the value rather than, say, the number of images


class UnitWords:
    """The words for units in a language, in all their forms."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._forms = [*dict.fromkeys(_forms(lexicon.language))]
        spelled = [(unit, lexicon.language.prose[name]) for unit, name in lexicon.group("spelled").items()]
        self._typed = [(unit, _at_start(form)) for unit, form in [*((u, re.escape(f)) for u, f in self._forms), *spelled]]

    def foreign(self, fact: Fact, printed: str, after: str) -> str:
        """Return the unit that is typed after a printed value if the value has another one or none, else ""."""
        if isinstance(fact.value, str) or not _is_value(printed, fact.value):
            return ""
        found = [(match[0].strip(), unit) for unit, form in self._typed if (match := form.match(after))]
        typed = max((words for words, _ in found), key=len, default="")
        units = {unit for words, unit in found if words == typed}
        if not units or fact.unit in units or (not fact.unit and units & _COUNTS):
            return ""
        shortened = any(
            form.startswith(typed) for unit, form in self._forms if unit == fact.unit
        )  # "nats" for "nats per image"
        return "" if shortened else typed


def _forms(language: Language) -> Iterator[tuple[str, str]]:
    """Each unit with each of its printed forms."""
    for name, words in language.words.items():
        key, _, unit = name.partition(".")
        if key in ("units", "counted") and unit != "rule":
            yield from ((unit, form) for form in words.split("|"))


def _at_start(form: str) -> re.Pattern[str]:
    """Pattern for a form at the beginning of a text; a single letter is a unit only before a sign or the end, else a word."""
    end = r"(?=\s*(?:[^\w\s]|$))" if len(form) == 1 and form.isalpha() else f"(?!{LETTER})"
    return re.compile(rf"\s*(?:{form}){end}")


def _is_value(printed: str, number: float) -> bool:
    found = _PRINTED.match(printed)
    told = float(found[0].replace(",", ".").replace("−", "-")) if found else None
    return told is not None and abs(told - number) <= _NEAR * abs(number)
