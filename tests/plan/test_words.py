"""The words of a language in the key of a figure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder import languages
from report_builder.plan.words import spelt
from report_builder.store import Memo

CODE = """
from report_builder.languages import Language
def said(language: Language, name: str) -> str:
    'Not axis. nor "see".'
    key = "codes." + name
    return language.word(f"alt.confusion_{name}", runs=f"{name}. {name}") + language.word(key if name else "axis.epoch")
"""


def test_words_are_found_by_their_keys(tmp_path) -> None:
    """Complete keys and keys with a variable end are found; a text that only resembles a key gives none."""
    (tmp_path / "own.py").write_text(CODE)
    found = spelt(tmp_path / "own.py", "pl", Memo(tmp_path / "memo.json"))
    assert found == {
        key for key in languages.load("pl").words if key.startswith(("alt.confusion_", "codes.")) or key == "axis.epoch"
    }


@pytest.mark.parametrize(("word", "drawn_again"), [("axis.latent", True), ("verdict.same", False), ("skip", False)])
def test_a_word_that_no_figure_prints_draws_none_again(lab, monkeypatch, word: str, *, drawn_again: bool) -> None:
    """Another axis label changes the keys of figures; a word of verdicts or of the page does not."""
    before = {id_: planned.step.key for id_, planned in lab.plan().figures.items()}
    load = languages.load
    other = {code: replace(load(code), words={**load(code).words, word: "other words"}) for code in languages.codes()}
    monkeypatch.setattr(languages, "load", other.__getitem__)
    after = {id_: planned.step.key for id_, planned in lab.plan().figures.items()}
    assert (before != after) is drawn_again


def test_names_of_classes_are_in_the_key(lab, monkeypatch) -> None:
    """Another translation of a class changes the keys of figures."""
    before, load = {id_: planned.step.key for id_, planned in lab.plan().figures.items()}, languages.load
    other = {code: replace(load(code), names={"cat": "other"}) for code in languages.codes()}
    monkeypatch.setattr(languages, "load", other.__getitem__)
    after = lab.plan().figures
    assert all(planned.step.key != before[id_] for id_, planned in after.items())
