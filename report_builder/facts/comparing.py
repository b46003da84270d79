"""When two facts may be compared, and what their difference says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from report_builder.errors import Problem, ReportError
from report_builder.facts.chance import RESOLUTION, Estimate, Side, estimate
from report_builder.facts.fact import LEVEL, MODELS, TRAININGS, Fact
from report_builder.facts.scale import PLANNED, guard
from report_builder.facts.units import Measured, sides_of
from report_builder.records import frozen

SEEDS = 3  # trainings on each side from which it speaks of models


@frozen
class Comparison:
    """What the measurement says of `a` against `b`, a fact or a number.

    Attributes:
        estimate: of the difference a - b; None while something is not measured.
        relation: `better` or `worse` where the metric has a direction, else `greater` or `smaller`; `same`: not measurable, or
            with `at_least` shown to be smaller than that; `open`: with `at_least`, neither.
        scope: `models` or `these trainings`; "" where nothing was trained or nothing is left to chance.
        level: how often chance alone is taken for a difference.
        at_least: the smallest difference that matters, in the facts' unit; 0: any.
        let_through: in what the runs differ, of what the factor named covers: `model.loss: 'bce' / 'mse'`.
        denied: whether a correction for other comparisons took the difference back.
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
        """The value of a minus that of b, in the unit of the facts."""
        return float(self.estimate.value) if self.estimate else 0.0

    @property
    def exact(self) -> bool:
        """Whether chance has no part in it, and both are the same number."""
        same = self.relation == "same" and not self.denied
        return same and self.estimate is not None and self.difference == 0 and float(self.estimate.margin()) == 0

    @property
    def undecided(self) -> bool:
        """Whether neither a difference is shown nor that there is none: it was only not measurable."""
        return self.relation == "open" or (self.relation == "same" and not self.exact and (not self.at_least or self.denied))

    def holds(self, relation: str) -> bool:
        """Whether a sentence that says `relation` is true."""
        if relation in ("greater", "smaller"):
            return self.found and (self.difference > 0) == (relation == "greater")
        return self.relation == relation


def compare(a: Fact, b: Fact, *, by: Sequence[str], at_least: float = 0.0, chosen_among: int = 2) -> Comparison:
    """Compares two facts whose runs may differ only in what `by` names: key paths such as `model.kl`, or `split`, or `data`.

    Different trainings are compared by Welch's test over the seeds with the variance over images added, the same trainings
    (means against ends, two splits) seed by seed. Fewer than three seeds on a side say nothing of models: then the comparison
    speaks of these trainings, and the images alone of chance.

    Args:
        a: what is spoken of.
        b: what it is compared with.
        by: the factors.
        at_least: the smallest difference that matters: a difference must be larger beyond doubt, and `same` be shown.
        chosen_among: of how many arms these two may have been chosen for their values; the level is divided among their pairs.

    Raises:
        ReportError: the facts are not comparable, or nothing was kept from which a difference could be judged.
    """
    if a.placeholder or b.placeholder:  # unit and reduction are known when both are measured
        return Comparison(a, b, None, "same", "", at_least=at_least, let_through=guard(a, b, by, PLANNED))
    through = guard(a, b, by)
    scope, found = judged(against(a, b, sides_of([a, b])), (a, b))
    level = LEVEL / (chosen_among * (chosen_among - 1) / 2)
    return decided(Comparison(a, b, found, "same", scope, level, at_least, through))


def against(a: Fact, b: Fact, sides: Measured, times: float = 1.0) -> Measured:
    """The sides of a - times * b: of the same trainings one side, whose values are paired by seed."""
    left, right = sides.sides
    if not (a.run == b.run and a.seeds == b.seeds and a.seeds):
        return replace(sides, sides=(left, replace(right, weight=-times)))
    parts = None if left.parts is None or right.parts is None else left.parts - times * right.parts
    return replace(sides, sides=(Side(left.means - times * right.means, parts),))


def ratio(a: Fact, b: Fact, *, by: Sequence[str]) -> tuple[float, float, float, str]:
    """Of a to b, the ends of its interval, and its scope: all r for which a - r * b is not measurably 0 (Fieller 1954).

    Raises:
        ReportError: as `compare`; or the divisor is not measurably other than 0.
    """
    guard(a, b, by)
    sides, value = sides_of([a, b]), float(b.value)
    scope, divisor = judged(against(b, b, replace(sides, sides=(sides.sides[1],) * 2), 0.0), (b,))
    if abs(value) <= float(divisor.margin()):
        raise ReportError(Problem("", "a ratio needs a divisor that is measurably other than 0", b.name))
    middle = float(a.value) / value
    scope, rest = judged(against(a, b, sides, middle), (a, b))

    def outside(r: float) -> bool:
        found = judged(against(a, b, sides, r), (a, b))[1]
        return bool(abs(found.value) > found.margin())

    width = float(rest.margin()) / abs(value)  # nearly half of the interval
    return middle, _end(outside, middle, -width), _end(outside, middle, width), scope


def _end(outside: Callable[[float], bool], inside: float, step: float) -> float:
    """Where an interval around `inside` ends, about a step away."""
    while step and not outside(inside + step):
        step *= 2
    low, high = 0.0, step
    while abs(high - low) > RESOLUTION * abs(step):
        middle = (low + high) / 2
        low, high = (low, middle) if outside(inside + middle) else (middle, high)
    return inside + high


def bound(fact: Fact, limit: float) -> Comparison:
    """Compares a fact with a number, as `compare` does with another fact; a fact without noise to judge it by as it stands."""
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
    """The confidence interval at 1 - `level`, and the variation that it covers (images, seeds, or both).

    Raises:
        ReportError: nothing was kept from which chance could be judged.
    """
    sides = sides_of([fact])
    scope, found = judged(sides, (fact,))
    low, high = found.interval(level)
    return (max(low, 0.0), min(high, 1.0), scope) if sides.shares else (low, high, scope)


def judged(sides: Measured, facts: Sequence[Fact]) -> tuple[str, Estimate]:
    """Of what an estimate speaks, and the estimate.

    Raises:
        ReportError: nothing was kept from which chance could be judged.
    """
    exact = all(fact.noise == "exact" for fact in facts)
    trained = any(fact.seeds for fact in facts)
    few = min(side.seeds for side in sides.sides) < SEEDS
    known = sides.sides[0].parts is not None
    names = ", ".join(fact.name for fact in facts)
    if not exact and known and sides.units < 2:
        raise ReportError(Problem("", "a single image is too few to compare", names, next_step="Measure more images."))
    if not exact and few and not known:
        rule = "no value for each image was kept, and fewer than three seeds stand on a side: chance cannot be judged"
        raise ReportError(Problem("", rule, names, next_step="Train three seeds, or cite the numbers without a verdict."))
    found = estimate(sides.sides, sides.signs, units=sides.units, trainings=exact or few)
    return "" if exact or not trained else TRAININGS if few else MODELS, found


def decided(compared: Comparison) -> Comparison:
    """The comparison with the relation that its interval shows."""
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
