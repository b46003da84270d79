"""The number of a figure drawn alone: taken from the document, which is composed again only if its text changed."""

from __future__ import annotations

import pytest

from report_builder.build import composing

GRID = ("figure", "grid", "--report", "tiny", "--set")


def names(lab) -> list[str]:
    """Names of the published pictures."""
    return sorted(path.name for path in (lab.folder / "figures" / "tiny").glob("*.png"))


@pytest.fixture
def composed(monkeypatch) -> list[str]:
    """List that grows by one entry for each composed document."""
    from report_builder.document import composing as document

    made, compose = list[str](), document.compose

    def counting(rendered, *arguments, **options):
        made.append(rendered.text)
        return compose(rendered, *arguments, **options)

    monkeypatch.setattr(document, "compose", counting)
    return made


def test_a_redraw_composes_the_document_once(built, composed: list[str]) -> None:
    """The document is composed once for any number of redraws, of the same figure or of another."""
    for ink in ("light", "dark", "light"):
        assert built.run(*GRID, f"figures.grid.ink={ink}") == 0
    assert built.run("figure", "codes", "--report", "tiny", "--set", "figures.codes.opacity=0.3") == 0
    assert names(built) == ["01-codes.png", "02-grid.png"]
    assert len(composed) == 1


def test_a_new_text_gives_new_numbers(built, composed: list[str]) -> None:
    """A template with reordered figures is composed again, and the figure is published under its new number."""
    assert built.run(*GRID, "figures.grid.ink=light") == 0
    built.edit('{{ figure("codes") }}', "", built.template)
    built.edit('{{ figure("grid") }}', '{{ figure("grid") }}\n\n{{ figure("codes") }}', built.template)
    assert built.run(*GRID, "figures.grid.ink=dark") == 0
    assert names(built) == ["01-codes.png", "01-grid.png"]
    assert len(composed) == 2


def test_a_mistake_of_the_template_is_said_by_each_redraw(built, capsys) -> None:
    """A text with a mistake leaves no numbers to remember, so every redraw reports the mistake."""
    built.edit('{{ figure("grid") }}', '{{ figure("grid") }} {{ fact("vae.test.nothing") }}', built.template)
    for ink in ("light", "dark"):
        assert built.run(*GRID, f"figures.grid.ink={ink}") != 0
        assert "vae.test.nothing" in capsys.readouterr().err


def test_a_figure_that_is_nowhere_shown_is_known_as_such(built) -> None:
    """A figure that the template does not show has no number, and the other figures keep theirs."""
    built.edit("figures:\n", "figures:\n  curves: {kind: training_curves, runs: [vae], caption: Losses}\n")
    assert composing.figure_numbers(built.plan(), built.workspace) == {"codes": "1", "grid": "2"}
