"""Every message about a template names the line of the mistake."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.document.ledger import SourceMap
from report_builder.document.pdf import pdf
from report_builder.errors import ReportError

MESSAGES = json.loads((Path(__file__).parent / "messages.json").read_text(encoding="utf-8"))
BEFORE = 'Words of the first line, {{ fact("vae.test.elbo", digits=1) }}.\n\n- a list\n- of two\n\n'
AT = BEFORE.count("\n") + 1
AFTER = "\n\nWords of the last line.\n"
RUN = 'verdict("vae.test.elbo", "mc.test.elbo"'

# A mistake on its first line, or at the given number of lines below it, and a word of the message.
MISTAKES = [
    ("{{ nothing }}", 0, "this name is not defined"),
    ("{% if %}", 0, "an expression is missing"),
    ("{{ 1 / 0 }}", 0, "zero"),
    ("{% include 'nowhere.md' %}", 0, "no such template"),
    ('{{ fact("vae.test.elbow") }}', 0, "unknown fact"),
    ('{{ fact("vae.test.elbo", digits=99) }}', 0, "digits"),
    ('{{ figure("stripe") }}', 0, "unknown figure"),
    ('{{ figure("strip", place="left") }}\n\n@fig:strip', 0, "place of a figure"),
    ('{{ figure_table("stripe") }}', 0, "unknown figure"),
    ('{{ run("va") }}', 0, "unknown run"),
    ('{{ run("vae").get("model.latent") }}', 0, "unknown setting"),
    ('{{ listing("vae", "los") }}', 0, "unknown listing"),
    ('{{ listing("va", "loss") }}', 0, "run with listings"),
    ('{{ listing("vae", "loss", only="los") }}', 0, "unknown function in the listing"),
    ('{{ equation("va") }}', 0, "unknown equation"),
    ('{{ sweep("s") }}', 0, "unknown sweep"),
    ('{{ best("s", "test.elbo").name }}', 0, "unknown sweep"),
    ('{{ settings_table(["vae"], id="settings") }}', 0, "begins with 'tbl:'"),
    ('{{ settings_table(["vae"], show=["model.x"]) }}', 0, "unknown setting in a table"),
    ('{{ fact_table(["vae"], [("x", "test.x")]) }}', 0, "unknown fact"),
    ('{{ layers_table("va") }}', 0, "unknown run"),
    ("{{ " + RUN + ") }}", 0, "differ"),
    ("{{ " + RUN + ', by="model.kl", better="x") }}', 0, "wordings"),
    ('{{ claim("vae.test.elbo", "nicer", "mc.test.elbo", "x") }}', 0, "unknown relation"),
    ('{{ claim("vae.test.elbo", "<", "x", "y") }}', 0, "compares a fact with a number"),
    ("::: nonsense\nx\n:::", 0, "unknown kind of block"),
    ("::: {#refs}\n:::", 0, "unknown kind of block"),
    ("::: question\nx", 0, "not closed"),
    ("$$ x $$ and {#eq:x}", 0, "an equation's label"),
    ("![c](own.png){#fig:own} inside", 0, "stand alone"),
    ("::: {.task #9.9}\nx\n:::", 0, "does not declare"),
    ("# One {#sec:a}\n\n# Two {#sec:a}", 2, "same label"),
    ("@fig:nowhere", 0, "does not exist"),
    ("[link](#nowhere)", 0, "link to a place"),
    ("![c](../own.png)", 0, "outside"),
    ("![c](https://example.org/a.png)", 0, "outside"),
    ("![c](own.gif)", 0, "of this kind"),
    ("![c](nowhere.png)", 0, "does not exist"),
    ("::: {.panels #fig:p}\nx\n:::", 1, "side by side"),
    ("$\\frac{1$", 0, "formula"),
    ('Text {{ figure("strip") }} text', 0, "alone in its paragraph"),
]
FINDINGS = [
    ("::: answer\nfirst\nELBO to 12,5\n:::", 2, "result is typed"),
    ("::: answer\nfirst\nVAE jest lepszy\n:::", 2, "verdict is typed"),
    ('{{ claim("vae.test.elbo", "worse", "mc.test.elbo", "x", by="model.kl") }}', 0, "false claim"),
    ("{{ fact('vae.test.elbo')|string|upper }}", 0, "changed or cut"),
    ("first\na <b>word</b>", 1, "HTML"),
    ("- one\n- \\newpage two", 1, "TeX"),
    ("word[^x]", 0, "footnote"),
]


def parts(problem) -> list[str | int]:
    """Parts of a message: offset from the first line, rule, received text, allowed text, next step."""
    words = (problem.rule, problem.received, problem.allowed, problem.next_step)
    return [
        line_of(problem.where) - AT,
        *(re.sub(r"/\S+/templates", "templates", text).replace("part.md", "lab.md") for text in words),
    ]


def line_of(where: str) -> int:
    """Last number of a place."""
    return int(where.rsplit(":", 1)[1])


@pytest.mark.parametrize("partial", [False, True], ids=["template", "partial"])
@pytest.mark.parametrize(("text", "offset", "message"), MISTAKES, ids=[text[:30] for text, _, _ in MISTAKES])
def test_mistakes_name_their_line(composed, free, write_template, material, text, offset, message, partial):
    """A mistake in a template or an included partial is reported with the file and line that hold it."""
    given = replace(free, tasks=material.tasks) if ".task" in text else free
    if partial:
        write_template(BEFORE + text + AFTER, "part.md")
    with pytest.raises(ReportError) as caught:
        composed("Words.\n\n{% include 'part.md' %}\n" if partial else BEFORE + text + AFTER, given)
    told = [problem for problem in caught.value.problems if message in f"{problem.rule} {problem.received}"]
    assert told, caught.value.problems
    assert [line_of(problem.where) for problem in told][:1] == [AT + offset]
    assert ("part.md" if partial else "lab.md") in told[0].where
    assert parts(told[0]) == MESSAGES[text]


@pytest.mark.parametrize(("text", "offset", "message"), FINDINGS, ids=[text[:30] for text, _, _ in FINDINGS])
def test_findings_name_their_line(composed, free, text, offset, message):
    """A finding of `check` has its line."""
    found = composed(BEFORE + text + AFTER, free).findings
    told = [finding for finding in found if message in finding.rule]
    assert [line_of(finding.where) for finding in told][:1] == [AT + offset]
    assert [parts(finding) for finding in found] == MESSAGES[text]


def test_a_missing_part_names_its_task(composed, material):
    """A task without its answer is reported at the start of its section."""
    given = replace(material, tasks={"1.1": replace(material.tasks["1.1"], requires=("answer",))})
    (finding,) = composed(BEFORE + "::: {.task #1.1}\nx\n:::" + AFTER, given).findings
    assert line_of(finding.where) == AT


def test_an_unseen_figure_names_its_line(composed, free):
    """An unreferenced figure is reported at the line that shows it."""
    (warning,) = composed(BEFORE + '{{ figure("strip") }}' + AFTER, free).warnings
    assert line_of(warning.where) == AT


@pytest.mark.parametrize("text", ["a \U0001f9ff bead", "> a list\n> of \U0001f9ff", "| \U0001f9ff |\n|---|\n| x |"])
def test_a_missing_character_names_its_line(composed, free, text):
    """A character that no font has is reported at its line."""
    with pytest.raises(ReportError) as caught:
        pdf(composed(BEFORE + text + AFTER, free))
    offset = next(i for i, line in enumerate(text.split("\n")) if "\U0001f9ff" in line)
    assert line_of(caught.value.problems[0].where) == AT + offset


def test_the_files_of_a_text():
    """The template and its includes are listed once each; lines without a file have none."""
    assert SourceMap("a.md", (("a.md", 1), ("b.md", 2), ("", 0), ("b.md", 3))).files == ["a.md", "b.md"]
    assert SourceMap("a.md", ()).files == ["a.md"]
