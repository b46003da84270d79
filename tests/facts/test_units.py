"""The sampling units behind facts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from report_builder.errors import ReportError
from report_builder.facts.chance import estimate
from report_builder.facts.units import sides_of

RANDOM = np.random.default_rng(3)


def error(fact, **how) -> float:
    """Standard error over the units of a fact of one training."""
    found = sides_of([fact])
    return float(np.sqrt(estimate(found.sides, found.signs, units=found.units, trainings=True).over_units))


def test_repeated_images_are_one_unit(fact) -> None:
    """An image repeated four times adds no information: the error is that of the images."""
    images = RANDOM.normal(0, 1, 40)
    four = fact("a", [np.tile(images, 4)], [np.tile(np.arange(40), 4)])
    assert error(four) == pytest.approx(images.std(ddof=1) / np.sqrt(40))
    assert sides_of([four]).units == 40


def test_values_of_two_images(fact) -> None:
    """Values that share an image are correlated: the error is that of drawing the images anew."""
    estimated, means = [], []
    for _ in range(300):
        effect = RANDOM.normal(0, 1, 30)
        pairs = np.array([RANDOM.permutation(30)[:2] for _ in range(120)])
        values = effect[pairs].sum(axis=1) + RANDOM.normal(0, 0.3, 120)
        means.append(values.mean())
        estimated.append(error(fact("a", [values], [pairs])))
    assert np.mean(np.square(estimated)) == pytest.approx(np.var(means), rel=0.2)


def test_the_same_pair_twice_is_one_unit(fact) -> None:
    """Doubling every pair of images changes nothing."""
    pairs = np.array([[0, 1], [2, 3], [4, 5], [0, 3], [1, 6]])
    values = RANDOM.normal(0, 1, 5)
    doubled = fact("b", [np.tile(values, 2)], [np.tile(pairs, (2, 1))])
    assert error(doubled) == pytest.approx(error(fact("a", [values], [pairs])))


def test_draws_belong_to_their_training(fact) -> None:
    """Independent draws of each training are never paired, and the variance between seeds already covers them."""
    draws = RANDOM.normal(0, 1, (2, 3, 50))
    a, b = (fact(name, each, noise="draws") for name, each in zip("ab", draws, strict=True))
    sides = sides_of([a, b])
    (left, right) = sides.sides
    assert not (left.parts[0] * right.parts).any()
    assert float(estimate(sides.sides, sides.signs, units=50).over_units) == pytest.approx(0, abs=1e-12)
    alone = error(replace(a, measurements=a.measurements[:1]))
    assert alone == pytest.approx(draws[0, 0].std(ddof=1) / np.sqrt(50), rel=1e-6)


@pytest.mark.parametrize(("changes", "paired"), [({}, True), ({"splits": ("train",)}, False), ({"data": "other"}, False)])
def test_images_of_other_parts_are_others(fact, changes, paired) -> None:
    """Image 5 of the test split is not image 5 of the training split, nor of other data."""
    values = RANDOM.normal(0, 1, (2, 50))
    sides = sides_of([fact("a", [values[0]], splits=("test",)), fact("b", [values[1]], **{"splits": ("test",), **changes})])
    assert bool((sides.sides[0].parts[0] * sides.sides[1].parts[0]).any()) is paired


def test_seeds_with_different_images(fact) -> None:
    """Seeds with different numbers of images are matched by image id."""
    long, short = RANDOM.normal(0, 1, 80), RANDOM.normal(0, 1, 50)
    found = sides_of([fact("a", [long, short], [np.arange(80), np.arange(30, 80)])])
    assert found.sides[0].parts.shape == (2, 80)
    assert found.units == 50


@pytest.mark.parametrize("k", range(10))
def test_shares_are_no_bolder_than_fishers_test(fact, k: int) -> None:
    """For nine images each, shares differ only if Fisher's exact test finds a difference."""
    shares = [np.arange(9) < 9, np.arange(9) < k]
    a, b = (fact(name, [share], [np.arange(9) + at]) for name, share, at in zip("ab", shares, (0, 100), strict=True))
    sides = sides_of([a, b])
    found = estimate((sides.sides[0], replace(sides.sides[1], weight=-1.0)), sides.signs, units=sides.units, trainings=True)
    if found.p() < 0.05:
        assert stats.fisher_exact([[9, 0], [k, 9 - k]]).pvalue < 0.05


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_no_number_is_refused(fact, broken: float) -> None:
    """A value that is not a number is reported, wherever it occurs."""
    made = fact("a", [[1.0, broken, 2.0]])
    with pytest.raises(ReportError, match="not a finite number"):
        sides_of([replace(made, measurements=tuple(replace(m, value=1.0) for m in made.measurements))])
    with pytest.raises(ReportError, match="only finite numbers"):
        sides_of([made])
