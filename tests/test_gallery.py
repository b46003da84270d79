"""The gallery shows every kind of figure, and its page in the docs shows every figure of the gallery."""

from __future__ import annotations

from pathlib import Path

import pytest

from report_builder.kinds import FIGURES
from report_builder.plan import resolve
from report_builder.spec import load

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def figures():
    """The figures of the gallery by id."""
    return resolve(load(ROOT / "experiments" / "gallery.yaml")).figures


def test_every_kind_of_figure_is_in_the_gallery(figures) -> None:
    """Every registered kind of figure is shown in the gallery."""
    assert {picture.kind.name for picture in figures.values()} == set(FIGURES.names())


def test_the_page_shows_every_figure_with_its_line(figures) -> None:
    """Each figure has its image, and each kind its heading, its summary and all its options."""
    page = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    for id_ in figures:
        assert f"\n  {id_}: {{kind: " in page
        assert f"](gallery/{id_}.png)" in page
        assert (ROOT / "docs" / "gallery" / f"{id_}.png").stat().st_size > 1000
    for name, kind in FIGURES:
        assert f"\n## {name}\n" in page
        assert all(f"- `{option}`: " in page for option in kind.parameters.model_fields)
