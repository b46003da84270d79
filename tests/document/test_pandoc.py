"""Pandoc works within limits of time and memory, which one option raises."""

from __future__ import annotations

import pytest

from report_builder.document import pandoc
from report_builder.document.tree import para, text
from report_builder.errors import ReportError
from report_builder.limits import VARIABLE


@pytest.mark.parametrize("limit", ["pandoc_seconds=0.001", "pandoc_memory=60000000"])
def test_pandoc_is_held(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """The message names what was passed and the option that allows more."""
    monkeypatch.setenv(VARIABLE, limit)
    with pytest.raises(ReportError, match=f"--limit {limit.partition('=')[0]}="):
        pandoc.write([para(text("word " * 50_000))] * 4, "html")


def test_pandoc_reads_within_its_limits() -> None:
    """A report of usual length passes."""
    [(blocks, warnings)] = pandoc.read(["# Heading\n\nText.\n\n" * 100])
    assert len(blocks) == 200
    assert not warnings
