"""The 198 features of five real lab reports, and where a report of this program has each of them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def table():
    """Table of the features and their checks."""
    spec = importlib.util.spec_from_file_location("source_features", ROOT / "benchmarks" / "features.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["source_features"] = module  # where its dataclass looks up its types
    spec.loader.exec_module(module)
    return module


def test_every_feature_has_a_row(table):
    """All noted features are listed once and in order, and unsupported ones have a reason."""
    noted = {"S0": 55, "S1": 30, "S2": 40, "S3": 46, "S4": 27}
    expected = [f"{key}-F{number:02}" for key, count in noted.items() for number in range(1, count + 1)]
    assert [row.id for row in table.rows()] == expected
    assert {row.here for row in table.rows()} <= {*table.HERE}
    assert all(row.why for row in table.rows() if row.here != "works")


def test_every_feature_stands_where_its_row_says(table):
    """Every named file holds its key, word or test, and every figure is printed by the template."""
    assert all(row.shown for row in table.rows())
    assert table.wrong() == {}


@pytest.mark.parametrize(
    ("file", "word"),
    [
        ("generative-models.yaml", "figures.no-such-figure"),
        ("generative-models.yaml", "figures.vae-codes.spread=ellipses"),
        ("generative-models.yaml", "runs.cgan.model.latent_dim.further"),
        ("generative-models-compact.yaml", "figures.ae-codes"),
        ("generative-models.md", 'listing("no-such-run"'),
        ("tests/models/test_vae.py", "test_nothing"),
        ("no-such-file.md", "words"),
    ],
)
def test_what_does_not_stand_there_is_seen(table, file, word):
    """A wrong key, value, word, test or file is no evidence."""
    (pair,) = table._shown(f"{file} {word}")
    assert not table._stands(*pair)


def test_a_figure_that_no_template_prints_is_no_evidence(table):
    """A figure is evidence only if the template prints it, alone or as a part of another."""
    assert table._drawn(ROOT / "experiments" / "generative-models-compact.yaml", "ae-plane")
    assert not table._drawn(ROOT / "experiments" / "generative-models-compact.yaml", "ae-codes")


def test_the_page(table):
    """The documentation page is generated from the rows."""
    assert (ROOT / "docs" / "features.md").read_text(encoding="utf-8") == table.page()
