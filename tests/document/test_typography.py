"""Quotation marks are those of the language, in every format alike."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from report_builder.document.html import html_page
from report_builder.document.office import docx, markdown
from report_builder.document.pdf import typst_source

TEXT = """\
# Head "one"

Word "two 'three' four" and 'five "six" seven', it's O'Hara.[^n]

| "eight" |
|---------|
| "nine"  |

: Table "ten". {#tbl:a}

[^n]: Note "eleven", see @tbl:a.
"""
QUOTES = {
    "en": ["“one”", "“two ‘three’ four”", "‘five “six” seven’"],
    "pl": ["„one”", "„two «three» four”", "«five „six” seven»"],
    "ru": ["«one»", "«two „three“ four»", "„five «six» seven“"],
    "de": ["„one“", "„two ‚three‘ four“", "‚five „six“ seven‘"],
    "zh-Hant": ["「one」", "「two 『three』 four」", "『five 「six」 seven』"],
}


@pytest.mark.parametrize("language", QUOTES)
def test_quotes_of_the_language_in_every_format(composed, free, tmp_path, language) -> None:
    """Straight quotes become the language's, inner ones its inner ones; headings, cells, captions and notes included."""
    document = composed(TEXT, replace(free, header=replace(free.header, language=language)))
    with zipfile.ZipFile(io.BytesIO(docx(document))) as archive:
        names = ("word/document.xml", "word/footnotes.xml")
        word = "".join(archive.read(name).decode() for name in names).replace('</w:t></w:r><w:r><w:t xml:space="preserve">', "")
    start, end = QUOTES[language][0].split("one")
    wanted = [*QUOTES[language], *(f"{start}{word}{end}" for word in ("eight", "nine", "ten", "eleven")), "it’s O’Hara"]
    for written in (typst_source(document)[0], html_page(document), word, markdown(document, tmp_path)):
        assert [quote for quote in wanted if quote not in " ".join(written.split())] == []
