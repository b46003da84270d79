"""A task depends on every fact that its section reads."""

from __future__ import annotations

from dataclasses import replace

import pytest

TASK = "{{% set early = fact('mc.test.elbo') %}}\n::: {{.task #1.1}}\n{}\n:::\n\n::: {{.task #2.1}}\nother\n:::\n"


@pytest.mark.parametrize(
    "text",
    [
        '{% if fact("vae.test.elbo").value < -5 %}\na\n{% endif %}',
        '$E={{ fact("vae.test.elbo").text }}$',
        '{{ claim("vae.test.elbo", "<", 1, "x") }}',
        '{{ fact("vae.test.elbo").n }}',
        '{% include "part.md" %}',
        '{% from "macros.md" import small %}{{ small("vae.test.elbo") }}',
        '{% set x = fact("vae.test.elbo").text %}',
    ],
)
def test_read_is_cited(composed, material, write_template, text):
    """Conditions, formulas, thresholds, partials and macros cite a fact for their own section only."""
    write_template('{% if fact("vae.test.elbo").value %}\n{% endif %}\n', "part.md")
    write_template("{% macro small(name) %}{% if fact(name).value < 0 %}x{% endif %}{% endmacro %}", "macros.md")
    document = composed(TASK.format(text), replace(material, tasks={}))
    assert document.task("1.1").facts == {"vae.test.elbo"}
    assert not document.task("2.1").facts


def test_a_value_is_cited_where_it_is_read(composed, material):
    """A fact looked up in the head of the template is cited by the section that reads it."""
    document = composed(TASK.format("$E = {{ early.text }}$"), replace(material, tasks={}))
    assert document.task("1.1").facts == {"mc.test.elbo"}
    assert not document.task("2.1").facts


def test_unmeasured_of_a_section(composed, unmeasured):
    """A task lists only its own unmeasured facts and figures, each once, at its line."""
    given = replace(unmeasured, tasks={})
    text = '{{ fact("vae.test.elbo") }} {{ fact("vae.test.elbo") }}\n\n{{ figure("strip") }}\n\n@fig:strip'
    document = composed(TASK.format(text) + '\n{{ fact("mc.test.elbo") }}', given)
    assert [problem.received for problem in document.unmeasured] == ["'mc.test.elbo'", "'vae.test.elbo'", ""]
    fact, figure = document.task("1.1").unmeasured
    assert (fact.where.rsplit(":")[-1], figure.where.rsplit(":")[-1]) == ("3", "5")
    assert "'strip'" in figure.rule
    assert not document.task("2.1").unmeasured


def test_measured_lacks_nothing(composed):
    """A measured report has nothing unmeasured."""
    assert composed().unmeasured == ()
