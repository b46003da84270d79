"""Columns of tables in word processors: no number is broken, and words get what is left."""

from __future__ import annotations

import pytest

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
