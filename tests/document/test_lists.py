"""Lists of captions, callouts, ranges of references and bare addresses are read, printed and linked in every format."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from report_builder.document.boilerplate import CALLOUTS, bare_words
from report_builder.document.html import html_page
from report_builder.document.office import docx, markdown
from report_builder.document.pdf import pdf, typst_source
from report_builder.document.tree import plain_text, walk
from report_builder.errors import ReportError
from report_builder.languages import codes, load

LISTS = "::: list-of-figures\n:::\n\n::: list-of-tables\n:::\n\n::: list-of-listings\n:::\n\n"
CODE = '```{{#lst:{0} .python caption="Code {0}"}}\nx\n```\n\n'
TEXT = f"""\
{LISTS}# First

{{{{ figure("strip") }}}}

{{{{ figure("codes") }}}}

| a |
|---|
| 1 |

: Table $x$.[^n] {{#tbl:a}}

{"".join(map(CODE.format, "abcd"))}
See @fig:strip, @fig:codes, @tbl:a, [@lst:a; @lst:b; @lst:c]{{.gen}}, [-@lst:a; @lst:b; @lst:c; @lst:d],
[@lst:a; @lst:b; @lst:d] and https://example.org/a_b-c.

> [!WARNING]
> Careful with @tbl:a.

::: tip
A tip.
:::

::: {{.equation #eq:own}}
$$a$$

Said of formulas.
:::

By @eq:own, {{{{ tensor("vae.test.elbo") }}}}.

[^n]: A note.
"""


def word(content: bytes) -> str:
    """Text of a Word file with its marks."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("word/document.xml").decode()


@pytest.mark.parametrize("code", codes())
def test_in_every_language_and_format(composed, free, tmp_path, code: str) -> None:
    """Each list has its heading and a linked line per caption, each callout its name, and every character has a glyph."""
    document = composed(TEXT, replace(free, header=replace(free.header, language=code)))
    language = load(code)
    told = plain_text(document.blocks)
    assert all(language.word(f"lists.{kind}") in told for kind in ("fig", "tbl", "lst"))
    page, office = html_page(document), word(docx(document))
    for written in (typst_source(document)[0], page, office, markdown(document, tmp_path)):
        assert language.word("lists.lst") in written
        assert all(language.word(f"callout.{name}") in written for name in ("warning", "tip"))
        assert "Said of formulas." in " ".join(written.split())
        assert "[-158, -158.2, -158.1]" in written
    assert language.caption("eq", "1") in told
    for label in ("fig:strip", "tbl:a", "lst:d"):
        assert page.count(f'href="#{label}"') >= 2
    assert 'href="https://example.org/a_b-c"' in page
    if not code.startswith("zh"):  # whose fonts are requested by name
        assert pdf(document)[1] is None


def test_ranges(composed, free) -> None:
    """Three or more consecutive numbers are printed as a range with both ends linked; other numbers are listed."""
    document = composed(TEXT, free)
    told = plain_text(document.blocks).replace("\u00a0", " ")
    assert "listingów 1–3, 1–4, listingi 1, 2 i 4" in told


def test_a_line_is_the_authors_caption(composed, free) -> None:
    """A line of a list has the number and the author's caption, without notes and details of the drawing."""
    document = composed(TEXT, free)
    lines = [plain_text(node["c"][1]) for node in walk(document.blocks[:6], "Link")]
    assert all(node["c"][1][-1]["t"] == "Str" for node in walk(document.blocks[:4], "Link"))
    assert lines[0] == "Rysunek\u00a01. Oryginały i\u00a0rekonstrukcje."
    assert lines[3] == "Listing\u00a01. Code a"
    assert len(lines) == 7


def test_what_a_list_cannot_list(composed, free) -> None:
    """A list of nothing and an unknown callout are reported at their lines."""
    with pytest.raises(ReportError, match=r"lab.md:3: the document has no elements for this list"):
        composed("x\n\n::: list-of-tables\n:::\n", free)
    document = composed("> [!INFO]\n> words\n", free)
    assert [finding.rule for finding in document.findings] == ["a callout of another program"]
    assert not [finding for name in CALLOUTS for finding in composed(f"> [!{name.upper()}]\n> words\n", free).findings]


def test_headings_of_the_contents(composed, free) -> None:
    """A heading is listed without its notes, and with only the words of its links and spans."""
    document = composed("# See [the *source*](https://example.org) of [it]{.smaller}^[A note.]\n", free)
    (heading,) = walk(document.blocks, "Header")
    words = bare_words(heading)
    assert plain_text(words) == "1.\N{NO-BREAK SPACE}See the source of it"
    assert not [*walk(words, "Link", "Span", "Note")]
