"""Columns of tables in word processors: no number is broken, and words get what is left."""

from __future__ import annotations

import io
import zipfile

import pytest

from report_builder.document.office import docx
from report_builder.document.widths import share


@pytest.mark.parametrize(
    ("least", "wanted", "line", "shares"),
    [
        ([3, 5], [3, 5], 100, [0.06, 0.08]),  # room for all: no wider than the cells
        ([2, 2], [7, 17], 20, [0.375, 0.625]),  # what is left goes to those that ask for it
        ([20, 40], [20, 90], 30, [23 / 66, 43 / 66]),  # not even the words fit: in proportion to them
    ],
)
def test_shares(least, wanted, line, shares) -> None:
    """Columns as wide as their cells where there is room, else at least their longest words."""
    assert share(least, wanted, line) == pytest.approx(shares, abs=1e-4)


def test_no_number_is_broken(composed, free) -> None:
    """A table whose longest words do not fit beside each other is set in a type in which they do; others keep theirs."""
    number = "123456,789012"
    rows = f"| {' | '.join(['head'] * 7)} |\n|{'--:|' * 7}\n| {' | '.join([number] * 7)} |\n"
    parts = {}
    for name, text in (("wide", rows), ("narrow", rows.replace(number, "1,2"))):
        with zipfile.ZipFile(io.BytesIO(docx(composed(text, free)))) as file:
            parts[name] = [file.read(f"word/{part}.xml").decode() for part in ("document", "styles")]
    assert parts["wide"][0].count('<w:rStyle w:val="TableText13"') == 14
    assert '<w:sz w:val="13"/>' in parts["wide"][1]
    assert "TableText" not in parts["narrow"][0]
