"""Sweeps in a template: their arms, the arm that a measurement prefers, and the ranking of the arms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from report_builder.document.boilerplate import unmeasured
from report_builder.document.material import SweepCard
from report_builder.document.printed import Best, Chosen, Told, Unmeasured, Word
from report_builder.document.tree import text
from report_builder.document.verdicts import Verdicts
from report_builder.document.vocabulary import Vocabulary
from report_builder.errors import Problem, ReportError
from report_builder.facts import Fact, preferred
from report_builder.records import frozen

if TYPE_CHECKING:
    from report_builder.facts.ranking import Ranking


@frozen
class Choices(Vocabulary):
    """The template functions for sweeps."""

    verdicts: Verdicts
    orders: dict[tuple[str, ...], Ranking] = field(default_factory=dict, init=False, repr=False)  # by names of the facts ranked

    def words(self) -> Mapping[str, Callable[..., Told]]:
        """Return the template globals."""
        return {"sweep": self.sweep, "best": self.best, "rank": self.rank}

    def sweep(self, name: str) -> tuple[str, ...]:
        """Return the run ids of the arms of a sweep, in order."""
        return self.card(name).runs

    def best(self, name: str, fact: str, *, on_test: bool = False) -> Best:
        """Return the arm that a fact prefers, e.g. `best("latent", "validation.elbo")`, as `run` would; ties go to the first.

        Arms are chosen by their means over seeds. `best(...).ahead` says whether the arm is measurably ahead of all others, and
        verdicts between arms allow for the choice. Choosing on test images makes the results on them too optimistic and must be
        requested with `on_test=True`. Until all arms are measured, a stand-in prints its name and settings as not measured.
        """
        sweep = self.card(name)
        facts = self.facts(sweep, fact)
        if not facts:
            return self._stand_in(sweep, fact)
        if not on_test:
            self._not_on_test(name, fact, facts)
        try:
            chosen = preferred(facts, by=sweep.factors)
        except ReportError as error:
            self.ledger.take([_of_arms(problem) for problem in error.problems])
            return self._stand_in(sweep, fact)
        return self._choose(chosen, facts, sweep) if chosen else self._stand_in(sweep, fact)

    def _choose(self, chosen: Fact, facts: Sequence[Fact], sweep: SweepCard) -> Best:
        ranking = self._ranking(facts, sweep, quiet=True)
        ahead = bool(ranking and ranking.groups[0] == (chosen,))
        run, title = self.speech.run(chosen.run), self.speech.card(chosen.run).name
        name = Chosen(title, title, self.ledger, _by=" ".join(fact.name for fact in facts))
        said = self.speech.printed(ahead, self.language.setting(ahead), chosen.name)
        return Best(run.id, name, run.model, run.data, run.seeds, run.versions, run.get, said)

    def facts(self, sweep: SweepCard, fact: str) -> list[Fact]:
        """Return the fact of every arm, or an empty list if one of them is unknown, which is recorded as a problem."""
        found = [self.speech.find(f"{run}.{fact}") for run in sweep.runs]
        known = [each for each in found if each]
        return known if len(known) == len(found) else []

    # --- order --------------------------------------------------------------------------------------------------------------

    def rank(self, name: str, fact: str) -> str:
        """Print the names of the arms, best (or greatest) first; arms whose order is not measurable are grouped.

        Each pair is compared at a level corrected for the number of pairs.
        """
        sweep = self.card(name)
        facts = self.facts(sweep, fact)
        names = [f"{run}.{fact}" for run in sweep.runs]
        if not facts or any(each.placeholder for each in facts):
            return self.speech.unmeasured(*names) if facts else self.speech.nothing(*names)
        ranking = self._ranking(facts, sweep)
        if ranking is None:
            return self.speech.nothing(*names)
        said = self.language.word("list.then").join(self._group(group) for group in ranking.groups)
        said += self.verdicts.note(ranking.comparisons[0]) if ranking.comparisons else ""
        for compared in ranking.comparisons:
            self.verdicts.noted(compared, said)
        return self.speech.say(text(said), said, facts=" ".join(names))

    def _group(self, group: Sequence[Fact]) -> str:
        names = self.language.join([self.speech.card(fact.run).name for fact in group])
        return self.language.word("verdict.unordered", names=names) if len(group) > 1 else names

    def _ranking(self, facts: Sequence[Fact], sweep: SweepCard, *, quiet: bool = False) -> Ranking | None:
        from report_builder.facts.ranking import ranked

        names = tuple(fact.name for fact in facts)
        try:
            if names not in self.orders:
                self.orders[names] = ranked(facts, by=sweep.factors)
            return self.verdicts.corrected(self.orders[names])
        except ReportError as error:
            self.ledger.take([] if quiet else error.problems)
            return None

    def card(self, name: str) -> SweepCard:
        """Return the sweep with this id; for an unknown id, record a problem and return an empty card."""
        if name not in self.material.sweeps:
            self.ledger.unknown("sweep", name, self.material.sweeps)
        return self.material.sweeps.get(name, SweepCard(name, (), ()))

    def _not_on_test(self, name: str, fact: str, facts: Sequence[Fact]) -> None:
        if any("test" in found.splits or "test_" in found.metric for found in facts):
            rule = f"'{fact}' is measured on test images: choosing a run by it makes the results on them too optimistic"
            allowed = f'Choose on validation images: best("{name}", "validation.{facts[0].metric}").'
            step = "The data step 'split' makes them. If the text says that it chooses by test images: on_test=True."
            self.ledger.problem(rule, f'best("{name}", "{fact}")', allowed, step)

    def _stand_in(self, sweep: SweepCard, fact: str) -> Best:
        """Return an arm whose name and settings print as not measured, because the choice is not known yet."""
        self.ledger.choices.update({sweep.id} & {*self.material.sweeps})
        run = sweep.runs[min(self.material.stand_in, len(sweep.runs) - 1)] if sweep.runs else sweep.id
        words = unmeasured(self.language)
        nothing = self.speech.printed(Unmeasured(words), words, f"{run}.{fact}")
        return Best(run, nothing, nothing, nothing, nothing, nothing, Word("get", lambda path: nothing, self.ledger), nothing)


def _of_arms(problem: Problem) -> Problem:
    """Reword the next step of a problem for arms, which may differ only in the axes of the sweep."""
    if "something else differs" not in problem.rule:
        return problem
    step = "The arms of a sweep may differ only in its axes: make this an axis as well, or give all arms the same."
    return Problem(problem.where, problem.rule, problem.received, problem.allowed, step)
