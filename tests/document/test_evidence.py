"""Figures, equations, listings and tables are printed with their labels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.material import Fragment, Listing
from report_builder.document.tree import caption_of, identifier, plain_text, value, walk
from report_builder.kinds import Equation


def test_figure(composed, free):
    """A figure has a caption, details, label, width and alternative text, and is separated from the lines around it."""
    before, figure, after = composed('a\n{{ figure("codes", width="50%") }}\nb @fig:codes', free).blocks
    (image,) = (node for node in walk(figure["c"][2]) if node["t"] == "Image")
    assert (plain_text(before), plain_text(after)) == ("a", "b rysunek\xa01")
    assert plain_text(caption_of(figure)) == "Rysunek\xa01. Kody klas. MNIST."
    assert (identifier(figure), value(image, "width"), value(image, "alt")) == ("fig:codes", "50%", "Chmura punktów")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "where w = 0.25\u00a0– weight."),
        ("pl", "gdzie w = 0{,}25\u00a0– weight."),
        ("zh-Hant", "其中 w = 0.25 – weight。"),
    ],
)
def test_the_value_of_a_symbol_has_the_marks_of_the_language(composed, free, code, said):
    """A weight in the legend of a loss is formatted like every other number."""
    given = replace(free, equations={"vae": Equation("w", (("w = 0.25", "weight"),))})
    given = replace(given, header=replace(free.header, language=code))
    (symbols,) = composed('{{ symbols("vae") }}', given).blocks
    assert plain_text(symbols) == said


def test_equation_and_symbols(composed, free):
    """An equation has its label, and its symbols are explained in the report's language."""
    equation, symbols = composed('{{ equation("vae") }}{{ symbols("vae") }}', free).blocks
    assert identifier(equation) == "eq:vae"
    assert plain_text(symbols) == "gdzie z\u00a0– kod; \\beta\u00a0– waga."


def test_a_listing_prints_chosen_functions(material, composed):
    """`only` prints the functions and classes that it names, in the order of the code, decorators included."""
    fragments = (
        Fragment("@keras.saving\ndef first(x):\n    def second(): ...", "a.py"),
        Fragment("  class Second(A): ...", "b.py", 7),
    )
    given = replace(material, tasks={}, listings={("vae", "loss"): Listing("vae", "loss", fragments)})
    for only, origins in (
        ("Second", ["b.py, od wiersza 7"]),
        (["Second", "first"], ["a.py, od wiersza 1", "b.py, od wiersza 7"]),
    ):
        (listing,) = composed(f'{{{{ listing("vae", "loss", only={only!r}) }}}}', given).blocks
        assert [plain_text(block) for block in listing["c"][1] if block["t"] == "Para"][:-1] == origins


def test_listing_survives_backticks(material, composed):
    """Code that contains a fence stays whole; each fragment names its file, and a notebook cell has its number."""
    fragments = (Fragment("x = 1\n```\ny = 2", "network.py", 12), Fragment("z = 3", "losses.py", 7))
    given = replace(material, tasks={}, listings={("vae", "loss"): Listing("vae", "loss", fragments)})
    (listing,) = composed('{{ listing("vae", "loss", cell=5) }}', given).blocks
    prompt, first, code, second, other, caption = listing["c"][1]
    assert [plain_text(head) for head in (prompt, first, second)] == [
        "In [5]:",
        "network.py, od wiersza 12",
        "losses.py, od wiersza 7",
    ]
    assert [code["c"], other["c"]] == [
        [["", ["python"], [["startFrom", "12"]]], "x = 1\n```\ny = 2"],
        [["", ["python"], [["startFrom", "7"]]], "z = 3"],
    ]
    assert plain_text(caption) == "Listing\xa01. VAE, loss"
