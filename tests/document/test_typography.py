"""Quotation marks, words that stay together and variables are set alike in every format."""

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
    """Straight quotes become the language's, inner ones its inner ones; headings, cells, captions and notes included."""
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
    "en": ("A code of a net – and so on.", ["net –"]),
    "zh-Hant": ("一 個 z", []),
}


@pytest.mark.parametrize("code", KEPT)
def test_short_words_stay_with_others(composed, free, code) -> None:
    """A short word ends no line, and a dash begins none: in text, headings, captions, cells; other spaces may end one."""
    words, kept = KEPT[code]
    text = f"# {words}\n\n{words}\n\n| {words} |\n|---|\n| {words} |\n\n: {words} {{#tbl:a}}\n\n@tbl:a\n"
    document = composed(text, replace(free, header=replace(free.header, language=code)))
    said = plain_text(document.blocks)
    assert [part for part in kept if said.count(part.replace(" ", "\u00a0")) != 5] == []
    assert said.replace("\u00a0", " ").count(words.replace("$", "").replace("*", "")) == 5
    spaces = sum(part.count(" ") for part in kept)
    assert said.count("\u00a0") <= 5 * (spaces + 2) + 3  # and those of labels


def test_compounds_and_variables(composed, free) -> None:
    """No line ends in a short compound, typed or printed; what the program prints calls variables by formulas."""
    card = replace(free.figures["strip"], sentences=("z: z rozkładu N(0, I).", "Waga β₁ członu z.", "Kod obrazu x"))
    given = replace(free, figures=free.figures | {"strip": card})
    words = "Z scikit-learn (VAE-KL), zadania 1.3–2.5, z krótko-i-bardzo-długo-łączonym N(0, I)."
    document = composed(f"{words}\n\n{{{{ figure('strip') }}}}\n\n@fig:strip", given)
    held = [plain_text(node) for node in walk(document.blocks, "Span") if has_class(node, "held")]
    assert held == ["scikit-learn", "(VAE-KL),", "1.3–2.5,"]
    assert not [*walk(document.blocks[:1], "Math")]  # what the author types stays as it is
    tex = [node["c"][1] for node in walk(caption_of(document.blocks[1]), "Math")]
    assert tex == ["z", r"\mathcal{N}(0, I)", r"\beta_1", "x"]
    assert "#held[scikit-learn];" in typst_source(document)[0]
    assert html_page(document).count('class="held"') >= 3


def test_compounds_in_a_long_word(composed, free) -> None:
    """Of a word that is too long to stay whole only its short compounds do; lines may end between them."""
    words = "(scikit-learn/VAE-KL/auto-encoder)"
    document = composed(f"Words {words}.", free)
    assert plain_text(document.blocks) == f"Words {words}."
    held = [plain_text(node) for node in walk(document.blocks, "Span") if has_class(node, "held")]
    assert held == ["scikit-learn", "VAE-KL", "auto-encoder"]


def test_compounds_among_signs_of_east_asia() -> None:
    """Only the compound is held: lines may end between the signs around it, and none ends with an opening bracket."""
    parts = _hold({"t": "Str", "c": "就比例而言，WGAN-GP（"})
    assert [(node["t"], plain_text(node)) for node in parts] == [("Str", "就比例而言，"), ("Span", "WGAN-GP"), ("Str", "（")]


def test_titles_keep_short_words(composed, free) -> None:
    """So do title and subtitle, which are no Markdown."""
    header = replace(free.header, title="Sieci i kody", subtitle="Obrazy w sieci – wprost")
    found = composed("x", replace(free, header=header)).header
    assert (found.title, found.subtitle) == ("Sieci i\u00a0kody", "Obrazy w\u00a0sieci\u00a0– wprost")


def test_letters_within_a_name_are_no_variables() -> None:
    """A name of the user's own is printed as it is: a letter in its brackets is no code."""
    words = _words(languages.load("en"))
    assert words.variables.split("VAE q(z|x), (z)") == ["VAE q(z|x), (z)"]
    assert words.variables.split("the drawn z;") == ["the drawn ", "z", ";"]


@pytest.mark.parametrize("letter", [chr(code) for code in (*range(0x3B1, 0x3CA), 0x393, 0x394, 0x39B, 0x3A3, 0x3A6, 0x3A9)])
def test_greek_letters_are_set(letter) -> None:
    """What a word of the tool writes as a Greek letter is a command that can be set, whatever Unicode calls the letter."""
    if letter not in "ος":  # no letters of formulas
        assert typst(_formula(letter)["c"][1])


def test_no_space_stands_between_lines_of_chinese(composed, free):
    """The end of a line between letters that no spaces part is none; beside other letters it is."""
    document = composed(
        "中文\n中文，\n*中文*\nEnglish\nwords\n", replace(free, header=replace(free.header, language="zh-Hant"))
    )
    assert plain_text(document.blocks) == "中文中文，中文 English words"


def test_paragraphs_of_a_definition_stay_apart(composed, free):
    """What pandoc reads as lines of one definition are paragraphs in every format."""
    document = composed("Term\n:   one\n\n    two\n", free)
    assert [node["t"] for node in walk(document.blocks, "Para", "Plain")] == ["Para", "Para"]
    assert re.search(r"<p>one</p>\s*<p>two</p>", html_page(document))
