"""Rankings of arms, and trends."""

from __future__ import annotations

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.facts.ranking import ranked, trend


@pytest.mark.parametrize(
    ("better", "groups"), [("higher", [["c"], ["a", "b"]]), ("lower", [["b", "a"], ["c"]]), ("none", [["c"], ["a", "b"]])]
)
def test_groups(fact, better, groups) -> None:
    """Arms are ordered by the direction; a group begins with an arm that differs significantly from all arms before it."""
    values = {"a": [1.0, 1.2, 1.1], "b": [0.9, 1.2, 1.0], "c": [9.0, 9.1, 9.2]}
    found = ranked([fact(name, value, noise="fixed", better=better) for name, value in values.items()], by=[])
    assert [[arm.run for arm in group] for group in found.groups] == groups
    assert len(found.comparisons) == 3


def test_nothing_is_ranked_by_chance(fact) -> None:
    """Equal arms are ranked in one group."""
    random = np.random.default_rng(5)
    found = ranked([fact(name, random.normal(0, 1, 3), noise="fixed") for name in "abcd"], by=[])
    assert len(found.groups) == 1


@pytest.mark.parametrize(
    ("values", "said"),
    [([1, 2, 3, 4, 5], "rises"), ([5, 4, 3, 2, 1], "falls"), ([1, 2, 3, 5, 4], "same"), ([2, 2, 2, 2, 2], "same")],
)
def test_trend(values, said) -> None:
    """Five perfectly ordered arms show a trend; with one swapped pair they do not."""
    assert trend(values)[0] == said


def test_too_few_arms_show_no_trend() -> None:
    """Three arms show no trend, because chance orders them once in three times."""
    with pytest.raises(ReportError, match="5 numbers"):
        trend([1, 2, 3])
