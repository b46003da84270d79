"""Paragraphs that may precede a floating figure."""

from __future__ import annotations

import pytest

from report_builder.document.source import passing

PICTURE = {"t": "Image", "c": [["", [], [["place", "auto"]]], [], ["a.png", ""]]}
NODES = {
    "figure": {"t": "Figure", "c": [["", [], []], [None, []], [{"t": "Plain", "c": [PICTURE]}]]},
    "words": {"t": "Para", "c": [{"t": "Str", "c": "So"}]},
    "formula": {"t": "Para", "c": [{"t": "Math", "c": [{"t": "DisplayMath"}, "x"]}]},
    "heading": {"t": "Header", "c": [1, ["", [], []], []]},
    "list": {"t": "BulletList", "c": []},
}


@pytest.mark.parametrize(
    ("behind", "count"),
    [
        ("words words", 2),
        ("words heading words", 1),
        ("words figure words", 1),
        ("words formula words", 0),
        ("words words list", 1),
        ("heading words", 0),
        ("", 0),
    ],
)
def test_paragraphs_that_a_figure_may_pass(behind: str, count: int) -> None:
    """A figure may pass self-contained paragraphs; one that leads to a formula or list stays with it."""
    assert passing([NODES[name] for name in ["figure", *behind.split()]], 0) == count
