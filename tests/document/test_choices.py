"""Sweeps in a template: the arms, and the arm with the best measurement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.material import Material, SweepCard
from report_builder.document.rendering import render
from report_builder.facts import Measurement

SWEEP = SweepCard("kl", ("vae", "mc"), ("model.kl",))
BEST = '{{ best("kl", "test.elbo").name }}'


@pytest.fixture
def swept(material: Material) -> Material:
    """The material, with the two VAEs as arms of a sweep over the KL term."""
    return replace(material, sweeps={"kl": SWEEP}, tasks={})


def changed(material: Material, **changes: object) -> Material:
    """The same material with other facts of the arms."""
    facts = {name: replace(fact, **changes) if fact.run in SWEEP.runs else fact for name, fact in material.facts.items()}
    return replace(material, facts=facts)


def rendered(write_template, text: str, given: Material) -> str:
    """Text of a template without mistakes."""
    made = render(write_template(text), given)
    assert not made.problems, made.problems
    return made.plain


def test_the_arms_of_a_sweep(swept, write_template):
    """`sweep` gives the ids of the arms in order, for loops and names of facts."""
    loop = '{% for arm in sweep("kl") %}{{ run(arm).name }} {{ fact(arm ~ ".test.elbo", digits=1) }}; {% endfor %}'
    assert rendered(write_template, loop, swept).startswith("VAE −158,1; ")
    assert rendered(write_template, '{{ sweep("kl") | join(", ") }}', swept) == "vae, mc"


@pytest.mark.parametrize(("better", "chosen"), [("higher", "vae"), ("lower", "mc")])
def test_the_best_arm(swept, write_template, better, chosen):
    """`best` is the run that the fact's direction prefers: name, settings, and the id for further facts (S0-E01)."""
    given = changed(swept, better=better)
    text = (
        '{% set b = best("kl", "test.elbo") %}{{ b.id }} {{ b.name }} {{ b.get("model.kl") }} {{ fact(b.id ~ ".test.elbo").n }}'
    )
    printed = rendered(write_template, text, given)
    assert printed.startswith(f"{chosen} {swept.runs[chosen].name} ")
    assert printed.endswith(" 50")


def test_every_arm_is_cited(swept, write_template):
    """A choice reads the fact of every arm, so a task trains and measures them all."""
    assert {"vae.test.elbo", "mc.test.elbo"} <= set(render(write_template(BEST), swept).cited.facts)


def test_before_it_is_measured(swept, unmeasured, write_template):
    """Before an arm is measured, another one stands in: its id is used for planning, its name and settings are not printed."""
    given = replace(swept, facts=unmeasured.facts)
    text = '{% set b = best("kl", "test.elbo") %}{{ b.id }} {{ b.name }} {{ b.get("model.kl") }}'
    printed = rendered(write_template, text, given)
    assert printed == "vae [nie zmierzono] [nie zmierzono]"
    assert rendered(write_template, text, replace(given, stand_in=5)).startswith("mc [")
    one = replace(swept, facts=swept.facts | {"mc.test.elbo": unmeasured.facts["mc.test.elbo"]})
    assert rendered(write_template, BEST, one) == "[nie zmierzono]"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"splits": ("test",)}, "measured on test images"),
        ({"better": "none"}, "has no preferred direction"),
    ],
)
def test_what_nothing_is_chosen_by(swept, write_template, changes, said):
    """Neither a fact of test images (S0-E28) nor a metric without direction may choose an arm."""
    (problem,) = render(write_template("\n" + BEST), changed(swept, **changes)).problems
    assert said in problem.rule
    assert problem.where.endswith("lab.md:2")


def test_a_choice_on_test_images_is_said(swept, write_template):
    """`on_test=True` permits a choice on test images, and the message names this option."""
    given = changed(swept, splits=("test",))
    (problem,) = render(write_template(BEST), given).problems
    assert "on_test=True" in problem.next_step
    assert 'best("kl", "validation.elbo")' in problem.allowed
    assert rendered(write_template, BEST.replace('"test.elbo"', '"test.elbo", on_test=True'), given) == "VAE"


