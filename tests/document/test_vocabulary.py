"""Numbers and verdicts in prose follow the measurement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.material import Material
from report_builder.document.rendering import render
from report_builder.errors import ReportError

VERDICT = '{{ verdict("vae.test.elbo", "mc.test.elbo", by="model.kl", better="lepszy", worse="gorszy", same="taki sam") }}'
CLAIM = '{{ claim("vae.test.elbo", "better", "mc.test.elbo", "VAE jest lepszy", by="model.kl") }}'


def swapped(material: Material) -> Material:
    """The same material with the two measurements exchanged."""
    vae, mc = material.facts["vae.test.elbo"], material.facts["mc.test.elbo"]
    facts = {vae.name: replace(vae, measurements=mc.measurements), mc.name: replace(mc, measurements=vae.measurements)}
    return replace(material, facts=facts)


def test_swap_flips_the_verdict(material, write_template):
    """Swapping two facts flips the wording of a verdict."""
    template = write_template(VERDICT)
    assert render(template, material).plain == "lepszy"
    assert render(template, swapped(material)).plain == "gorszy"


def test_counts_are_printed_as_numbers(material, write_template):
    """How many images there were is grouped like every number of the language."""
    fact = replace(material.facts["vae.test.elbo"], n=20000)
    given = replace(material, facts={**material.facts, fact.name: fact})
    assert "20\u202f000" in render(write_template('{{ fact("vae.test.elbo").n }}'), given).plain


def test_swap_makes_a_claim_false(composed, material):
    """A claim whose wording is fixed is a finding when the measurement denies it."""
    assert not composed(CLAIM, replace(material, tasks={})).findings
    (finding,) = composed(CLAIM, replace(swapped(material), tasks={})).findings
    assert finding.where.endswith("lab.md:1")
    assert "measured worse" in finding.received


def test_wordings_are_complete(material, write_template):
    """A verdict with wordings of its own gives one for every outcome, whichever holds."""
    text = '{{ verdict("vae.test.elbo", "mc.test.elbo", by="model.kl", better="lepszy") }}'
    (problem,) = render(write_template(text), material).problems
    assert "better, worse, same" in problem.rule


def test_guard(material, write_template):
    """Facts whose runs differ in more than the named factor do not compare, and the line says which."""
    (problem,) = render(write_template('\n{{ verdict("vae.test.elbo", "mc.test.elbo") }}'), material).problems
    assert "model.kl" in problem.received
    assert problem.where.endswith(":2")


def test_one_seed_is_said(material, write_template):
    """With one seed the sentence says so, unless the author says it elsewhere."""
    facts = {name: replace(fact, measurements=fact.measurements[:1]) for name, fact in material.facts.items()}
    one = replace(material, facts=facts)
    assert "jedno ziarno" in render(write_template(VERDICT), one).plain
    assert "jedno ziarno" not in render(write_template(VERDICT.replace("by=", "seeds_note=False, by=")), one).plain


@pytest.mark.parametrize(("limit", "true"), [(-200, True), (-100, False)])
def test_threshold(material, write_template, limit, true):
    """A claim against a number is true or false by the mean of the seeds."""
    text = f'{{{{ claim("vae.test.elbo", ">", {limit}, "powyżej") }}}}'
    (claim,) = render(write_template(text), material).claims
    assert claim.true is true


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
    """A setting that a run does not have is a problem with its near miss."""
    (problem,) = render(write_template('{{ run("vae").get("model.latent_dims") }}'), material).problems
    assert "model.latent_dim" in problem.allowed


def test_no_seed_no_images_no_verdict(material, write_template):
    """One seed without image values cannot be judged."""
    facts = {n: replace(f, measurements=(replace(f.measurements[0], samples=None),)) for n, f in material.facts.items()}
    rendered = render(write_template(VERDICT), replace(material, facts=facts))
    with pytest.raises(ReportError, match="cannot be judged"):
        raise ReportError(*rendered.problems)
