"""The Word file: one title block, A4, page numbers, and captions, formulas and pictures native to a word processor."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from report_builder.document.fields import _sequences
from report_builder.document.material import Header
from report_builder.document.office import docx
from report_builder.document.widths import LINE, PADDING
from report_builder.errors import ReportError

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="150"><rect width="300" height="150" fill="red"/></svg>'


@pytest.fixture
def parts(composed, free, tmp_path) -> Callable[[str], dict[str, bytes]]:
    """Return a function that gives the files inside the Word file of a text."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "own.svg").write_text(SVG)

    def read(text: str) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(docx(composed(text, free)))) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    return read


def words(parts: dict[str, bytes], style: str = r"\w+") -> list[str]:
    """Words of each paragraph with this style."""
    found = re.findall(r"<w:p>.*?</w:p>", parts["word/document.xml"].decode(), re.DOTALL)
    shown = [p for p in found if re.search(f'<w:pStyle w:val="{style}" ?/>', p)]
    return ["".join(re.findall(r"<w:t\b[^>]*>([^<]*)</w:t>", p)) for p in shown]


def test_title_author_and_date_once(parts, free) -> None:
    """Title, author and date are printed once, in the styles of a title block, and are file properties."""
    found = parts("# Head\n\nText.\n")
    body = found["word/document.xml"].decode()
    assert body.count(free.header.title) == body.count(free.header.author) == body.count("20 listopada 2025") == 1
    assert words(found, "Title") == [free.header.title]
    assert words(found, "Heading1") == ["1.\xa0Head"]
    properties = found["docProps/core.xml"].decode()
    assert re.findall(r"<dc:title>(.*?)</dc:title>", properties) == [free.header.title]
    assert re.findall(r"<dc:creator>(.*?)</dc:creator>", properties) == [free.header.author]
    assert "2025-11-20T" in properties


def test_pages_are_a4_and_numbered(parts) -> None:
    """The paper is A4, each page has its number in a registered footer, and every part is well-formed XML."""
    found = parts("One.\n\n::: pagebreak\n:::\n\nTwo.\n")
    for name, content in found.items():
        if name.endswith((".xml", ".rels")):
            ET.fromstring(content)  # noqa: S314 - our own file
    body = found["word/document.xml"].decode()
    assert '<w:pgSz w:w="11906" w:h="16838"/>' in body
    assert "<w:pageBreakBefore/>" in body
    reference = re.findall(r'<w:footerReference w:type="default" r:id="(\w+)"/>', body)
    targets = dict(re.findall(r'Id="(\w+)" Target="(footer[^"]*)"', found["word/_rels/document.xml.rels"].decode()))
    footer = f"word/{targets[reference[0]]}"
    assert "PAGE" in found[footer].decode()
    assert f'PartName="/{footer}"' in found["[Content_Types].xml"].decode()


def test_captions_formulas_and_code(parts) -> None:
    """Captions of listings have the caption style, equations have their number, and code lines are not broken."""
    line = "value = " + " + ".join(["something"] * 20)
    text = f'$$x^2$$ {{#eq:a}}\n\n```{{#lst:a .python caption="Long"}}\n{line}\n```\n\n'
    found = parts(text + "| a |\n|---|\n| 1 |\n\n: Cells {#tbl:a}\n\nSee @eq:a, @lst:a, @tbl:a.\n")
    assert words(found, "ListingCaption") == ["Listing\xa01. Long"]
    assert words(found, "TableCaption") == ["Tabela\xa01. Cells"]
    assert words(found, "SourceCode") == [line]
    assert 'w:name="lst:a"' in found["word/document.xml"].decode()
    formula = re.findall(r"<m:oMathPara>.*?</m:oMathPara>", found["word/document.xml"].decode(), re.DOTALL)[0]
    assert "(" not in "".join(re.findall(r"<m:t>(.*?)</m:t>", formula))
    row = re.findall(r"<w:tr>.*?</w:tr>", found["word/document.xml"].decode(), re.DOTALL)[0]
    assert formula in row
    assert "(1)" in "".join(re.findall(r"<w:t\b[^>]*>(.*?)</w:t>", row))
    styles = found["word/styles.xml"].decode()
    centred = re.findall(r'<w:style [^>]*styleId="(\w+)"(?:(?!</w:style>).)*<w:jc w:val="center" ?/>', styles, re.DOTALL)
    assert {"Figure", "CaptionedFigure", "ImageCaption", "TableCaption", "Table"} <= {*centred}


