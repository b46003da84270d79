"""Template functions for measurements and runs, whose output is marked with spans for the checks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from report_builder.document.boilerplate import scope_note, unmeasured
from report_builder.document.channel import printed_span
from report_builder.document.ledger import Ledger
from report_builder.document.material import Material, RunCard
from report_builder.document.printed import Printed, Run, Told, Unmeasured, Word, flat
from report_builder.document.tree import Nodes, code, text
from report_builder.errors import ReportError
from report_builder.facts import Fact, closest
from report_builder.languages import NO_BREAK, Language
from report_builder.plain import Fields, Plain
from report_builder.records import frozen

MOST_DIGITS = 12
PROGRAMS = {"python": "Python", "tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}  # official spelling
MOST_CHOSEN = 6  # maximum number of decimals chosen by default


@frozen
class Shown:
    """How numbers of one unit are printed: multiplied by `times`, and with the unit if `named` (percent always)."""

    language: Language
    unit: str
    digits: int | None
    named: bool = True
    times: float = 1.0

    def _bare(self, value: float, digits: int | None = None) -> str:
        return self.language.number(value * self.times, self.digits if digits is None else digits)

    def _with_unit(self, text: str) -> str:
        if self.unit == "%":
            return self.language.words["number.percent"].format(text)
        return text + (NO_BREAK + self.language.counted(text, self.unit) if self.named and self.unit else "")

    def number(self, value: float, deviation: float | None = None) -> str:
        """Format a value, with its deviation over seeds."""
        if self.unit == "%" and not deviation and self.digits is None:
            return self.language.percent(value * self.times / 100)
        told = f"{NO_BREAK}±{NO_BREAK}{self._bare(deviation, 2 if self.digits is None else None)}" if deviation else ""
        return self._with_unit(self._bare(value) + told)

    def interval(self, low: float, high: float) -> str:
        """Format the ends of an interval, in brackets."""
        return self._with_unit(self.language.word("details.interval", low=self._bare(low), high=self._bare(high)))


@frozen
class Speech:
    """The template functions for measurements, runs and parameters."""

    material: Material
    language: Language
    ledger: Ledger

    def words(self) -> Mapping[str, Callable[..., Told]]:
        """Return the template globals."""
        return {"fact": self.fact, "tensor": self.tensor, "run": self.run, "parameter": self.parameter}

    def fact(
        self,
        name: str,
        *,
        digits: int | None = None,
        unit: bool = False,
        spread: bool = False,
        percent: bool = False,
        interval: bool = False,
    ) -> Printed:
        """Print a measured value with `digits` decimals and, on request, `unit`, `spread` and `interval`.

        The spread is the standard deviation over seeds; none is printed if all values are equal. The interval is the 95%
        confidence interval, with respect to chance in trainings and images. `percent` is for shares of one.
        """
        found = self.find(name)
        if found is None:
            return self.printed(0.0, name, name)
        if found.placeholder:
            words = unmeasured(self.language)
            return self.printed(Unmeasured(words), words, name)
        shown = self.shown("%" if percent else found.unit, digits, named=unit)
        shown = replace(shown, times=100.0) if percent else shown
        if percent and found.unit:
            self.ledger.problem("percent=True is only for shares of one", f"{name} in {found.unit}")
        deviation = found.spread if spread else None
        text = self.language.name(found.value) if isinstance(found.value, str) else shown.number(found.value, deviation)
        text += self._interval(found, shown) if interval else ""
        return replace(self.printed(found.value, text, name, found.n), _whole=self._whole(found))

    def tensor(self, name: str, digits: int = 4) -> str:
        """Print the value of each seed as Python code, with so many significant digits: `[125.9, 123.1, 128.7]`.

        A `*` stands for all classes: `dense.test.output_*` prints a list of their values, or a list of lists, one for each
        seed.
        """
        names, chosen = self._of_classes(name), self._digits(digits)
        facts = [fact for each in names if (fact := self.find(each))]
        if len(facts) < len(names):
            return self.nothing(name)
        if any(fact.placeholder for fact in facts):
            return str(self.fact(names[0]))
        columns = [[_python(one.value, chosen or 1) for one in fact.measurements] for fact in facts]
        rows = (
            [f"[{', '.join(row)}]" for row in zip(*columns, strict=True)] if len(names) > 1 else [f"[{', '.join(columns[0])}]"]
        )
        words = f"[{', '.join(rows)}]" if len(rows) > 1 else rows[0]
        return self.ledger.put([printed_span([code(words)], "fact", name=names[0])], words)

    def _of_classes(self, name: str) -> list[str]:
        """Return the fact, or, with a `*`, the facts of all classes; the name itself if there are none."""
        before, star, after = name.partition("*")
        known = [fact.name for fact in self.material.facts.values() if star and " " in fact.noun]
        return [each for each in known if each.startswith(before) and each.endswith(after)] or [name]

    def _whole(self, fact: Fact) -> str:
        """Format a value with unit and deviation, rounded to the digits that the deviation warrants."""
        value = fact.value
        if isinstance(value, str):
            return self.language.name(value)
        return self.shown(fact.unit, decimals([fact])).number(value, fact.spread)

    def _interval(self, fact: Fact, shown: Shown) -> str:
        from report_builder.facts.comparing import interval

        try:
            low, high, scope = interval(fact)
        except ReportError as error:
            self.ledger.take(error.problems)
            return ""
        return f"{NO_BREAK}{shown.interval(low, high)}{scope_note(scope, len(fact.seeds), self.language)}"

    def printed(self, value: Plain, text: str, name: str = "", images: int = 0) -> Printed:
        """Wrap a value for the template; `name` is the name of the fact."""
        return Printed(value, text, self.ledger, name, images, self.language.number(images))

    def say(self, inlines: Nodes, words: str, **values: str) -> str:
        """Return the token of a statement on facts."""
        return self.ledger.put([printed_span(inlines, "claim", wordings=self.ledger.taken(), **values)], words)

    def nothing(self, *names: str) -> str:
        """Return the names, printed in place of a statement that a mistake prevented."""
        words = " / ".join(names)
        return self.say(text(words), words, facts=" ".join(names))

    def unmeasured(self, *names: str) -> str:
        """Return the placeholder for a statement on facts that are not all measured."""
        words = unmeasured(self.language)
        return self.say(text(words), words, facts=" ".join(names), unmeasured="yes")

    def find(self, name: str) -> Fact | None:
        """Return the fact with this name, or None; an unknown name is recorded as a problem."""
        self.ledger.cite("facts", name)
        if name not in self.material.facts:
            command = f"List what can be cited: report-builder facts {self.material.report}"
            self.ledger.unknown("fact", name, closest(name, self.material.facts), command)
        return self.material.facts.get(name)

    def _digits(self, digits: int | None) -> int | None:
        if digits is not None and (type(digits) is not int or not 0 <= digits <= MOST_DIGITS):
            self.ledger.problem("digits after the decimal mark", repr(digits), f"A whole number from 0 to {MOST_DIGITS}.")
            return None
        return digits

    def shown(self, unit: str, digits: int | None, *, named: bool = True) -> Shown:
        """Return the format of numbers of this unit."""
        return Shown(self.language, unit, self._digits(digits), named=named)

    def parameter(self, name: str) -> Printed:
        """Print a parameter of the experiment: its default, or the value given on the command line; strings are verbatim."""
        known = self.material.parameters
        if name not in known:
            self.ledger.unknown("parameter", name, known)
        value = known.get(name, "")
        return self.printed(value, value if isinstance(value, str) else self.language.setting(value))

    # --- runs ---------------------------------------------------------------------------------------------------------------

    def run(self, name: str) -> Run:
        """Return a run: `.id`, `.name`, `.model`, `.data`, `.seeds`, `.versions`, and settings by `.get("training.epochs")`."""
        card = self.card(name)
        seeds = self.language.join([str(seed) for seed in card.seeds] or ["–"])
        return Run(
            card.id,
            self.printed(card.name, card.name),
            self.printed(card.model, card.model),
            replace(self.printed(card.data, card.data), _whole=card.preparation),
            self.printed(card.seeds, seeds),
            self._versions(card),
            Word("get", lambda path: self._setting(card, path), self.ledger),
        )

    def _versions(self, card: RunCard) -> Printed:
        """Return the programs that trained a run, with their versions."""
        if not card.versions:
            words = unmeasured(self.language)
            return self.printed(Unmeasured(words), words)
        told = [f"{PROGRAMS.get(name, name)}{NO_BREAK}{number}" for name, number in card.versions.items()]
        return self.printed(dict(card.versions), self.language.join(told))

    def card(self, name: str) -> RunCard:
        """Return the run with this id; for an unknown id, record a problem and return an empty card."""
        self.ledger.cite("runs", name)
        if name not in self.material.runs:
            self.ledger.unknown("run", name, self.material.runs)
            return RunCard(name, name, "?", "?", (), {})
        return self.material.runs[name]

    def runs_of(self, names: str | Sequence[str]) -> list[str]:
        """Return ids of runs without duplicates; a sweep stands for its arms."""
        listed = [names] if isinstance(names, str) else names
        sweeps = self.material.sweeps
        return list(dict.fromkeys(run for name in listed for run in (sweeps[name].runs if name in sweeps else (name,))))

    def _setting(self, card: RunCard, path: str) -> Printed:
        found: Plain = card.settings
        for part in path.split("."):
            listed = {str(place): each for place, each in enumerate(found)} if isinstance(found, list | tuple) else {}
            below: Fields = found if isinstance(found, Mapping) else listed
            if part not in below:
                if card.settings:
                    self.ledger.unknown(f"setting of run '{card.id}'", path, dict(flat(card.settings)))
                return self.printed(0, path)
            found = below[part]
        return self.printed(found, self.language.setting(found))


@frozen
class Vocabulary:
    """Base class of further template functions: what they may cite, the language, the ledger, and the functions of `Speech`."""

    material: Material
    language: Language
    ledger: Ledger
    speech: Speech


def _python(value: str | float, digits: int) -> str:
    """Return a value as a Python literal with so many significant digits."""
    return repr(value) if isinstance(value, str) else f"{value:.{digits}g}"


def noun_of(fact: Fact, language: Language) -> str:
    """Return the name of the quantity that a fact measures."""
    return language.noun(fact.noun, fact.metric).first


def decimals(facts: Sequence[Fact], difference: float = 0.0, times: float = 1.0) -> int | None:
    """Return the decimals that show two digits of the deviation over seeds, or three of the value, and any given difference."""
    if any(isinstance(fact.value, str) for fact in facts) or all(
        float(fact.value).is_integer() and not fact.spread for fact in facts
    ):
        return None
    steps = [fact.spread / 10 if fact.spread else abs(float(fact.value)) / 100 for fact in facts]
    step = max(step * times for step in steps) or 0.01
    finest = min(step, abs(difference) * times) if difference else step
    return min(MOST_CHOSEN, max(0, -math.floor(math.log10(finest) + 1e-9)))
