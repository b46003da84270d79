"""The 110 errors of five real lab reports: each is impossible, caught or counted here, or documented as out of scope."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def table():
    """Table of the errors and their checks."""
    spec = importlib.util.spec_from_file_location("source_errors", ROOT / "benchmarks" / "errors.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["source_errors"] = module  # where its dataclasses look up their types
    spec.loader.exec_module(module)
    return module


def test_every_error_has_a_row(table):
    """All noted errors are listed, and at least 95 of them cannot pass silently."""
    of = {key: [row.id for row in group] for key, (_, group) in table.reports().items()}
    noted = {"S0": 31, "S1": 19, "S2": 25, "S3": 20, "S4": 15}
    assert of == {key: [f"{key}-E{number:02}" for number in range(1, count + 1)] for key, count in noted.items()}
    counted = Counter(row.status for row in table.rows())
    assert {*counted} == {*table.STATUSES}
    assert counted.total() - counted["out of scope"] >= 95


def test_what_becomes_of_each_error(table, tmp_path):
    """The evidence of each row holds: the planted error is found, listed, or replaced by what was run."""
    rows = table.rows()
    assert all(row.evidence for row in rows if row.status != "out of scope")
    assert table.Bench(tmp_path).wrong(rows) == {}


def test_the_page(table):
    """The documentation page is generated from the rows."""
    assert (ROOT / "docs" / "errors.md").read_text(encoding="utf-8") == table.page()
