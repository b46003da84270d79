"""Text printed by the program cannot be typed, changed or forged, and is treated as data everywhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.rendering import render
from report_builder.document.tree import plain_text, value, walk
from report_builder.errors import ReportError

CITED = '{{ fact("vae.test.elbo", digits=1) }}'
HOSTILE = "a|b $x$ *c* _d_ `e` {f} [g](h) <i> \\j #k %l @m ~n~ ^o^ “q” 'r' \"s\" 中文 ż 🙂 -- ..."


def answer(text: str) -> str:
    """Text as an answer."""
    return f"::: answer\n{text}\n:::\n"


@pytest.mark.parametrize(
    ("text", "received"),
    [
        ('ELBO VAE: [−158,1]{.fact name="vae.test.elbo"}', "−158,1"),
        ('VAE jest [gorszy]{.claim facts="vae.test.elbo mc.test.elbo"}', "gorszy"),
        ("VAE jest [lepszy]{.literal}", "lepszy"),
    ],
)
def test_what_is_typed_is_no_evidence(composed, free, text, received):
    """A typed span is checked like any other word."""
    findings = composed(answer(text), free).findings
    assert received in [finding.received for finding in findings]


@pytest.mark.parametrize(
    "change", ["upper", "replace('a', 'b')|title", "reverse", "truncate(9, true, '')", "list|join(' ')", "length"]
)
def test_a_printed_value_that_a_filter_changed_is_a_finding(composed, free, change):
    """A printed value that a filter changes or truncates is reported at its line, never printed silently."""
    text = f'one\n\n{{{{ fact("vae.test.elbo", digits=1)|string|{change} }}}}'
    (finding,) = [f for f in composed(text, free).findings if "changed or cut" in f.rule]
    assert (finding.received, finding.where.rsplit(":", 1)[1]) == ("−158,1", "3")


def test_what_is_handed_to_a_word_is_not_lost(composed, free):
    """Values in the unused wordings of a verdict, and in comments, are not reported as lost."""
    words = ", ".join(f'{name}="{name} " ~ fact("vae.test.elbo")' for name in ("better", "worse", "same"))
    text = f'{{{{ verdict("vae.test.elbo", "mc.test.elbo", by="model.kl", {words}) }}}} <!-- {CITED} -->'
    document = composed(text, free)
    assert not document.findings
    assert plain_text(document.blocks) == "better −158,1"


def test_values_stand_everywhere(composed, free):
    """In code, formulas, headings, captions and alternative texts a value is printed as text, and no token remains."""
    figure = '{{ figure("strip", caption="ELBO " ~ fact("vae.test.elbo")) }}'
    text = f"# T {CITED}\n\n`x={CITED}` $y={CITED}$\n\n```\n{CITED}\n```\n\n{figure}\n\n@fig:strip\n"
    document = composed(answer(text), free)
    told = plain_text(document.blocks)
    assert not document.findings
    assert "T −158,1" in told
    assert "x=−158,1 y=-158{,}1−158,1" in told
    assert "ELBO −158,1. Część testowa" in told
    (image,) = (node for node in walk(document.blocks) if node["t"] == "Image")
    assert value(image, "alt") == "Dwa rzędy cyfr"


def test_names_are_data(composed, free):
    """A name with every special character of Markdown is printed literally in text and tables."""
    runs = {**free.runs, "vae": replace(free.runs["vae"], name=HOSTILE)}
    tables = '{{ settings_table(["vae", "mc"]) }}\n\n{{ fact_table(["vae", "mc"], [("E", "test.elbo")]) }}'
    text = f'{{{{ run("vae") }}}}\n\n{tables}\n\n@tbl:settings @tbl:facts'
    document = composed(text, replace(free, runs=runs))
    paragraph, settings, facts, _ = document.blocks
    assert plain_text(paragraph) == HOSTILE
    head = settings["c"][3][1][0][1]
    assert [plain_text(cell[4]) for cell in head] == ["Ustawienie", HOSTILE, "VAE (Monte Carlo)"]
    assert [plain_text(row[1][0][4]) for row in facts["c"][4][0][3]] == [HOSTILE, "VAE (Monte Carlo)"]


def test_the_same_text_is_the_same_document(material, write_template):
    """Two renderings of one template and its measurements have the same canonical form; another value changes it."""
    template = write_template(CITED)
    first, fact = render(template, material).canonical, material.facts["vae.test.elbo"]
    assert render(template, material).canonical == first
    other = replace(material, facts={**material.facts, fact.name: replace(fact, measurements=fact.measurements[:1])})
    assert render(template, other).canonical != first


@pytest.mark.parametrize(
    "text", ['Text {{ figure("strip") }} goes on.\n\n@fig:strip', '| a |\n|---|\n| x {{ figure("strip") }} y |\n\n@fig:strip']
)
def test_a_figure_inside_a_sentence_is_refused(composed, free, text):
    """A figure within a line is refused, with its line."""
    with pytest.raises(ReportError, match=r"lab.md:\d: a figure, table, listing or formula must stand alone"):
        composed(text, free)


@pytest.mark.parametrize("text", ["A {f}", "{f} A", "A\n{f}", "{f}\nA", "A\n{f}\nB", "- A\n  {f}", "> {f}\n> A", "{f}{f2}"])
def test_a_figure_at_the_edge_of_a_line_stands_alone(composed, free, text):
    """A figure before or after the words of a line, in a list or in a quote, is placed between paragraphs."""
    given = text.replace("{f}", '{{ figure("strip") }}').replace("{f2}", '{{ figure("codes") }}')
    document = composed(given + "\n\n@fig:strip\n", free)
    assert not document.findings
    assert document.figures[0] == "strip"
    assert not any(node["t"] in ("Para", "Plain") and not node["c"] for node in walk(document.blocks) if node["t"] != "Figure")


def test_a_required_fact_is_printed(composed, material):
    """A typed mark does not satisfy a task that requires a fact."""
    tasks = {"1": replace(material.tasks["2.1"], id="1", requires=("fact:vae.test.elbo",))}
    text = "::: {.task #1}\n%s\n:::\n"
    given = replace(material, tasks=tasks)
    assert composed(text % '[x]{.fact name="vae.test.elbo"}', given).findings
    assert not composed(text % CITED, given).findings
