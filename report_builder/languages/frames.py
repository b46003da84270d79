"""Whole sentences of a language: frames that agree with one noun, and the nouns of measured quantities."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from report_builder.records import frozen

FIELDS = frozenset({"a", "A", "b", "x", "y", "margin", "over", "note"})  # fields of a frame, apart from the cases of the noun
RELATIONS = ("better", "worse", "greater", "smaller", "same", "alike", "open", "equal")
OF_ANOTHER = "-"  # gender of a noun that takes the gender of the noun inside it
_CHOICE = re.compile(r"\[([^][]*)\]")


@frozen
class Noun:
    """A noun: its gender (or number), and its form in each case that the frames of the language use."""

    gender: str
    forms: Mapping[str, str]

    @property
    def first(self) -> str:
        """Form in the first case, by which it is called."""
        return next(iter(self.forms.values()))


@frozen
class Frames:
    """What a language needs for a sentence about two measurements.

    Attributes:
        genders: genders of nouns, in the order of the forms in `[a|b]`; a language without genders has numbers, or one entry.
        cases: cases of nouns, in the order of their forms after the gender.
        unnamed: forms of the noun that serves a quantity without one; `{}` is the quantity's name.
        subject: whose value it is; `{}` is the name of a run.
        over: phrase for a difference that is larger than the margin.
        sentences: relation -> frames, with `{nom}` for a form of the noun (`{Nom}` at the start of a sentence), `{a}` and `{b}`
            for what is compared, `{x}` and `{y}` for the values, `[is|are]` for words that agree with the noun.
        nouns: key -> gender and forms, separated by `|`; `{}` in a form is replaced by what follows the key: a word or, if the
            gender is `-`, another noun.
    """

    genders: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    unnamed: str = ""
    subject: str = "{}"
    over: str = ""
    sentences: Mapping[str, Sequence[str]] = field(default_factory=dict)
    nouns: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, words: Mapping[str, str], sentences: Mapping[str, Sequence[str]], nouns: Mapping[str, str]) -> Frames:
        """Create frames from the content of a language file."""
        genders, cases, unnamed, subject, over = (
            str(words.get(key, "")) for key in ("genders", "cases", "unnamed", "subject", "over")
        )
        return cls(tuple(genders.split()), tuple(cases.split()), unnamed, subject, over, sentences, nouns)

    def noun(self, key: str, name: str) -> Noun:
        """Noun with this key; if the language has none, one made of the printed name of the quantity."""
        return self._noun(key) or self.read(self.unnamed, name)

    def _noun(self, key: str) -> Noun | None:
        outer, _, inner = key.partition(" ")
        text = self.nouns.get(outer, "")
        if not text.startswith(f"{OF_ANOTHER}|"):
            return self.read(text, inner) if text else None
        within, frame = self._noun(inner), self.read(text, "{}")
        forms = within.forms if within else {}
        return within and Noun(within.gender, {case: frame.forms[case].format(form) for case, form in forms.items()})

    def read(self, text: str, inner: str = "") -> Noun:
        """Parse a noun as it is written: `f|ostrość|ostrości|ostrość`; a missing case takes the last form that is given."""
        gender, *given = text.split("|")
        forms = [*given, *given[-1:] * (len(self.cases) - len(given))]
        made = dict(zip(self.cases, forms, strict=False))
        return Noun(gender, {case: form.replace("{}", inner) for case, form in made.items()})

    def parts(self, relation: str, turn: int, noun: Noun) -> Iterator[tuple[str, str]]:
        """Yield the frame of a relation, chosen by `turn`, in parts: a text, and the field after it or ""."""
        frames = self.sentences[relation]
        place = self.genders.index(noun.gender) if noun.gender in self.genders else 0
        agreed = _CHOICE.sub(lambda found: found[1].split("|")[place], frames[turn % len(frames)])
        for words, name, _, _ in string.Formatter().parse(agreed):
            form = noun.forms.get((name or "").lower(), "")
            if form and name not in FIELDS:
                yield words + (form[:1].upper() + form[1:] if name and name[0].isupper() else form), ""
            else:
                yield words, name or ""

    def mistakes(self) -> Iterator[tuple[str, str, str]]:
        """Yield key, rule and text of each frame and noun that cannot be printed."""
        known = FIELDS | {*self.cases} | {case.capitalize() for case in self.cases}
        for relation in RELATIONS:
            frames = self.sentences.get(relation, ())
            if len(frames) < 2:
                yield f"comparison.sentences.{relation}", "two frames or more are needed", "; ".join(frames)
            for frame in frames:
                fields = {name for _, name, _, _ in string.Formatter().parse(frame) if name}
                choices = [len(found[1].split("|")) for found in _CHOICE.finditer(frame)]
                if (
                    fields - known
                    or not {"a", "b", "x"} <= {name.lower() for name in fields}
                    or {*choices} - {len(self.genders)}
                ):
                    yield f"comparison.sentences.{relation}", "a frame with other fields, or other forms than genders", frame
        for key, text in {**self.nouns, "": self.unnamed}.items():
            gender, *forms = text.split("|")
            if gender not in (*self.genders, OF_ANOTHER) or len(forms) != len(self.cases):
                yield f"nouns.{key}", f"a noun is a gender ({', '.join(self.genders)}) and {len(self.cases)} forms", text
