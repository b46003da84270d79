"""Citations from a bibliography: their printed form, their mistakes, and the place of the reference list."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder import languages
from report_builder.document import pandoc
from report_builder.document.bibliography import Bibliography
from report_builder.document.composing import Document, compose
from report_builder.document.html import html_page
from report_builder.document.material import Material
from report_builder.document.office import docx, markdown
from report_builder.document.pdf import pdf, typst_source
from report_builder.document.rendering import render
from report_builder.document.tree import has_class, identifier, plain_text, walk
from report_builder.errors import ReportError
from report_builder.store import Memo

BIB = """\
@string{nips = "Advances in Neural Information Processing Systems"}
This line is a comment of jan@agh.edu.pl.
@article{vae, author = {Kingma, Diederik P. and Welling, Max}, title = {Auto-Encoding Variational Bayes},
  journal = {ICLR}, year = 2014, pages = {1--14}, doi = {10.1000/abc_d}}

@inproceedings{gan, author = {Goodfellow, Ian and Mirza, Mehdi}, title = "Generative {A}dversarial Nets",
  booktitle = nips, year = 2014}
@phdthesis(thesis, author = {Łęcka, Żaneta}, title = {Sieci}, school = {AGH})
@book{unused, title = {Nothing}}
"""


@pytest.fixture
def bibliography(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of entries."""

    def write(text: str = BIB, name: str = "refs.bib") -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


@pytest.fixture
def cited(composed: Callable, free: Material, bibliography: Callable) -> Callable[..., Document]:
    """Return a function that composes a text which may cite the bibliography."""

    def make(text: str, *files: Path, **other) -> Document:
        return composed(text, replace(free, bibliography=files or (bibliography(),), **other))

    return make


def listed(document: Document) -> list[str]:
    """Entries of the reference list, without the links back."""
    return [plain_text(node).partition(" ↑")[0] for node in walk(document.blocks, "Div") if has_class(node, "reference")]


def refused(cited: Callable, text: str, *files: Path, **other) -> list[tuple[str, str, str]]:
    """File and line, rule and received text of each mistake; every part of a message must be filled."""
    with pytest.raises(ReportError) as caught:
        cited(text, *files, **other)
    return [(p.where.rpartition("/")[2], p.rule, p.received) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("code", "given", "printed"),
    [
        ("pl", "[@vae, s. 3]", "[1, s. 3]"),
        ("en", "[@vae, p. 3]", "[1, p. 3]"),
        ("en", "[@vae, pp. 3-5]", "[1, pp. 3–5]"),
        ("de", "[@vae, S. 3]", "[1, S. 3]"),
        ("ru", "[@vae, с. 3]", "[1, с. 3]"),
        ("zh-Hant", "[@vae, 頁 3]", "[1, 頁 3]"),
        ("pl", "@vae", "[1]"),
        ("pl", "[@gan; @vae; @thesis]", "[1–3]"),
        ("pl", "[zob. @gan, rozdz. 2; @vae]", "[zob. 1, rozdz. 2; 2]"),
    ],
)
def test_forms(cited, free, code: str, given: str, printed: str) -> None:
    """Citations are numbered in the order of the text, with locators in the language of the report."""
    document = cited(f"x {given} y", header=replace(free.header, language=code))
    assert plain_text(document.blocks[0]).replace("\u00a0", " ") == f"x {printed} y"
    (title,) = (node for node in walk(document.blocks, "Header") if identifier(node) == "references")
    assert plain_text(title) == languages.load(code).word("references.title")


def test_what_an_entry_prints(cited) -> None:
    """Titles are printed as typed, abbreviations are written out, and kinds of theses are named in the report's language."""
    assert listed(cited("[@vae] [@gan] [@thesis]")) == [
        "[1] D. P. Kingma, M. Welling. Auto-Encoding Variational Bayes. ICLR, 2014, s. 1–14. https://doi.org/10.1000/abc_d.",
        "[2] I. Goodfellow, M. Mirza. Generative Adversarial Nets. W: Advances in Neural Information Processing Systems, 2014.",
        "[3] Ż. Łęcka. Sieci. rozprawa doktorska, AGH.",
    ]


