"""A draft shows what is not measured and makes no statement about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.material import FigureCard
from report_builder.document.tree import has_class, plain_text, walk
from report_builder.document.writing import FORMATS, write
from report_builder.errors import ReportError

NOTE = "[nie zmierzono]"


@pytest.mark.parametrize(
    "text",
    [
        '{{ fact("vae.test.elbo") }}',
        '{{ verdict("vae.test.elbo", "mc.test.elbo", by="model.kl", better="lepszy", worse="gorszy", same="taki sam") }}',
        '{{ claim("vae.test.elbo", "better", "mc.test.elbo", "lepszy", by="model.kl") }}',
        '{{ claim("vae.test.elbo", "<", 1, "lepszy") }}',
        '{{ claim("vae.test.elbo", "==", "0", "lepszy") }}',
    ],
)
def test_no_verdict_over_placeholders(composed, unmeasured, text):
    """An unmeasured value, verdict or claim prints one visible note and no wording."""
    document = composed(text, replace(unmeasured, tasks={}), draft=True)
    assert plain_text(document.blocks) == NOTE
    assert any(has_class(node, "false") for node in walk(document.blocks))


@pytest.mark.parametrize(
    "text", [".value }}", ".text }}", ".value * 2 + 1 }}", ".value|round(1) }}", ".n }}", ".value|abs }}", " }}"]
)
def test_no_number_over_placeholders(composed, unmeasured, text):
    """However an unmeasured value is read, no number is printed, in the planning pass or in a draft."""
    for draft in (False, True):
        document = composed('{{ fact("vae.test.elbo")' + text, replace(unmeasured, tasks={}), draft=draft)
        assert plain_text(document.blocks) == NOTE


def test_a_claim_against_words_needs_no_measurement_to_be_wrong(composed, unmeasured):
    """A fact in the place of a bound is an error before anything is trained."""
    with pytest.raises(ReportError, match="compares a fact with a number"):
        composed('{{ claim("vae.test.elbo", ">", "mc.test.elbo", "lepszy") }}', replace(unmeasured, tasks={}), draft=True)


def test_half_measured(composed, material):
    """A comparison with one unmeasured side, and so without a unit, is no mistake, and its verdict is deferred."""
    lost = replace(material.facts["mc.test.elbo"], placeholder=True, unit="", better="none", reduction="")
    given = replace(material, facts=material.facts | {lost.name: lost}, tasks={})
    pairs = ('"vae.test.elbo", "mc.test.elbo"', '"mc.test.elbo", "vae.test.elbo"')
    text = " ".join(f'{{{{ verdict({pair}, by="model.kl") }}}}' for pair in pairs)
    document = composed(text, given, draft=True)
    assert plain_text(document.blocks) == f"{NOTE} {NOTE}"
    assert [problem.received for problem in document.unmeasured] == ["'mc.test.elbo'"]


def test_figure_without_file(composed, material, tmp_path):
    """An undrawn figure is a framed note in every format of a draft, and keeps its number."""
    given = replace(material, tasks={}, figures={"strip": FigureCard("strip", "Oryginały", "…")})
    document = composed('@fig:strip\n\n{{ figure("strip") }}', given, draft=True)
    assert document.labels["fig:strip"] == "1"
    written = write(document, FORMATS, tmp_path, "lab", draft=True)
    assert written.lost_standard is None
    assert f'<span class="false unmeasured"><strong>{NOTE}</strong></span>' in written.paths["html"].read_text()
    assert "nie zmierzono" in written.paths["md"].read_text()


def test_words_of_any_script_in_a_formula(composed, unmeasured, tmp_path):
    """A formula with an unmeasured value is still typeset, in every language of the program."""
    for language in ("de", "en", "pl", "ru"):
        given = replace(unmeasured, tasks={}, header=replace(unmeasured.header, language=language))
        document = composed('$E={{ fact("vae.test.elbo").text }}$', given, draft=True)
        assert write(document, ["pdf"], tmp_path, language, draft=True).paths["pdf"].stat().st_size
