"""Comparisons of facts: when two facts may be compared, and what their difference shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from report_builder.errors import Problem, ReportError
from report_builder.facts.chance import RESOLUTION, Estimate, Side, estimate
from report_builder.facts.fact import LEVEL, MODELS, TRAININGS, Fact
from report_builder.facts.scale import PLANNED, guard
from report_builder.facts.units import Measured, sides_of
from report_builder.records import frozen

SEEDS = 3  # trainings on each side from which on a comparison concerns models


@frozen
class Comparison:
    """Result of a comparison of `a` with `b`, a fact or a number.

    Attributes:
        estimate: of the difference a - b; None while something is not measured.
        relation: `better` or `worse` if the metric has a direction, else `greater` or `smaller`; `same`: no measurable
            difference, or, with `at_least`, one that is shown to be smaller than that; `open`: with `at_least`, neither.
        scope: `models` or `these trainings`; "" if nothing was trained or nothing is random.
        level: significance level, how often chance alone is taken for a difference.
        at_least: the smallest difference that matters, in the facts' unit; 0: any.
        let_through: differences between the runs that the named factor covers: `model.loss: 'bce' / 'mse'`.
        denied: whether a correction for multiple comparisons revoked the difference.
    """

    a: Fact
    b: Fact | float
    estimate: Estimate | None
    relation: str
    scope: str
    level: float = LEVEL
    at_least: float = 0.0
    let_through: tuple[str, ...] = ()
    denied: bool = False

    @property
    def found(self) -> bool:
        """Whether they differ measurably."""
        return self.relation not in ("same", "open")

    @property
    def difference(self) -> float:
        """Value of a minus value of b, in the unit of the facts."""
        return float(self.estimate.value) if self.estimate else 0.0

    @property
    def exact(self) -> bool:
        """Whether both are the same number, without any influence of chance."""
        same = self.relation == "same" and not self.denied
        return same and self.estimate is not None and self.difference == 0 and float(self.estimate.margin()) == 0

    @property
    def undecided(self) -> bool:
        """Whether neither a difference nor its absence is shown."""
        return self.relation == "open" or (self.relation == "same" and not self.exact and (not self.at_least or self.denied))

    def holds(self, relation: str) -> bool:
        """Whether a sentence that states `relation` is true."""
        if relation in ("greater", "smaller"):
            return self.found and (self.difference > 0) == (relation == "greater")
        return self.relation == relation


def compare(a: Fact, b: Fact, *, by: Sequence[str], at_least: float = 0.0, chosen_among: int = 2) -> Comparison:
    """Compare two facts whose runs may differ only in what `by` names: key paths such as `model.kl`, or `split`, or `data`.

    Different trainings are compared by Welch's test over the seeds, with the variance over images added; the same trainings
    (means against ends, two splits) are paired by seed. Fewer than three seeds on a side show nothing about models: the
    comparison then concerns these trainings only, and only the images are random.

    Args:
        a: the fact that the relation is about.
        b: the fact that it is compared with.
        by: the factors.
        at_least: the smallest difference that matters: a difference must exceed it by more than the margin, and `same` must be
            shown.
        chosen_among: number of arms from which these two may have been chosen by their values; the level is divided by the
            number of their pairs.

    Raises:
        ReportError: the facts are not comparable, or the values that are needed to judge a difference were not kept.
    """
    if a.placeholder or b.placeholder:  # unit and reduction are known when both are measured
        return Comparison(a, b, None, "same", "", at_least=at_least, let_through=guard(a, b, by, PLANNED))
    through = guard(a, b, by)
    scope, found = judged(against(a, b, sides_of([a, b])), (a, b))
    level = LEVEL / (chosen_among * (chosen_among - 1) / 2)
    return decided(Comparison(a, b, found, "same", scope, level, at_least, through))


def against(a: Fact, b: Fact, sides: Measured, times: float = 1.0) -> Measured:
    """Sides of a - times * b; facts of the same trainings become one side, with values paired by seed."""
    left, right = sides.sides
    if not (a.run == b.run and a.seeds == b.seeds and a.seeds):
        return replace(sides, sides=(left, replace(right, weight=-times)))
    parts = None if left.parts is None or right.parts is None else left.parts - times * right.parts
    return replace(sides, sides=(Side(left.means - times * right.means, parts),))


def ratio(a: Fact, b: Fact, *, by: Sequence[str]) -> tuple[float, float, float, str]:
    """Ratio of a to b, the ends of its interval, and its scope: all r for which a - r * b is not measurably 0 (Fieller 1954).

    Raises:
        ReportError: as for `compare`, or the divisor does not differ measurably from 0.
    """
    guard(a, b, by)
    sides, value = sides_of([a, b]), float(b.value)
    scope, divisor = judged(against(b, b, replace(sides, sides=(sides.sides[1],) * 2), 0.0), (b,))
    if abs(value) <= float(divisor.margin()):
        raise ReportError(Problem("", "a ratio needs a divisor that is measurably different from 0", b.name))
    middle = float(a.value) / value
    scope, rest = judged(against(a, b, sides, middle), (a, b))

    def outside(r: float) -> bool:
        found = judged(against(a, b, sides, r), (a, b))[1]
        return bool(abs(found.value) > found.margin())

    width = float(rest.margin()) / abs(value)  # about half the width of the interval
    return middle, _end(outside, middle, -width), _end(outside, middle, width), scope


def _end(outside: Callable[[float], bool], inside: float, step: float) -> float:
    """End of the interval around `inside`, in the direction of `step`, which is about its distance."""
    while step and not outside(inside + step):
        step *= 2
    low, high = 0.0, step
    while abs(high - low) > RESOLUTION * abs(step):
        middle = (low + high) / 2
        low, high = (low, middle) if outside(inside + middle) else (middle, high)
    return inside + high


def bound(fact: Fact, limit: float) -> Comparison:
    """Compare a fact with a number, like `compare` with another fact.

    A fact whose noise cannot be judged is compared as if it were exact.
    """
    if fact.placeholder:
        return Comparison(fact, limit, None, "same", "")
    sides = sides_of([fact])
    speechless = fact.noise != "exact" and sides.sides[0].parts is None and len(fact.measurements) < SEEDS
    scope, found = judged(sides, (replace(fact, noise="exact") if speechless else fact,))
    found = replace(found, value=found.value - limit)
    return decided(
        Comparison(replace(fact, better="none"), limit, found, "same", TRAININGS if speechless and fact.seeds else scope)
    )


def interval(fact: Fact, level: float = LEVEL) -> tuple[float, float, str]:
    """Ends of the confidence interval at confidence 1 - `level`, and its scope (see `Comparison`).

    Raises:
        ReportError: the values that are needed to judge chance were not kept.
    """
    sides = sides_of([fact])
    scope, found = judged(sides, (fact,))
    low, high = found.interval(level)
    return (max(low, 0.0), min(high, 1.0), scope) if sides.shares else (low, high, scope)


def judged(sides: Measured, facts: Sequence[Fact]) -> tuple[str, Estimate]:
    """Scope of an estimate, and the estimate.

    Raises:
        ReportError: the values that are needed to judge chance were not kept, or rest on a single image.
    """
    exact = all(fact.noise == "exact" for fact in facts)
    trained = any(fact.seeds for fact in facts)
    few = min(side.seeds for side in sides.sides) < SEEDS
    known = sides.sides[0].parts is not None
    names = ", ".join(fact.name for fact in facts)
    if not exact and known and sides.units < 2:
        raise ReportError(Problem("", "a single image is not enough for a comparison", names, next_step="Measure more images."))
    if not exact and few and not known:
        rule = "there are no values per image, and one side has fewer than three seeds: chance cannot be judged"
        raise ReportError(Problem("", rule, names, next_step="Train three seeds, or cite the numbers without a verdict."))
    found = estimate(sides.sides, sides.signs, units=sides.units, trainings=exact or few)
    return "" if exact or not trained else TRAININGS if few else MODELS, found


def decided(compared: Comparison) -> Comparison:
    """The comparison, with the relation that its interval shows."""
    a, found, least = compared.a, compared.estimate, compared.at_least
    if found is None:
        return compared
    difference, margin = abs(float(found.value)), float(found.margin(compared.level))
    b = compared.b if isinstance(compared.b, float | int) else compared.b.value
    rounding = 0.0 if a.noise == "exact" else RESOLUTION * max(abs(float(a.value)), abs(float(b)))
    if difference > max(margin + least, rounding):
        return replace(compared, relation=_relation(a.better, float(found.value)))
    shown = difference + float(found.margin(2 * compared.level)) < least  # two one-sided tests
    return replace(compared, relation="same" if shown or not least else "open")


def _relation(better: str, difference: float) -> str:
    upwards = difference > 0
    if better == "none":
        return "greater" if upwards else "smaller"
    return "better" if upwards == (better == "higher") else "worse"