def test_a_number_has_room_in_its_column(parts) -> None:
    """A value with its deviation has room next to columns of many words."""
    value, words = "-129,5\xa0±\xa03,1", " ".join(["reconstruction"] * 12)
    found = parts(f"| Run | ELBO | A | B |\n|---|---|---|---|\n| VAE | {value} | {words} | {words} |\n\n: A {{#tbl:a}}\n")
    grid = [int(width) for width in re.findall(r'<w:gridCol w:w="(\d+)"', found["word/document.xml"].decode())]
    assert len(grid) == 4
    assert grid[1] / sum(grid) * LINE >= len(value) + PADDING - 1
    assert grid[2] > 1.5 * grid[1]


def test_fourteen_columns_break_no_number(parts) -> None:
    """Many columns are set close together and in smaller type, which the runs of text themselves state."""
    heads = ["run", "filters", "kernel", "stride", "epochs", "batch", "rate", "seed", "ELBO", "KL", "BCE", "SSIM", "time", "x"]
    cells = ["vae", "64", "3", "2", "100", "128", "0.0001", "2", "-1158.1", "2.3", "145.71", "0.812", "61.2", "1024"]
    rows = ["| " + " | ".join(row) + " |" for row in (heads, ["---"] * 14, cells)]
    body = parts("\n".join(rows) + "\n\n: A {#tbl:a}\n")["word/document.xml"].decode()
    assert '<w:tblStyle w:val="Table" />' in body
    assert '<w:left w:w="40" w:type="dxa"/><w:right w:w="40" w:type="dxa"/>' in body
    (size,) = {int(found) for found in re.findall(r'<w:sz w:val="(\d+)"/>', body)}
    assert 13 <= size < 20
    grid = [int(width) for width in re.findall(r'<w:gridCol w:w="(\d+)"', body)]
    letters = LINE * 20 / size
    for width, head, cell in zip(grid, heads, cells, strict=True):
        assert width / sum(grid) * letters > max(len(head), len(cell))


def test_own_pictures_beside_each_other_fit_their_columns(parts, tmp_path) -> None:
    """A picture without a stated width is no wider than its column."""
    both = "::: {.panels #fig:a columns=2}\n![A](own.svg)\n\n![B](own.svg)\n\nTwo\n:::\n"
    shown = [int(cx) for cx in re.findall(r'<wp:extent cx="(\d+)"', parts(both)["word/document.xml"].decode())]
    assert len(shown) == 2
    assert max(shown) < 360000 * 8


def test_an_own_drawing_is_shown(parts, composed, free, tmp_path) -> None:
    """An own SVG is embedded as a PNG with its proportions and size; a broken one is refused."""
    found = parts("![A](own.svg){#fig:a}\n\nSee @fig:a and ![](own.svg){width=4cm}.\n")
    images = [content for name, content in found.items() if name.startswith("word/media/")]
    assert images
    for image in images:
        assert image.startswith(b"\x89PNG")
        width, height = (int.from_bytes(image[at : at + 4], "big") for at in (16, 20))
        assert width == pytest.approx(2 * height, rel=0.01)
    assert str(tmp_path).encode() not in b"".join(found.values())
    shown = [int(cx) for cx in re.findall(r'<wp:extent cx="(\d+)"', found["word/document.xml"].decode())]
    assert shown == [pytest.approx(914400 * 300 / 96, rel=0.01), pytest.approx(4 * 360000, rel=0.01)]
    (tmp_path / "templates" / "own.svg").write_text("<svg")
    with pytest.raises(ReportError, match="this picture cannot be drawn"):
        docx(composed("![A](own.svg)\n", free))


