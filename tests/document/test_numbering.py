"""Numbers are assigned in one place and follow the document."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from report_builder.document.html import html_page
from report_builder.document.office import docx, markdown
from report_builder.document.pdf import typst_source
from report_builder.document.tree import plain_text, walk
from report_builder.errors import ReportError


def test_sample(composed):
    """Each kind is counted separately, in document order."""
    labels = composed().labels
    assert labels == {
        "task:1.1": "1.1",
        "fig:strip": "1",
        "task:2.1": "2.1",
        "eq:vae": "1",
        "fig:codes": "2",
        "lst:vae-loss": "1",
        "tbl:facts": "1",
    }


def test_sections(composed, free):
    """Sections are numbered by level unless marked otherwise, and headings never skip a level."""
    document = composed("# A {#sec:a}\n\n### B {#sec:b}\n\n# C {.unnumbered}\n\n# D {#sec:d}\n", free)
    assert dict(document.labels) == {"sec:a": "1", "sec:b": "1.1", "sec:d": "2"}
    assert [node["c"][0] for node in walk(document.blocks) if node["t"] == "Header"] == [1, 2, 1, 1]


def test_caption_begins_with_label(composed, free):
    """A caption begins with the label in the report's language."""
    document = composed('{{ figure("strip") }}', free)
    (figure,) = (node for node in walk(document.blocks) if node["t"] == "Figure")
    assert plain_text(figure["c"][1]).startswith("Rysunek\u00a01. Oryginały")


def test_panels(composed, free):
    """Figures side by side are (a), (b) of one number."""
    document = composed('::: {.panels #fig:two}\n{{ figure("strip") }}\n{{ figure("codes") }}\nRazem.\n:::\n\n@fig:codes', free)
    assert document.labels == {"fig:two": "1", "fig:strip": "1a", "fig:codes": "1b"}


def test_duplicate_label(composed, free):
    """Two elements with one label are an error that names both lines."""
    with pytest.raises(ReportError) as caught:
        composed('{{ figure("strip") }}\n\n{{ figure("strip") }}', free)
    (problem,) = caught.value.problems
    assert ":1" in problem.where
    assert ":3" in problem.where


def test_one_counter(composed, free):
    """On request all captioned elements share one counter, and formulas without captions have their own."""
    formula = "::: {.equation #eq:a}\n$$x$$\n\nWhat it says.\n:::"
    words = '{{ figure("strip") }}\n\n{{ equation("vae") }}\n\n' + formula + '\n\n{{ listing("vae", "loss") }}'
    document = composed(
        f"{words}\n\n| a |\n|---|\n| 1 |\n\n: A. {{#tbl:a}}\n", replace(free, header=replace(free.header, numbering="all"))
    )
    assert dict(document.labels) == {"fig:strip": "1", "eq:vae": "1", "eq:a": "2", "lst:vae-loss": "3", "tbl:a": "4"}


CAPTIONED = "::: {.equation #eq:a}\n$$x$$\n\nWhat *it* says.\n:::\n\n@eq:a\n"


def test_an_equation_may_have_a_caption(composed, free, tmp_path):
    """The block of an equation ends with its caption in every format; anything else in it is reported at its line."""
    document = composed(CAPTIONED, free)
    _, caption = document.blocks[0]["c"][1]
    assert plain_text(caption) == "Wzór\u00a0(1). What it says."
    with zipfile.ZipFile(io.BytesIO(docx(document))) as archive:
        office = archive.read("word/document.xml").decode()
    assert "formula-caption" in html_page(document)
    assert '<w:pStyle w:val="ImageCaption" />' in office
    assert "#formula-caption[" in typst_source(document)[0]
    assert "What *it* says." in markdown(document, tmp_path)
    with pytest.raises(ReportError, match=r"lab.md:1: a block .equation has a formula"):
        composed(CAPTIONED.replace("$$x$$", "no formula"), free)
