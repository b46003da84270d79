"""The benchmark that changes facts detects text that follows a fact, silent text, and unrelated changes."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DISTANCE = '"vae.test.code_neighbour_distance", "ae.test.code_neighbour_distance"'
SOUND = f"""\
The bound of VAE is {{{{ fact("vae.test.elbo", digits=1) }}}}, on {{{{ fact("vae.test.elbo").n }}}} images. Its codes lie
{{{{ verdict({DISTANCE}, by="model", smaller="closer", greater="further apart", same="alike") }}}}.

The best arm is {{{{ best("latent", "validation.elbo").name }}}}.
{{% if fact("cgan.samples.class_asked").value > 0.5 %}} Enough.{{% endif %}}

{{{{ fact_table("latent", [("ELBO", "test.elbo", 1)], caption="Bounds") }}}}
"""


@pytest.fixture(scope="module")
def swaps():
    """The benchmark module."""
    spec = importlib.util.spec_from_file_location("swaps", ROOT / "benchmarks" / "swaps.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["swaps"] = module  # where its dataclasses look up their types
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def found(swaps, tmp_path):
    """Return a function that changes every fact cited by a small text."""

    def try_text(text: str):
        planted = swaps.planted
        file = tmp_path / "lab.md"
        file.write_text(text, encoding="utf-8")
        base = planted.Base(file, planted.measured(planted.laboratory("en"), tmp_path))
        return swaps.tried(swaps.Sheet.of(base, tmp_path), None, 1)

    return try_text


def test_sentences_follow_their_facts_and_nothing_else_changes(found):
    """Values, counts of images, verdicts, choices, conditions and table cells change with their facts alone."""
    seen = found(SOUND)
    assert (seen.silent, seen.leaks) == ([], [])
    assert seen.tallies["raised"].facts == 10
    assert seen.tallies["exchanged"].changed


@pytest.mark.parametrize(
    ("text", "silent", "leaks"),
    [
        ('{% set x = fact("vae.test.elbo").value %}The bound of VAE is high.\n', True, False),
        ('{% set x = fact("vae.test.elbo").value %}Bound.\n\n{% if x < -50 %}It is low.{% endif %}\n', True, True),
    ],
)
def test_what_it_must_see(found, text, silent, leaks):
    """A paragraph that reads a fact without following it is silent, and one that follows it without reading it is a leak."""
    seen = found(text)
    assert (bool(seen.silent), bool(seen.leaks)) == (silent, leaks)


def test_the_shipped_sheet(swaps, tmp_path):
    """A fact of the sheet, drawn by a seed, is followed by all that cites it, and by nothing else."""
    base = swaps.planted.base(swaps.REPORT, tmp_path, ROOT / "templates", tmp_path)
    seen = swaps.tried(swaps.Sheet.of(base, tmp_path), 1, 1)
    assert (seen.silent, seen.leaks) == ([], [])
    assert seen.tallies["raised"].sentences
