"""The template of the sheet is prose that a teacher can read."""

from __future__ import annotations

import re
from pathlib import Path

import report_builder

TEMPLATE = Path(report_builder.__file__).parents[1] / "templates" / "generative-models.md"
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<#.*?#>", re.DOTALL)
MOST = 0.25


def test_the_sheet_is_prose() -> None:
    """At most a quarter of its characters stand in words of the template, their arguments, tags and comments."""
    text = TEMPLATE.read_text(encoding="utf-8")
    assert sum(map(len, JINJA.findall(text))) <= MOST * len(text)