def test_a_collection_in_chinese(cited, free) -> None:
    """In traditional Chinese the volume of a paper is introduced by the word used in Taiwan."""
    (entry,) = listed(cited("[@gan]", header=replace(free.header, language="zh-Hant")))
    assert "Nets. 載於: Advances" in entry


def test_everywhere(cited) -> None:
    """Citations in headings, notes, cells, captions and lists are numbered in the order of the text."""
    text = "# A [@gan]\n\n- one[^n]\n\n[^n]: See [@vae].\n\n| a [@thesis] | b |\n|---|---|\n| [@gan] | 1 |\n\n"
    text += ": Wg [@vae, s. 2]. {#tbl:a}\n\n@tbl:a\n"
    document = cited(text)
    said = plain_text(document.blocks)
    assert [said.count(part) for part in ("A\u00a0[1]", "See [2].", "a\u00a0[3]", "Wg [2, s. 2].")] == [1, 1, 1, 1]
    assert "@" not in said


def test_links_lead_both_ways(cited) -> None:
    """Each number links to its entry, each entry to every place that cites it and is printed once; ids are unique."""
    page = html_page(cited("# Head [@vae]\n\nOne [@vae; @gan]. Two [@vae, s. 3].[^n]\n\n[^n]: Three @gan.\n"))
    ids, targets = re.findall(r' id="([^"]+)"', page), re.findall(r'href="#((?:ref|cite)-[^"]+)"', page)
    assert len(ids) == len({*ids})
    assert {*targets} <= {*ids}
    assert sorted({*targets}) == ["cite-2", "cite-3", "cite-4", "ref-1", "ref-2"]
    assert page.count("↑a") == 2
    assert page.count("↑b") == 2


def test_numbers_of_the_list_are_not_highlighted(cited) -> None:
    """A number of the list is plain text in HTML and Word, where pandoc's class `mark` would be a yellow highlight."""
    document = cited("One [@vae].\n")
    assert "<mark" not in html_page(document)
    with zipfile.ZipFile(io.BytesIO(docx(document))) as file:
        assert "w:highlight" not in file.read("word/document.xml").decode()


def test_formats(cited, tmp_path: Path) -> None:
    """PDF/A, PDF/UA, Word and Markdown have citations and references, with links."""
    document = cited("# Head [@gan]\n\nOne [@vae, s. 3].[^n]\n\n[^n]: Note @thesis.\n\n| [@vae] |\n|---|\n| 1 |\n")
    assert pdf(document)[1] is None
    assert "#reference(<ref-1>" in typst_source(document)[0]
    (tmp_path / "out.docx").write_bytes(docx(document))
    assert "[2] D. P. Kingma" in plain_text(pandoc.convert(tmp_path / "out.docx", "docx"))
    assert '<span id="ref-2"></span>' in markdown(document, tmp_path)


def test_where_the_list_stands(cited, free) -> None:
    """The list is at `::: {#refs}` without a heading of its own, else at the end, and is omitted without citations."""
    placed = cited("[@vae]\n\n# Sources\n\n::: {#refs}\n:::\n\n# Last\n\nWords.\n")
    assert [plain_text(node)[:9] for node in placed.blocks] == ["[1]", "1.\u00a0Source", "[1] D. P.", "2.\u00a0Last", "Words."]
    assert [identifier(node) for node in cited("[@vae]\n\nEnd.").blocks] == ["", "", "references", "refs"]
    assert len(cited("Nothing is cited.").blocks) == 1


def test_what_is_no_citation(cited) -> None:
    r"""An e-mail address, `\@` and code are not citations, and references stay those of the document."""
    document = cited("jan@vae.pl, \\@vae, `@vae` and @fig:strip.\n\n{{ figure('strip') }}\n")
    assert plain_text(document.blocks[0]) == "jan@vae.pl, @vae, @vae and rysunek\u00a01."
    assert not listed(document)


