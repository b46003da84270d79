"""Each construct of a template in typst, HTML, Markdown and Word stays as it was approved."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.document.html import html_page
from report_builder.document.office import docx, markdown
from report_builder.document.pdf import typst_source

FRAGMENTS = json.loads((Path(__file__).parent / "fragments.json").read_text(encoding="utf-8"))
WRITERS = ("typst", "html", "markdown", "docx")


@pytest.mark.parametrize("writer", WRITERS)
def test_each_construct(composed, free, tmp_path, writer):
    """The output between two marks matches the table."""
    given = replace(free, header=replace(free.header, language="en"))
    document = composed("".join(f"‡{n}.\n\n{text}\n\n" for n, text in enumerate(FRAGMENTS)) + "‡\n", given, draft=True)
    if writer == "typst":
        whole = typst_source(document, draft=True)[0]
    elif writer == "docx":
        with zipfile.ZipFile(io.BytesIO(docx(document, draft=True))) as archive:
            whole = archive.read("word/document.xml").decode()
    else:
        whole = html_page(document, draft=True) if writer == "html" else markdown(document, tmp_path, draft=True)
    parts = re.split(r"‡\d*\.?", whole[whole.index("‡0.") :])[1:]
    clean = [re.sub(r"[^\s\"(]*/pytest-[^\s\")]*/", "", part).strip() for part in parts]
    found = dict(zip(FRAGMENTS, clean, strict=False))
    assert found == {text: known[WRITERS.index(writer)] for text, known in FRAGMENTS.items()}
