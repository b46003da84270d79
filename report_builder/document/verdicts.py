"""Template functions that compare two measurements, or one and a number, and assert only what chance does not explain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from report_builder.document.boilerplate import scope_note
from report_builder.document.channel import markdown
from report_builder.document.ledger import Compared
from report_builder.document.printed import Told
from report_builder.document.vocabulary import Vocabulary
from report_builder.errors import ReportError
from report_builder.facts import MODELS, PLANNED, RELATIONS, TRAININGS, Fact, guard
from report_builder.languages import NO_BREAK

if TYPE_CHECKING:
    from report_builder.facts.comparing import Comparison
    from report_builder.facts.ranking import Ranking

BOUNDS: Mapping[str, tuple[str, ...]] = {  # claimed relation to a number -> measured relations that satisfy it
    ">": ("greater",),
    ">=": ("greater", "equal"),
    "<": ("smaller",),
    "<=": ("smaller", "equal"),
    "==": ("equal",),
}


class Verdicts(Vocabulary):
    """The template functions that compare."""

    def words(self) -> Mapping[str, Callable[..., Told]]:
        """Return the template globals."""
        return {"verdict": self.verdict, "claim": self.claim, "difference": self.difference, "ratio": self.ratio}

    def verdict(
        self, a: str, b: str, by: str | Sequence[str] = (), *, at_least: float = 0.0, scope: str = "", **wording: str
    ) -> str:
        """Print the wording that holds for `a` compared with `b`.

        `wording` has `better` and `worse` (or `greater` and `smaller` if the quantity has no direction) and `same`; by default,
        the language's own are used. With `at_least`, the smallest difference that matters, a direction means at least as large
        a difference, `same` a difference shown to be smaller, and `open` neither. A verdict that only holds for these trainings
        says so; with `scope="models"`, it is a false claim unless it holds for models.
        """
        self.ledger.word(a, b, wording)
        pair = self.pair(a, b)
        choices = self._wording(pair[0], wording, open_too=bool(at_least)) if pair else {}
        compared = self.compared(pair, by, at_least) if pair else None
        if compared is None:
            return self.absent(pair, a, b)
        said = f"{choices.get(compared.relation, '?')}{self.note(compared)}"
        self.said(compared, compared.relation, said, scope)
        return self.speech.say(
            [markdown(said)], said, facts=f"{a} {b}", undecided=compared.relation if compared.undecided else ""
        )

    def _wording(self, fact: Fact, given: Mapping[str, str], *, open_too: bool) -> Mapping[str, str]:
        # the direction may be unknown until the fact is measured
        directed = "greater" not in given if fact.placeholder else fact.better != "none"
        needed = [*(("better", "worse") if directed else ("greater", "smaller")), "same", *(["open"] if open_too else [])]
        if not given:
            keys = {"same": "alike"} if open_too else {}
            return {relation: self.language.word(f"verdict.{keys.get(relation, relation)}") for relation in needed}
        missing = [relation for relation in needed if relation not in given]
        if missing or set(given) - set(needed):
            direction = "has no better direction" if fact.better == "none" else f"is better when {fact.better}"
            rule = f"a verdict of '{fact.metric}', which {direction}, needs exactly the wordings {', '.join(needed)}"
            self.ledger.problem(rule, ", ".join(given), next_step="Give all of them: the measurement chooses.")
        return given

    def claim(
        self,
        a: str,
        relation: str,
        b: str | float,
        wording: str,
        by: str | Sequence[str] = (),
        *,
        at_least: float = 0.0,
        scope: str = "",
    ) -> str:
        """Print the author's wording, which must be true; `b` is a fact, or a number with `>`, `>=`, `<`, `<=` or `==`."""
        self.ledger.word(a, b, {relation: wording})
        if relation in BOUNDS:
            return self._bound(a, relation, b, wording, scope)
        if relation not in RELATIONS:
            self.ledger.unknown("relation", relation, [*RELATIONS, *BOUNDS])
            return self.speech.nothing(a, str(b))
        pair = self.pair(a, str(b))
        compared = self.compared(pair, by, at_least) if pair else None
        if compared is None:
            return self.absent(pair, a, str(b))
        return self._claim(compared, relation, relation if compared.holds(relation) else compared.relation, wording, scope)

    def _bound(self, name: str, relation: str, limit: str | float, wording: str, scope: str) -> str:
        fact, words = self.speech.find(name), isinstance(limit, str)
        if fact is None or (fact.placeholder and not (words and relation != "==")):  # its type is unknown until it is measured
            return self.speech.unmeasured(name) if fact else self.speech.nothing(name)
        if isinstance(limit, str) or isinstance(fact.value, str):
            if not (isinstance(fact.value, str) and isinstance(limit, str) and relation == "=="):
                rule = f"'{relation}' compares a fact with a number"
                self.ledger.problem(rule, repr(limit), "Two facts: better, worse, greater, smaller, same. Words: ==.")
                return self.speech.nothing(name)
            made = self.ledger.claim((name,), f"== {limit}", f"== {fact.value}", wording)
            return self.speech.say([markdown(wording)], wording, facts=name, **({} if made.true else {"false": fact.value}))
        compared = self._corrected(lambda: _bound_comparison(fact, limit))
        if compared is None:
            return self.speech.nothing(name)
        holds = _relation_to(compared) in BOUNDS[relation]
        said = f"{relation} {limit}"
        return self._claim(
            compared, said, said if holds else f"{fact.value:.6g} {self._interval_text(compared)}", wording, scope
        )

    def _claim(self, compared: Comparison, said: str, measured: str, wording: str, scope: str) -> str:
        names = _facts(compared)
        told = f"{wording}{self.note(compared)}"
        if scope == MODELS and compared.scope == TRAININGS and said == measured:
            said, measured = f"{said} of {MODELS}", f"{measured} of {TRAININGS}: one side has fewer than three seeds"
        made = self.ledger.claim(names, said, measured, wording)
        self.noted(compared, told)
        values = {"facts": " ".join(names), "undecided": said if compared.undecided else ""}
        return self.speech.say([markdown(told)], told, **values, **({} if made.true else {"false": measured}))

    def said(self, compared: Comparison, relation: str, told: str, scope: str) -> None:
        """Record a verdict, which is true except possibly in its scope."""
        lacking = scope == MODELS and compared.scope == TRAININGS
        measured = f"{relation} of {TRAININGS}: one side has fewer than three seeds"
        self.ledger.claim(
            _facts(compared), f"{relation} of {MODELS}" if lacking else relation, measured if lacking else relation, told
        )
        self.noted(compared, told)

    # --- how much -----------------------------------------------------------------------------------------------------------

    def difference(self, a: str, b: str, by: str | Sequence[str] = (), *, digits: int | None = None, unit: bool = False) -> str:
        """Print by how much `a` exceeds `b`, with the 95% confidence interval."""
        pair = self.pair(a, b)
        compared = self.compared(pair, by, 0.0) if pair else None
        if compared is None or compared.estimate is None:
            return self.absent(pair, a, b)
        shown = self.speech.shown(compared.a.unit, digits, named=unit)
        ends = shown.interval(*compared.estimate.interval(compared.level))
        told = f"{replace(shown, named=False).number(compared.difference)}{NO_BREAK}{ends}{self.note(compared)}"
        self.noted(compared, told)
        return self.speech.say([markdown(told)], told, facts=f"{a} {b}")

    def ratio(self, a: str, b: str, by: str | Sequence[str] = (), *, digits: int | None = None) -> str:
        """Print the ratio of `a` to `b`, with the 95% confidence interval."""
        pair = self.pair(a, b)
        if not pair or _unmeasured(*pair):
            return self.absent(pair, a, b)
        from report_builder.facts.comparing import ratio

        try:
            value, low, high, scope = ratio(*pair, by=self._factors(*pair, by))
        except ReportError as error:
            self.ledger.take(error.problems)
            return self.speech.nothing(a, b)
        shown = self.speech.shown("", digits)
        note = scope_note(scope, _trainings(*pair), self.language)
        told = f"{shown.number(value)}{NO_BREAK}{shown.interval(low, high)}{note}"
        return self.speech.say([markdown(told)], told, facts=f"{a} {b}")

    # --- comparing ----------------------------------------------------------------------------------------------------------

    def pair(self, a: str, b: str) -> tuple[Fact, Fact] | None:
        """Return two facts, or None if one of them is unknown, which is recorded as a problem."""
        left, right = self.speech.find(a), self.speech.find(b)
        return (left, right) if left and right else None

    def absent(self, pair: tuple[Fact, Fact] | None, *names: str) -> str:
        """Return what is printed instead of a comparison that is not measured or was prevented by a mistake."""
        return self.speech.unmeasured(*names) if pair and _unmeasured(*pair) else self.speech.nothing(*names)

    def compared(self, pair: tuple[Fact, Fact], by: str | Sequence[str], at_least: float) -> Comparison | None:
        """Return the comparison, or None if something is not measured or a mistake was recorded."""
        factors = self._factors(*pair, by)
        if _unmeasured(*pair):
            self._guard(*pair, factors)
            return None

        def compared() -> Comparison:
            from report_builder.facts.comparing import compare

            return compare(*pair, by=factors, at_least=at_least, chosen_among=self._arms(*pair))

        return self._corrected(compared)

    def _guard(self, left: Fact, right: Fact, factors: Sequence[str]) -> None:
        try:
            through = guard(left, right, factors, PLANNED)
        except ReportError as error:
            self.ledger.take(error.problems)
        else:
            self.ledger.comparisons.append(Compared((left.name, right.name), "", self.ledger.here(), None, through=through))

    def _corrected(self, compared: Callable[[], Comparison]) -> Comparison | None:
        """Return a comparison after the correction for multiple comparisons."""
        try:
            made = compared()
        except ReportError as error:
            self.ledger.take(error.problems)
            return None
        taken_back = self.ledger.standing is not None and tuple(sorted(_names(made))) not in self.ledger.standing
        return replace(made, relation="same", denied=True) if taken_back and made.found else made

    def corrected(self, ranking: Ranking) -> Ranking:
        """Return a ranking after the correction; unless all its differences stand, all facts form one group."""
        standing = self.ledger.standing
        if standing is None or all(tuple(sorted(_names(made))) in standing for made in ranking.comparisons if made.found):
            return ranking
        return replace(ranking, groups=(tuple(fact for group in ranking.groups for fact in group),))

    def ordered(self, names: Sequence[str], way: str, p: float, said: str, scope: str, trainings: int) -> tuple[str, str]:
        """Record a trend; return its direction after the correction, and the note on its scope."""
        key = tuple(sorted(names))
        denied = way != "same" and self.ledger.standing is not None and key not in self.ledger.standing
        made = Compared(tuple(names), said, self.ledger.here(), p, "", scope, found=way != "same" and not denied, denied=denied)
        self.ledger.comparisons.append(made)
        return "same" if denied else way, scope_note(scope, trainings, self.language)

    def _factors(self, left: Fact, right: Fact, by: str | Sequence[str]) -> Sequence[str]:
        """Return the factors named in `by`, or, for two arms of a sweep, those that the sweep varies."""
        named = [by] if isinstance(by, str) and by else [*by]
        return named or next((sweep.factors for sweep in self.material.shared(left.run, right.run)), ())

    def _arms(self, left: Fact, right: Fact) -> int:
        """Return the number of arms among which these two may have been chosen."""
        return max((len(sweep.runs) for sweep in self.material.shared(left.run, right.run)), default=2)

    def note(self, compared: Comparison) -> str:
        """Return the note on the scope of a comparison."""
        b = compared.b if isinstance(compared.b, Fact) else compared.a
        return scope_note(compared.scope, _trainings(compared.a, b), self.language)

    def _interval_text(self, compared: Comparison) -> str:
        found = compared.estimate
        if found is None:
            return ""
        base = 0.0 if isinstance(compared.b, Fact) else compared.b
        low, high = found.interval(compared.level)
        return self.speech.shown(compared.a.unit, None).interval(low + base, high + base)

    def noted(self, compared: Comparison, told: str) -> None:
        """Record a comparison for the appendix."""
        found = compared.estimate
        if found is None:
            return
        shown = self.speech.shown(compared.a.unit, None)
        value = replace(shown, named=False).number(float(found.value))  # the unit is printed with the interval
        known = f"{value} {shown.interval(*found.interval(compared.level))}"
        among = self._arms(compared.a, compared.b) if isinstance(compared.b, Fact) else 2
        p = min(1.0, found.p() * among * (among - 1) / 2)
        made = Compared(
            _names(compared),
            self.ledger.channel.plain(told),
            self.ledger.here(),
            p,
            known,
            compared.scope,
            compared.let_through,
            compared.found,
            compared.denied,
        )
        self.ledger.comparisons.append(made)


def _unmeasured(*facts: Fact) -> bool:
    return any(fact.placeholder for fact in facts)


def _names(compared: Comparison) -> tuple[str, ...]:
    """Return the names that identify a comparison: two facts, or a fact and a number."""
    return compared.a.name, compared.b.name if isinstance(compared.b, Fact) else f"{compared.b:g}"


def _facts(compared: Comparison) -> tuple[str, ...]:
    return (compared.a.name, compared.b.name) if isinstance(compared.b, Fact) else (compared.a.name,)


def _trainings(a: Fact, b: Fact) -> int:
    return len({(fact.run, seed) for fact in (a, b) for seed in fact.seeds})


def _bound_comparison(fact: Fact, limit: float) -> Comparison:
    from report_builder.facts.comparing import bound

    return bound(fact, limit)


def _relation_to(compared: Comparison) -> str:
    """Return `greater`, `smaller`, `equal` (if exact) or `same`."""
    exact = compared.estimate is not None and compared.difference == 0 and float(compared.estimate.margin()) == 0
    return "equal" if exact else compared.relation