def test_mistakes(cited, bibliography) -> None:
    """Unknown keys, duplicate keys, and entries without key or end are reported at their lines in text or file."""
    unknown = refused(cited, "One.\n\nTwo [@vea].\n")
    assert unknown == [("lab.md:3", "a citation that is in no bibliography", "@vea")]
    rule = "two entries of the bibliography have the same key"
    assert refused(cited, "[@vae]", bibliography(), bibliography("\n@book{gan, title={x}}", "b.bib")) == [
        ("b.bib:2", rule, "gan")
    ]
    assert refused(cited, "[@vae]", bibliography(BIB + "@misc{vae, title = {x}}")) == [("refs.bib:10", rule, "vae")]
    open_ = bibliography("@book{a, title = {x}}\n\n@book{b, title = {y}\n\n@book{vae, title = {z}}\n")
    assert [found[0] for found in refused(cited, "[@vae]", open_)] == ["refs.bib:3"]
    assert [found[:2] for found in refused(cited, "[@vae]", bibliography("@book{vae, title={x}}\n@book{, title={x}}"))] == [
        ("refs.bib:2", "an entry of the bibliography has no key")
    ]
    assert (
        refused(cited, "[@fig:strip; @vae]\n\n{{ figure('strip') }}\n")[0][1]
        == "a reference and a citation share one pair of brackets"
    )
    lost = bibliography("@inbook{vae, title = {x}, crossref = {gone}}")
    assert refused(cited, "[@vae]", lost) == [("refs.bib:1", "an entry takes its fields from one that does not exist", "gone")]


@pytest.mark.parametrize("entries", ["@book{gan, title = {x}}", "@book{vae, title = foo bar}"])
def test_a_mistake_of_a_citation_hides_no_other(cited, bibliography, entries: str) -> None:
    """An unknown key, or an entry that cannot be read, is reported together with labels, false claims and typed numbers."""
    claim = '{{ claim("vae.test.elbo", "worse", "mc.test.elbo", "tak", by="model.kl") }}'
    text = f"Zob. [@vae] i @fig:lost.\n\n{claim}\n\nZob. rys. 3.\n"
    lines = {
        where.rpartition(":")[2] if where.startswith("lab") else where
        for where, _, _ in refused(cited, text, bibliography(entries))
    }
    assert lines == {"1", "3", "5"} | ({"refs.bib:1"} if "vae" in entries else set())


@pytest.mark.parametrize("entry", ["@book{vae,\n  title = {x}\n  year = 2000}", "@book{vae,\n title = foo bar, year = 2000}"])
def test_what_pandoc_cannot_read_is_told_at_its_line(cited, bibliography, entry: str) -> None:
    """A mistake inside an entry is reported at its line in the file, whatever precedes it."""
    file = bibliography(f"@string{{a = {{b}}}}\n\n@book{{other, title = {{x}}}}\n{entry}\n")
    ((where, rule, _),) = refused(cited, "[@other; @vae]", file)
    assert (where, rule) == (
        f"refs.bib:{6 if 'year = 2000}' in entry.splitlines()[-1] and 'foo' not in entry else 5}",
        "this cannot be read as BibTeX",
    )


def test_another_encoding(cited, tmp_path: Path) -> None:
    """A file in Latin-2 is refused at the first affected line, with a way to convert it."""
    file = tmp_path / "old.bib"
    file.write_bytes("@book{vae, title = {x},\n  author = {Łęcka}}".encode("iso-8859-2"))
    assert refused(cited, "[@vae]", file)[0][:2] == ("old.bib:2", "a bibliography must be UTF-8 text")


def test_nothing_cites_it(cited, bibliography) -> None:
    """Uncited entries are one warning with all their places; entries that others inherit fields from count as used."""
    (warning,) = cited("[@vae]").warnings
    assert (warning.where.rpartition("/")[2], warning.received) == ("refs.bib:6", "gan, thesis, unused")
    assert len(warning.also) == 2
    file = bibliography("@inbook{vae, title = {x}, crossref = {whole}}\n@book{whole, title = {All}, year = 2000}")
    document = cited("[@vae]", file)
    assert not document.warnings
    assert "All" in listed(document)[0]


def test_no_year_and_names_that_are_no_words(cited, bibliography) -> None:
    """Entries without a year, with signs in the key or markup in the title are printed; invalid TeX is a finding."""
    file = bibliography("@book{DBLP:conf/a_b-1, title = {$x^2$ and 50\\% \\& <script>}, url = {https://a.b/c_d}}")
    assert listed(cited("[@DBLP:conf/a_b-1]", file)) == ["[1] x^2 and 50% & <script>. https://a.b/c_d."]
    (finding,) = cited("[@a]", bibliography("\n@book{a, title = {One \\unknowncommand{x} two}}")).findings
    assert finding.where.endswith("refs.bib:2")


