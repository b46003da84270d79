"""DOCX and Markdown say the same as the PDF."""

from __future__ import annotations

import io
import zipfile

from report_builder.document.office import docx, markdown


def test_markdown(composed, tmp_path):
    """Markdown has numbers, captions and pictures by relative path, and no internal marks."""
    text = markdown(composed(), tmp_path / "out")
    assert "](../store/strip.png)" in text
    assert "**Rysunek\u00a01.** Oryginały i\u00a0rekonstrukcje." in text
    assert "[rysunku\u00a01](#fig:strip)" in text
    assert "**Tabela\u00a01.** Wyniki." in text
    assert "{." not in text
    assert ":::" not in text


def test_docx(composed):
    """The Word file holds the text and both kinds of picture, and has the same bytes every time."""
    content = docx(composed())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        body = archive.read("word/document.xml").decode()
        assert any(name.endswith(".png") for name in archive.namelist())
    assert "Zadanie 1.1. Rekonstrukcje" in body
    assert content == docx(composed())
