"""What a template says of measurements: facts, verdicts, claims and runs, as spans that the checks know."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from report_builder.document.channel import markdown, printed
from report_builder.document.ledger import Ledger
from report_builder.document.material import Material, RunCard
from report_builder.document.printed import Printed, Run, Unmeasured, Word, flat
from report_builder.document.tree import Nodes, text
from report_builder.document.wording import unmeasured
from report_builder.errors import ReportError
from report_builder.facts import RELATIONS, Comparison, Fact, closest, compare
from report_builder.languages import NO_BREAK, Language

THRESHOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
}

MOST_DIGITS = 12


@dataclass(frozen=True)
class Speech:
    """The words of the template that speak of measurements."""

    material: Material
    language: Language
    ledger: Ledger

    def words(self) -> dict[str, Any]:
        """The globals of the template."""
        return {"fact": self.fact, "verdict": self.verdict, "claim": self.claim, "run": self.run}

    def fact(self, name: str, *, digits: int | None = None, unit: bool = False, spread: bool = False) -> Printed:
        """A measured value: with `digits` after the decimal mark, on request with `unit` and `spread`.

        The spread is the standard deviation over the seeds; where all of them have the very same value none is printed.
        """
        found = self.find(name)
        if found is None:
            return self.printed(0.0, name, name)
        if found.placeholder:
            words = unmeasured(self.language)
            return self.printed(Unmeasured(words), words, name)
        return self.printed(found.value, self._printed(found, digits, unit=unit, spread=spread), name, found.n)

    def printed(self, value: Any, text: str, name: str = "", images: int = 0) -> Printed:
        """A value as a template sees it; `name` is the fact's."""
        return Printed(value, text, self.ledger, name, images, self.language.number(images))

    def _say(self, inlines: Nodes, words: str, **values: str) -> str:
        return self.ledger.put([printed(inlines, "claim", **values)], words)

    def _nothing(self, *names: str) -> str:
        """Stands for what a mistake kept from being compared."""
        words = " / ".join(names)
        return self._say(text(words), words, facts=" ".join(names))

    def _unmeasured(self, *names: str) -> str:
        """Stands for every verdict and claim over what is not measured: nothing can be said of it yet."""
        words = unmeasured(self.language)
        return self._say(text(words), words, facts=" ".join(names), unmeasured="yes")

    def find(self, name: str) -> Fact | None:
        """The fact with this name; an unknown one is noted."""
        self.ledger.cite("facts", name)
        if name not in self.material.facts:
            command = f"List what can be cited: report-builder facts {self.material.report}"
            self.ledger.unknown("fact", name, closest(name, self.material.facts), command)
        return self.material.facts.get(name)

    def _printed(self, fact: Fact, digits: int | None, *, unit: bool, spread: bool) -> str:
        if isinstance(fact.value, str):
            return fact.value
        language = self.language
        if digits is not None and (type(digits) is not int or not 0 <= digits <= MOST_DIGITS):
            self.ledger.problem("digits after the decimal mark", repr(digits), f"A whole number from 0 to {MOST_DIGITS}.")
            digits = None
        deviation = fact.spread if spread else None
        if fact.unit == "%" and not deviation:
            return language.quantity(fact.value, "%", digits)
        text = language.number(fact.value, digits)
        if deviation:
            text += f"{NO_BREAK}±{NO_BREAK}{language.number(deviation, 2 if digits is None else digits)}"
        if fact.unit == "%":
            return language.words["number.percent"].format(text)
        return text + (NO_BREAK + language.unit(fact.unit) if unit and fact.unit else "")

    # --- verdicts -----------------------------------------------------------------------------------------------------------

    def verdict(self, a: str, b: str, by: str | Sequence[str] = (), *, seeds_note: bool = True, **wording: str) -> str:
        """The wording that holds for `a` against `b`.

        `wording` is `better`, `worse` (or `greater`, `smaller` where there is no direction) and `same`; else the language's.
        """
        compared = self._compare(a, b, by)
        if compared is None:
            return self._nothing(a, b)
        choices = self._wording(compared.a, wording)
        if compared.a.placeholder or compared.b.placeholder:
            return self._unmeasured(a, b)
        said = f"{choices.get(compared.relation, '?')}{self._note(compared, show=seeds_note)}"
        self.ledger.claim((a, b), compared.relation, compared.relation, said)
        return self._say([markdown(said)], said, facts=f"{a} {b}")

    def _wording(self, fact: Fact, given: Mapping[str, str]) -> Mapping[str, str]:
        needed = ("greater", "smaller", "same") if fact.better == "none" else ("better", "worse", "same")
        if not given:
            return {relation: self.language.word(f"verdict.{relation}") for relation in needed}
        if fact.placeholder:  # its direction is known when it is measured
            needed = ("greater", "smaller", "same") if "greater" in given else ("better", "worse", "same")
        missing = [relation for relation in needed if relation not in given]
        if missing or set(given) - set(needed):
            direction = "has no better direction" if fact.better == "none" else f"is better when {fact.better}"
            rule = f"a verdict of '{fact.metric}', which {direction}, needs exactly the wordings {', '.join(needed)}"
            self.ledger.problem(rule, ", ".join(given), next_step="Give all of them: the measurement chooses.")
        return given

    def claim(
        self, a: str, relation: str, b: str | float, wording: str, by: str | Sequence[str] = (), *, seeds_note: bool = True
    ) -> str:
        """The author's fixed wording, which must be true. `b` is a fact, or a number with `>`, `>=`, `<`, `<=`, `==`."""
        if relation in THRESHOLDS:
            return self._threshold(a, relation, b, wording)
        if relation not in RELATIONS:
            self.ledger.unknown("relation", relation, [*RELATIONS, *THRESHOLDS])
            return self._nothing(a, str(b))
        compared = self._compare(a, str(b), by)
        if compared is None:
            return self._nothing(a, str(b))
        if compared.a.placeholder or compared.b.placeholder:
            return self._unmeasured(a, str(b))
        note = self._note(compared, show=seeds_note)
        return self._claimed((a, str(b)), relation, relation if compared.holds(relation) else compared.relation, wording, note)

    def _threshold(self, name: str, relation: str, limit: str | float, wording: str) -> str:
        fact = self.find(name)
        if fact and fact.placeholder:  # whether it is a number or a word is known when it is measured
            return self._unmeasured(name)
        if isinstance(limit, str) and not (fact and isinstance(fact.value, str)):
            self.ledger.problem(
                f"'{relation}' compares a fact with a number", repr(limit), "Two facts: better, worse, greater, smaller, same."
            )
        elif fact:
            said, found = f"{relation} {limit}", f"{fact.value}"
            return self._claimed((name,), said, said if THRESHOLDS[relation](fact.value, limit) else found, wording)
        return self._nothing(name)

    def _claimed(self, names: tuple[str, ...], said: str, measured: str, wording: str, note: str = "") -> str:
        made = self.ledger.claim(names, said, measured, wording)
        told = f"{wording}{note}"
        return self._say([markdown(told)], told, facts=" ".join(names), **({} if made.true else {"false": measured}))

    def _compare(self, a: str, b: str, by: str | Sequence[str]) -> Comparison | None:
        left, right = self.find(a), self.find(b)
        if left is None or right is None:
            return None
        if left.placeholder != right.placeholder:  # the one that is not measured has no unit and no reduction yet
            known = left if right.placeholder else right
            left, right = (replace(f, unit=known.unit, better=known.better, reduction=known.reduction) for f in (left, right))
        try:
            return compare(left, right, by=([by] if isinstance(by, str) else list(by)) or self._axes(left, right))
        except ReportError as error:
            self.ledger.take(error.problems)
            return None

    def _axes(self, left: Fact, right: Fact) -> Sequence[str]:
        """In what two arms of one sweep differ: there the sweep has named the factor."""
        shared = (sweep for sweep in self.material.sweeps.values() if {left.run, right.run} <= {*sweep.runs})
        return next((sweep.factors for sweep in shared if left.run != right.run), ())

    def _note(self, compared: Comparison, *, show: bool) -> str:
        return f" {self.language.word('verdict.one_seed')}" if show and compared.single_seed else ""

    # --- runs ---------------------------------------------------------------------------------------------------------------

    def run(self, name: str) -> Run:
        """A run's own names and settings: `.id`, `.name`, `.model`, `.data`, `.seeds`, `.get("training.epochs")`."""
        card = self.card(name)
        seeds = self.language.join([str(seed) for seed in card.seeds] or ["–"])
        return Run(
            card.id,
            self.printed(card.name, card.name),
            self.printed(card.model, card.model),
            self.printed(card.data, card.data),
            self.printed(card.seeds, seeds),
            Word("get", lambda path: self._setting(card, path), self.ledger),
        )

    def card(self, name: str) -> RunCard:
        """The run with this id; an unknown one is noted and an empty card stands in."""
        self.ledger.cite("runs", name)
        if name not in self.material.runs:
            self.ledger.unknown("run", name, self.material.runs)
            return RunCard(name, name, "?", "?", (), {})
        return self.material.runs[name]

    def runs_of(self, names: str | Sequence[str]) -> list[str]:
        """Ids of runs, with the arms where a sweep is named; each once."""
        listed = [names] if isinstance(names, str) else names
        sweeps = self.material.sweeps
        return list(dict.fromkeys(run for name in listed for run in (sweeps[name].runs if name in sweeps else (name,))))

    def _setting(self, card: RunCard, path: str) -> Printed:
        found: Any = card.settings
        for part in path.split("."):
            step = int(part) if isinstance(found, list | tuple) and part.isdigit() else part
            try:
                found = found[step]
            except (LookupError, TypeError):
                if card.settings:
                    self.ledger.unknown(f"setting of run '{card.id}'", path, dict(flat(card.settings)))
                return self.printed(0, path)
        return self.printed(found, self.language.setting(found))