def test_a_glyph_that_is_missing_is_told_at_the_entry(cited, bibliography) -> None:
    """A character that no font has is refused at the line of its entry."""
    document = cited("[@a]", bibliography("\n\n@book{a, title = {\U00012000}}"))
    with pytest.raises(ReportError) as caught:
        pdf(document)
    assert caught.value.problems[0].where.endswith("refs.bib:3")


def test_a_style_of_ones_own(cited, tmp_path: Path) -> None:
    """A CSL file sets the style of citations, also as notes; an invalid or dependent style is refused."""
    style = tmp_path / "own.csl"
    head = '<style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="{}"><info><title>t</title></info>'
    words = '<names variable="author"><name form="short"/></names>'
    words += '<date variable="issued" form="text" date-parts="year" prefix=" "/>'
    body = f'<citation><layout prefix="(" suffix=")">{words}</layout></citation>'
    body += f"<bibliography><layout>{words}</layout></bibliography>"
    style.write_text(f"{head.format('in-text')}{body}</style>")
    document = cited("x [@vae] y", style=style)
    assert plain_text(document.blocks[0]) == "x (Kingma, Welling 2014) y"
    assert listed(document) == ["Kingma, Welling 2014"]
    style.write_text(f"{head.format('note')}{body}</style>")
    document = cited("x [@vae], y.[^n]\n\n[^n]: In a note [@gan].\n", style=style)
    assert pdf(document)[1] is None
    first, second = walk(document.blocks, "Note")
    assert [node["t"] for node in document.blocks[0]["c"]] == ["Str", "Note", "Str", "Space", "Str", "Note"]
    assert "(Kingma, Welling 2014)" in plain_text(first)
    assert plain_text(second) == "In a\u00a0note (Goodfellow, Mirza 2014)."
    for wrong in (
        "no XML",
        f"{head.format('note')}</style>",
        f'{head.format("note")}<link rel="independent-parent" href="http://a.b"/></style>',
    ):
        style.write_text(wrong)
        ((where, rule, _),) = refused(cited, "[@vae]", style=style)
        assert where == "own.csl"
        assert "style" in rule


def test_numbers_of_citations_are_no_measurements(composed, material, bibliography) -> None:
    """A result of another work with its citation is no typed measurement; a result of one of our runs is, cited or not."""
    given = replace(material, bibliography=(bibliography(),), tasks={})
    text = "::: answer\n{} osiąga ELBO równe 90,5 nat [@vae, s. 3].\n:::\n"
    rule = "a result is typed and bound to no measurement"
    assert not composed(text.format("Model z pracy"), given).findings
    assert [finding.rule for finding in composed(text.format("VAE"), given).findings] == [rule]


def test_what_was_formatted_is_remembered(free, bibliography, write_template, tmp_path, monkeypatch) -> None:
    """Pandoc formats citations again only if they, their entries, the style or the language changed."""
    memo, asked = Memo(tmp_path / "memo.json"), []
    genuine = pandoc.cite
    monkeypatch.setattr(pandoc, "cite", lambda *given: asked.append(1) or genuine(*given))
    given = replace(free, bibliography=(bibliography(),))
    for text, times in (("x [@vae]", 1), ("other words [@vae]", 1), ("x [@gan]", 2)):
        compose(render(write_template(text), given), given, memo=memo)
        assert len(asked) == times
    bibliography(BIB.replace("Adversarial", "Other").replace("{A}dversarial", "{O}ther"))
    compose(render(write_template("x [@gan]"), given), given, memo=memo)
    assert len(asked) == 3


def test_five_thousand_entries(bibliography) -> None:
    """Entries are found by key even in a large file, and only the requested ones are passed on."""
    many = "".join(f"@book{{key{i}, title = {{A {{title}} {i}}},\n  year = 2000}}\n\n" for i in range(5000))
    found = Bibliography.read([bibliography(many)])
    assert len(found.entries) == 5000
    assert [entry.line for entry in found.chosen(["key4999", "key0"])] == [1, 3 * 4999 + 1]
