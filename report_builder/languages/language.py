"""One language: words, labels, numbers, dates and units as a report prints them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.languages.frames import Frames, Noun
from report_builder.plain import Plain
from report_builder.records import frozen

CASES = ("nom", "gen", "dat", "acc", "ins", "loc")
KINDS = ("fig", "tbl", "lst", "eq", "sec", "app", "task")
SOURCE = "en"  # language of the words in kinds, and of what another language lacks
EVERY = ""  # key of words that serve every language
MINUS, NO_BREAK, THIN = "\u2212", "\u00a0", "\u202f"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_ONE, _FEW, _MANY, _FRACTION = range(4)  # indices of the forms of a counted unit


@frozen
class Language:
    """One language, as read from its file.

    Attributes:
        code: BCP 47, e.g. `pl` or `zh-Hant`.
        file: file that the words are read from.
        words: dotted key -> text with `str.format` fields.
        labels: kind -> `one`/`many` -> case -> word; `{}` in a word is where the numbers go.
        prose: dotted key -> regular expression that finds what a typed sentence is about, e.g. `verdict` (see
            `document/lexicon.py`).
        kinds: English words of a kind (a title, the meaning of a symbol) -> their translation.
        names: classes and attributes of the built-in data sets -> their translation.
        template: title and template of a new report.
        missing: dotted keys of what the file lacks.
        frames: sentences about two measurements, and the nouns of measured quantities.
    """

    code: str
    file: Path
    words: Mapping[str, str]
    labels: Mapping[str, Mapping[str, Mapping[str, str]]]
    prose: Mapping[str, str]
    kinds: Mapping[str, str]
    names: Mapping[str, str]
    template: str = ""
    missing: tuple[str, ...] = ()
    frames: Frames = field(default_factory=Frames)

    def word(self, key: str, **values: str | float) -> str:
        """Text of a dotted key such as `axis.epoch`, with its fields filled in.

        Raises:
            ReportError: the language has no such word, or a field of it was not given.
        """
        if key not in self.words:
            raise ReportError(Problem(self.file.name, "the language has no such word", repr(key), near_miss(key, self.words)))
        try:
            return self.words[key].format(**values)
        except (KeyError, IndexError) as missing:
            raise ReportError(Problem(f"{self.file.name}: {key}", "a field of this word was not given", str(missing))) from None

    def has(self, key: str) -> bool:
        """Whether there is such a word."""
        return key in self.words

    def translated(self, words: str | Mapping[str, str]) -> str:
        """Translate the words of a kind: English ones by the file; words by language in this one, or else in English."""
        if isinstance(words, str):
            return self.kinds.get(words, words)
        return next((words[code] for code in (self.code, EVERY, SOURCE, *words) if code in words), "?")

    def name(self, name: str) -> str:
        """Printed name of a class or an attribute: `cat` -> `kot`, `Wavy_Hair` -> `Wavy Hair`; others as they are."""
        if name.startswith("not "):  # the class of images without an attribute
            return self.word("sheet.not", name=self.name(name.removeprefix("not ")))
        return self.names.get(name, name.replace("_", " "))

    def metric(self, name: str) -> str:
        """Printed name of a metric, `elbo` -> `ELBO`; a metric that the language does not know keeps its own name."""
        known = next((key for key in (f"metrics.{name}", f"terms.{name}") if key in self.words), None)
        return self.words[known] if known else name.replace("_", " ")

    def noun(self, noun: str | Mapping[str, str], name: str) -> Noun:
        """Noun of a metric in a sentence: by its key, by its forms in this language, or else by its printed name."""
        forms = None if isinstance(noun, str) else next((noun[code] for code in (self.code, EVERY) if code in noun), None)
        if forms:
            return self.frames.read(forms)
        outer, blank, label = (noun if isinstance(noun, str) and noun else name).partition(" ")
        return self.frames.noun(outer + blank + (self.name(label) if outer.endswith("_class") else label), self.metric(name))

    def lacks(self, words: str | Mapping[str, str]) -> bool:
        """Whether the words of a kind are not available in this language."""
        if isinstance(words, str):
            return self.code != SOURCE and words not in self.kinds
        return not {self.code, EVERY} & set(words)

    def label(self, kind: str, numbers: Sequence[str], case: str = "nom", *, capital: bool = False) -> str:
        """Label with numbers: `rysunkach 1 i 2`; equation numbers are in parentheses, and no line breaks before a number.

        Args:
            kind: one of `KINDS`.
            numbers: as printed, e.g. `["1", "2"]`; `3–5` counts as several.
            case: one of `CASES`; a language without cases ignores it.
            capital: whether the first letter is a capital.
        """
        forms = self.labels[kind]["one" if len(numbers) == 1 and "–" not in numbers[0] else "many"]
        word = forms.get(case, forms["nom"])
        listed = self.join([f"({number})" if kind == "eq" else number for number in numbers])
        text = word.format(listed) if "{}" in word else f"{word}{NO_BREAK}{listed}"
        return text[:1].upper() + text[1:] if capital else text

    def caption(self, kind: str, number: str) -> str:
        """Start of a caption: `Rysunek 3.`."""
        return self.ended(self.label(kind, [number], capital=True))

    def ended(self, heading: str) -> str:
        """Heading with the mark of the language after it, for text that follows on the same line."""
        return heading + self.words["caption.end"]

    @property
    def spaced(self) -> bool:
        """Whether a space follows such a heading; a full-width mark needs none."""
        return ord(self.words["caption.end"]) < 0x3000

    @property
    def stop(self) -> str:
        """Mark that ends a sentence."""
        return "." if self.spaced else "。"

    def number(self, value: float, digits: int | None = None, *, sign: bool = False) -> str:
        """Format a number: true minus, the language's decimal mark, thin spaces between thousands from 10 000 on.

        Args:
            value: any real number.
            digits: digits after the decimal mark; None prints integers whole and others to four significant digits.
            sign: whether a plus is printed.
        """
        if not math.isfinite(value):
            text = "NaN" if math.isnan(value) else "∞"
        elif digits is None and value and abs(value) < 1e-4:
            text = self._scientific(abs(value))
        else:
            text = self._decimal(abs(value), _digits(value) if digits is None else digits, strip=digits is None)
        negative = value < 0 and any(c in "123456789∞" for c in text)
        return (MINUS if negative else "+" if sign and value > 0 else "") + text

    def _decimal(self, value: float, digits: int, *, strip: bool) -> str:
        whole, _, rest = f"{value:.{digits}f}".partition(".")
        rest = rest.rstrip("0") if strip else rest
        grouped = f"{int(whole):,}".replace(",", THIN) if len(whole) > 4 else whole
        return grouped + (self.words["number.decimal"] + rest if rest else "")

    def _scientific(self, value: float) -> str:
        mantissa, exponent = f"{value:.3e}".split("e")
        power = "10" + str(int(exponent)).translate(_SUPERSCRIPTS)
        shown = self._decimal(float(mantissa), 3, strip=True)
        return power if shown == "1" else f"{shown}{NO_BREAK}·{NO_BREAK}{power}"

    def percent(self, share: float, digits: int | None = None) -> str:
        """Format a fraction of one as per cent: 0.953 -> `95,3%`."""
        value = share * 100
        return self.words["number.percent"].format(self.number(round(value, 1) if digits is None else value, digits))

    def unit(self, name: str) -> str:
        """Printed form of a unit such as `nats/image`; a unit that the language does not know is printed as it is."""
        return self.words.get(f"units.{name}", name)

    def quantity(self, value: float, unit: str, digits: int | None = None) -> str:
        """Format a number with its unit: `−158,0 nat/obraz`."""
        if unit == "%":
            return self.percent(value / 100, digits)
        text = self.number(value, digits)
        return text + (NO_BREAK + self.counted(text, unit) if unit else "")

    def counted(self, number: str, unit: str) -> str:
        """Unit after a printed number, in the form that agrees with it: `2 obrazy`, `5 obrazów`, `1,5 obrazu`."""
        forms = self.words.get(f"counted.{unit}")
        return forms.split("|")[self._form(number)] if forms else self.unit(unit)

    def _form(self, number: str) -> int:
        """Index of the form that follows a number: one, few, many or fraction."""
        whole, rule = number.rpartition("±")[2].strip().lstrip(MINUS).replace(THIN, ""), self.words["counted.rule"]
        if not whole.isdecimal():
            return _FRACTION
        if "±" in number:
            return _MANY
        if whole == "1" or (rule == "russian" and whole[-1] == "1" and whole[-2:] != "11"):
            return _ONE
        return _FEW if whole[-1] in "234" and whole[-2:-1] != "1" else _MANY

    def setting_name(self, name: str) -> str:
        """Printed name of a parameter; one without a word, of a user's own kind, is its name with spaces."""
        return self.word(f"settings.{name}") if self.has(f"settings.{name}") else name.replace("_", " ")

    def setting(self, value: Plain) -> str:
        """Format the value of a setting: a number, a word, yes or no, a list; a mapping by its kind; a dash for None."""
        if value is None:
            return "–"
        if isinstance(value, bool):
            return self.word("yes" if value else "no")
        if isinstance(value, int | float):
            return self.number(value)
        if isinstance(value, list | tuple):
            return ", ".join(map(self.setting, value)) or "–"
        if isinstance(value, Mapping):
            return self.setting(str(value.get("kind", "–")).rpartition(".py:")[2])  # of a user's own layer only the class
        return self.words.get(f"values.{value}", str(value))

    def date(self, iso: str) -> str:
        """Format an ISO date: `2025-11-20` -> `20 listopada 2025`; any other text is printed as it is."""
        parts = iso.split("-")
        if len(parts) != 3 or not all(part.isdigit() for part in parts) or not 1 <= int(parts[1]) <= 12:
            return iso
        month = self.words[f"months.{int(parts[1])}"]
        return self.words["date"].format(year=parts[0], month=month, day=int(parts[2]))

    def join(self, items: Sequence[str]) -> str:
        """Join items as in a sentence: `a, b i c`."""
        *first, last = items
        return self.words["list.comma"].join(first) + self.words["list.and"] + last if first else last


def _digits(value: float) -> int:
    """Digits after the decimal mark that leave four significant ones."""
    if float(value).is_integer():
        return 0
    return max(0, 3 - math.floor(math.log10(abs(value))))
