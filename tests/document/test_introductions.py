"""Details of figures explain the name of a model once in a document."""

from __future__ import annotations

import pytest

from report_builder.document.captions import SETTING
from report_builder.document.introductions import introduce_once
from report_builder.document.material import RunCard
from report_builder.document.tree import div, para, plain_text, span, text
from report_builder.languages import NO_BREAK, codes, load


def runs(**models: tuple[str, str]) -> dict[str, RunCard]:
    """Runs with these names and kinds of models."""
    return {id_: RunCard(id_, name, model, "MNIST", (1,), {}) for id_, (name, model) in models.items()}


def read(said: list[str], cards: dict[str, RunCard], code: str = "en") -> list[str]:
    """The sentences of captions, one below another, after introductions."""
    blocks = [para([span(text(words), [SETTING])]) for words in said]
    introduce_once(blocks, cards, load(code))
    return [plain_text(block) for block in blocks]


CARDS = runs(ae=("AE", "autoencoder"), vae=("VAE", "variational autoencoder"), kl=("VAE-KL", "variational autoencoder"))


def test_a_kind_is_said_once():
    """Later sentences have the name alone, and the kind again for a name that is new."""
    first = "Models: AE (autoencoder) and VAE (variational autoencoder)."
    assert read(["Model: AE (autoencoder).", first, first], CARDS) == [
        "Model: AE (autoencoder).",
        "Models: AE and VAE (variational autoencoder).",
        "Models: AE and VAE.",
    ]


def test_a_name_within_another_is_not_introduced_by_it():
    """The name VAE-KL does not introduce VAE; a kind after two names stays until both are introduced."""
    kind = "(variational autoencoder)"
    said = read([f"Model: VAE-KL {kind}.", f"Models: VAE and VAE-KL {kind}.", f"Model: VAE {kind}."], CARDS)
    assert said == [f"Model: VAE-KL {kind}.", f"Models: VAE and VAE-KL {kind}.", "Model: VAE."]


def test_another_kind_of_one_name_is_said():
    """Two models of one name keep what tells them apart."""
    cards = runs(one=("M", "autoencoder"), two=("M", "network"))
    said = ["Model: M (autoencoder).", "Model: M (network).", "Model: M (network)."]
    assert read(said, cards) == [*said[:2], "Model: M."]


def test_the_line_of_a_task_introduces_for_captions():
    """A kind said in the line below a heading is left out of captions, and links in that line stay."""
    shared = div([para([span([*text("Model: VAE (variational autoencoder)"), {"t": "LineBreak"}], ["fact"])])], [SETTING])
    blocks = [shared, para([span(text("Model: VAE (variational autoencoder)."), [SETTING])])]
    introduce_once(blocks, CARDS, load("en"))
    assert shared["c"][1][0]["c"][0]["c"][1][-1] == {"t": "LineBreak"}
    assert plain_text(blocks[1]) == "Model: VAE."


def test_other_words_stay():
    """Prose, names with numbers, and sentences without a kind are not changed."""
    blocks = [para(text("AE (autoencoder) and AE (autoencoder)"))]
    introduce_once(blocks, CARDS, load("en"))
    assert plain_text(blocks[0]) == "AE (autoencoder) and AE (autoencoder)"
    numbered = f"Model: VAE{NO_BREAK}2 (variational autoencoder)."
    assert read([numbered, numbered], runs(two=("VAE 2", "variational autoencoder")))[1] == f"Model: VAE{NO_BREAK}2."
    assert read(["Data: MNIST."], {}) == ["Data: MNIST."]


@pytest.mark.parametrize("code", codes())
def test_each_language_names_a_kind_once(code):
    """The pattern of the language file is understood in every language."""
    language = load(code)
    named = language.word("details.model_of", name="AE", model="X Y")
    once = language.word("details.model", names=named)
    assert read([once, once], runs(ae=("AE", "X Y")), code) == [once, language.word("details.model", names="AE")]
