"""Comparisons of two facts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from report_builder.errors import ReportError
from report_builder.facts import Fact, Measurement
from report_builder.facts.comparing import against, bound, compare, interval, judged, ratio
from report_builder.facts.units import sides_of

RANDOM = np.random.default_rng(11)
IMAGES = RANDOM.normal(0, 1, 200)


def seeds(*values: float, noise: float = 0.5) -> list[np.ndarray]:
    """Values of each image for trainings with these means: an image effect shared by all, plus independent noise."""
    own = [RANDOM.normal(0, noise, 200) for _ in values]
    return [value + IMAGES + each - each.mean() - IMAGES.mean() for value, each in zip(values, own, strict=True)]


@pytest.mark.parametrize(
    ("left", "right", "relation", "scope"),
    [
        ([-150.0, -150.4, -150.2], [-158.0, -158.3, -157.9], "better", "models"),
        ([-158.0, -158.3, -157.9], [-150.0, -150.4, -150.2], "worse", "models"),
        ([-150.0, -158.0, -154.0], [-158.0, -153.0, -155.0], "same", "models"),
        ([-150.0, -150.0, -150.0], [-158.0, -150.0, -166.0], "same", "models"),  # one side alone varies: Welch's degrees
        ([-150.0], [-158.0], "better", "these trainings"),
        ([-150.0, -150.2], [-158.0, -158.3, -157.9], "better", "these trainings"),
        ([-150.0], [-150.05], "same", "these trainings"),
    ],
)
def test_relation_and_scope(fact, left, right, relation, scope) -> None:
    """Three seeds on each side support a statement on models; fewer support one on these trainings, judged by images alone."""
    found = compare(fact("a", seeds(*left)), fact("b", seeds(*right)), by=[])
    assert (found.relation, found.scope) == (relation, scope)


@pytest.mark.parametrize("left", [[1.0], [1.0, 1.3, 0.8], [1.0, 5.0, 3.0]])
@pytest.mark.parametrize("right", [[2.0], [1.2, 0.9, 1.1, 1.4], [2.0, 2.1, 2.2]])
def test_swapped_sides_swap_the_relation(fact, left, right) -> None:
    """Swapping the sides reverses the relation and keeps the p-value."""
    a, b = fact("a", seeds(*left)), fact("b", seeds(*right))
    one, other = compare(a, b, by=[]), compare(b, a, by=[])
    assert {"better": "worse", "worse": "better", "same": "same"}[one.relation] == other.relation
    assert one.estimate.p() == other.estimate.p()
    assert one.estimate.interval() == pytest.approx([-end for end in reversed(other.estimate.interval())])


@pytest.mark.parametrize("factor", [1e-3, 7.0, 1e6])
def test_the_unit_does_not_matter(fact, factor) -> None:
    """A change of units does not change the result."""
    left, right = seeds(1.0, 1.3, 1.1), seeds(1.6, 1.5, 1.9)
    one = compare(fact("a", left), fact("b", right), by=[])
    other = compare(fact("a", np.multiply(left, factor)), fact("b", np.multiply(right, factor)), by=[])
    assert one.estimate.p() == pytest.approx(other.estimate.p(), rel=1e-2)


def test_no_direction(fact) -> None:
    """A metric without a better direction is greater or smaller, never better."""
    a, b = fact("a", seeds(3.0), better="none"), fact("b", seeds(1.0), better="none")
    found = compare(a, b, by=[])
    assert (found.relation, found.holds("greater"), found.holds("better")) == ("greater", True, False)


def test_the_same_trainings_are_paired_by_seed(fact) -> None:
    """The effect of a seed that both sides share, as with train and test values of one run, is no part of their difference."""
    apart = [0.0, 30.0, -20.0, 10.0]
    both = [seeds(*apart), seeds(*(value + 1 + 0.1 * i for i, value in enumerate(apart)))]
    a, b = (fact(name, values, run="vae", split=name) for name, values in zip("ab", both, strict=True))
    assert compare(a, b, by=["split"]).relation == "worse"
    assert compare(a, replace(b, run="other"), by=["split"]).relation == "same"


def test_images_speak_for_models_too(fact) -> None:
    """The images limit a statement on models even if the seeds agree exactly."""
    a, b = (np.repeat(RANDOM.normal(0, 1, (1, 200)) + shift, 3, axis=0) for shift in (0.0, 0.05))
    assert compare(fact("a", a), fact("b", b), by=[]).relation == "same"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([np.full(50, 1.0)], [np.full(50, 1.0 + 1e-12)]),  # rounding, though all images agree
        ([np.arange(9) < 9], [np.arange(9) < 6]),  # 9 of 9 against 6 of 9: Fisher's p is 0.21
        ([np.full(9, 1.0)] * 3, [np.full(9, 1.0)] * 3),  # constant
    ],
)
def test_no_difference(fact, left, right) -> None:
    """Apparent differences without significance are `same`."""
    assert compare(fact("a", left), fact("b", right), by=[]).relation == "same"


def test_constant_samples_that_differ(fact) -> None:
    """A difference that is constant over the images is a difference."""
    assert compare(fact("a", [np.full(50, 1.0)]), fact("b", [np.full(50, 2.0)]), by=[]).relation == "worse"


def test_different_numbers_of_images(fact) -> None:
    """Two runs, or two seeds of one run, may be measured on different subsets of the same images."""
    ids = np.arange(200)
    few = fact("b", [values[:120] for values in seeds(1.0, 1.1, 0.9)], [ids[:120]] * 3)
    many = fact("a", [seeds(5.0)[0], seeds(5.1)[0][:150], seeds(4.9)[0]], [ids, ids[:150], ids])
    assert compare(many, few, by=[]).relation == "better"


@pytest.mark.parametrize(
    ("left", "right", "noise", "said"),
    [
        ([[1.0]], [[0.0]], "images", "a single image"),
        ([1.0], [2.0], "images", "cannot be judged"),
        ([1.0, 1.1], [2.0, 2.1, 2.2], "fixed", "cannot be judged"),
        ([[1.0, 2.0]], [[3.0, 4.0]], "fixed", "cannot be judged"),  # a lattice is not a sample
    ],
)
def test_what_cannot_be_judged_is_refused(fact, left, right, noise, said) -> None:
    """Without any estimate of chance there is no verdict."""
    with pytest.raises(ReportError, match=said):
        compare(fact("a", left, noise=noise), fact("b", right, noise=noise), by=[])


def test_fixed_values_are_judged_by_seeds(fact) -> None:
    """A value without sampling noise (history, lattice, time) is judged by three seeds, or not at all."""
    a, b = fact("a", [1.0, 1.1, 0.9], noise="fixed"), fact("b", [5.0, 5.2, 5.1], noise="fixed")
    assert (compare(a, b, by=[]).relation, compare(a, b, by=[]).scope) == ("worse", "models")


def test_exact_counts_differ_or_not(fact) -> None:
    """Exact counts need neither seeds nor a scope to differ."""
    a, b = (fact(name, [value], noise="exact", better="none") for name, value in (("a", 1_000_000.0), ("b", 1_000_001.0)))
    assert [compare(a, other, by=[]).relation for other in (b, a)] == ["smaller", "same"]
    assert compare(a, b, by=[]).scope == ""


@pytest.mark.parametrize(
    ("shift", "least", "relation"),
    [(5.0, 1.0, "better"), (1.2, 1.0, "open"), (0.01, 1.0, "same"), (5.0, 4.95, "open"), (0.9, 1.0, "open")],
)
def test_the_smallest_difference_that_matters(fact, shift, least, relation) -> None:
    """With `at_least`, a difference is either significantly larger, or shown to be `same`, or undecided."""
    a, b = fact("a", seeds(shift, shift + 0.2, shift - 0.2)), fact("b", seeds(0.0, 0.2, -0.2))
    assert compare(a, b, by=[], at_least=least).relation == relation


def test_arms_that_may_have_been_chosen(fact) -> None:
    """Two of five arms are compared at a level divided by their ten pairs."""
    a, b = fact("a", seeds(1.0, 1.2, 0.9)), fact("b", seeds(1.5, 1.7, 1.6))
    alone, chosen = compare(a, b, by=[]), compare(a, b, by=[], chosen_among=5)
    assert (alone.relation, alone.level) == ("worse", 0.05)
    assert (chosen.relation, chosen.level) == ("same", pytest.approx(0.005))


@pytest.mark.parametrize(
    ("values", "limit", "relation", "scope"),
    [
        ([0.5, 0.52, 0.48], 0.6, "smaller", "models"),
        ([0.5, 0.9, 0.1], 0.6, "same", "models"),
        ([0.5], 0.6, "smaller", "these trainings"),
        ([0.7], 0.6, "greater", "these trainings"),
    ],
)
def test_bounds(fact, values, limit, relation, scope) -> None:
    """A number is compared like another fact: with a one-sample test over seeds and images."""
    found = bound(fact("a", values, noise="fixed"), limit)
    assert (found.relation, found.scope) == (relation, scope)


def test_the_interval_of_a_value(fact) -> None:
    """The interval of a value is centred on the mean; for a single training it describes that training only."""
    values = 5 + np.arange(50) / 100
    low, high, scope = interval(fact("a", [values]))
    assert (low, high) == pytest.approx(stats.t.interval(0.95, 49, values.mean(), stats.sem(values)))
    assert scope == "these trainings"


@pytest.mark.parametrize(("right", "end", "limit"), [([49, 50, 48], 1, 1.0), ([1, 0, 2], 0, 0.0)])
def test_the_interval_of_a_share_ends_with_none_and_all(fact, right, end, limit) -> None:
    """The interval of a share is clipped to [0, 1], and its other end is unchanged."""
    ends = interval(fact("a", [np.arange(50) < count for count in right]))
    assert ends[end] == limit
    assert 0.02 < abs(ends[1 - end] - limit) < 0.15
    assert ends[2] == "models"


def test_ratio(fact) -> None:
    """The interval of a ratio is Fieller's; a divisor that may be 0 has none."""
    a, b = fact("a", [10.0, 10.2, 9.8], noise="fixed"), fact("b", [5.0, 5.1, 4.9], noise="fixed")
    value, low, high, scope = ratio(a, b, by=[])
    assert (value, scope) == (pytest.approx(2.0), "models")
    assert (low, high) == (pytest.approx(1.92, abs=0.03), pytest.approx(2.08, abs=0.03))
    with pytest.raises(ReportError, match="different from 0"):
        ratio(a, fact("c", [-1.0, 1.0, 0.5], noise="fixed"), by=[])


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_a_ratio_ends_where_the_difference_begins(fact, unit) -> None:
    """At the ends of the interval, a - r b is exactly at its margin, whatever the unit of a."""
    a, b = fact("a", np.multiply([3.0, 3.3, 2.9], unit), noise="fixed"), fact("b", [-5.0, -5.4, -4.9], noise="fixed")
    value, low, high, _ = ratio(a, b, by=[])
    assert low < value < high
    for r in (low, high):
        found = judged(against(a, b, sides_of([a, b]), r), (a, b))[1]
        assert abs(float(found.value)) == pytest.approx(float(found.margin()), rel=1e-4)


def test_a_ratio_of_counts_has_no_width(fact) -> None:
    """The ratio of exact counts has no interval."""
    a, b = (fact(name, [value], noise="exact") for name, value in (("a", 3.0), ("b", 4.0)))
    assert ratio(a, b, by=[]) == (0.75, 0.75, 0.75, "")


def test_words_do_not_compare() -> None:
    """Class names cannot be compared."""
    a, b = (Fact(name, "class", (Measurement(1, word),)) for name, word in (("a", "3"), ("b", "8")))
    with pytest.raises(ReportError, match="only finite numbers"):
        compare(a, b, by=[])


def test_placeholders_compare_as_same() -> None:
    """Unmeasured facts compare without an error, so that a plan can be checked."""
    a, b = (Fact(name, "elbo", (Measurement(None, 1.0),), placeholder=True) for name in "ab")
    found = compare(a, b, by=[], at_least=2.0)
    assert (found.relation, found.difference, found.found, found.at_least) == ("same", 0.0, False, 2.0)
    assert (bound(a, 3.0).relation, bound(a, 3.0).b) == ("same", 3.0)
