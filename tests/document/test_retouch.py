"""An edited paragraph: put into the finished files alone, it stands there as if the whole document had been composed again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from report_builder.document.composing import Document, compose
from report_builder.document.html import html_page
from report_builder.document.material import Material, TaskCard
from report_builder.document.pdf import typst_source
from report_builder.document.rendering import Rendered, render
from report_builder.document.retouch import retouch

TEXT = """\
# Model {#sec:model}

Wstęp bez wyniku, w dwóch
wierszach źródła.

::: {.task #1.1}
::: question
Czego model się uczy i „jak"?
:::
::: answer
Model {{ run("ae").model }} uczono przez {{ run("ae").get("training.epochs") }} epok ([@sec:model]{.loc}), a $\\beta = 1$.

ELBO wynosi {{ fact("vae.test.elbo", digits=1, unit=True) }}; *nic więcej* [stąd](https://example.org).

- jeden
- dwa

{{ figure("strip") }}

Obraz @fig:strip. Zob. $$x = 1$$
:::
:::
"""
PARAGRAPHS = ("Wstęp bez wyniku", "Czego model", "Model {{", "ELBO wynosi")
ELSEWHERE = {
    "a heading": ("# Model", "# Modele"),
    "a list": ("- dwa", "- dwa i pół"),
    "a label": ("{#sec:model}", "{#sec:siec}"),
    "a label within a paragraph": ("bez wyniku", "[bez wyniku]{#sec:more}"),
    "a displayed formula": ("$$x = 1$$", "$$x = 2$$"),
    "a note": ("bez wyniku", "bez wyniku^[Przypis.]"),
    "a citation": ("bez wyniku", "bez wyniku [@kingma2014]"),
    "a picture": ("bez wyniku", "![a](own.png)"),
    "a list begun": ("Wstęp", "- Wstęp"),
    "two paragraphs": ("wierszach źródła.", "wierszach.\n\nI jeszcze."),
    "a paragraph less": ("Wstęp bez wyniku, w dwóch\nwierszach źródła.\n\n", ""),
    "a printed value more": ("bez wyniku", 'bez {{ run("ae").model }}'),
    "a value of another fact": ('"vae.test.elbo", digits=1', '"mc.test.elbo", digits=1'),
    "an unknown fact": ('"vae.test.elbo"', '"vae.test.none"'),
    "an unknown reference": ("@fig:strip", "@fig:none"),
}


@dataclass
class Version:
    """A rendering and what was composed of it."""

    rendered: Rendered
    document: Document


@pytest.fixture
def alone(material: Material) -> Material:
    """The material with a task that requires nothing."""
    return replace(material, tasks={"1.1": TaskCard("1.1")})


@pytest.fixture
def version(alone: Material, write_template: Callable[..., Path]) -> Callable[[str], Version]:
    """Compose a text."""

    def make(text: str) -> Version:
        rendered = render(write_template(text), alone)
        return Version(rendered, compose(rendered, alone))

    return make


@pytest.mark.parametrize("paragraph", PARAGRAPHS)
@pytest.mark.parametrize("more", ["I z nim {} = 2, „w tym” 5 -- 7...", "A $\\sigma$ i @fig:strip."])
def test_an_edited_paragraph_stands_as_if_all_was_composed_again(version, paragraph: str, more: str) -> None:
    """Page and source of the PDF get what composing the whole text gives, wherever the paragraph stands."""
    old, new = version(TEXT), version(TEXT.replace(paragraph, f"{more} {paragraph}"))
    edit = retouch(old.document, old.rendered, new.rendered)
    assert edit is not None
    assert edit.html(html_page(old.document)) == html_page(new.document)
    assert edit.typst(typst_source(old.document)[0]) == typst_source(new.document)[0]


@pytest.mark.parametrize("edit", ELSEWHERE)
def test_any_other_edit_waits_for_the_build(version, alone, write_template, edit: str) -> None:
    """What reaches beyond the words of one paragraph is never shown before the whole document is composed."""
    before, after = ELSEWHERE[edit]
    old = version(TEXT)
    assert before in TEXT
    assert not old.document.findings
    assert retouch(old.document, old.rendered, render(write_template(TEXT.replace(before, after, 1)), alone)) is None


def test_a_value_that_changed_elsewhere_waits_for_the_build(version, alone, write_template) -> None:
    """Where words of one paragraph and a value in another changed, the page never has the one without the other."""
    old = version(TEXT)
    text = TEXT.replace("bez wyniku", "bez wyników").replace('"vae.test.elbo"', '"mc.test.elbo"')
    assert retouch(old.document, old.rendered, render(write_template(text), alone)) is None


def test_words_that_stand_twice_are_not_exchanged(version) -> None:
    """Where the old paragraph stands more than once, its place is not certain."""
    text = "::: {.task #1.1}\n::: answer\nZdanie.\n\nInne.\n\nZdanie.\n:::\n:::\n"
    old, new = version(text), version(text.replace("Zdanie.", "Dwa zdania.", 1))
    edit = retouch(old.document, old.rendered, new.rendered)
    assert edit is not None
    assert edit.html(html_page(old.document)) is None
    assert edit.typst(typst_source(old.document)[0]) is None
