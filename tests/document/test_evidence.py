"""Figures, equations, listings and tables print with their labels."""

from __future__ import annotations

from report_builder.document.rendering import render
from report_builder.document.seals import unsealed


def test_figure(material, write_template):
    """A figure prints caption, details, label, width and alternative text, alone in its paragraph."""
    text = render(write_template('a\n{{ figure("codes", width="50%") }}\nb'), material).text
    assert '\n\n![Kody klas. MNIST.](figure:codes){#fig:codes width="50%" alt="Chmura punktów"}\n\n' in text


def test_equation_and_symbols(material, write_template):
    """An equation carries its label; its symbols are explained in the report's language."""
    text = render(write_template('{{ equation("vae") }}{{ symbols("vae") }}'), material).text
    assert "$$ {#eq:vae}" in text
    assert "gdzie" in text
    assert r"- $\beta$ – [waga]{.fact}." in unsealed(text)


def test_listing_survives_backticks(material, write_template):
    """Code that contains a fence of its own stays one listing."""
    listing = material.listings["vae", "loss"]
    object.__setattr__(listing, "code", "x = 1\n```\ny = 2")
    text = render(write_template('{{ listing("vae", "loss") }}'), material).text
    assert "```` python\nx = 1\n```\ny = 2\n````" in text
