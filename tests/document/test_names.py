"""A name is printed literally, whatever characters it has, in every format and place of a document."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from collections import Counter
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from report_builder.document import pandoc
from report_builder.document.composing import Document
from report_builder.document.html import html_page
from report_builder.document.material import Author, Header
from report_builder.document.naming import Names, kind_of
from report_builder.document.office import docx, markdown
from report_builder.document.pdf import pdf
from report_builder.document.pictures import own_pictures
from report_builder.document.tree import attr, para, plain, strong, text
from report_builder.errors import ReportError

NAMES = [
    "@fig",
    "a|b", "$x$", "$a$b$", r"\$", "50 %", "a_b_c", "#one", "#set x", r"a\b", "{c}", '"q"', "'s'", "it's", "<b>&amp;", "<lbl>",
    "*e*", "[l](m)", "~x~", "^2^", "`c`", "- dash", "+ plus", "-", "=", "/", "1. x", "1.", "= head", "// no", "...", "--",
    "-?", "http://a.pl", "שלום", "½", "&copy", "a--b", "!x", "(x)", "[x]", ".x", ";", "# x", "> x", "x\\", "λ=0,5",
]  # fmt: skip


@pytest.fixture
def named(composed, free) -> Document:
    """Document with each name in a heading, a paragraph, a list, a captioned table, and as code."""
    blocks = []
    for i, name in enumerate(NAMES):
        cells = [[attr(), [[attr(), {"t": "AlignDefault"}, 1, 1, [plain(text(name))]]]] for _ in range(2)]
        caption = [None, [plain([strong(text(f"T{i}:")), {"t": "Space"}, *text(name)])]]
        columns, body = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}]], [[attr(), 0, [], cells[1:]]]
        blocks += [
            {"t": "Header", "c": [1, attr(f"h-{i}"), text(f"{i}: {name}")]},
            para(text(name)),
            {"t": "BulletList", "c": [[plain(text(name))]]},
            {"t": "Table", "c": [attr(), caption, columns, [attr(), cells[:1]], body, [attr(), []]]},
            {"t": "CodeBlock", "c": [attr(), name]},
            para([{"t": "Code", "c": [attr(), name]}]),
        ]
    return replace(composed("x", replace(free, header=Header(NAMES[7], subtitle=NAMES[13]))), blocks=blocks)


def lines_of_pdf(document: Document, folder: Path) -> list[str]:
    """Lines of the PDF."""
    (folder / "out.pdf").write_bytes(pdf(document)[0])
    command = ["pdftotext", "-layout", str(folder / "out.pdf"), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout.split("\n")


def lines_of_html(page: str) -> list[str]:
    """Lines of a page, one for each block element."""
    body = re.sub(r"<nav.*?</nav>", "", page[max(0, page.find("<body")) :], flags=re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", line)) for line in re.split(r"\n|</li>|</p>", body)]


def lines_of_docx(document: Document, _: Path) -> list[str]:
    """Paragraphs of the Word file."""
    with zipfile.ZipFile(io.BytesIO(docx(document))) as archive:
        body = archive.read("word/document.xml").decode()
    found = re.findall(r"<w:p>.*?</w:p>", body, re.DOTALL)
    return [unescape("".join(re.findall(r"<w:t\b[^>]*>([^<]*)</w:t>", paragraph))) for paragraph in found]


def lines_of_md(document: Document, folder: Path) -> list[str]:
    """Lines of the Markdown as GitHub renders it."""
    command = [pandoc.program(), "-f", "gfm", "-t", "html", "--wrap=none"]
    given = markdown(document, folder)
    return lines_of_html(subprocess.run(command, input=given, check=True, capture_output=True, text=True, timeout=300).stdout)


FORMATS = {
    "pdf": lines_of_pdf,
    "html": lambda document, _: lines_of_html(html_page(document)),
    "docx": lines_of_docx,
    "md": lines_of_md,
}


@pytest.mark.external("poppler")
@pytest.mark.parametrize("form", FORMATS)
def test_a_name_is_printed_as_it_is(named, tmp_path, form: str) -> None:
    """Every name is printed literally in every place of every format, and in the title."""
    lines = (re.sub(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", line) for line in FORMATS[form](named, tmp_path))
    found = Counter("".join(line.split()).removeprefix("•") for line in lines)
    names = ["".join(name.split()) for name in NAMES]
    counts = {name: (found[name], found[f"{i}:{name}"], found[f"T{i}:{name}"]) for i, name in enumerate(names)}
    headed = (2 if form == "docx" else 1, 1)  # a heading is also in Word's contents
    assert {name: count for name, count in counts.items() if count[0] < 6 or count[1:] != headed} == {}
    assert found[names[7]] >= 7
    assert found[names[13]] >= 7


@pytest.mark.parametrize("field", ["title", "author", "subtitle", "course", "laboratory"])
def test_a_title_block_without_glyphs_is_named(composed, free, field: str) -> None:
    """A title-block character that no font has is reported with its field."""
    words = "a \U0001f600"
    given = {"authors": (Author("A", affiliation=words),)} if field == "author" else {field: words}
    document = composed("x", replace(free, header=replace(Header("T"), **given)))
    with pytest.raises(ReportError, match=rf"report.{field}: no font has this character"):
        pdf(document)


@pytest.mark.external("poppler")
def test_what_follows_a_formula_or_picture_is_text(composed, free, tmp_path) -> None:
    """Brackets and dots directly after a formula, picture, name or mark are printed, not parsed as a call."""
    things = ["$f$", "![](own.svg)", "[a]{#q}", "`c`", "[l](#q)", "H~2~O", "**b**", "~~s~~", "[x]{.false}", "a[^1]"]
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "own.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    text = (
        " ".join(f"{thing}(x) {thing}[y] {thing}.z {thing};" for thing in things[:2] + things[3:])
        + " [a]{#q}(x)\n\n[^1]: Note\n"
    )
    content, lost = pdf(composed(text, free))
    assert lost is None
    (tmp_path / "out.pdf").write_bytes(content)
    command = ["pdftotext", str(tmp_path / "out.pdf"), "-"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    counts = [len(re.findall(mark, shown)) for mark in (r"\(x\)", r"\[y\]", r"\.z\b")]
    assert counts == [len(things), len(things) - 1, len(things) - 1]


def test_a_picture_of_any_file_name_is_found(composed, free, tmp_path) -> None:
    """A picture with spaces, quotes, signs or letters of any script in its file name is shown, and its change is noticed."""
    names = ["a b", "ó#1", "a(1)", "q'x", "50%", "圖", "a&b", "$x$", "a_b*c*", "😀"]
    folder = tmp_path / "templates"
    folder.mkdir()
    for name in names:
        (folder / f"{name}.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    text = "\n\n".join(f"![](<{name}.svg>)" for name in names) + "\n"
    (folder / "own.md").write_text(text, encoding="utf-8")
    document = composed(text, free)
    assert {picture.file.name for picture in document.images.values()} == {f"{name}.svg" for name in names}
    assert {file.name for file in own_pictures(text, folder)} == {f"{name}.svg" for name in names}
    written = markdown(document, tmp_path)
    assert [unquote(target) for target in re.findall(r'src="([^"]+)"', written)] == [f"templates/{name}.svg" for name in names]
    assert [unescape(alt) for alt in re.findall(r'alt="([^"]+)"', written)] == names
    assert html_page(document).count("<img") == len(names)
    with zipfile.ZipFile(io.BytesIO(docx(document))) as archive:
        assert archive.read("word/document.xml").decode().count("<pic:pic") == len(names)
    assert pdf(document)[1] is None


@pytest.mark.parametrize(("model", "kind"), [({"kind": "vae", "latent_dim": 2}, "vae"), ("vae", "vae"), ({}, ""), (None, None)])
def test_the_kind_of_a_model(model, kind):
    """A model is written as its kind, or with parameters; settings without a model have none."""
    assert kind_of({} if model is None else {"model": model}) == (kind or "")


def test_who_judged_a_fact_is_known_by_its_settings(free) -> None:
    """The runs and kinds of the judges of a fact are identified by the judges' model and training."""
    vae, ae = (free.runs[name].settings for name in ("vae", "ae"))
    names, fact = Names(free), free.facts["vae.test.elbo"]
    for judge, runs, kinds in ((vae, {"VAE"}, {"vae"}), ([vae, ae], {"VAE", "autoenkoder"}, {"vae", "autoencoder"})):
        judged = replace(fact, settings=fact.settings | {"judge": judge})
        assert (names.judges(judged), names.judging(judged)) == (runs, kinds)
    assert (names.judges(fact), names.judging(fact)) == (set(), set())
    other = {**vae, "training": {"epochs": 1}}
    assert names.judges(replace(fact, settings={"judge": other})) == set()
