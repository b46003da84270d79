"""Passages that may precede a floating figure."""

from __future__ import annotations

import pytest

from report_builder.document.source import passing
from report_builder.document.tree import Node

PICTURE = {"t": "Image", "c": [["", [], [["place", "auto"]]], [], ["a.png", ""]]}


def div(*classes: str) -> Node:
    """An empty block of ours."""
    return {"t": "Div", "c": [["", [*classes], []], []]}


NODES = {
    "figure": {"t": "Figure", "c": [["", [], []], [None, []], [{"t": "Plain", "c": [PICTURE]}]]},
    "words": {"t": "Para", "c": [{"t": "Str", "c": "So"}]},
    "sentence": {"t": "Para", "c": [{"t": "Str", "c": "So."}]},
    "formula": {"t": "Para", "c": [{"t": "Math", "c": [{"t": "DisplayMath"}, "x"]}]},
    "numbered": div("equation"),
    "symbols": div("symbols"),
    "listing": div("listing"),
    "heading": {"t": "Header", "c": [1, ["", [], []], []]},
    "list": {"t": "BulletList", "c": []},
    "numbers": {"t": "OrderedList", "c": []},
}


@pytest.mark.parametrize(
    ("behind", "sizes"),
    [
        ("words words", [1, 1]),
        ("words heading words", [1]),
        ("words figure words", [1]),
        ("words formula words words", [3, 1]),
        ("words numbered symbols words", [3, 1]),
        ("words formula words numbered", [4]),
        ("words words list words", [1, 2, 1]),
        ("words words numbers words", [1, 2, 1]),
        ("words words listing words", [1]),
        ("words sentence listing words", [1, 1]),
        ("words list listing", []),
        ("formula words", []),
        ("heading words", []),
        ("", []),
    ],
)
def test_passages_that_a_figure_may_pass(behind: str, sizes: list[int]) -> None:
    """A figure may pass passages: a paragraph that leads to a formula or list goes with it, to anything else stays behind."""
    assert passing([NODES[name] for name in ["figure", *behind.split()]], 0) == sizes
