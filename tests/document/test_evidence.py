"""Figures, equations, listings and tables print with their labels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.document.tree import caption_of, identifier, plain_text, value, walk
from report_builder.kinds import Equation


def test_figure(composed, free):
    """A figure has caption, details, label, width and alternative text, and stands alone between the lines around it."""
    before, figure, after = composed('a\n{{ figure("codes", width="50%") }}\nb @fig:codes', free).blocks
    (image,) = (node for node in walk(figure["c"][2]) if node["t"] == "Image")
    assert (plain_text(before), plain_text(after)) == ("a", "b rysunek\xa01")
    assert plain_text(caption_of(figure)) == "Rysunek\xa01. Kody klas. MNIST."
    assert (identifier(figure), value(image, "width"), value(image, "alt")) == ("fig:codes", "50%", "Chmura punktów")


@pytest.mark.parametrize(("code", "said"), [("en", "where w = 0.25 – weight."), ("pl", "gdzie w = 0{,}25 – weight.")])
def test_the_value_of_a_symbol_has_the_decimal_mark_of_the_language(composed, free, code, said):
    """A weight in the legend of a loss is printed like every other number."""
    given = replace(free, equations={"vae": Equation("w", (("w = 0.25", "weight"),))})
    given = replace(given, header=replace(free.header, language=code))
    (symbols,) = composed('{{ symbols("vae") }}', given).blocks
    assert plain_text(symbols) == said


def test_equation_and_symbols(composed, free):
    """An equation carries its label; its symbols are explained in the report's language."""
    equation, symbols = composed('{{ equation("vae") }}{{ symbols("vae") }}', free).blocks
    assert identifier(equation) == "eq:vae"
    assert plain_text(symbols) == r"gdzie z – kod; \beta – waga."


def test_listing_survives_backticks(material, composed):
    """Code that contains a fence of its own stays one listing."""
    listing = material.listings["vae", "loss"]
    object.__setattr__(listing, "code", "x = 1\n```\ny = 2")
    (listing,) = composed('{{ listing("vae", "loss") }}', replace(material, tasks={})).blocks
    assert listing["c"][1][0]["c"] == [["", ["python"], []], "x = 1\n```\ny = 2"]
    assert plain_text(listing["c"][1][1]) == "Listing\xa01. VAE, loss (network.py, od wiersza 12)"
