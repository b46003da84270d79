"""Figures side by side: one number, letters, and captions of their own, in every format."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import pytest

from report_builder.document.html import html_page
from report_builder.document.office import docx, markdown
from report_builder.document.pdf import pdf, typst_source
from report_builder.document.tree import plain_text, walk
from report_builder.errors import ReportError

SHOWN = '{{ figure("both") }}'


def captions(document):
    """Captions of the parts, and the common one."""
    (panels,) = (node for node in walk(document.blocks) if node["t"] == "Div")
    parts = [plain_text(child["c"][1]) for child in walk(panels["c"][1]) if child["t"] == "Figure"]
    return parts, plain_text(panels["c"][1][-1])


def test_one_number_and_letters(composed, beside):
    """S1-F08: the whole has a number, each part that number with a letter, and every part counts as a figure."""
    document = composed(SHOWN, beside)
    assert document.labels == {"fig:both": "1", "fig:strip": "1a", "fig:codes": "1b"}
    assert document.figures == ("strip", "codes")


def test_what_all_say_is_said_once(composed, beside):
    """Sentences shared by all drawings are in the common caption, the others in the caption of their part."""
    parts, common = captions(composed(SHOWN, beside))
    assert parts == ["(a) Oryginały i\u00a0rekonstrukcje.", "(b) Kody klas. Punkty:\u00a05."]
    assert common == "Rysunek\u00a01. Rekonstrukcje i\u00a0kody. Dane: MNIST. Ziarno:\u00a01."


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("@fig:both", "rysunek\u00a01"),
        ("[@fig:codes]{.loc}", "rysunku\u00a01b"),
        ("[@fig:codes]{.Nom}", "Rysunek\u00a01b"),
        ("[-@fig:strip]", "1a"),
        ("[@fig:strip; @fig:codes]{.loc}", "rysunkach\u00a01a i\u00a01b"),
    ],
)
def test_parts_are_referred_to(composed, beside, reference, expected):
    """A reference to a part prints number and letter, in every case and form."""
    document = composed(f"x {reference} y\n\n{SHOWN}", beside)
    assert plain_text(document.blocks[0]) == f"x {expected} y"


@pytest.mark.parametrize(("text", "unseen"), [("", {"fig:both"}), ("@fig:codes\n\n", set()), ("@fig:both\n\n", set())])
def test_parts_are_seen_with_the_whole(composed, beside, text, unseen):
    """A reference to the whole or to one part covers all parts; without any there is one warning."""
    assert {warning.received for warning in composed(text + SHOWN, beside).warnings} == unseen


def test_a_part_cannot_stand_twice(composed, beside):
    """A part that is also shown alone duplicates its label."""
    with pytest.raises(ReportError, match="same label"):
        composed(f'{SHOWN}\n\n{{{{ figure("codes") }}}}', beside)


def test_a_task_may_require_a_part(composed, beside, material):
    """A part or the whole satisfies a task that requires it; in an answer their captions are not typed numbers."""
    card = replace(material.tasks["1.1"], requires=("answer", "fig:codes", "fig:both"))
    text = f"::: {{.task #1.1}}\n::: answer\nPatrz [@fig:both]{{.nom}}.\n\n{SHOWN}\n:::\n:::\n"
    document = composed(text, replace(beside, tasks={"1.1": card}))
    assert not document.findings
    assert document.task("1.1").figures == ("strip", "codes")


def test_pdf(composed, beside):
    """The PDF meets its standards; parts are in columns with their width and alternative texts, and may move."""
    document = composed('{{ figure("both", place="auto") }}\n\n[@fig:codes]', beside)
    source, _ = typst_source(document)
    assert "#panels(<fig:both>, 2, [" in source
    assert source.count("width: 8.02cm") == 2
    assert 'alt: "Dwa rzędy cyfr"' in source
    assert pdf(document)[1] is None
    assert "#movable[" in source


def test_html(composed, beside):
    """In HTML parts are figures inside a figure, each with its caption, and every link has its target."""
    page = html_page(composed(f"[@fig:codes]{{.loc}}\n\n{SHOWN}", beside))
    assert page.count("<figcaption>") == 3
    assert 'class="row columns-2"' in page
    assert {*re.findall(r'href="#([^"]+)"', page)} <= {*re.findall(r'id="([^"]+)"', page)}


def test_markdown(composed, beside, tmp_path):
    """GitHub Markdown has a table of the pictures, with the captions below."""
    text = markdown(composed(SHOWN, beside), tmp_path)
    rows = [line for line in text.split("\n") if line.startswith("|")]
    assert rows[0].count("![") == 2
    assert "Oryginały i\u00a0rekonstrukcje." in rows[2]
    assert "Kody klas." in rows[2]
    assert "**Rysunek\u00a01.** Rekonstrukcje i\u00a0kody." in text


def test_docx(composed, beside):
    """Word has a table with both pictures and all captions."""
    with zipfile.ZipFile(io.BytesIO(docx(composed(SHOWN, beside)))) as archive:
        body = archive.read("word/document.xml").decode()
    table = body[body.index("<w:tbl>") : body.index("</w:tbl>")]
    assert table.count("<pic:pic") == 2
    assert "(a)" in table
    assert 'w:name="fig:codes"' in table


@pytest.mark.parametrize("inside", ["", "x\n\n", "![c](figure:strip){#fig:strip}\n\n"])
def test_something_else_beside(composed, free, inside):
    """A block of fewer than two figures, or with other text before its caption, is an error, as it would not be printed."""
    text = f'::: {{.panels #fig:p}}\n{inside}{{{{ figure("codes") }}}}\n\n' + ("y\n" if "x" in inside else "") + "z\n:::"
    if "strip" in inside:
        assert composed(text, free).labels["fig:codes"] == "1b"
        return
    with pytest.raises(ReportError, match="two to twelve figures"):
        composed(text, free)
