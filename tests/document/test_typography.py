"""Quotation marks, unbreakable words and variables are set alike in every format."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import pytest

from report_builder import languages
from report_builder.document.formulas.typst import typst
from report_builder.document.html import html_page
from report_builder.document.office import docx, markdown
from report_builder.document.pdf import typst_source
from report_builder.document.tree import caption_of, has_class, plain_text, walk
from report_builder.document.typography import _formula, _hold, _words

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
    """Straight quotes, outer and inner, become those of the language, also in headings, cells, captions and notes."""
    document = composed(TEXT, replace(free, header=replace(free.header, language=language)))
    with zipfile.ZipFile(io.BytesIO(docx(document))) as archive:
        names = ("word/document.xml", "word/footnotes.xml")
        word = "".join(archive.read(name).decode() for name in names).replace('</w:t></w:r><w:r><w:t xml:space="preserve">', "")
    start, end = QUOTES[language][0].split("one")
    wanted = [*QUOTES[language], *(f"{start}{word}{end}" for word in ("eight", "nine", "ten", "eleven")), "it’s O’Hara"]
    for written in (typst_source(document)[0], html_page(document), word, markdown(document, tmp_path)):
        assert [quote for quote in wanted if quote not in " ".join(written.split())] == []


KEPT = {
    "pl": ("Kod z sieci i w tabeli $x$ o klasie, *a* potem – nic.", ["z sieci", "i w tabeli", "o klasie,", "potem –"]),
    "ru": ("Он и она в сети, так же – и с ней.", ["и она", "в сети,", "так же –", "и с ней."]),
    "en": ("A code of a net – and so (d = 16) on.", ["net –", "(d = 16)"]),
    "zh-Hant": ("一 個 z", []),
}


@pytest.mark.parametrize("code", KEPT)
def test_short_words_stay_with_others(composed, free, code) -> None:
    """No line ends with a short word or begins with a dash, in text, headings, captions or cells; other spaces may break."""
    words, kept = KEPT[code]
    text = f"# {words}\n\n{words}\n\n| {words} |\n|---|\n| {words} |\n\n: {words} {{#tbl:a}}\n\n@tbl:a\n"
    document = composed(text, replace(free, header=replace(free.header, language=code)))
    said = plain_text(document.blocks)
    assert [part for part in kept if said.count(part.replace(" ", "\u00a0")) != 5] == []
    assert said.replace("\u00a0", " ").count(words.replace("$", "").replace("*", "")) == 5
    spaces = sum(part.count(" ") for part in kept)
    assert said.count("\u00a0") <= 5 * (spaces + 2) + 3  # and those of labels


def test_compounds_and_variables(composed, free) -> None:
    """A short compound, typed or printed, is not broken, and printed text sets variables as formulas."""
    card = replace(free.figures["strip"], sentences=("z: z rozkładu N(0, I).", "Waga β₁ członu z.", "Kod obrazu x"))
    given = replace(free, figures=free.figures | {"strip": card})
    words = "Z scikit-learn (VAE-KL), zadania 1.3–2.5, z krótko-i-bardzo-długo-łączonym N(0, I)."
    document = composed(f"{words}\n\n{{{{ figure('strip') }}}}\n\n@fig:strip", given)
    held = [plain_text(node) for node in walk(document.blocks, "Span") if has_class(node, "held")]
    assert held == ["scikit-learn", "(VAE-KL),", "1.3–2.5,"]
    assert not [*walk(document.blocks[:1], "Math")]  # the author's text is unchanged
    tex = [node["c"][1] for node in walk(caption_of(document.blocks[1]), "Math")]
    assert tex == ["z", r"\mathcal{N}(0, I)", r"\beta_1", "x"]
    assert "#held[scikit-learn];" in typst_source(document)[0]
    assert html_page(document).count('class="held"') >= 3


def test_compounds_in_a_long_word(composed, free) -> None:
    """In a word too long to stay whole, only the short compounds are unbreakable."""
    words = "(scikit-learn/VAE-KL/auto-encoder)"
    document = composed(f"Words {words}.", free)
    assert plain_text(document.blocks) == f"Words {words}."
    held = [plain_text(node) for node in walk(document.blocks, "Span") if has_class(node, "held")]
    assert held == ["scikit-learn", "VAE-KL", "auto-encoder"]


def test_compounds_among_signs_of_east_asia() -> None:
    """Among East Asian characters only the compound is held, and no line ends with an opening bracket."""
    parts = _hold({"t": "Str", "c": "就比例而言，WGAN-GP（"})
    assert [(node["t"], plain_text(node)) for node in parts] == [("Str", "就比例而言，"), ("Span", "WGAN-GP"), ("Str", "（")]


def test_titles_keep_short_words(composed, free) -> None:
    """Short words are also kept with their neighbours in title and subtitle, which are not Markdown."""
    header = replace(free.header, title="Sieci i kody", subtitle="Obrazy w sieci – wprost")
    found = composed("x", replace(free, header=header)).header
    assert (found.title, found.subtitle) == ("Sieci i\u00a0kody", "Obrazy w\u00a0sieci\u00a0– wprost")


def test_letters_within_a_name_are_no_variables() -> None:
    """A letter in brackets within a user's name is not set as a variable."""
    words = _words(languages.load("en"))
    assert words.variables.split("VAE q(z|x), (z)") == ["VAE q(z|x), (z)"]
    assert words.variables.split("the drawn z;") == ["the drawn ", "z", ";"]


@pytest.mark.parametrize("letter", [chr(code) for code in (*range(0x3B1, 0x3CA), 0x393, 0x394, 0x39B, 0x3A3, 0x3A6, 0x3A9)])
def test_greek_letters_are_set(letter) -> None:
    """A Greek letter in the program's words becomes a supported command, whatever its Unicode name."""
    if letter not in "ος":  # not letters of formulas
        assert typst(_formula(letter)["c"][1])


def test_no_space_stands_between_lines_of_chinese(composed, free):
    """A line break between Chinese characters is not a space; next to other letters it is."""
    document = composed(
        "中文\n中文，\n*中文*\nEnglish\nwords\n", replace(free, header=replace(free.header, language="zh-Hant"))
    )
    assert plain_text(document.blocks) == "中文中文，中文 English words"


def test_paragraphs_of_a_definition_stay_apart(composed, free):
    """The paragraphs of a definition, which pandoc reads as lines, are paragraphs in every format."""
    document = composed("Term\n:   one\n\n    two\n", free)
    assert [node["t"] for node in walk(document.blocks, "Para", "Plain")] == ["Para", "Para"]
    assert re.search(r"<p>one</p>\s*<p>two</p>", html_page(document))
