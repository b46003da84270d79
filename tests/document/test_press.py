"""A press sets a document identically, whatever version it set before."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typst

from report_builder.document.pdf import pdf
from report_builder.document.press import MAIN, Press
from report_builder.errors import ReportError

FIRST, SECOND = (
    "# One\n\nFirst words.\n\n{{ figure('strip') }}\n",
    "# One\n\nOther words: @fig:strip.\n\n{{ figure('strip') }}\n",
)


@pytest.mark.parametrize("before", ["nothing", "another version", "a broken one", "no text", "a version with other pictures"])
def test_what_lay_there_changes_no_byte(composed, free, tmp_path: Path, before: str) -> None:
    """The PDF is the same after any version, after an invalid one, and after none."""
    folder = tmp_path / "press"
    if before != "nothing":
        pdf(composed("{{ figure('codes') }}" if "pictures" in before else FIRST, free), press=Press(folder))
    if before == "a broken one":
        (folder / MAIN).write_text("#panic()")
    if before == "no text":
        (folder / MAIN).write_bytes(b"\xff\xfe")
    document = composed(SECOND, free)
    assert pdf(document, press=Press(folder)) == pdf(document)


def test_the_last_version_is_set_while_others_work(composed, free, tmp_path: Path, monkeypatch) -> None:
    """A press with an earlier version prepares its compiler before the next version arrives, and uses that compiler."""
    pdf(composed(FIRST, free), press=Press(tmp_path))
    press = Press(tmp_path)
    assert press._last is not None
    assert press._last.result() is not None
    monkeypatch.setattr(typst, "Compiler", None)  # no other is created
    assert pdf(composed(SECOND, free), press=press)[0].startswith(b"%PDF")


def test_a_refused_version_leaves_the_press_of_use(composed, free, tmp_path: Path) -> None:
    """After a version without a glyph, the next one is set."""
    with pytest.raises(ReportError):
        pdf(composed("boom \U0001f4a5", free), press=Press(tmp_path))
    document = composed(SECOND, free)
    assert pdf(document, press=Press(tmp_path)) == pdf(document)


def test_figures_stay_in_place_if_their_pages_never_settle(tmp_path):
    """A document that grows with its own page count is set once more, with all figures in place."""
    growing = "#context { if sys.inputs.len() == 0 { for _ in range(counter(page).final().first()) { pagebreak() } } }"
    press = Press(tmp_path)
    press.lay(f"{growing}\nx", {})
    assert len(re.findall(rb"/Type */Page\b", press.print())) == 1
