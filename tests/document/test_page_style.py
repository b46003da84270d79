"""What page styles set, what they keep on one page, and how mistakes in a user's own style are reported."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import typst

from report_builder import pages
from report_builder.document.foreseen import foreseen
from report_builder.document.html import html_page
from report_builder.document.material import Author, Header
from report_builder.document.office import docx
from report_builder.document.pdf import pdf, typst_source
from report_builder.document.press import MAIN, Press
from report_builder.document.wrapping import paged
from report_builder.errors import ReportError
from report_builder.store import Memo

FILLER = '#import "style.typ": *\n#show: report.with(title: "T")\n#v({room}, weak: false)\n'
HERE = "#context [#metadata(here().page()) <place>]"
SET = "#context [#metadata((repr(text.font), repr(text.size), repr(page.width), repr(page.margin.left.length))) <place>]"
STYLES = {  # font, size, paper width, margin
    "article": ['"new computer modern"', "10.5pt", "595.28pt", "93.54pt"],
    "homework": ['"libertinus serif"', "10.5pt", "595.28pt", "51.02pt"],
    "lab": ['"libertinus serif"', "10.5pt", "595.28pt", "65.2pt"],
    "lecture": ['"libertinus serif"', "12pt", "595.28pt", "99.21pt"],
}
FRONT = """\
::: abstract
Krótko.
:::

# Jeden {#sec:one}

::: question
Co?
:::

To, zob. [@sec:one]{.loc}.

# Dwa {#app:two}
"""
FONT = '{ set text(font: "Sans None"); body }'
USE = '#import "common.typ": *\n'
AUTHORS = [Author(f"Jan Zmyślony {i}", "000001", "2a", "Politechnika Przykładowa", "jan@example.org") for i in range(4)]


def asked(folder: Path, source: str, page: pages.Page) -> list:
    """Query a source for its `<place>` metadata, typeset in a page style."""
    press = Press(folder / "typst")
    press.lay(source, {"values.typ": page.source(), **{file.name: file for file in pages.SHARED}, "style.typ": page.file})
    return json.loads(typst.query(folder / "typst" / MAIN, "<place>", field="value", root=folder / "typst"))


@pytest.fixture
def styled(composed, free):
    """Return a function that composes a report with every field of a title block, in a page style."""
    header = Header("T", "pl", "S", tuple(AUTHORS), "dr Teresa Wymyślona", "Przedmiot", "5", "Informatyka", "2026-11-30")
    return lambda page: composed(FRONT, replace(free, header=replace(header, page=page)))


@pytest.fixture
def mine(tmp_path):
    """Write a page style of the user's own."""

    def write(text: str) -> pages.Page:
        (tmp_path / "mine.typ").write_text(text, encoding="utf-8")
        return pages.read(tmp_path / "mine.typ")[0]

    return write


def table(rows: int) -> str:
    """Table that records the pages of its first and last row."""
    cells = [HERE, *(f"row {i}" for i in range(rows - 2)), HERE]
    return f"#tabular[#figure(table(columns: 1, {', '.join(f'[{cell}]' for cell in cells)}), kind: table, caption: [C])]"


def listing(lines: int) -> str:
    """Listing that records the pages of its caption and of the text below it."""
    blocks = "".join(f", ({json.dumps(block.code)}, ())" for block in paged("x = 1\n\n" * (lines // 2)))
    return f'#listing(<lst>, [{HERE}], ("python"{blocks}))\n{HERE}'


@pytest.mark.parametrize(("shown", "count"), [(table(6), 1), (table(60), 2), (listing(10), 1), (listing(60), 2)])
def test_only_what_is_long_is_broken(tmp_path: Path, shown: str, count: int) -> None:
    """With little room left, a short table or listing moves to the next page whole, and a long one begins here."""
    places = asked(tmp_path, FILLER.format(room="20.5cm") + shown, pages.named())
    assert places[-1] - places[0] + 1 >= count
    assert (places[0] == places[-1]) is (count == 1)


def test_figures_side_by_side_begin_at_one_height_and_so_do_their_captions(tmp_path: Path) -> None:
    """Pictures in a row start at one height and so do their captions, also in an incomplete last row."""
    parts = ", ".join(
        f"panel(<p{i}>, [#box[] <picture>#rect(height: {height}cm)], [#box[x] <caption>])" for i, height in enumerate((1, 3, 2))
    )
    page = f"{FILLER.format(room='0cm')}\n#panels(<all>, 2, [All], {parts})\n"
    heights = []
    for what in ("picture", "caption"):
        told = f"#context [#metadata(query(<{what}>).map(each => each.location().position().y.pt())) <place>]"
        heights.append(asked(tmp_path, page + told, pages.named())[0])
    (pictures, captions) = heights
    assert pictures[0] == pytest.approx(pictures[1])
    assert captions[0] == pytest.approx(captions[1])
    assert captions[0] > pictures[0] + 3 / 2.54 * 72
    assert pictures[2] > captions[1]


@pytest.mark.parametrize("name", pages.names())
def test_what_each_style_sets(tmp_path: Path, name: str) -> None:
    """Font, size, paper and margin of the page match the values of the style."""
    assert asked(tmp_path, FILLER.format(room="1cm") + SET, pages.named(name)) == [STYLES[name]]


def test_each_style_is_a_pdf(styled) -> None:
    """Each style gives a different, standards-compliant PDF of the same document, with four authors and an abstract."""
    made = [pdf(styled(pages.named(name))) for name in pages.names()]
    assert [lost for _, lost in made] == [None] * len(made)
    assert len({content for content, _ in made}) == len(made)


def test_a_style_of_ones_own(styled, mine) -> None:
    """Values and functions of an own style apply to the PDF, and the values also to HTML and Word."""
    values = '#let colour = rgb("#7a1f3d")\n#let paper = "a5"\n#let text-width = 11cm\n'
    page = mine(values + USE + '#let title-block(title: "", ..others) = [Mine: #title]\n')
    document = styled(page)
    source, files = typst_source(document)
    assert source.startswith('#import "style.typ": *\n')
    assert files["style.typ"] == page.file
    assert pdf(document) != pdf(styled(replace(page, given={})))
    (page.file.with_suffix(".css")).write_text("h1 { font-variant: small-caps; }", encoding="utf-8")
    html = html_page(document)
    assert "--accent: #7a1f3d;" in html
    assert html.index("small-caps") > html.index("--accent: #7a1f3d;") > html.index("color-scheme: light dark")
    assert docx(document) != docx(styled(pages.named()))


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("#let question(body) = body\n#let report = unknown-thing\n", 3, "unknown variable: unknown-thing"),
        ("#let report(body) = body\n", 0, "unexpected argument: title"),
        ("#let x = (\n", 2, "unclosed delimiter"),
        ("#let question(body) = block(fil: red, body)\n", 2, "unexpected argument: fil"),
        ("\n#let title-block(..given) = titel\n", 3, "unknown variable: titel"),
        (
            f'#import "common.typ"\n#let report(..given, body) = common.report(..given, {FONT})\n',
            3,
            "unknown font family: sans none",
        ),
    ],
)
def test_a_wrong_style_of_ones_own(styled, mine, tmp_path, text, line, told) -> None:
    """An error of typst in an own style is reported with file and line, before anything is measured."""
    page = mine(USE + text)
    with pytest.raises(ReportError, match=told) as caught:
        foreseen(styled(page), Memo(tmp_path / "memo"))
    (problem,) = caught.value.problems
    assert problem.rule == "this page style cannot be typeset"
    assert problem.where == f"{page.file}:{line}" if line else problem.where.startswith(str(page.file))
