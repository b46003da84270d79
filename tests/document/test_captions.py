"""Captions are short: facts about the figures of a task are stated once, above them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.document.captions import captioned
from report_builder.document.html import html_page
from report_builder.document.material import FigureCard, SubfiguresCard
from report_builder.document.office import docx
from report_builder.document.panels import caption_of_all
from report_builder.document.pdf import pdf, typst_source
from report_builder.document.tree import caption_of, has_class, identifier, plain_text, walk
from report_builder.languages import codes, load

DATA, SEED, LIMITS = "Dane: MNIST.", "Ziarno losowości: 1.", "Granice siatki: [0; 1]."


@pytest.fixture
def drawn(material):
    """Return a function that makes figures with these sentences, and a material that has them."""

    def make(code: str = "pl", **sentences: tuple[str, ...]):
        some = material.figures["codes"]
        figures = {
            id_: FigureCard(id_, f"O {id_}", " ".join(said), f"Alt {id_}", None, some.svg, sentences=said)
            for id_, said in sentences.items()
        }
        return replace(material, tasks={}, figures=figures, header=replace(material.header, language=code))

    return make


def shown(*names: str) -> str:
    """Task that shows figures."""
    figures = "\n\n".join(f'[@fig:{name}]{{.nom}}\n\n{{{{ figure("{name}") }}}}' for name in names)
    return f"::: {{.task #{names[0]}}}\n::: answer\n{figures}\n:::\n:::\n"


def settings(document) -> list[str]:
    """Lines that state the settings shared by figures."""
    return [plain_text(node).replace("\u00a0", " ") for node in walk(document.blocks, "Div") if has_class(node, "setting")]


def captions(document) -> list[str]:
    """Captions of the figures."""
    return [plain_text(caption_of(node)).replace("\u00a0", " ") for node in walk(document.blocks, "Figure")]


def test_what_figures_share_is_said_once(composed, drawn) -> None:
    """Data, seed and sentences stated by two figures move from captions to the head of the task; other sentences stay."""
    given = drawn(
        a=("Model: AE.", DATA, SEED, LIMITS),
        b=("Model: VAE.", DATA, SEED, "Pary: 1 i 2."),
        c=("Model: VAE.", DATA, SEED, "Pary: 1 i 2."),
        d=(DATA, LIMITS),
    )
    document = composed(shown("a", "b", "c") + "\n" + shown("d"), given)
    assert captions(document) == [
        f"Rysunek 1. O a. {LIMITS}",
        "Rysunek 2. O b.",
        "Rysunek 3. O c.",
        f"Rysunek 4. O d. {DATA} {LIMITS}",  # the only one of its task
    ]
    (first,) = settings(document)
    assert first == (
        f"Rysunki 1–3. {DATA} {SEED} Model: AE (rysunek 1). Model: VAE (rysunki 2 i 3). Pary: 1 i 2 (rysunki 2 i 3)."
    )
    assert not document.warnings
    (task, _) = (node for node in document.blocks if has_class(node, "task"))
    assert has_class(task["c"][1][1], "setting")  # right after the heading


def test_notes_name_figures_in_order(composed, drawn) -> None:
    """The line names its figures in the order of their numbers, whichever of them a sentence is about."""
    document = composed(shown("a", "b", "c"), drawn(a=("Model: AE.", DATA), b=("Model: VAE.",), c=("Model: AE.", DATA)))
    assert settings(document) == [
        f"Rysunki 1–3. Model: AE (rysunki 1 i 3). {DATA[:-1]} (rysunki 1 i 3). Model: VAE (rysunek 2)."
    ]


def test_outside_of_tasks(composed, drawn) -> None:
    """A section states the shared settings after its heading; above the first heading captions keep them."""
    given = drawn(a=(DATA, SEED), b=(DATA, SEED), c=(DATA, SEED))
    text = "{{ figure('a') }}\n\n# Head\n\n{{ figure('b') }}\n\n{{ figure('c') }}\n\n[@fig:a; @fig:b; @fig:c]\n"
    document = composed(text, given)
    assert captions(document) == [f"Rysunek 1. O a. {DATA} {SEED}", "Rysunek 2. O b.", "Rysunek 3. O c."]
    assert settings(document) == [f"Rysunki 2 i 3. {DATA} {SEED}"]
    assert identifier(document.blocks[1]).startswith("heading")


def test_figures_side_by_side(composed, drawn) -> None:
    """Settings shared by all parts are stated once, in the caption of the whole; differences stay in that of each part."""
    given = drawn(a=("Model: AE.", DATA), b=("Model: VAE.", DATA))
    given = replace(given, subfigures={"both": SubfiguresCard("both", ("a", "b"), 2, "Oba")})
    document = composed(shown("both"), given)
    assert captions(document) == ["(a) O a. Model: AE.", "(b) O b. Model: VAE."]
    assert settings(document) == []
    (whole,) = (node for node in walk(document.blocks, "Div") if has_class(node, "panels"))
    assert plain_text(caption_of_all(whole)).replace("\u00a0", " ") == f"Rysunek 1. Oba. {DATA}"


def test_formats(composed, drawn, tmp_path: Path) -> None:
    """In the PDF the line stays with its heading; in HTML each figure has all its details on demand."""
    document = composed(shown("a", "b"), drawn(a=(DATA, SEED, LIMITS), b=(DATA, LIMITS)))
    assert "#setting[" in typst_source(document)[0]
    assert pdf(document)[1] is None
    page = html_page(document).replace("\u00a0", " ")
    assert f"<details><summary>Szczegóły</summary>{DATA} {SEED} {LIMITS}</details>" in page
    assert page.count("<summary>Szczegóły") == 2
    assert "data-details" not in page
    (tmp_path / "out.docx").write_bytes(docx(document))


@pytest.mark.parametrize("code", codes())
def test_every_language(composed, drawn, code: str) -> None:
    """Sentences on model, data, points, seed, epochs and weights are recognized in each language and printed once."""
    language = load(code)
    fields = {"names": "A", "what": "B", "n": 3, "seeds": "1", "weights": "C"}
    keys = ("model", "models", "data", "points", "seed", "seeds", "epochs", "weights")
    sentences = tuple(language.word(f"details.{key}", **fields) for key in keys)
    document = composed(shown("a", "b"), drawn(code, a=sentences, b=sentences))
    (said,) = settings(document)
    assert [sentence for sentence in sentences if sentence.replace("\u00a0", " ") not in said] == []
    assert not any(sentence in captions(document)[0] for sentence in sentences)


def test_words_of_the_author(free) -> None:
    """The author's caption ends before the stated settings; without settings it is unchanged."""
    language = load("pl")
    assert captioned("Kody", ("Punkty.",), language)[0]["c"] == "Kody."
    assert captioned("Kody", (), language) == captioned("Kody ", (), language)
    assert captioned("", (), language) == []
    assert [captioned(words, ("點。",), load("zh-Hant"))[0]["c"] for words in ("碼", "碼！")] == ["碼。", "碼！"]
