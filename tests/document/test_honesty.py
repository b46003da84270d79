"""Answers say only what was measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.material import TaskCard


def answer(text: str) -> str:
    """A text as an answer."""
    return f"::: answer\n{text}\n:::\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Strata wynosi 157,8 nata.", "157,8"),
        ("To około 95% obrazów.", "95%"),
        ("ELBO −158 i 24 obrazy", "−158, 24"),
        ("VAE jest lepszy od AE", "lepszy"),
        ("obrazy są *gorsze*", "gorsze"),
        ("| a |\n|---|\n| 3,5 |\n", "3,5"),
        ("- punkt 7", "7"),
    ],
)
def test_typed(composed, free, text, found):
    """A number or a verdict typed into an answer is a finding at its line."""
    (finding,) = composed("początek\n\n" + answer(text), free).findings
    assert finding.received == found


@pytest.mark.parametrize(
    "text",
    [
        'ELBO: {{ fact("vae.test.elbo") }}',
        "przedział $[0, 1]$ i `x[3]`, CIFAR-10, obraz 3x3",
        "cyfra [7]{.literal}",
        "::: opinion\nMoim zdaniem 2 razy lepszy.\n:::",
        'Wynik jest {{ verdict("vae.test.elbo", "mc.test.elbo", by="model.kl") }}.',
        '{{ figure("strip") }}\n\n@fig:strip',
        '{{ settings_table(["vae"], caption="x") }}',
        '{{ listing("vae", "loss") }}',
        "1. pierwszy\n2. drugi",
    ],
)
def test_allowed(composed, free, text):
    """Facts, formulas, code, references, opinions and what is marked as no measurement are no findings."""
    assert not composed(answer(text), free).findings


def test_questions_are_free(composed, free):
    """Only answers are checked: a question may ask for 3 better ideas."""
    assert not composed("::: question\nPodaj 3 lepsze pomysły.\n:::\n", free).findings


def test_line_of_a_finding(composed, free):
    """A finding names the very line of the template, also in a paragraph of several lines."""
    (finding,) = composed("::: answer\npierwszy wiersz\ndrugi ma 5 słów\n:::\n", free).findings
    assert finding.where.endswith("lab.md:3")


def test_missing_parts(composed, material):
    """A task without its answer, figure or fact, or without a section, is a finding each."""
    tasks = {"1.1": TaskCard("1.1", "", ("answer", "fig:strip", "fact:vae.test.elbo")), "1.2": TaskCard("1.2")}
    document = composed("::: {.task #1.1}\n::: answer\n…\n:::\n:::\n", replace(material, tasks=tasks))
    assert [finding.rule for finding in document.findings] == [
        "task 1.1 requires 'answer', and its section has none",
        "task 1.1 requires 'fig:strip', and its section has none",
        "task 1.1 requires 'fact:vae.test.elbo', and its section has none",
        "task 1.2 has no section in the template",
    ]


def test_a_reference_answers_a_required_figure(composed, material):
    """A task may refer to a figure that another task shows."""
    tasks = {"1.1": TaskCard("1.1", "", ("fig:strip",))}
    document = composed('{{ figure("strip") }}\n\n::: {.task #1.1}\nzob. @fig:strip\n:::\n', replace(material, tasks=tasks))
    assert not document.findings


@pytest.mark.parametrize(
    "lines",
    [
        ["pierwszy", "", "drugi $|a|$ jest lepszy"],
        ["pierwszy", "", "drugi.  Trzeci jest lepszy"],
        ["pierwszy", "", "– jest lepszy"],
        ["pierwszy", "| bez tabeli", "… a lepszy"],
        ["", "", '{{ fact("vae.test.elbo") }} to lepszy'],
        ["> cytat", "", "> jest | lepszy"],
    ],
)
def test_line_of_a_verdict(composed, free, lines):
    """A verdict is found at its very line, whatever else stands there."""
    (finding,) = composed("lepszy\n\n" + answer("\n".join(lines)), free).findings
    assert finding.received.strip(",.") == "lepszy"
    assert finding.where.endswith("lab.md:6")


@pytest.mark.parametrize(
    "text",
    [
        "| Model jest lepszy.",
        "Model jest lep\u00adszy.",
        "Model jest lep\u200bszy.",
        "![Model jest lepszy](own.png)",
        "Obraz ![lepszy](own.png) w wierszu.",
        '{{ figure("strip", caption="Model jest lepszy") }}',
        '{{ figure("strip") }}',
        "> Model jest lepszy.",
        "- Model jest lepszy.",
    ],
)
def test_verdicts_in_other_places(composed, free, write_template, text):
    """A typed verdict is found in line blocks, captions of pictures, quotes and lists, also with hidden signs in it."""
    own = write_template("", "own.png")
    own.write_bytes(free.figures["strip"].png.read_bytes())
    figures = {**free.figures, "strip": replace(free.figures["strip"], caption="Model jest lepszy, 95%")}
    reference = "@fig:strip\n\n" if "strip" in text else ""
    findings = composed(answer(reference + text), replace(free, figures=figures)).findings
    assert [finding.rule for finding in findings] == ["a verdict typed into an answer"]


@pytest.mark.parametrize(
    ("code", "text", "found"),
    [
        ("en", "It is best, (better) and a bet.", ["best,, (better)"]),
        ("ru", "Это «лучше», а не случай.", ["«лучше»,"]),
        ("de", "Das beste Modell ist besser und besteht.", ["beste, besser"]),
        ("zh-Hant", "這個模型更好。", ["這個模型更好。"]),
        ("zh-Hant", "這個模型很好。", []),
    ],
)
def test_verdicts_of_a_language(composed, free, code, text, found):
    """A word passes a verdict by how it begins, in a script without spaces by what stands in it."""
    findings = composed(answer(text), replace(free, header=replace(free.header, language=code))).findings
    assert [finding.received for finding in findings] == found
