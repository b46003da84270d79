"""Rebuilding an edited report starts with the tool that is needed last."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from report_builder.build import Workspace, begin
from report_builder.build.documents import PRESS
from report_builder.document.press import MAIN


def workspace(root: Path, *, edited: float, laid: float | None) -> Workspace:
    """Project with an edited template and an existing PDF, at the given modification times in seconds."""
    place = Workspace.find(
        {name: str(root / name) for name in ("experiments", "templates", "store", "build", "figures", "data")}, {}
    )
    for file, at in ((place.templates / "lab.md", edited), (place.build / "lab" / PRESS / MAIN, laid)):
        if at is not None:
            file.parent.mkdir(parents=True)
            file.write_text("words", encoding="utf-8")
            os.utime(file, (at, at))
    return place


@pytest.mark.parametrize(
    ("edited", "laid", "formats", "begins"),
    [
        (2000.0, 1000.0, ("pdf", "html"), True),
        (2000.0, 1000.0, ("html",), False),
        (1000.0, 2000.0, ("pdf",), False),
        (2000.0, None, ("pdf",), False),
    ],
)
def test_a_press_begins_where_a_file_is_newer_than_the_last_pdf(
    tmp_path: Path, edited: float, laid: float | None, formats: tuple[str, ...], *, begins: bool
) -> None:
    """The press begins with the old version only if a PDF is requested, one exists, and a project file was saved since."""
    press = begin(workspace(tmp_path, edited=edited, laid=laid), "lab", formats)
    assert (press is not None) is begins
    assert press is None or press.folder == tmp_path / "build" / "lab" / PRESS
