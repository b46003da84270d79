"""The template of the sheet is prose that a teacher can read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import report_builder
from report_builder.cli import main

PROJECT = Path(report_builder.__file__).parents[1]
TEMPLATE = PROJECT / "templates" / "generative-models.md"
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<#.*?#>", re.DOTALL)
MOST = 0.25


def test_the_sheet_is_prose() -> None:
    """At most a quarter of its characters stand in words of the template, their arguments, tags and comments."""
    text = TEMPLATE.read_text(encoding="utf-8")
    assert sum(map(len, JINJA.findall(text))) <= MOST * len(text)


def test_the_sheet_has_no_mistakes_before_it_is_trained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is not measured yet is no mistake: the check of a fresh copy ends with 0."""
    folders = {"experiments": PROJECT, "templates": PROJECT, "store": tmp_path, "build": tmp_path, "figures": tmp_path}
    options = [part for name, root in folders.items() for part in (f"--{name}", str(root / name))]
    assert main(["check", "generative-models", *options]) == 0, capsys.readouterr().err
