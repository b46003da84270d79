"""Trends: whether a quantity rises or falls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.material import Material, SweepCard
from report_builder.document.rendering import render
from report_builder.facts import Measurement


def printed_by(write_template, text: str, given: Material) -> str:
    """Text of a template without mistakes."""
    made = render(write_template(text), given)
    assert not made.problems, made.problems
    return made.plain


def test_trend(ordered, write_template):
    """Five ordered arms with one seed each show a trend; the order is numeric, not that of the arms."""
    one = {n: replace(f, measurements=f.measurements[:1]) for n, f in ordered.facts.items()}
    given = replace(ordered, facts=one)
    text = '{{ trend("beta", "test.elbo") }}'
    assert printed_by(write_template, text, given) == "rośnie"
    turned = {
        run: replace(card, settings={"model": {"beta": -card.settings["model"]["beta"]}}) for run, card in given.runs.items()
    }
    assert printed_by(write_template, text, replace(given, runs=turned)) == "maleje"
    mixed = one | {"e.test.elbo": replace(one["e.test.elbo"], measurements=(Measurement(1, 0.0),))}
    own = '{{ trend("beta", "test.elbo", rises="w górę", falls="w dół", same="nic") }}'
    assert printed_by(write_template, own, replace(given, facts=mixed)) == "nic"


@pytest.mark.parametrize(
    ("axes", "runs", "said"),
    [
        (("model.kind",), ("a", "b", "c", "d", "e"), "one axis"),
        (("model.beta", "model.kl"), ("a", "b", "c", "d", "e"), "one axis"),
        (("model.beta",), ("a", "b", "c", "d", "e")[:4], "5 numbers"),
    ],
)
def test_what_shows_no_trend(ordered, write_template, axes, runs, said):
    """A trend needs numbers on one axis, and five arms."""
    given = replace(ordered, sweeps={"beta": SweepCard("beta", runs, axes)})
    (problem, *_) = render(write_template('{{ trend("beta", "test.elbo") }}'), given).problems
    assert said in problem.rule


@pytest.mark.parametrize(
    ("histories", "said"),
    [
        ([[9, 7, 5, 4, 3, 2]], "maleje (w tym przebiegu uczenia)"),
        ([[9, 7, 5, 4, 3, 2], [9, 8, 5, 4, 3, 2], [9, 7, 5, 4, 3, 2.5]], "maleje"),
        ([[9, 7, 5, 4, 3, 2], [1, 2, 3, 4, 5, 6]], "nie wykazuje mierzalnej tendencji (w tych przebiegach uczenia)"),
        ([[1, 5, 2, 6, 3, 4]], "nie wykazuje mierzalnej tendencji (w tym przebiegu uczenia)"),
        ([], "[nie zmierzono]"),
    ],
)
def test_over_epochs(material, write_template, histories, said):
    """A logged term has a trend if every training shows it; with fewer than three, the statement is limited to these."""
    card = replace(material.runs["vae"], histories=tuple({"loss": history} for history in histories))
    given = replace(material, runs=material.runs | {"vae": card})
    assert printed_by(write_template, '{{ trend("vae", "loss") }}', given) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('trend("vae", "lost")', "logged term"),
        ('trend("vae", "loss", rises="w górę")', "exactly the wordings"),
        ('trend("beat", "test.elbo")', "unknown sweep"),
    ],
)
def test_mistakes(material, write_template, text, said):
    """Unknown terms and sweeps, and incomplete wordings, are reported."""
    card = replace(material.runs["vae"], histories=({"loss": [5, 4, 3, 2, 1]},))
    given = replace(material, runs=material.runs | {"vae": card})
    (problem, *_) = render(write_template(f"{{{{ {text} }}}}"), given).problems
    assert said in problem.rule
