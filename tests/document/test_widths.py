"""Widths of table columns in word processors: no number is broken, and words share the rest."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from report_builder import pages
from report_builder.document.office import docx
from report_builder.document.widths import LINE, line_of, share


@pytest.mark.parametrize(
    ("least", "wanted", "line", "shares"),
    [
        ([3, 5], [3, 5], 100, [0.06, 0.08]),  # room for all: no wider than the cells
        ([2, 2], [7, 17], 20, [0.375, 0.625]),  # the rest goes to columns that need it
        ([20, 40], [20, 90], 30, [23 / 66, 43 / 66]),  # not even the words fit: in proportion to them
    ],
)
def test_shares(least, wanted, line, shares) -> None:
    """Columns are as wide as their cells if there is room, else at least as wide as their longest words."""
    assert share(least, wanted, line) == pytest.approx(shares, abs=1e-4)


def test_no_number_is_broken(composed, free) -> None:
    """A table whose longest words do not fit side by side is set in smaller type; others keep theirs."""
    number = "123456,789012"
    rows = f"| {' | '.join(['head'] * 7)} |\n|{'--:|' * 7}\n| {' | '.join([number] * 7)} |\n"
    bodies = {}
    for name, text in (("wide", rows), ("narrow", rows.replace(number, "1,2"))):
        with zipfile.ZipFile(io.BytesIO(docx(composed(text, free)))) as file:
            bodies[name] = file.read("word/document.xml").decode()
    assert bodies["wide"].count('<w:sz w:val="14"/>') == 14
    assert "<w:sz " not in bodies["narrow"]


def test_a_narrow_page_has_short_lines() -> None:
    """The letters per line of a table follow from the page style."""
    assert [line_of(pages.named(name)) for name in ("lab", "lecture")] == [73, 62]


def test_short_words_of_east_asia_stay_on_a_line(composed, free) -> None:
    """A column headed by a short Chinese word is as wide as the word, although a line may end between its characters."""
    table = f"| a | 有效維度 |\n|---|--:|\n| {'word ' * 40} | 20 |\n"
    with zipfile.ZipFile(io.BytesIO(docx(composed(table, free)))) as file:
        body = file.read("word/document.xml").decode()
    grid = [int(width) for width in re.findall(r'<w:gridCol w:w="(\d+)"', body)]
    assert grid[1] / sum(grid) * LINE >= 8
