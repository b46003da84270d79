"""No claim is false, and nothing that a task requires is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.material import TaskCard


def test_missing_parts(composed, material):
    """A missing answer, figure, fact or section of a task is a finding each."""
    tasks = {"1.1": TaskCard("1.1", "", ("answer", "fig:strip", "fact:vae.test.elbo")), "1.2": TaskCard("1.2")}
    document = composed("::: {.task #1.1}\n::: answer\n…\n:::\n:::\n", replace(material, tasks=tasks))
    assert [finding.rule for finding in document.findings] == [
        "task 1.1 requires 'answer', and its section has none",
        "task 1.1 requires 'fig:strip', and its section has none",
        "task 1.1 requires 'fact:vae.test.elbo', and its section has none",
        "task 1.2 has no section in the template",
    ]


def test_a_reference_answers_a_required_figure(composed, material):
    """A reference to a figure of another task satisfies a required figure."""
    tasks = {"1.1": TaskCard("1.1", "", ("fig:strip",))}
    document = composed('{{ figure("strip") }}\n\n::: {.task #1.1}\nzob. @fig:strip\n:::\n', replace(material, tasks=tasks))
    assert not document.findings


@pytest.mark.parametrize(
    ("section", "requires", "missing"),
    [
        ('{{ fact("vae.test.elbo") }}', ["fact:vae.test.elbo", "fact:mc.test.elbo"], ["fact:mc.test.elbo"]),
        ('{{ claim("vae.test.elbo", "<", 0, "below") }}', ["fact:vae.test.elbo"], []),
        ('{{ verdict("vae.test.elbo", "mc.test.elbo", by="model.kl") }}', ["fact:vae.test.elbo", "fact:mc.test.elbo"], []),
        ("::: answer\nWords.\n:::", ["answer"], []),
        ("::: answer\n… ?\n:::", ["answer"], ["answer"]),
        ("::: opinion\nWords.\n:::", ["answer"], ["answer"]),
        ("[Words]{#answer}", ["answer"], ["answer"]),
        ("[Words]{#fact:vae.test.elbo}", ["fact:vae.test.elbo"], ["fact:vae.test.elbo"]),
        ('{{ equation("vae") }}', ["eq:vae", "tbl:facts"], ["tbl:facts"]),
        ('{{ listing("vae", "loss") }}\n\n| a |\n|---|\n| b |\n\n: C {#tbl:own}', ["lst:vae-loss", "tbl:own"], []),
    ],
)
def test_what_a_section_has(composed, material, section, requires, missing):
    """An answer is a block with words, a fact must be printed, and any other label shown or referenced."""
    tasks = {"1.1": TaskCard("1.1", "", tuple(requires))}
    document = composed(f"::: {{.task #1.1}}\n{section}\n:::\n", replace(material, tasks=tasks))
    rules = [found.rule for found in document.findings if "requires" in found.rule]
    assert rules == [f"task 1.1 requires '{part}', and its section has none" for part in missing]


@pytest.mark.parametrize(
    ("part", "step"),
    [
        ("answer", "Write it: ::: answer ... :::"),
        ("fig:strip", 'Show it ({{ figure("strip") }}) or refer to it (@fig:strip).'),
        ("eq:vae", 'Show it ({{ equation("vae") }}) or refer to it (@eq:vae).'),
        ("tbl:own", "Show it (tbl:own) or refer to it (@tbl:own)."),
        ("lst:own", "Show it (lst:own) or refer to it (@lst:own)."),
        ("fact:vae.test.elbo", 'Cite it: {{ fact("vae.test.elbo") }}.'),
    ],
)
def test_how_a_section_gets_it(composed, material, part, step):
    """Each missing part is reported with what to write."""
    tasks = {"1.1": TaskCard("1.1", "", (part,))}
    (finding,) = composed("::: {.task #1.1}\nx\n:::\n", replace(material, tasks=tasks)).findings
    assert finding.next_step == step
