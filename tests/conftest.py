"""Tests that need a program which is no wheel carry `external(program, ...)` and are left out where it is absent."""

from __future__ import annotations

import os
import shutil

import pytest

PROGRAMS = {  # what a test names -> programs, one of which will do
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "libreoffice": ("soffice", "libreoffice"),
    "latex": ("lualatex", "xelatex", "pdflatex"),
    "poppler": ("pdftotext",),
}
REQUIRED = "REPORT_BUILDER_REQUIRE_EXTERNAL"  # set in continuous integration: an absent program is then an error


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselects what cannot run here."""
    absent = {item: missing for item in items if (missing := _missing(item))}
    if absent and os.environ.get(REQUIRED):
        named = sorted({program for missing in absent.values() for program in missing})
        raise pytest.UsageError(f"{REQUIRED} is set, and these programs are absent: {', '.join(named)}")
    config.hook.pytest_deselected(items=list(absent))
    items[:] = [item for item in items if item not in absent]


def _missing(item: pytest.Item) -> list[str]:
    """The programs that a test needs and this machine lacks."""
    needed = [program for marker in item.iter_markers("external") for program in _named(marker)]
    return [name for name in needed if not any(shutil.which(program) for program in PROGRAMS.get(name, (name,)))]


def _named(marker: pytest.Mark) -> tuple[str, ...]:
    if not marker.args:
        raise pytest.UsageError("@pytest.mark.external names the programs that the test needs, e.g. external('chromium')")
    return marker.args
