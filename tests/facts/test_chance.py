"""The statistics, compared with known answers and with SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from report_builder.facts.chance import MANY, Estimate, Side, estimate, monotone, quantile, tail

RANDOM = np.random.default_rng(7)
SHORT, LONG = RANDOM.normal(0, 1, 3), RANDOM.normal(2, 3, 5)
ONE, OTHER = RANDOM.normal(0, 1, 50), RANDOM.normal(0.4, 1, 50)


def parts(values: np.ndarray, columns: slice = slice(None), among: int = 0) -> np.ndarray:
    """Contribution of each image to the mean of one training, shape `(1, u)`, in some of the columns."""
    found = np.zeros((1, among or len(values)))
    found[:, columns] = (values - values.mean()) / len(values)
    return found


@pytest.mark.parametrize("freedom", [1, 1.3, 2, 3.7, 10, 100, MANY])
@pytest.mark.parametrize("level", [0.5, 0.1, 0.05, 0.01, 0.001])
def test_students_t(level: float, freedom: float) -> None:
    """Quantiles and tails are those of Student's t, also for fractional degrees; for many degrees, of the normal."""
    t = float(quantile(level, freedom))
    assert t == pytest.approx(stats.t.ppf(1 - level / 2, freedom), rel=1e-3 if freedom == 1.3 else 1e-6)
    assert float(tail(t, freedom)) == pytest.approx(level, rel=1e-6)


def test_seeds_alone_are_welchs_test() -> None:
    """Without images, two sides of different variance and size give Welch's test: the same p-value and interval."""
    found = estimate([Side(SHORT), Side(LONG, weight=-1)])
    known = stats.ttest_ind(SHORT, LONG, equal_var=False)
    assert found.p() == pytest.approx(known.pvalue, rel=2e-3)
    assert found.interval() == pytest.approx(tuple(known.confidence_interval()), rel=1e-6)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_one_side_is_students_test(count: int) -> None:
    """A single side of two or more trainings gives the one-sample t test."""
    assert estimate([Side(LONG[:count])]).p() == pytest.approx(stats.ttest_1samp(LONG[:count], 0).pvalue, rel=2e-3)


def test_images_alone_are_the_test_of_pairs() -> None:
    """One training on each side with the same images gives the paired t test of their differences."""
    sides = [Side(ONE.mean(keepdims=True), parts(ONE)), Side(OTHER.mean(keepdims=True), parts(OTHER), weight=-1)]
    assert estimate(sides, units=50, trainings=True).p() == pytest.approx(stats.ttest_rel(ONE, OTHER).pvalue, rel=2e-3)


def test_two_images_are_the_fewest() -> None:
    """Two images of one training give Student's one-sample test with two values."""
    values = np.array([1.0, 4.0])
    found = estimate([Side(values.mean(keepdims=True), parts(values))], units=2, trainings=True)
    assert found.p() == pytest.approx(stats.ttest_1samp(values, 0).pvalue, rel=2e-3)


def test_what_two_trainings_have_for_themselves() -> None:
    """The training-specific part of two trainings is the variance between them for each image, divided by two."""
    values = RANDOM.normal(0, 1, (2, 40))
    each = (values - values.mean(axis=1, keepdims=True)) / 40
    found = estimate([Side(np.zeros(2), each)], units=40)  # the means agree: only the images vary
    assert float(found.over_seeds) == pytest.approx(40 / 39 * each.var(axis=0, ddof=1).sum() / 2)


def test_other_images_are_not_paired() -> None:
    """Images in separate columns are unpaired, so the variances of the two sides add."""
    left, right = parts(ONE, slice(50), 100), parts(OTHER, slice(50, 100), 100)
    sides = [Side(ONE.mean(keepdims=True), left), Side(OTHER.mean(keepdims=True), right, weight=-1)]
    known = np.sqrt(ONE.var(ddof=1) / 50 + OTHER.var(ddof=1) / 50)
    margin = float(estimate(sides, units=50, trainings=True).margin())
    assert margin == pytest.approx(float(quantile(0.05, 49)) * known)


