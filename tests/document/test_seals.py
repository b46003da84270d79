"""What the program printed is told apart from what was typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.rendering import render
from report_builder.document.seals import unsealed
from report_builder.document.tree import plain_text

CITED = '{{ fact("vae.test.elbo", digits=1) }}'


def answer(text: str) -> str:
    """A text as an answer."""
    return f"::: answer\n{text}\n:::\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[−158,1]{.fact name="vae.test.elbo"}', "−158,1"),
        ('[gorszy]{.claim facts="vae.test.elbo mc.test.elbo"}', "gorszy"),
        ("[lepszy]{.literal}", "lepszy"),
        ("[5]{.fact sealed=yes}", "5"),
        ("[5]{.fact sealed=0123456789ab}", "5"),
        ("[5]{.fact}\ue0f4", "5"),
        ('{{ "[5]{.fact}\ue0f4" }}', "5"),
        (f"{CITED[:-3]}|replace('158', '999') }}}}", "−999,1"),
        (f"[razem {CITED} i 7]{{.fact}}", "7"),
    ],
)
def test_typed_marks_are_no_evidence(composed, free, text, found):
    """A span that was typed, or changed after it was printed, is checked as any other word."""
    (finding,) = composed(answer(text), free).findings
    assert finding.received == found


def test_what_was_printed_is_free(composed, free):
    """Printed spans are no findings, and their seals are in no document, also from code, captions and alternative texts."""
    text = f'{CITED} `{CITED}`\n\n{{{{ figure("strip", caption="ELBO " ~ fact("vae.test.elbo") ~ run("vae").name) }}}}\n'
    document = composed(answer(text), free)
    assert not document.findings
    assert "sealed=" not in str(document.blocks)
    assert "−158,1 [−158,1]{.fact" in plain_text(document.blocks)


def test_a_typed_copy_is_another_text(material, write_template):
    """Typing what the program printed, seal and all, changes the text, so that no stamp takes it for the same document."""
    printed = render(write_template(CITED), material).text
    assert printed == render(write_template(CITED), material).text
    assert printed != unsealed(printed) == '[−158,1]{.fact name="vae.test.elbo"}'
    assert render(write_template(printed), material).text != printed


def test_a_required_fact_is_printed(composed, material):
    """A task that requires a fact is not met by a typed mark."""
    tasks = {"1": replace(material.tasks["2.1"], id="1", requires=("fact:vae.test.elbo",))}
    text = "::: {.task #1}\n%s\n:::\n"
    given = replace(material, tasks=tasks)
    assert composed(text % '[x]{.fact name="vae.test.elbo"}', given).findings
    assert not composed(text % CITED, given).findings