def test_the_same_bytes(composed, free) -> None:
    """The same document gives the same file, dated by the report; without an author it names none."""
    anonymous = replace(free, header=replace(free.header, authors=()))
    assert docx(composed("Text.", anonymous)) == docx(composed("Text.", anonymous))
    with zipfile.ZipFile(io.BytesIO(docx(composed("Text.", anonymous)))) as archive:
        assert b"creator" not in archive.read("docProps/core.xml")


TWO = (
    '$$x^2$$ {#eq:a}\n\n```{#lst:a .python caption="Code"}\nx = 1\n```\n\n'
    "| a |\n|---|\n| 1 |\n\n: First {#tbl:a}\n\n| b |\n|---|\n| 2 |\n\n: Second {#tbl:b}\n\n"
)


def test_numbers_are_fields(parts) -> None:
    """A caption number is a counting field, and a reference follows it through a bookmark that is defined once."""
    body = parts(TWO + "See @eq:a, [@lst:a]{.loc}, [@tbl:a; @tbl:b]{.gen}.\n")["word/document.xml"].decode()
    shown = re.findall(r'<w:fldSimple w:instr=" (SEQ|REF) (\w+)[^"]*"><w:r>(?:<w:rPr>.*?</w:rPr>)?<w:t>(\d+)</w:t>', body)
    counted = [("Equation", "1"), ("Listing", "1"), ("Table", "1"), ("Table", "2")]
    assert [found[1:] for found in shown if found[0] == "SEQ"] == counted
    marks = re.findall(r'<w:bookmarkStart w:id="(\d+)" w:name="(_Ref\d+)"/><w:fldSimple w:instr=" SEQ', body)
    assert [found[1] for found in shown if found[0] == "REF"] == [name for _, name in marks]
    assert len({number for number, _ in marks}) == len(marks) == len(re.findall(r'<w:bookmarkEnd w:id="1\d{5}"/>', body))
    words_of = re.sub(r"<[^>]+>", "", body.replace("</w:p>", "\n"))
    assert "See wzór (1), listingu 1, tabel 1 i 2." in " ".join(words_of.split()).replace("\xa0", " ")


def test_number_that_a_word_processor_counts_otherwise() -> None:
    """Captions with one counter are one sequence; a number out of sequence stays text."""
    assert set(_sequences({"fig:a": "1", "tbl:a": "2", "lst:a": "3"}).values()) == {"Caption"}
    assert _sequences({"fig:a": "1", "fig:a1": "1a", "tbl:a": "1", "fig:b": "2"}) == {
        "fig:a": "Figure",
        "fig:b": "Figure",
        "tbl:a": "Table",
    }
    assert not _sequences({"fig:a": "2", "tbl:a": "A1"})
    appendix = {"fig:a": "1", "fig:b": "A.1", "tbl:b": "A.1", "fig:c": "A.2", "fig:d": "Б.1", "lst:d": "Б.3"}
    counters = {"fig:a": "Figure", "fig:b": "Figure_1", "fig:c": "Figure_1", "tbl:b": "Table_1", "fig:d": "Figure_2"}
    assert _sequences(appendix) == counters


def test_numbers_of_an_appendix_are_fields(parts) -> None:
    """In an appendix the letter is text and the number a field, in captions and references."""
    text = "See @eq:a, [@tbl:b]{.loc}.\n\n# A {#app:a}\n\n$$x$$ {#eq:a}\n\n| a |\n|---|\n| 1 |\n\n: One {#tbl:a}\n\n"
    body = parts(text + "| a |\n|---|\n| 1 |\n\n: Two {#tbl:b}\n")["word/document.xml"].decode()
    shown = re.findall(r'<w:fldSimple w:instr=" (SEQ \w+|REF)[^"]*"><w:r>(?:<w:rPr>.*?</w:rPr>)?<w:t>(\d+)</w:t>', body)
    assert shown == [("REF", "1"), ("REF", "2"), ("SEQ Equation_1", "1"), ("SEQ Table_1", "1"), ("SEQ Table_1", "2")]
    told = " ".join(re.sub(r"<[^>]+>", "", body.replace("</w:p>", "\n")).replace("\xa0", " ").split())
    assert "See wzór (A.1), tabeli A.2." in told
    assert "Tabela A.2. Two" in told
    assert "(A.1)" in told


