"""No claim is false, and nothing that a task requires is missing."""

from __future__ import annotations

from dataclasses import replace

from report_builder.document.material import TaskCard


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
