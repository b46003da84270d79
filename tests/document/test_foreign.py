"""Reports written without this program are read, and their contradictions are found with their lines."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace

import pytest

from report_builder.build.foreign import check_file
from report_builder.document.foreign import Reading, Text
from report_builder.document.pandoc import program
from report_builder.errors import ReportError

REPORT = """\
---
title: Autoencoders
---

# Models

The VAE was trained on the same images as the AE; both are described in section 2.1 and in Figure 1.
The reconstruction error of the VAE is 104.7 nats on the test set.

Figure 1: Codes of the test images.

VAE is better than AE.

As Table 4 shows, the codes overlap, which is what the loss asks for.

Figure 3: Generated digits.

In the end the reconstruction error of the VAE is 99.1 nats on the test set.
"""
FOUND = [
    (12, "an unsupported verdict", "VAE is better than AE."),
    (14, "a reference to a number that no caption has", "tbl 4"),
    (16, "a caption whose number does not follow that of the caption before", "fig 3"),
    (16, "nothing refers to this figure or table", "fig 3"),
    (18, "two values of one quantity of VAE", "99.1 nats"),
]


def test_what_contradicts_itself_is_found_with_its_line(tmp_path):
    """Contradictory references, captions, verdicts and values are found at their lines, even after a metadata block."""
    file = tmp_path / "theirs.md"
    file.write_text(REPORT, encoding="utf-8")
    assert [(int(p.where.rpartition(":")[2]), p.rule, p.received) for p in check_file(file)] == FOUND


@pytest.mark.parametrize("form", ["docx", "ipynb"])
def test_other_formats_are_read_through_pandoc(tmp_path, form):
    """A Word file and a notebook are read as the same text, with their paragraphs counted."""
    file = tmp_path / f"theirs.{form}"
    text = REPORT.partition("---\n\n")[2]
    subprocess.run([program(), "-f", "markdown", "-o", str(file)], input=text.encode(), check=True)
    assert [p.rule for p in check_file(file)] == [rule for _, rule, _ in FOUND]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Table 1 gives the values.\n\nTable 1: Values.\n\nVAE is better than AE: 99.1 nats instead of 104.7."),
        ("pl", "Wyniki zawiera tabela 1, a kody rys. 1.\n\nTabela 1. Wyniki.\n\nRys. 1. Kody.\n\nVAE jest lepszy (tab. 1)."),
        ("ru", "Результаты приведены в табл. 1.\n\nТаблица 1. Результаты.\n\nОбычно VAE лучше AE."),
        ("zh-Hant", "結果見表 1。\n\n表 1：結果。\n\nVAE 優於 AE（表 1）。"),
    ],
)
def test_a_report_that_agrees_with_itself(tmp_path, language, text):
    """A consistent report has no findings in any language: captions in order and referenced, verdicts backed by values."""
    file = tmp_path / "theirs.md"
    file.write_text(text, encoding="utf-8")
    assert Text.read(file).language == language
    assert check_file(file) == []


def test_values_are_compared_with_the_facts(tmp_path, material):
    """A value that no fact of its run, quantity and split rounds to is a finding, and a matching value is not."""
    file = tmp_path / "theirs.md"
    file.write_text("ELBO modelu VAE wynosi −158,1 nata.\n\nELBO modelu VAE to −151,2 nata.", encoding="utf-8")
    found = Reading(Text.read(file), replace(material, tasks={})).problems()
    assert [(p.rule, p.received) for p in found if p.rule.startswith("a value")] == [
        ("a value that VAE does not have", "−151,2 nata")
    ]


def test_a_file_that_cannot_be_checked(tmp_path):
    """An unsupported format, a missing file and a binary file are reported as mistakes."""
    (tmp_path / "x.md").write_bytes(b"\xff\xfe\x00")
    for name in ("x.odt", "y.docx", "x.md"):
        with pytest.raises(ReportError):
            check_file(tmp_path / name)


def test_a_notebook_without_cells_is_empty(tmp_path):
    """A notebook without cells is read without findings."""
    file = tmp_path / "empty.ipynb"
    file.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    assert check_file(file) == []