@pytest.mark.parametrize("variances", [(0.5, 0.0), (0.0, 0.2), (0.3, 0.2), (0.0, 1e-3)])
@pytest.mark.parametrize("value", [0.01, 1.0, -2.0, 100.0])
def test_p_is_the_level_at_which_the_margin_reaches_the_value(value: float, variances: tuple[float, float]) -> None:
    """The margin at the level of the p-value equals the value; p-values are bounded below by a millionth."""
    found = Estimate(*map(np.asarray, (value, variances[0], 3.0, variances[1], 5000.0)))
    p = found.p()
    below, above = (float(found.margin(level)) for level in (min(1.0, 1.002 * p), max(1e-6, p / 1.002)))
    assert below - 1e-9 <= abs(value) <= above + 1e-9 or (p == 1e-6 and above < abs(value))


def test_what_each_training_has_for_itself_counts_once() -> None:
    """Training-specific noise on an image is part of the variance between seeds and is not counted again."""
    noise = RANDOM.normal(0, 1, (400, 3, 60))
    means, each = noise.mean(axis=-1), (noise - noise.mean(axis=-1, keepdims=True)) / 60
    found = estimate([Side(means, each)], units=60)
    assert found.over_units.mean() < 0.2 * found.over_seeds.mean()
    shared = np.repeat(noise[:, :1], 3, axis=1)
    again = estimate([Side(shared.mean(axis=-1), (shared - shared.mean(axis=-1, keepdims=True)) / 60)], units=60)
    assert again.over_units.mean() == pytest.approx(1 / 60, rel=0.05)
    assert again.over_seeds.max() < 1e-12


def test_axes_in_front_are_simulations() -> None:
    """Leading axes are independent simulations: many estimates at once equal the single ones."""
    means = RANDOM.normal(0, 1, (4, 3))
    many = estimate([Side(means), Side(means * 3 + 1, weight=-1)])
    for row, margin in zip(means, many.margin(), strict=True):
        assert float(estimate([Side(row), Side(row * 3 + 1, weight=-1)]).margin()) == pytest.approx(margin)


@pytest.mark.parametrize(("ratio", "most"), [(1.0, 0.06), (3.0, 0.08), (10.0, 0.08)])
@pytest.mark.parametrize("spread", [0.0, 2.0])
def test_equal_models_are_rarely_called_different(spread: float, ratio: float, most: float) -> None:
    """With three seeds a side, equal models are rarely called different, however much the seeds vary."""
    random, sides = np.random.default_rng(1), []
    for deviation, weight in ((spread, 1.0), (spread * ratio, -1.0)):
        effects = random.normal(0, np.sqrt(15), (4000, 1, 30))
        values = random.normal(0, deviation, (4000, 3, 1)) + effects + random.normal(0, 1, (4000, 3, 30))
        means = values.mean(axis=-1)
        sides.append(Side(means, (values - means[..., None]) / 30, weight))
    found = estimate(sides, units=30)
    assert np.mean(np.abs(found.value) > found.margin()) <= most


@pytest.mark.parametrize("values", [[1, 2, 3, 4, 5], [5, 4, 2, 3, 1], [1, 3, 2, 4, 6, 5], [3, 1, 2]])
def test_monotone_is_kendalls_test(values: list[float]) -> None:
    """The exact probability is that of Kendall's test without ties."""
    known = stats.kendalltau(range(len(values)), values, method="exact")
    way, p = monotone(values)
    assert (way, p) == (int(np.sign(known.statistic)), pytest.approx(min(1.0, known.pvalue)))


def test_equal_values_count_against_an_order() -> None:
    """Ties neither rise nor fall, and they make an order less significant."""
    assert monotone([1.0] * 6) == (0, 1.0)
    assert monotone([1, 2, 3, 3, 4, 5])[1] > monotone([1, 2, 3, 3.5, 4, 5])[1]
