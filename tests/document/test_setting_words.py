"""Typed settings: which phrases are read, what they say, and what a run may be said to have."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from report_builder.document import setting_words
from report_builder.document.lexicon import lexicon
from report_builder.document.material import RunCard
from report_builder.document.naming import Name

CARD = RunCard("vae", "VAE", "VAE", "MNIST", (1, 2, 3), {"training": {"epochs": 30, "batch_size": 64}})


@pytest.mark.parametrize(
    ("language", "words", "path", "number"),
    [
        ("en", "was trained for fifty epochs", "training.epochs", 50),
        ("en", "a batch size of 128", "training.batch_size", 128),
        ("en", "the learning rate was 1e-3", "training.learning_rate", 0.001),
        ("en", "a 16-dimensional code", "model.latent_dim", 16),
        ("en", "trained with three seeds", "seeds", 3),
        ("pl", "trenowano przez dwadzieścia epok", "training.epochs", 20),
        ("pl", "rozmiar partii wynosi 32", "training.batch_size", 32),
        ("pl", "współczynnik uczenia 0,001", "training.learning_rate", 0.001),
        ("pl", "kod ma dziesięć współrzędnych", "model.latent_dim", 10),
        ("pl", "z pięcioma ziarnami", "seeds", None),
        ("de", "zwölf Epochen lang trainiert", "training.epochs", 12),
        ("de", "eine Batchgröße von 32", "training.batch_size", 32),
        ("de", "die Lernrate beträgt 0,01", "training.learning_rate", 0.01),
        ("de", "ein 2-dimensionaler Code", "model.latent_dim", 2),
        ("ru", "обучали пятьдесят эпох", "training.epochs", 50),
        ("ru", "размер пакета равен 128", "training.batch_size", 128),
        ("ru", "скорость обучения равна 0,001", "training.learning_rate", 0.001),
        ("ru", "двумерный код", "model.latent_dim", None),
        ("zh-Hant", "訓練了五十個週期", "training.epochs", 50),
        ("zh-Hant", "批次大小為 64", "training.batch_size", 64),
        ("zh-Hant", "學習率為 0.001", "training.learning_rate", 0.001),
        ("zh-Hant", "十個隨機種子", "seeds", 10),
    ],
)
def test_phrases_and_numbers(language: str, words: str, path: str, number: float | None) -> None:
    """A phrase is read with its number in digits or as a word; None: a form that is not read."""
    form = dict(setting_words._forms(language))[path]
    found = [next(filter(None, match.groups())) for match in form.finditer(words)]
    assert [setting_words._number(said, lexicon(language)) for said in found] == ([] if number is None else [number])


def test_what_a_run_may_be_said_to_have() -> None:
    """The numbers of a schedule, the epochs that were done, and the number of seeds; nothing for a setting that it lacks."""
    schedule = {"kind": "cosine_decay", "initial_learning_rate": 0.002, "warmup": False}
    scheduled = replace(CARD, settings={"training": {"learning_rate": schedule}})
    assert setting_words._values(scheduled, "training.learning_rate") == ["cosine_decay", 0.002]
    stopped = replace(CARD, histories=({"loss": [1.0] * 12},))
    assert setting_words._values(stopped, "training.epochs") == [30, 12]
    assert setting_words._values(CARD, "seeds") == [3]
    assert setting_words._values(CARD, "model.latent_dim") == []


def test_data_are_compared_by_name() -> None:
    """A data set may be shortened and spelled in any way; the user's own file may contain any."""
    words = lexicon("en")
    for said, kind, same in (
        ("Fashion-MNIST", "fashion_mnist", True),
        ("MNIST", "fashion_mnist", False),
        ("CIFAR", "cifar10", True),
        ("CIFAR-100", "cifar10", False),
        ("CelebA", "./mine.py", True),
    ):
        assert setting_words._is_among(said, [kind], words) == same


def test_what_a_citation_reports_is_another_training() -> None:
    """A sentence that cites a source may say how that source trained; without the citation it is about the run it names."""
    names = SimpleNamespace(material=SimpleNamespace(runs={"vae": CARD}))
    sentence = SimpleNamespace(
        typed="The VAE was trained for 50 epochs", lexicon=lexicon("en"), runs=[Name("VAE", 4, 7)], names=names, cites=True
    )
    assert not [*setting_words.foreign_settings(sentence)]  # type: ignore[arg-type]
    sentence.cites = False
    (found,) = setting_words.foreign_settings(sentence)  # type: ignore[arg-type]
    assert (found.words, found.of) == ("trained for 50 epochs", {"vae": "30"})