def test_arms_on_one_scale(swept, write_template):
    """Arms that differ in more than the axes, or were measured on other data, cannot be compared for a choice."""
    axes = replace(swept, sweeps={"kl": replace(SWEEP, axes=("model.beta",))})
    (problem,) = render(write_template(BEST), axes).problems
    assert "model.kl" in problem.received
    assert "may differ only in its axes" in problem.next_step
    other = {**swept.facts, "mc.test.elbo": replace(swept.facts["mc.test.elbo"], data="other")}
    over_data = replace(swept, facts=other, sweeps={"kl": replace(SWEEP, axes=("model.kl", "data"))})
    (problem,) = render(write_template(BEST), over_data).problems
    assert problem.received.startswith("data: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{{ sweep("lk") }}', ("unknown sweep", "Known: kl")),
        ('{{ best("lk", "test.elbo").name }}', ("unknown sweep", "Known: kl")),
        ('{{ best("kl", "test.elbow").name }}', ("unknown fact", "vae.test.elbo")),
    ],
)
def test_unknown_names(swept, write_template, text, said):
    """An unknown sweep or fact is reported with the known ones."""
    (problem, *_) = render(write_template(text), swept).problems
    assert problem.rule == said[0]
    assert said[1] in problem.allowed


def test_tables_of_a_sweep(swept, printed):
    """In a table of facts or settings, the id of a sweep stands for all its arms, each listed once."""
    _, *rows, _ = printed('{{ fact_table(["kl", "vae"], [("ELBO", "test.elbo", 1)], caption="W.") }}', swept).split("\n")
    assert [row.split("|")[1].strip() for row in rows] == [swept.runs[arm].name for arm in SWEEP.runs]
    settings = printed('{{ settings_table("kl", caption="U.") }}', swept)
    assert "| postać zamknięta | estymator Monte Carlo |" in settings


def test_a_verdict_between_arms_needs_no_factor(swept, write_template):
    """Two arms of a sweep are compared by its axes, unless the template names the factor."""
    verdict = '{{ verdict("vae.test.elbo", "mc.test.elbo", better="lepszy", worse="gorszy", same="taki sam") }}'
    assert "lepszy" in rendered(write_template, verdict, swept)
    (problem,) = render(write_template(verdict.replace("better=", 'by="model.beta", better=')), swept).problems
    assert "model.kl" in problem.received


def test_rank(ordered, write_template):
    """Arms are ranked best first with a level for all pairs, and arms without a significant difference are grouped."""
    text = '{{ rank("beta", "test.elbo") }}'
    assert rendered(write_template, text, ordered) == "E, następnie D, następnie C, następnie B, następnie A"
    near = {run: (Measurement(1, v), Measurement(2, 5.0), Measurement(3, 9.0 - v)) for run, v in (("d", 4.0), ("e", 4.5))}
    facts = {n: replace(f, measurements=near.get(f.run, f.measurements)) for n, f in ordered.facts.items()}
    said = rendered(write_template, text, replace(ordered, facts=facts))
    assert said == "D, E, C, B i A (kolejność nierozstrzygnięta)"


def test_ahead(ordered, write_template):
    """`best` tells whether the arm is significantly ahead of all others."""
    text = '{{ best("beta", "test.elbo").name }} {{ best("beta", "test.elbo").ahead }}'
    assert rendered(write_template, text, ordered) == "E tak"
    level = {
        n: replace(f, measurements=(Measurement(1, 1.0), Measurement(2, 2.0), Measurement(3, 4.0)))
        for n, f in ordered.facts.items()
    }
    assert rendered(write_template, text, replace(ordered, facts=level)) == "A nie"


def test_a_verdict_between_arms_allows_for_the_choice(ordered, write_template):
    """A difference between chosen arms is tested at a level that allows for the number of arms."""
    text = '{{ verdict("e.test.elbo", "a.test.elbo") }}'
    spread = {"a": (0.0, 0.5, 1.0), "e": (1.7, 2.2, 2.7)}
    facts = {
        n: replace(f, measurements=tuple(Measurement(s, v) for s, v in enumerate(spread[f.run], start=1)))
        if f.run in spread
        else f
        for n, f in ordered.facts.items()
    }
    assert rendered(write_template, text, replace(ordered, facts=facts)) == "brak mierzalnej różnicy"
    two = replace(ordered.sweeps["beta"], runs=("a", "e"))
    assert rendered(write_template, text, replace(ordered, facts=facts, sweeps={"beta": two})) == "wynik lepszy"
