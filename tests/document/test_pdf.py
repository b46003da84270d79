"""The PDF has every glyph, meets its standards, and is reproducible."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace

import pytest
import typst

from report_builder.document.material import Fragment, Listing
from report_builder.document.pdf import pdf, typst_source
from report_builder.document.press import MAIN, Press
from report_builder.document.tree import raw
from report_builder.errors import ReportError
from report_builder.languages import load


def test_same_bytes(composed):
    """The same document gives the same bytes, in the standards PDF/A-2a and PDF/UA-1."""
    first, lost = pdf(composed())
    second, _ = pdf(composed())
    assert first.startswith(b"%PDF")
    assert lost is None
    assert first == second


def test_missing_glyph(composed, free):
    """A character without a glyph is an error with the character, its code point and advice."""
    with pytest.raises(ReportError, match=r"'\U0001f4a5' U\+1F4A5 COLLISION SYMBOL"):
        pdf(composed("boom \U0001f4a5", free))


def test_missing_glyph_knows_its_line(composed, free):
    """The error has the template's line."""
    with pytest.raises(ReportError) as caught:
        pdf(composed("first\n\nboom \U0001f4a5", free))
    assert caught.value.problems[0].where.endswith("lab.md:3")


def test_missing_glyph_without_a_line(composed, free):
    """A character of the title block is located by its field, and one without any known place by the PDF."""
    with pytest.raises(ReportError) as caught:
        pdf(composed("words", replace(free, header=replace(free.header, title="boom \U0001f4a5"))))
    assert caught.value.problems[0].where == "report.title"
    with pytest.raises(ReportError) as caught:
        pdf(replace(composed("boom \U0001f4a5", free), places=None))
    assert caught.value.problems[0].where == "PDF"


def test_chinese_without_its_fonts(composed, free, monkeypatch):
    """Without the optional fonts, Chinese text is one error that names the extra to install, at its first character."""
    for room in ("fonts", "pdf"):
        monkeypatch.setattr(f"report_builder.document.{room}.cjk_folder", lambda: None)
    with pytest.raises(ReportError, match="report-builder\\[cjk\\]"):
        pdf(composed("圖", free))
    with pytest.raises(ReportError, match="no font has these characters") as caught:
        pdf(composed("first\n\n圖 表\n\n格 圖", free))
    (problem,) = caught.value.problems
    assert problem.where.endswith("lab.md:3")
    assert problem.received.startswith("3: ")


@pytest.mark.parametrize("code", ["de", "en", "pl", "ru"])
def test_words_have_glyphs(code, composed, free):
    """Every word of a language has its glyphs in the fonts that are always installed."""
    words = " ".join(load(code).words.values()).replace("{", "").replace("}", "")
    given = replace(free, header=replace(free.header, language=code))
    assert pdf(composed(f"```\n{words}\n```\n\n" + words.replace("_", " "), given))[0]


def test_lost_standard(composed, free, monkeypatch):
    """If a standard cannot be met, a plain PDF is written and the standard is named."""
    monkeypatch.setattr("report_builder.document.pdf.STANDARDS", ["a-4", "ua-1"])
    content, lost = pdf(composed("x", free))
    assert content.startswith(b"%PDF")
    assert lost is not None
    assert lost.startswith("PDF/A-2a + PDF/UA-1: ")


def test_source_is_safe(composed, free):
    """Typst code and special characters in an answer are text."""
    source, _ = typst_source(composed('#read("x") $a$ \\@b *c* `#d`', free))
    assert "\\#read" in source
    assert pdf(composed('#read("/etc/hostname") 5 \\$ # = / + < > ~ "', free))[0]


def test_anchors(composed, free):
    """A link reaches every place that can have a name, printed or not, in a heading, a list, a block or code."""
    text = "# Head []{#a}\n\n[]{#b}\n\n[]{#c}[word]{#d} `code`{#e}\n\n- []{#f}\n\n::: {#g}\nBlock.\n:::\n\n"
    text += "```{#h .python}\nx\n```\n\n" + " ".join(f"[to {name}](#{name})" for name in "abcdefgh")
    assert pdf(composed(text, free))[1] is None


def test_a_name_that_stands_for_two_places(composed, free):
    """A duplicate name is an error at its second place."""
    with pytest.raises(ReportError) as caught:
        composed("[x]{#d}\n\n[y]{#d}", free)
    (problem,) = caught.value.problems
    assert problem.where.endswith("lab.md:3")
    assert (problem.rule, problem.received) == ("this name refers to two places", "'#d'")


