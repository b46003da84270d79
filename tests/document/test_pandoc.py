"""Pandoc runs within limits of time and memory, each raised by an option."""

from __future__ import annotations

import re

import pytest

from report_builder.document import pandoc
from report_builder.document.tree import para, text
from report_builder.errors import ReportError
from report_builder.limits import VARIABLE


@pytest.mark.parametrize("limit", ["pandoc_seconds=0.001", "pandoc_memory=60000000,pandoc_seconds=2"])
def test_pandoc_is_held(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """The message names the exceeded limit and the option that raises it."""
    monkeypatch.setenv(VARIABLE, limit)
    with pytest.raises(ReportError, match=f"--limit {limit.partition('=')[0]}="):
        pandoc.write([para(text("word " * 50_000))] * 4, "html")


def test_our_own_memory_is_not_taken_for_pandocs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pandoc that is late in a process larger than the memory limit is late, not out of memory."""
    own = bytearray(200 * 2**20)
    monkeypatch.setenv(VARIABLE, "pandoc_memory=150000000,pandoc_seconds=0.001")
    with pytest.raises(ReportError, match="--limit pandoc_seconds="):
        pandoc.write([para(text("word " * 50_000))] * 4, "html")
    assert own


def test_pandoc_reads_within_its_limits() -> None:
    """A report of usual length stays within the limits."""
    [(blocks, warnings)] = pandoc.read(["# Heading\n\nText.\n\n" * 100])
    assert len(blocks) == 200
    assert not warnings


# Each extends as far as pandoc allows: into the next line, if both are read as one text.
OPEN = r"""
a <!-- b|c --> d|\begin{x}|\end{x}|<div>|</div>|<a title="b|"> c|"q|r" s|*a|b*|[c|d](e)|`f|g`|$h|i$|$$|j$$|[^1]
[^1]: k|^[l|![m](n|o\
**|~~|{#p}|q {.r}|# s|- t|> u|```|~~~|:::|[y]: z|[y]|(@) a|@b|---|% c|<script>|</script>|<!--|-->
"""


def test_lines_are_read_as_if_each_were_alone() -> None:
    """An unclosed construct in one line does not affect any other."""
    lines = [f"[]{{}}{line}" for line in re.split(r"[|\n]", OPEN.strip())]
    together, apart = pandoc.read_beside("", lines)[1:], pandoc.read(lines)
    counted = r"'citationNoteNum': \d+"  # of notes in the whole text, which are not printed
    assert [re.sub(counted, "", repr(tree)) for tree in together] == [re.sub(counted, "", repr(tree)) for tree in apart]
    assert len(together) == len(lines) > 40
