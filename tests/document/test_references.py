"""References are linked, inflected, and resolved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.tree import caption_of, plain_text, walk
from report_builder.errors import ReportError

FIGURES = '\n\n{{ figure("strip") }}\n\n{{ figure("codes") }}\n\n{{ equation("vae") }}\n'


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("@fig:strip", "rysunek\u00a01"),
        ("@Fig:strip", "Rysunek\u00a01"),
        ("[-@fig:codes]", "2"),
        ("[@fig:strip]{.loc}", "rysunku\u00a01"),
        ("[@fig:strip]{.Loc}", "Rysunku\u00a01"),
        ("[@fig:strip; @fig:codes]{.loc}", "rysunkach\u00a01 i\u00a02"),
        ("[@fig:strip; @fig:codes]", "rysunki\u00a01 i\u00a02"),
        ("[@fig:strip; @eq:vae]", "rysunek\u00a01 i\u00a0wzór\u00a0(1)"),
        ("[@eq:vae]{.ins}", "wzorem\u00a0(1)"),
        ("[@fig:strip]{.loc .page}", "rysunku\u00a01"),
        ("[@fig:strip]{.page}", "rysunek\u00a01"),
    ],
)
def test_forms(composed, free, reference, expected):
    """A reference prints the label word in its case, number and capitalization, before or after its target."""
    document = composed(f"x {reference} y{FIGURES}", free)
    assert plain_text(document.blocks[0]) == f"x {expected} y"
    assert any(node["t"] == "Link" for node in walk(document.blocks[0]))


def test_a_page_is_that_of_one_thing(composed, free):
    """A page reference to two elements is refused at its line, because they may be on two pages."""
    with pytest.raises(ReportError) as caught:
        composed(f"see [@fig:strip; @fig:codes]{{.page}}{FIGURES}", free)
    (problem,) = caught.value.problems
    assert problem.where.endswith("lab.md:1")
    assert problem.next_step == "[@fig:strip]{.page}"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("pl", "Wynik z rysunku [@fig:strip]{.gen}."),
        ("pl", "*Rysunki* [@fig:strip; @fig:codes]."),
        ("en", "As figure @fig:strip shows."),
        ("zh-Hant", "見圖[@fig:strip]。"),
    ],
)
def test_a_word_is_not_printed_twice(composed, free, language, words):
    """The word that a reference prints cannot also be typed before it."""
    with pytest.raises(ReportError, match=r"lab.md:1: a word is typed before a reference that prints it"):
        composed(words + FIGURES, replace(free, header=replace(free.header, language=language)))


@pytest.mark.parametrize(
    "words", ["Wynik z rysunku [-@fig:strip].", "Wykres [@fig:strip].", "Na wykresie i rysunku. @Fig:strip jest dalej."]
)
def test_another_word_may_stand_before_a_reference(composed, free, words):
    """A word of another kind, the end of another sentence, and a number alone are no repetition."""
    assert composed(words + FIGURES, free)


def test_undefined(composed, free):
    """An undefined reference is an error with the template's line and the closest match."""
    with pytest.raises(ReportError) as caught:
        composed(f"one\n\nsee @fig:stripe{FIGURES}", free)
    (problem,) = caught.value.problems
    assert problem.where.endswith("lab.md:3")
    assert "'fig:strip'" in problem.allowed
    assert problem.next_step == ""


def test_undefined_and_no_label_at_all(composed, free):
    """A key without a known prefix may be an address or a citation, and the message says what to write for either."""
    with pytest.raises(ReportError) as caught:
        composed(f"see @nobody{FIGURES}", free)
    (problem,) = caught.value.problems
    assert problem.next_step.startswith("Write \\@ for a literal sign")


NUMBERED = "".join(f"\n\n$$ x $$ {{#eq:{name}}}" for name in "abcde")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("ab", "(1) i\u00a0(2)"),
        ("abc", "(1–3)"),
        ("abde", "(1), (2), (4) i\u00a0(5)"),
        ("abcde", "(1–5)"),
        ("bcda", "(2–4) i\u00a0(1)"),
    ],
)
def test_numbers_that_count_on(composed, free, names, told):
    """Three or more consecutive numbers are printed as a range, two are listed."""
    document = composed(f"x [-{'; '.join(f'@eq:{name}' for name in names)}]{NUMBERED}", free)
    assert plain_text(document.blocks[0]) == f"x {told}"


def test_dangling_link(composed, free):
    """A hand-written link to a missing place is an error."""
    with pytest.raises(ReportError, match="does not exist"):
        composed("[x](#no)", free)


def test_mention(composed):
    """A figure discussed in another task says so below its caption, with a link."""
    document = composed()
    figure = next(node for node in walk(document.blocks) if node["t"] == "Figure")
    assert plain_text(figure["c"][1]).endswith("(omówienie: zadanie\u00a02.1)")


def test_unreferenced(composed, free):
    """An unreferenced figure is a warning."""
    (warning,) = composed('{{ figure("strip") }}', free).warnings
    assert warning.received == "fig:strip"


def test_what_has_no_number_is_linked_to(composed, free):
    """A reference to an unnumbered heading is refused, and the message shows how to link to it."""
    with pytest.raises(ReportError, match=r"lab.md:5(.|\n)*no number: link to it by \[words\]\(#sec:b\)"):
        composed("# Top\n\n# Plain {.unnumbered #sec:b}\n\nSee @sec:b.\n", free)
    assert composed("# Top\n\n# Plain {.unnumbered #sec:b}\n\nSee [it](#sec:b).\n", free)


TASKS = "::: {{.task #1.1}}\n{}\n:::\n\n::: {{.task #2.1}}\n{}\n:::\n"
SHOWN = '{{ figure("strip") }}'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TASKS.format(SHOWN, "@fig:strip"), " (omówienie: zadanie\u00a02.1)"),
        (TASKS.format(f"{SHOWN}\n\n@fig:strip", "Words."), ""),
        ("@fig:strip\n\n" + TASKS.format(SHOWN, "Words."), ""),  # outside of all tasks
        (f"{SHOWN}\n\n" + TASKS.format("@fig:strip", "@fig:strip"), ""),
    ],
)
def test_where_a_figure_is_discussed(composed, material, text, told):
    """The caption of a task's figure names the other tasks that discuss it, and nothing else."""
    document = composed(
        text, replace(material, tasks={name: replace(card, requires=()) for name, card in material.tasks.items()})
    )
    figure = next(node for node in walk(document.blocks) if node["t"] == "Figure")
    said = plain_text(caption_of(figure)).partition("omówienie")
    assert (f" ({said[1]}{said[2]}" if said[1] else "") == told
