"""Means over a pass, and their checks."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from report_builder.errors import RunError
from report_builder.kinds import Split
from report_builder.train.batches import Batches
from report_builder.train.passes import Means, Pass


class Nothing(keras.Model):
    """A model without metrics."""


def means(*logs, stages=()):
    """Return the means of some batches of ten images."""
    counted = Means(Nothing(), stages)
    for terms in logs:
        counted.add(terms, 10)
    return counted.finite()


def test_terms_are_means_over_images():
    """Each term is averaged over the images of all batches."""
    assert means({"generator_loss": 1.0}, {"generator_loss": 2.0}) == {"generator_loss": 1.5}


@pytest.mark.parametrize(
    ("terms", "rule"),
    [
        ({"loss": float("nan"), "kl_loss": float("inf")}, "kl_loss stopped being a finite number"),
        ({"loss": float("nan")}, "loss stopped being a finite number"),
        ({"loss": 2e12, "reconstruction_loss": 2e12}, "reconstruction_loss grew beyond 1e+09"),
        ({"discriminator_loss": 1.0, "generator_loss": float("nan")}, "generator_loss stopped being a finite number"),
    ],
)
def test_a_lost_term_is_named(terms, rule):
    """The message names the term that caused the failure before the sum, with all values."""
    with pytest.raises(RunError) as caught:
        means(terms)
    problem = caught.value.problems[0]
    assert problem.rule == rule
    assert all(name in problem.received for name in terms)


@pytest.mark.parametrize(("stages", "tried"), [(("generator", "critic"), "first of all for the critic"), ((), "learning_rate")])
def test_what_to_try_depends_on_the_model(stages, tried):
    """The advice begins with the last stage of a staged model, the judge, or with the learning rate; both mention clipping."""
    with pytest.raises(RunError) as caught:
        means({"loss": float("nan")}, stages=stages)
    assert tried in caught.value.problems[0].next_step
    assert "clipnorm" in caught.value.problems[0].next_step


def test_a_pass_tells_how_far_it_is(monkeypatch):
    """`on_progress` gets the images done, the total, and the means so far, which are checked during the pass."""
    monkeypatch.setattr("report_builder.train.passes.TICK", -1)
    split, model, heard = Split(np.arange(10, dtype=np.float32).reshape(10, 1, 1, 1), np.zeros(10)), Nothing(), []
    one = Pass(model, lambda x: {"pixel": keras.ops.mean(x)}, Batches(split, ("x",)))
    found = one(np.arange(10, dtype=np.int32), 4, lambda *told: heard.append(told))
    assert [(done, images) for done, images, _ in heard] == [(4, 10), (8, 10), (10, 10)]
    assert [terms["pixel"] for *_, terms in heard] == pytest.approx([1.5, 3.5, 4.5])
    assert found["pixel"] == pytest.approx(4.5)
