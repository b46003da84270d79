"""The guard: which facts are on the same scale."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from report_builder.errors import ReportError
from report_builder.facts import PLANNED, Fact, Measurement, differences, guard, preferred

SETTINGS = {"model": {"kind": "vae", "kl": "closed_form"}, "training": {"epochs": 10}, "data": {"dataset": {"kind": "mnist"}}}


def fact(name: str, *values: float, **changes: Any) -> Fact:
    """Fact on the common scale, except for the changes."""
    known = {"metric": "elbo", "unit": "nats/image", "better": "higher", "split": "test", "settings": SETTINGS, "data": "d"}
    return Fact(name, measurements=tuple(Measurement(s, v) for s, v in enumerate(values)), **{**known, **changes})


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"metric": "loss"}, "metric"),
        ({"split": "train"}, "split"),
        ({"reduction": "mean over pixels"}, "reduction"),
        ({"data": "other"}, "data"),
        ({"unit": "nats/pixel"}, "unit"),
        ({"method": "{n: 5}"}, "method"),
        ({"settings": SETTINGS | {"training": {"epochs": 50}}}, "training.epochs"),
        ({"settings": SETTINGS | {"model": {"kind": "vae", "kl": "monte_carlo", "latent_dim": 20}}}, "model.latent_dim"),
    ],
)
def test_the_guard_names_what_else_differs(changes: dict[str, Any], named: str) -> None:
    """Facts on different scales, or of runs that differ in more than the named factor, do not compare (S0-E14, S1-E06)."""
    with pytest.raises(ReportError, match=named):
        guard(fact("a", 1.0), fact("b", 2.0, **changes), by=["model.kl"])


@pytest.mark.parametrize("key", ["metric", "unit", "reduction", "size"])
def test_no_factor_covers_what_is_measured(key: str) -> None:
    """The measured quantity, its unit, its reduction and its size cannot be the factor."""
    with pytest.raises(ReportError, match=key):
        guard(fact("a", 1.0), fact("b", 2.0, **{key: "other"}), by=[key])


def test_two_quantities_have_no_factor() -> None:
    """Two quantities of one run are no case for `by`; the error says what to do instead."""
    with pytest.raises(ReportError, match="measure their difference with a metric of your own"):
        guard(fact("a", 1.0), fact("b", 2.0, metric="other"), by=[])


def test_what_a_factor_lets_through_is_told() -> None:
    """Naming `model` allows every difference inside it, and each of them is reported."""
    other = SETTINGS | {"model": {"kind": "autoencoder", "loss": "bce"}}
    through = guard(fact("a", 2.0), fact("b", 1.0, settings=other), by=["model", "training"])
    assert through == ("model.kind: 'vae' / 'autoencoder'", "model.loss: absent / 'bce'", "model.kl: 'closed_form' / absent")


@pytest.mark.parametrize("key", ["metric", "unit", "split", "reduction", "size", "method", "data"])
def test_what_is_known_before_it_is_measured_is_compared_by_the_plan(key: str) -> None:
    """Before the trainings the guard checks metric, split, method and data; unit, reduction and size are not known yet."""
    a, b = fact("a", 1.0), fact("b", 2.0, **{key: "other"})
    if key in ("unit", "reduction", "size"):
        assert guard(a, b, [], PLANNED) == ()
    else:
        with pytest.raises(ReportError, match=key):
            guard(a, b, [], PLANNED)


def test_value_is_the_mean_and_spread_the_deviation() -> None:
    """A fact over seeds is their mean, as in verdicts and choices, with the standard deviation around that mean."""
    three = fact("a", 1.0, 2.0, 6.0)
    assert three.value == 3.0
    other = fact("b", 10.0, 10.0, 10.0)
    assert preferred([three, other], by=[]) == other
    assert preferred([replace(three, better="lower"), replace(other, better="lower")], by=[]).value == 3.0
    assert three.spread == pytest.approx(2.6457513)
    assert fact("a", 1.0).spread is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ({"a": [1, 2]}, {"a": [1, 3]}, ["a.1: 2 / 3"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a: [1, 2] / [1]"]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2, "c": 3}]}, ["a.0.b: 1 / 2", "a.0.c: absent / 3"]),
        ({"a": {"b": 1}}, {"a": 5}, ["a: {'b': 1} / 5"]),
        ({"a": 1, "b": 2}, {"b": 2}, ["a: 1 / absent"]),
        ({"a": {"b": [1]}}, {"a": {"b": [1]}}, []),
    ],
)
def test_differences_of_settings(old: Any, new: Any, told: list[str]) -> None:
    """Differences are listed by key path: lists of equal length by item, other values whole, missing ones as absent."""
    assert [f"{path}: {was!r} / {now!r}" for path, was, now in differences(old, new)] == told


@pytest.mark.parametrize(("values", "changes"), [((1.0, 2.0), {"better": "none"}), (("seven", "two"), {})])
def test_nothing_is_preferred_without_a_direction(values: tuple[Any, Any], changes: dict[str, Any]) -> None:
    """A metric without direction, or with words as values, chooses nothing: the error names it."""
    with pytest.raises(ReportError, match="'elbo' has no preferred direction"):
        preferred([fact("a", values[0], **changes), fact("b", values[1], **changes)], by=[])
