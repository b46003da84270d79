"""Verdicts, claims, differences and ratios follow the measurement."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.material import Material
from report_builder.document.rendering import render
from report_builder.errors import ReportError
from report_builder.facts import Measurement

VERDICT = '{{ verdict("vae.test.elbo", "mc.test.elbo", by="model.kl", better="lepszy", worse="gorszy", same="taki sam") }}'
CLAIM = '{{ claim("vae.test.elbo", "better", "mc.test.elbo", "VAE jest lepszy", by="model.kl") }}'


def swapped(material: Material) -> Material:
    """The same material with the two measurements exchanged."""
    vae, mc = material.facts["vae.test.elbo"], material.facts["mc.test.elbo"]
    facts = {vae.name: replace(vae, measurements=mc.measurements), mc.name: replace(mc, measurements=vae.measurements)}
    return replace(material, facts=facts)


def test_swap_flips_the_verdict(material, write_template):
    """Swapping two facts reverses the wording of a verdict."""
    template = write_template(VERDICT)
    assert render(template, material).plain == "lepszy"
    assert render(template, swapped(material)).plain == "gorszy"


def test_swap_makes_a_claim_false(composed, material):
    """A claim with fixed wording is a finding if the measurement contradicts it."""
    assert not composed(CLAIM, replace(material, tasks={})).findings
    (finding,) = composed(CLAIM, replace(swapped(material), tasks={})).findings
    assert finding.where.endswith("lab.md:1")
    assert "measured worse" in finding.received


def test_wordings_are_complete(material, write_template):
    """Custom wordings of a verdict must cover every outcome, whichever holds."""
    text = '{{ verdict("vae.test.elbo", "mc.test.elbo", by="model.kl", better="lepszy") }}'
    (problem,) = render(write_template(text), material).problems
    assert "better, worse, same" in problem.rule


def test_guard(material, write_template):
    """Facts whose runs differ in more than the named factor do not compare, and the message names the differences."""
    (problem,) = render(write_template('\n{{ verdict("vae.test.elbo", "mc.test.elbo") }}'), material).problems
    assert "model.kl" in problem.received
    assert problem.where.endswith(":2")


@pytest.mark.parametrize(("limit", "true"), [(-200, True), (-100, False)])
def test_threshold(material, write_template, limit, true):
    """A claim against a number is true or false by the mean of the seeds."""
    text = f'{{{{ claim("vae.test.elbo", ">", {limit}, "powyżej") }}}}'
    (claim,) = render(write_template(text), material).claims
    assert claim.true is true


def test_no_seed_no_images_no_verdict(material, write_template):
    """A single seed without per-image values cannot be judged."""
    facts = {n: replace(f, measurements=(replace(f.measurements[0], samples=None),)) for n, f in material.facts.items()}
    rendered = render(write_template(VERDICT), replace(material, facts=facts))
    with pytest.raises(ReportError, match="cannot be judged"):
        raise ReportError(*rendered.problems)


def of_one_seed(material: Material) -> Material:
    """The same material with one seed."""
    facts = {name: replace(fact, measurements=fact.measurements[:1]) for name, fact in material.facts.items()}
    return replace(material, facts=facts)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("pl", "lepszy (w tych przebiegach uczenia)"),
        ("en", "lepszy (in these trainings)"),
        ("ru", "lepszy (в этих запусках обучения)"),
        ("de", "lepszy (in diesen Trainings)"),
        ("zh-Hant", "lepszy（僅就這幾次訓練而言）"),
    ],
)
def test_the_scope_is_said(material, write_template, language, said):
    """With fewer than three seeds, the sentence is limited to these trainings, in every language."""
    given = replace(of_one_seed(material), header=replace(material.header, language=language))
    assert render(write_template(VERDICT), given).plain == said


def test_a_claim_of_models_needs_three_seeds(composed, material):
    """A statement on models is a finding with fewer than three seeds, and none with three."""
    for text in (CLAIM, VERDICT):
        of_models = text.replace('by="model.kl"', 'by="model.kl", scope="models"')
        (finding,) = composed(of_models, replace(of_one_seed(material), tasks={})).findings
        assert "fewer than three seeds" in finding.received
        assert not composed(of_models, replace(material, tasks={})).findings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('difference("vae.test.elbo", "mc.test.elbo", by="model.kl", digits=2)', "2,60\u00a0[2,37; 2,83]"),
        ('difference("mc.test.elbo", "vae.test.elbo", by="model.kl", digits=1)', "−2,6\u00a0[−2,8; −2,4]"),
        ('ratio("mc.test.elbo", "vae.test.elbo", by="model.kl", digits=3)', "1,016\u00a0[1,015; 1,018]"),
        ('verdict("vae.test.elbo", "mc.test.elbo", by="model.kl", at_least=1)', "wynik lepszy"),
        ('verdict("vae.test.elbo", "mc.test.elbo", by="model.kl", at_least=2.5)', "różnica nierozstrzygnięta"),
        ('verdict("vae.test.elbo", "mc.test.elbo", by="model.kl", at_least=50)', "brak różnicy, która miałaby znaczenie"),
    ],
)
def test_how_much(material, write_template, text, said):
    """Differences and ratios have intervals; with a smallest relevant difference a verdict has three answers."""
    rendered = render(write_template(f"{{{{ {text} }}}}"), material)
    assert not rendered.problems
    assert rendered.plain == said


def test_a_verdict_with_a_margin_has_one_more_wording(material, write_template):
    """An undecided verdict has a wording of its own."""
    text = VERDICT.replace('by="model.kl"', 'by="model.kl", at_least=1')
    (problem,) = render(write_template(text), material).problems
    assert "better, worse, same, open" in problem.rule
    assert not render(write_template(text.replace("same=", 'open="nie wiadomo", same=')), material).problems


@pytest.mark.parametrize(
    ("relation", "limit", "true"),
    [
        (relation, limit, limit in fits)
        for relation, fits in {">": {4}, ">=": {4, 5}, "<": {6}, "<=": {5, 6}, "==": {5}}.items()
        for limit in (4, 5, 6)
    ],
)
def test_bounds_of_counts(material, write_template, relation, limit, true):
    """A bound on an exact count holds as it is."""
    count = replace(material.facts["vae.test.elbo"], name="vae.test.n", noise="exact", measurements=(Measurement(1, 5),))
    text = f'{{{{ claim("vae.test.n", "{relation}", {limit}, "tyle") }}}}'
    (claim,) = render(write_template(text), replace(material, facts={"vae.test.n": count})).claims
    assert claim.true is true


def test_locality(material, write_template):
    """A wording depends only on the facts that it names, whatever else is compared."""
    other = replace(material.facts["mc.test.elbo"], name="ae.test.elbo", run="ae")
    given = replace(material, facts=material.facts | {"ae.test.elbo": other})
    more = VERDICT + ' {{ verdict("ae.test.elbo", "mc.test.elbo") }} {{ claim("ae.test.elbo", "<", 0, "ujemne") }}'
    assert render(write_template(more), given).plain.startswith(render(write_template(VERDICT), material).plain + " ")


CORRECTED = "{{ verdict('vae.test.elbo', 'mc.test.elbo', by='model.kl') }}" + "".join(
    f"{{{{ verdict('vae.test.elbo', 'r{i}.test.elbo', by='model.kl') }}}}" for i in range(20)
)


def test_the_correction_takes_back_what_does_not_stand(material, write_template):
    """With `correction: holm` a difference that fails the correction is no difference, and the appendix lists it."""
    vae, mc = material.facts["vae.test.elbo"], material.facts["mc.test.elbo"]
    near = replace(mc, measurements=tuple(replace(m, value=-158.6 + 0.1 * i) for i, m in enumerate(vae.measurements)))
    others = {f"r{i}.test.elbo": replace(vae, name=f"r{i}.test.elbo", run=f"r{i}") for i in range(20)}
    given = replace(material, facts={vae.name: vae, mc.name: replace(near, noise="fixed"), **others}, tasks={})
    given = replace(given, facts={n: replace(f, noise="fixed") for n, f in given.facts.items()})
    assert render(write_template(CORRECTED), given).plain.startswith("wynik lepszy")
    header = replace(given.header, correction="holm", appendix=True)
    corrected = render(write_template(CORRECTED), replace(given, header=header))
    assert corrected.plain.startswith("brak mierzalnej różnicy")
