"""Errors that only typesetting the PDF reveals are found without typesetting the whole document."""

from __future__ import annotations

import pytest

from report_builder.document import foreseen as module
from report_builder.document.foreseen import foreseen
from report_builder.document.glyphs import MISSING
from report_builder.document.tree import plain_text, walk
from report_builder.errors import FindingError, Problem, ReportError
from report_builder.store import Memo

WIDE = " + ".join(f"x_{{{i}}}" for i in range(60))
FITS = " + ".join("abcdefghijklmnop")  # longer than thirty letters of TeX


@pytest.fixture
def memo(tmp_path):
    """Memo kept between builds."""
    return Memo(tmp_path / "memo.json")


@pytest.fixture
def setter(monkeypatch):
    """Stub for the typesetter: records the documents, and raises the error that a test sets."""

    class Setter:
        def __init__(self):
            self.documents, self.error = [], None

        def __call__(self, document):
            self.documents.append(document)
            if self.error:
                raise self.error

        @property
        def formulas(self):
            """Display formulas of the last document, and the words next to them."""
            blocks = self.documents[-1].blocks
            return [node["c"][1] for node in walk(blocks, "Math")], plain_text(blocks[-1]).split()

    made = Setter()
    monkeypatch.setattr("report_builder.document.pdf.pdf", made)
    return made


@pytest.mark.parametrize(
    "text",
    ["Words.", "$$ x + y $$", f"${WIDE}$", "zażółć – „ё” Ωά", "$$" + "x" * 30 + "$$"],
)
def test_most_texts_are_not_set(composed, free, memo, setter, text):
    """Short formulas, inline formulas and letters that every font has are not typeset."""
    assert foreseen(composed(text, free), memo) == ()
    assert setter.documents == []


@pytest.mark.parametrize(
    ("text", "formulas", "words"),
    [
        (f"Some words.\n\n$$ {FITS} $$\n\nMore words with $z$.", [FITS], []),
        ("$$" + "x" * 31 + "$$", ["x" * 31], []),
        (r"$$ a \quad b $$", [r"a \quad b"], []),
        (r"$$ a \text{b} $$", [r"a \text{b}"], []),
        (f"- one\n\n  $$ {FITS} $$\n\n- two\n\n> quoted\n>\n> $$ x $$", [FITS, "x"], []),
        (f"1. one\n2. two\n\n   $$ {FITS} $$", [FITS], []),
        (f"$$ {FITS} $$ {{#eq:a}}\n\n@eq:a", [FITS], []),
        ("Snow ☃ and fine, `code ☃ here`.", [], ["☃", "☃"]),
        ("In $☃ + x$.", ["☃ + x"], ["☃", "+", "x"]),
        ("```\na ☃\nb ★\n```", [], ["☃★"]),
    ],
)
def test_only_what_may_go_wrong_is_set(composed, free, memo, setter, text, formulas, words):
    """Only long formulas and rare letters are typeset, once: the next build remembers that they can be set."""
    document = composed(text, free)
    assert foreseen(document, memo) == ()
    shown, beside = setter.formulas
    assert ([tex.strip() for tex in shown], beside) == (formulas, words)
    assert foreseen(composed(f"Another line.\n\n{text}", free), memo) == ()
    assert len(setter.documents) == 1


def test_what_goes_wrong_is_said_and_not_remembered(composed, free, memo, setter):
    """A wide formula is a problem and a missing letter an error; other errors are left to the whole document."""
    document, wide = composed(f"$$ {FITS} $$", free), Problem("lab.md:3", "too wide", "x")
    setter.error = FindingError(wide)
    assert [foreseen(document, memo) for _ in range(2)] == [(wide,), (wide,)]
    setter.error = ReportError(Problem("lab.md:3", "something else", "x"))
    assert foreseen(document, memo) == ()
    setter.error = ReportError(Problem("lab.md:3", MISSING, "x"))
    with pytest.raises(ReportError, match=r"lab\.md:3"):
        foreseen(document, memo)
    assert len(setter.documents) == 4


def test_a_head_is_looked_at(composed, free, memo, setter):
    """A rare letter in the title is checked, and a changed title is checked again."""
    for title in ("Snow ☃", "Snow ☂"):
        document = composed("Words.", free)
        document = module.replace(document, header=module.replace(document.header, title=title))
        assert foreseen(document, memo) == ()
    assert [document.header.title for document in setter.documents] == ["Snow ☃", "Snow ☂"]


def test_a_wide_formula_has_its_line(composed, free, memo):
    """The real typesetter finds which of two formulas is wider than its line."""
    (found,) = foreseen(composed(f"$$ {FITS} $$\n\nwords\n\n$$ {WIDE} $$", free), memo)
    assert found.where.endswith("lab.md:5")
