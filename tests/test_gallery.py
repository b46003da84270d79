"""The gallery shows every kind of figure, and its page in the docs every figure of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from report_builder.kinds import FIGURES
from report_builder.plan import resolve
from report_builder.spec import load

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def figures():
    """Figures of the gallery by id."""
    return resolve(load(ROOT / "experiments" / "gallery.yaml")).figures


def test_every_kind_of_figure_is_in_the_gallery(figures) -> None:
    """A kind that registers itself must be shown there, too."""
    assert {picture.kind.name for picture in figures.values()} == set(FIGURES.names())


def test_the_page_shows_every_figure_with_its_line(figures) -> None:
    """Each figure has its picture, and each kind its heading, its summary and all its options."""
    page = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    for id_ in figures:
        assert f"\n  {id_}: {{kind: " in page
        assert f"](gallery/{id_}.png)" in page
        assert (ROOT / "docs" / "gallery" / f"{id_}.png").stat().st_size > 1000
    for name, kind in FIGURES:
        assert f"\n## {name}\n" in page
        assert all(f"- `{option}`: " in page for option in kind.parameters.model_fields)
