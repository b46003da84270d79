"""Which relations the words of a comparison may describe, in each language."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.document.ledger import Wording
from report_builder.document.lexicon import lexicon
from report_builder.document.material import Material
from report_builder.document.meanings import Reader
from report_builder.document.naming import Names
from report_builder.facts import Fact

TABLE = json.loads((Path(__file__).parent / "wordings.json").read_text(encoding="utf-8"))
RELATIONS = ("better", "worse", "greater", "smaller", "same")
METRICS = {"elbo": "higher", "reconstruction_mse": "lower", "nearest_distance": "none", "training_time": "lower"}


def fact(material: Material, run: str, metric: str, better: str) -> Fact:
    """Fact of a run."""
    return replace(material.facts["vae.test.elbo"], name=f"{run}.test.{metric}", run=run, metric=metric, better=better)


def told(material: Material, language: str, words: str, before: str = "") -> dict[str, str]:
    """For each metric, the relations of VAE to VAE (Monte Carlo) that the words do not contradict."""
    found = {}
    for metric, better in METRICS.items():
        a, b = (fact(material, run, metric, better) for run in ("vae", "mc"))
        reader = Reader(lexicon(language), Names(replace(material, facts={a.name: a, b.name: b})))
        fits = [r for r in RELATIONS if not reader.contradicted(Wording(a.name, r, b.name, words), a, before)]
        found[metric] = "any" if len(fits) == len(RELATIONS) else " ".join(fits)
    return found


@pytest.mark.parametrize(("language", "words"), [(language, words) for language, each in TABLE.items() for words in each])
def test_relations_that_words_deny(material: Material, language: str, words: str) -> None:
    """A wording fits the relations that it means, seen from the other run if it names that one, and no others."""
    before, _, after = words.rpartition(" … ")
    assert told(material, language, after, before) == TABLE[language][words]


@pytest.mark.parametrize(
    ("sign", "relation"), [(">", "greater"), (">=", "greater"), ("<", "smaller"), ("<=", "smaller"), ("==", "same")]
)
@pytest.mark.parametrize(
    ("words", "fits"), [("greater", {"greater"}), ("lower than that", {"smaller"}), ("equal", {"same"}), ("any", None)]
)
def test_bounds(material: Material, sign: str, relation: str, words: str, fits: set[str] | None) -> None:
    """The words of a bound contradict what its sign does not say."""
    a = fact(material, "vae", "nearest_distance", "none")
    reader = Reader(lexicon("en"), Names(replace(material, facts={a.name: a})))
    assert reader.contradicted(Wording(a.name, sign, 3.0, words), a, "") is (fits is not None and relation not in fits)


@pytest.mark.parametrize("words", ["better", "worse", "same", "greater"])
def test_what_is_open_is_denied_by_no_word(material: Material, words: str) -> None:
    """If neither a difference nor equality is shown, no wording is contradicted."""
    a, b = (fact(material, run, "elbo", "higher") for run in ("vae", "mc"))
    reader = Reader(lexicon("en"), Names(replace(material, facts={a.name: a, b.name: b})))
    assert not reader.contradicted(Wording(a.name, "open", b.name, words), a, "")
