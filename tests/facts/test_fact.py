"""A single fact: its names, seeds and mean."""

from __future__ import annotations

import pytest

from report_builder.facts.fact import Fact, Measurement, closest

SHORT = [f"a.{i}" for i in range(12)]
LONG = [*(f"vae.test.loss{i}" for i in range(13)), "vae.test.elbo", "ae.test.elbo"]


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("b.1", SHORT, SHORT),  # no more than twelve
        ("ae.test.elb", LONG, ["ae.test.elbo"]),  # those of its run
        ("other.elbo", LONG[-3:], LONG[-3:]),
    ],
)
def test_the_names_that_may_be_meant(name, known, found) -> None:
    """Of few names all are suggested; of many, those of the same run."""
    assert closest(name, known) == found


@pytest.mark.parametrize(("name", "first"), [("vae.test.elb", "vae.test.elbo"), ("x.test.elbo", "ae.test.elbo")])
def test_the_likeliest_of_many_come_first(name, first) -> None:
    """If the run has too many names, or no run has that name, the twelve most similar names are suggested."""
    found = closest(name, LONG)
    assert (found[0], len(found)) == (first, 12)


@pytest.mark.parametrize(
    ("values", "value", "spread"),
    [([0.1, 0.1, 0.1], 0.1, 0.0), ([1.0, 2.0], 1.5, 0.5**0.5), (["cat"], "cat", None), (["cat", "dog"], "cat", None)],
)
def test_mean_and_spread(values, value, spread) -> None:
    """Equal values have exactly their mean and no spread; two values have a spread, and words have none."""
    fact = Fact("a.test.elbo", "elbo", tuple(Measurement(seed, each) for seed, each in enumerate(values)))
    assert (fact.value, fact.spread) == (value, spread if spread is None else pytest.approx(spread))


def test_data_have_no_seed() -> None:
    """A measurement without a training counts no seed, but seed 0 counts."""
    assert Fact("d.n", "n", (Measurement(None, 1.0),)).seeds == ()
    assert Fact("a.n", "n", (Measurement(0, 1.0), Measurement(7, 1.0))).seeds == (0, 7)
