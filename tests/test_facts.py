"""Facts and their comparison: the guard, and when a difference is measurable."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.facts import Fact, Measurement, compare, preferred

SETTINGS = {"model": {"kind": "vae", "kl": "closed_form"}, "training": {"epochs": 10}, "data": {"dataset": {"kind": "mnist"}}}


def fact(tmp_path: Path, name: str, values: list[float], spread: float = 1.0, shift: float = 0.0, **changes: Any) -> Fact:
    """One measurement for each value; image i deviates by the same noise in every fact, plus `shift` noise of its own."""
    noise = np.random.default_rng(0).normal(0, spread, 200)
    own = np.random.default_rng(len(name)).normal(0, shift, 200) if shift else 0.0
    measurements = []
    for seed, value in enumerate(values):
        file = tmp_path / f"{name}-{seed}.npz"
        np.savez(file, elbo=value + noise + own)
        measurements.append(Measurement(seed, value, file))
    defaults = {
        "metric": "elbo",
        "unit": "nats/image",
        "better": "higher",
        "split": "test",
        "settings": SETTINGS,
        "data": "d",
        "n": 200,
    }
    return Fact(name, measurements=tuple(measurements), **defaults | changes)


def with_kl(kl: str) -> dict[str, Any]:
    """Settings with this form of the KL term."""
    return SETTINGS | {"model": SETTINGS["model"] | {"kl": kl}}


def test_direction_of_better(tmp_path: Path) -> None:
    """The higher ELBO is better, whatever its sign (S0-E01: -160.8 was called better than -158.0)."""
    a, b = fact(tmp_path, "a", [-160.8]), fact(tmp_path, "b", [-158.0], settings=with_kl("monte_carlo"))
    assert compare(a, b, by=["model.kl"]).relation == "worse"
    assert compare(b, a, by=["model.kl"]).relation == "better"


def test_swapped_values_swap_the_relation(tmp_path: Path) -> None:
    """Swapping two values turns better into worse."""
    a, b = fact(tmp_path, "a", [-150.0, -151.0]), fact(tmp_path, "b", [-158.0, -157.0])
    assert (compare(a, b, by=[]).relation, compare(b, a, by=[]).relation) == ("better", "worse")


def test_overlapping_seeds_are_no_difference(tmp_path: Path) -> None:
    """Where one seed of one side lies among the other side's, nothing was measured, however many images there are."""
    a, b = fact(tmp_path, "a", [-150.0, -158.5]), fact(tmp_path, "b", [-158.0, -159.0])
    assert compare(a, b, by=[]).relation == "same"


def test_two_standard_errors_over_images(tmp_path: Path) -> None:
    """Seeds apart but within two standard errors of the paired images is no measurable difference."""
    a = fact(tmp_path, "a", [-150.0, -150.1], shift=30.0)
    b = fact(tmp_path, "bb", [-151.0, -151.1], shift=30.0)
    assert compare(a, b, by=[]).relation == "same"


def test_pairing_counts(tmp_path: Path) -> None:
    """Noise that both sides share image by image cancels when the images are the same, and does not when they are not."""
    a, b = fact(tmp_path, "a", [-150.0], spread=50), fact(tmp_path, "b", [-151.0], spread=50)
    assert compare(a, b, by=[]).relation == "better"
    apart = [fact(tmp_path, name, [value], spread=50, paired=False) for name, value in (("a", -150.0), ("b", -151.0))]
    assert compare(*apart, by=[]).relation == "same"


def test_single_seed_is_said(tmp_path: Path) -> None:
    """A comparison that stands on one seed says so."""
    assert compare(fact(tmp_path, "a", [-1.0]), fact(tmp_path, "b", [-2.0, -3.0]), by=[]).single_seed
    assert not compare(fact(tmp_path, "a", [-1.0, -1.1]), fact(tmp_path, "b", [-2.0, -3.0]), by=[]).single_seed


def test_no_direction(tmp_path: Path) -> None:
    """A metric without a better direction is greater or smaller, never better."""
    a, b = fact(tmp_path, "a", [3.0], better="none"), fact(tmp_path, "b", [1.0], better="none")
    assert compare(a, b, by=[]).relation == "greater"
    assert compare(a, b, by=[]).holds("greater")
    assert not compare(a, b, by=[]).holds("better")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"metric": "loss"}, "metric"),
        ({"split": "train"}, "split"),
        ({"reduction": "mean over pixels"}, "reduction"),
        ({"data": "other"}, "data"),
        ({"unit": "nats/pixel"}, "unit"),
        ({"settings": SETTINGS | {"training": {"epochs": 50}}}, "training.epochs"),
        ({"settings": SETTINGS | {"model": {"kind": "vae", "kl": "monte_carlo", "latent_dim": 20}}}, "model.latent_dim"),
    ],
)
def test_the_guard_names_what_else_differs(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    """Facts of another scale, or of runs that differ in more than the named factor, do not compare (S0-E14, S1-E06)."""
    with pytest.raises(ReportError, match=named):
        compare(fact(tmp_path, "a", [1.0]), fact(tmp_path, "b", [2.0], **changes), by=["model.kl"])


def test_factor_may_be_a_whole_section(tmp_path: Path) -> None:
    """Naming `model` allows every difference inside it."""
    other = SETTINGS | {"model": {"kind": "autoencoder", "loss": "bce"}}
    assert compare(fact(tmp_path, "a", [2.0]), fact(tmp_path, "b", [1.0], settings=other), by=["model"]).relation == "better"


def test_nothing_to_judge_by() -> None:
    """One seed and no value for each image is an error, not a verdict."""
    a, b = (Fact(name, "time", (Measurement(1, value),), better="lower") for name, value in (("a", 1.0), ("b", 2.0)))
    with pytest.raises(ReportError, match="cannot be judged"):
        compare(a, b, by=[])


def test_value_is_the_mean_and_spread_the_deviation() -> None:
    """One location everywhere: over seeds a fact is their mean, as verdicts compare it, with the deviation around that mean."""
    three = Fact("a", "elbo", tuple(Measurement(s, v) for s, v in enumerate([1.0, 2.0, 6.0])))
    assert three.value == 3.0
    other = replace(three, name="b", measurements=tuple(Measurement(s, 10.0) for s in range(3)))
    assert preferred([replace(three, better="higher"), replace(other, better="higher")], by=[]).value == 10.0
    assert other.value == 10.0
    assert three.spread == pytest.approx(2.6457513)
    assert Fact("a", "elbo", (Measurement(1, 1.0),)).spread is None


def test_placeholders_compare_as_same() -> None:
    """Facts that are not measured yet compare without an error, so that a plan can be checked."""
    a, b = (Fact(name, "elbo", (Measurement(None, 1.0),), placeholder=True) for name in "ab")
    assert compare(a, b, by=[]).relation == "same"
