"""Numbers and verdicts in prose follow the measurement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.rendering import render
from report_builder.facts import Measurement


def test_counts_are_printed_as_numbers(material, write_template):
    """Counts of images have the digit grouping of the language."""
    fact = replace(material.facts["vae.test.elbo"], n=20000)
    given = replace(material, facts={**material.facts, fact.name: fact})
    assert "20\u202f000" in render(write_template('{{ fact("vae.test.elbo").n }}'), given).plain


def test_runs_speak_for_themselves(material, write_template):
    """Names and settings of a run come from the run, in the report's language."""
    calls = ("name", "seeds", 'get("training.learning_rate")', 'get("model.kl")')
    text = " ".join(f'{{{{ run("vae").{call} }}}}' for call in calls)
    rendered = render(write_template(text), material)
    assert rendered.plain == "VAE 1 i 2 0,001 postać zamknięta"


def test_conditions_see_values(material, write_template):
    """A condition reads the number itself."""
    text = '{% if fact("vae.test.elbo").value > -159 %}tak{% endif %}'
    assert render(write_template(text), material).text == "tak"


def test_unknown_setting(material, write_template):
    """An unknown setting of a run is a problem with the closest match."""
    (problem,) = render(write_template('{{ run("vae").get("model.latent_dims") }}'), material).problems
    assert "model.latent_dim" in problem.allowed


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("percent=True, digits=1", "83,3%"),
        ("percent=True", "83,3%"),
        ("percent=True, digits=1, interval=True", "83,3%\u00a0[70,7; 96,0]%"),
        ("digits=2, interval=True", "0,83\u00a0[0,71; 0,96]"),
        ("percent=True, digits=1, spread=True", "83,3\u00a0±\u00a03,3%"),
    ],
)
def test_shares(material, share, write_template, options, said):
    """A share is printed in per cent, with the interval from trainings and images."""
    given = replace(material, facts={"vae.test.right": share(("vae", [50, 52, 48]))[0]})
    assert render(write_template(f'{{{{ fact("vae.test.right", {options}) }}}}'), given).plain == said


def test_only_shares_are_per_cent(material, write_template):
    """A quantity with a unit is no share."""
    (problem,) = render(write_template('{{ fact("vae.test.elbo", percent=True) }}'), material).problems
    assert "shares of one" in problem.rule


def test_an_interval_says_of_what_it_speaks(material, write_template):
    """With fewer than three seeds the interval describes these trainings, and without an estimate of chance there is none."""
    elbo = material.facts["vae.test.elbo"]
    text = write_template('{{ fact("vae.test.elbo", interval=True, digits=1) }}')
    one = replace(material, facts={elbo.name: replace(elbo, measurements=elbo.measurements[:1])})
    assert render(text, one).plain.endswith("(w tym przebiegu uczenia)")
    fixed = replace(material, facts={elbo.name: replace(elbo, noise="fixed", measurements=elbo.measurements[:2])})
    (problem,) = render(text, fixed).problems
    assert "chance cannot be judged" in problem.rule


def test_a_full_value(material, write_template):
    """A full value has its unit, its deviation over the seeds and the digits it allows; a word is printed as it is."""
    fact = material.facts["vae.test.elbo"]
    word = replace(fact, name="vae.test.class", measurements=(Measurement(1, "siedem"),), unit="")
    given = replace(material, facts={fact.name: fact, word.name: word})
    rendered = render(write_template('{{ fact("vae.test.elbo").full }}, {{ fact("vae.test.class").full }}'), given)
    assert rendered.plain.replace("\u00a0", " ") == "−158,10 ± 0,10 nata na obraz, siedem"
    assert rendered.cited.facts == ("vae.test.elbo", "vae.test.class")


def test_how_data_were_prepared_and_what_trained(material, write_template):
    """`.data.full` describes the known preparation of the images, and `.versions` the programs after the training."""
    known = replace(
        material.runs["vae"], preparation="MNIST, 10 klas", versions={"python": "3.11", "keras": "3.15", "own": "2"}
    )
    given = replace(material, runs={**material.runs, "vae": known})
    text = '{{ run("vae").data.full }}; {{ run("vae").versions }}; {{ run("ae").versions }}'
    told = render(write_template(text), given).plain.replace("\u00a0", " ")
    assert told == "MNIST, 10 klas; Python 3.11, Keras 3.15 i own 2; [nie zmierzono]"


def test_a_parameter(material, write_template):
    """`parameter` prints the value given on the command line, text verbatim; an unknown one is a mistake."""
    given = replace(material, parameters={"student": "00417", "rate": 0.5, "binary": True})
    text = '{{ parameter("student") }}; {{ parameter("rate") }}; {{ parameter("binary") }}; {{ parameter("rate").value + 1 }}'
    assert render(write_template(text), given).plain == "00417; 0,5; tak; 1.5"
    (problem,) = render(write_template('{{ parameter("studnet") }}'), given).problems
    assert (problem.rule, "student" in problem.allowed) == ("unknown parameter", True)


def test_what_each_seed_gave(material, unmeasured, write_template):
    """`tensor` prints the values of all seeds as code, with the given digits, and is bound to the fact."""
    text = '{{ tensor("vae.test.elbo") }} {{ tensor("vae.test.elbo", digits=2) }}'
    rendered = render(write_template(text), material)
    assert rendered.plain == "[-158, -158.2, -158.1] [-1.6e+02, -1.6e+02, -1.6e+02]"
    assert rendered.cited.facts == ("vae.test.elbo",)
    assert render(write_template(text), unmeasured).plain == "[nie zmierzono] [nie zmierzono]"
    (problem,) = render(write_template('{{ tensor("vae.test.elbow") }}'), material).problems
    assert "unknown fact" in problem.rule


def test_what_each_class_gave(material, write_template):
    """With `*`, `tensor` prints a value for each class, as lists for several seeds, and cites them all."""
    elbo = material.facts["vae.test.elbo"]
    classes = {name: replace(elbo, name=f"vae.test.{name}", noun=f"output {name}") for name in ("a", "b")}
    once = {f"vae.test.{name}": replace(fact, measurements=fact.measurements[:1]) for name, fact in classes.items()}
    seeds = {f"vae.grid.{name}": replace(fact, name=f"vae.grid.{name}") for name, fact in classes.items()}
    given = replace(material, facts=material.facts | once | seeds)
    rendered = render(write_template('{{ tensor("vae.test.*") }} {{ tensor("vae.grid.*", digits=3) }}'), given)
    assert rendered.plain == "[-158, -158] [[-158, -158], [-158, -158], [-158, -158]]"
    assert rendered.cited.facts == ("vae.test.a", "vae.test.b", "vae.grid.a", "vae.grid.b")
    (problem,) = render(write_template('{{ tensor("vae.tset.*") }}'), given).problems
    assert "unknown fact" in problem.rule