def test_table_of_contents_is_a_field(parts, free) -> None:
    """The contents before the first heading are links in a field that a word processor fills with page numbers."""
    text = "# One\n\n## Two\n\n# Three[^1]\n\n## Four\n\n# Five\n\n# Six\n\n[^1]: Note.\n"
    found = parts(text)
    assert words(found, "TOCHeading") == ["Spis treści"]
    entries = words(found, r"toc\d")
    assert entries == ["1.\xa0One", "1.1.\xa0Two", "2.\xa0Three", "2.1.\xa0Four", "3.\xa0Five", "4.\xa0Six"]
    body = found["word/document.xml"].decode()
    kinds = re.findall(r'<w:fldChar w:fldCharType="(\w+)"/>|<w:instrText xml:space="preserve"> (TOC) \\o "1-2"', body)
    assert ["".join(kind) for kind in kinds] == ["begin", "TOC", "separate", "end"]
    assert body.index('"separate"') < body.index("Two") < body.index('"end"') < body.index('w:val="Heading1"')
    assert "fldChar" not in parts("# One\n\nText.\n")["word/document.xml"].decode()


def test_a_page_break_leaves_no_page_blank(parts) -> None:
    """A page break is a property of the paragraph that it precedes, and a break of its own only before a table."""
    new = "::: pagebreak\n:::\n\n"
    body = parts(f"Before.\n\n{new}# Head\n\n{new}| a |\n|---|\n| 1 |\n")["word/document.xml"].decode()
    assert '<w:pStyle w:val="Heading1" /><w:pageBreakBefore/>' in body
    assert body.count('<w:br w:type="page"/>') == 1
    assert body.index('<w:br w:type="page"/>') > body.index("Head")


def test_nothing_is_added_between_page_breaks(parts) -> None:
    """Two headings on new pages have the words that they have without page breaks."""
    new = "::: pagebreak\n:::\n\n"
    text = "Before.\n\n{0}# One\n\n{0}# Two\n\nAfter.\n"
    broken, plain = (parts(text.format(mark))["word/document.xml"].decode() for mark in (new, ""))
    assert re.sub(r"<w:pageBreakBefore/>|\s", "", broken) == re.sub(r"\s", "", plain)


def test_short_tables_and_code_stay_whole(parts) -> None:
    """All rows but the last of a short table keep with the next, and short code keeps its lines; long ones break."""
    for rows, kept in ((3, 3), (30, 0)):
        table = "| a |\n|---|\n" + "| 1 |\n" * rows
        assert parts(table)["word/document.xml"].decode().count("<w:keepNext/>") == kept
        code = "```\n" + "x\n" * rows + "```\n"
        assert ("<w:keepLines/>" in parts(code)["word/document.xml"].decode()) is bool(kept)


def test_the_source_of_a_listing_stays_with_its_code(parts) -> None:
    """The line above the code of a listing keeps with it, and captions keep their lines."""
    styles = parts('{{ listing("vae", "loss") }}\n\n[@lst:vae-loss]\n')["word/styles.xml"].decode()
    (style,) = re.findall(r'<w:style [^>]*styleId="ListingSource".*?</w:style>', styles, re.DOTALL)
    assert "<w:keepNext/>" in style
    (caption,) = re.findall(r'<w:style [^>]*styleId="Caption".*?</w:style>', styles, re.DOTALL)
    assert "<w:keepLines/>" in caption


@pytest.mark.parametrize(("language", "slanted"), [("pl", True), ("zh-Hant", False)])
def test_captions_of_a_script_without_italics(composed, free, language, slanted) -> None:
    """Captions are in italics, but not in Chinese, whose Latin words alone would be."""
    with zipfile.ZipFile(io.BytesIO(docx(composed("x", replace(free, header=Header("T", language)))))) as file:
        styles = file.read("word/styles.xml").decode()
    (caption,) = re.findall(r'<w:style [^>]*styleId="Caption".*?</w:style>', styles, re.DOTALL)
    assert ("<w:i />" in caption) is slanted
