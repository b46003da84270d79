"""Counts of a whole, and lists of classes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.composing import compose
from report_builder.document.material import Material, SweepCard
from report_builder.document.rendering import render


@pytest.fixture
def counted(material: Material, share) -> Material:
    """Two arms with a share each, and shares per class for one arm."""
    vae, mc = share(("vae", [54, 50, 52]), ("mc", [20, 22, 21]))
    of_classes = [
        replace(
            fact, name=f"vae.test.right_{label}", metric=f"right_{label}", reduction=f"share of the class asked, class {label}"
        )
        for label, (fact,) in {label: share((f"c{label}", [k])) for label, k in (("0", 59), ("3", 10), ("5", 20))}.items()
    ]
    total = replace(vae, name="vae.test.right_total", metric="right_total", reduction="count of images")
    facts = {fact.name: fact for fact in (vae, mc, total, *of_classes)}
    return replace(material, facts=facts, sweeps={"kl": SweepCard("kl", ("vae", "mc"), ("model.kl",))}, tasks={})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('count("vae.test.right")', "156 z\u00a0180"),
        ('count("vae.test.right", "<", 0.5)', "2 z\u00a03"),
        ('count("kl.test.right", ">=", 0.5)', "1 z\u00a02"),
        ('classes("vae.test.right", "<", 0.5)', "3 i 5"),
        ('classes("vae.test.right", ">", 0.99)', "żadna"),
        ('classes("kl.test.right", "<", 0.5)', "VAE (Monte Carlo)"),
    ],
)
def test_counted(counted, write_template, text, said):
    """Images of a share, arms of a sweep and classes of a share are counted and listed."""
    rendered = render(write_template(f"{{{{ {text} }}}}"), counted)
    assert not rendered.problems
    assert rendered.plain == said


def test_a_class_with_the_name_1_is_no_rounded_share(counted, write_template):
    """A class selected by its share is not the share: the class "0" is printed without a finding."""
    rendered = render(write_template('Klasy: {{ classes("vae.test.right", ">", 0.97) }}.'), counted)
    assert rendered.plain == "Klasy: 0."
    assert compose(rendered, counted).findings == ()


def test_classes_are_known_before_they_are_measured(counted, write_template):
    """Unmeasured shares of classes are no mistake, because the noun identifies the class."""
    facts = {
        name: replace(fact, placeholder=True, reduction="", noun=f"right_class {name[-1]}" if name[-1].isdigit() else "")
        for name, fact in counted.facts.items()
    }
    rendered = render(write_template('{{ classes("vae.test.right", "<", 0.5) }}'), replace(counted, facts=facts))
    assert (rendered.plain, rendered.problems) == ("[nie zmierzono]", ())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('count("vae.test.right_total")', "only a share can be counted"),
        ('count("vae.test.wrong")', "unknown fact"),
        ('count("vae.test.right", "about", 1)', "unknown relation"),
        ('classes("mc.test.right", "<", 1)', "no fact of a sweep"),
    ],
)
def test_what_is_not_counted(counted, write_template, text, said):
    """A fact that is not a share, and a share without classes, are reported."""
    (problem, *_) = render(write_template(f"{{{{ {text} }}}}"), counted).problems
    assert said in problem.rule