def test_what_typst_refuses_has_a_place(composed, free, monkeypatch):
    """A typst error is reported at the template's line, without a path or a line of the generated source."""
    monkeypatch.setattr("report_builder.document.source.anchor", lambda node, **_: [raw("typst", '#panic("no")', inline=True)])
    with pytest.raises(ReportError) as caught:
        pdf(composed("# Head\n\nFirst.\n\n> quoted\n>\n> - first\n> - second [x]{#d}\n\n[to d](#d)\n", free))
    (problem,) = caught.value.problems
    assert (problem.where.rpartition("/")[2], problem.received) == ("lab.md:8", "no")


def test_notes_of_headings_stay_there(composed, free, tmp_path):
    """Notes of headings are neither repeated in the contents nor counted twice."""
    text = "".join(f"# Head {i}[^{i}]\n\nText.\n\n" for i in range(7)) + "".join(f"[^{i}]: Note {i}.\n\n" for i in range(7))
    source, files = typst_source(composed(text, free))
    Press(tmp_path).lay(f"{source}\n#context [#metadata(counter(footnote).get()) <n>]", files)
    numbers = json.loads(typst.query(tmp_path / MAIN, "<n>", field="value", root=tmp_path))
    assert numbers == [[7]]


def test_turned_pages(composed, free, tmp_path):
    """A landscape block is on a rotated page of its own, and a reference gives its page number."""
    text = f"[@sec:two]{{.page}}\n\n::: landscape\n# One {{#sec:one}}\n{':' * 3}\n\n# Two {{#sec:two}}\n\nx"
    source, files = typst_source(composed(text, free))
    places = "#context [#metadata((query(<sec:one>) + query(<sec:two>)).map(it => it.location().page())) <n>]"
    Press(tmp_path).lay(f"{source}\n{places}", files)
    assert json.loads(typst.query(tmp_path / MAIN, "<n>", field="value", root=tmp_path)) == [[2, 3]]
    (width, height), (turned, low) = (re.findall(rb"/MediaBox *\[0 0 ([\d.]+) ([\d.]+)", pdf(composed(text, free))[0]))[:2]
    assert (turned, low) == (height, width)
    assert '#on-page(<sec:two>, " na stronie\u00a0", "");' in source


def test_alt_text(composed):
    """Pictures and formulas have their alternative text."""
    source, files = typst_source(composed())
    assert 'alt: "Dwa rzędy cyfr"' in source
    assert r'alt: "\\mathcal{L} = \\beta D_{KL}' in source
    assert sorted(files) == [
        "code.tmTheme",
        "common.typ",
        "picture-1.png",
        "picture-2.svg",
        "style.typ",
        "tables.typ",
        "values.typ",
    ]


def test_title_block(composed, material):
    """Title, author, course and date are in the title block; an unprinted date still dates the file."""
    source, _ = typst_source(composed())
    assert '("Data", "20 listopada 2025")' in source
    undated = replace(material, header=replace(material.header, date="", metadata_date="2024-02-03"))
    source, _ = typst_source(composed(given=undated))
    assert "datetime(year: 2024, month: 2, day: 3)" in source
    assert '"Data"' not in source


def test_draft_watermark(composed, free):
    """A draft is marked on every page."""
    assert 'draft: "WERSJA ROBOCZA"' in typst_source(composed("x", free), draft=True)[0]


@pytest.mark.external("poppler")
def test_code_is_copied_without_numbers_and_marks(composed, free, tmp_path):
    """Line numbers and arrows are drawn before the text of a page, so copying a listing gives only code."""
    code = "def f(x):\n    return g(x)  # " + "word " * 30 + "\n\n\ndef h(x):\n    return 1"
    listing = Listing("vae", "loss", (Fragment(code, "network.py", 12),))
    given = replace(free, listings={("vae", "loss"): listing})
    (tmp_path / "out.pdf").write_bytes(pdf(composed('{{ listing("vae", "loss") }}', given))[0])
    command = ["pdftotext", "-raw", str(tmp_path / "out.pdf"), "-"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout
    copied = " ".join(shown[shown.index("def f(x):") :].split())
    assert copied.startswith("def f(x): return g(x) # " + "word " * 30 + "def h(x): return 1")
    assert shown.index("12") < shown.index("↪") < shown.index("def f(x):")
