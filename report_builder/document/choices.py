"""Sweeps in a template: the arms, and the one that a measurement prefers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from report_builder.document.ledger import Ledger
from report_builder.document.material import Material, SweepCard
from report_builder.document.printed import Run, Unmeasured, Word
from report_builder.document.vocabulary import Speech
from report_builder.document.wording import unmeasured
from report_builder.errors import Problem, ReportError
from report_builder.facts import Fact, preferred
from report_builder.languages import Language


@dataclass(frozen=True)
class Choices:
    """The words of the template that speak of sweeps."""

    material: Material
    language: Language
    ledger: Ledger
    speech: Speech

    def words(self) -> dict[str, Any]:
        """The globals of the template."""
        return {"sweep": self.sweep, "best": self.best}

    def sweep(self, name: str) -> tuple[str, ...]:
        """Ids of the arms of a sweep, in order."""
        return self._card(name).runs

    def best(self, name: str, fact: str, *, on_test: bool = False) -> Run:
        """The arm that a fact prefers, e.g. `best("latent", "validation.elbo")`, as `run` gives it; the first of equal ones.

        Arms are compared by the means over their seeds; whether they differ measurably is for `verdict` to say. A choice
        by test images makes the results on them too good, so it must be said: `on_test=True`. Before all arms are measured
        one of them stands in, whose name and settings are printed as not measured.
        """
        sweep = self._card(name)
        facts = [found for run in sweep.runs if (found := self.material.facts.get(f"{run}.{fact}"))]
        for run in sweep.runs:
            self.ledger.cite("facts", f"{run}.{fact}")
        if not sweep.runs or len(facts) < len(sweep.runs):
            missing = [run for run in sweep.runs if f"{run}.{fact}" not in self.material.facts]
            if missing:
                self.speech.find(f"{missing[0]}.{fact}")
            return self._stand_in(sweep, fact)
        if not on_test:
            self._not_on_test(name, fact, facts)
        try:
            chosen = preferred(facts, by=sweep.factors)
        except ReportError as error:
            self.ledger.take([_of_arms(problem) for problem in error.problems])
            return self._stand_in(sweep, fact)
        return self.speech.run(chosen.run) if chosen else self._stand_in(sweep, fact)

    def _card(self, name: str) -> SweepCard:
        if name not in self.material.sweeps:
            self.ledger.unknown("sweep", name, self.material.sweeps)
        return self.material.sweeps.get(name, SweepCard(name, (), ()))

    def _not_on_test(self, name: str, fact: str, facts: Sequence[Fact]) -> None:
        if any("test" in found.splits or "test_" in found.metric for found in facts):
            rule = f"'{fact}' is measured on test images: a run that is chosen by it is reported too good on them"
            allowed = f'Choose on validation images: best("{name}", "validation.{facts[0].metric}").'
            step = "The data step 'split' makes them. If the text says that it chooses by test images: on_test=True."
            self.ledger.problem(rule, f'best("{name}", "{fact}")', allowed, step)

    def _stand_in(self, sweep: SweepCard, fact: str) -> Run:
        """An arm whose names and settings are not known yet, for it is not known which arm it is."""
        self.ledger.choices.update({sweep.id} & {*self.material.sweeps})
        run = sweep.runs[min(self.material.stand_in, len(sweep.runs) - 1)] if sweep.runs else sweep.id
        words = unmeasured(self.language)
        nothing = self.speech.printed(Unmeasured(words), words, f"{run}.{fact}")
        return Run(run, nothing, nothing, nothing, nothing, Word("get", lambda path: nothing, self.ledger))


def _of_arms(problem: Problem) -> Problem:
    """The guard's sentence for arms, which differ in what the sweep says."""
    if "something else differs" not in problem.rule:
        return problem
    step = "Arms that are chosen among differ in the axes of the sweep only: make this an axis, too, or give all arms the same."
    return Problem(problem.where, problem.rule, problem.received, problem.allowed, step)
