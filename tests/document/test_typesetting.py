"""Locating the smallest part of a document that typst refuses."""

from __future__ import annotations

import pytest

from report_builder.document.tree import Node, attr, div, para, plain, plain_text, text, walk
from report_builder.document.typesetting import refused

BAD, GOOD = para(text("bad words")), para(text("good words"))


def alike(node: Node | None) -> str:
    """Kind and words of a block."""
    return f"{node['t']}: {plain_text(node)}" if node else ""


@pytest.mark.parametrize(
    ("blocks", "found"),
    [
        ([], ""),
        ([GOOD, GOOD], ""),
        ([GOOD, GOOD, BAD], "Para: bad words"),
        ([BAD, GOOD, GOOD, GOOD], "Para: bad words"),
        ([GOOD, div([GOOD, BAD], ["answer"]), GOOD], "Para: bad words"),
        ([{"t": "BlockQuote", "c": [GOOD, BAD]}], "Para: bad words"),
        ([{"t": "BulletList", "c": [[GOOD], [GOOD, {"t": "BlockQuote", "c": [BAD]}]]}], "Para: bad words"),
        ([{"t": "OrderedList", "c": [[1, {"t": "Decimal"}, {"t": "Period"}], [[GOOD], [plain(text("bad"))]]]}], "Plain: bad"),
        ([{"t": "Header", "c": [1, attr(), text("bad head")]}, GOOD], "Header: bad head"),
    ],
)
def test_the_block_that_fails_by_itself(blocks, found):
    """Halves are tried until one block is left, and then its contents."""
    assert alike(refused(blocks, lambda some: "bad" in plain_text(some))) == found


def test_links_within_the_document_are_no_mistake_of_a_part():
    """Internal links, whose targets are elsewhere, are tried as plain words; web links are tried unchanged."""
    tried = []

    def fails(blocks):
        tried.extend(node["c"][2][0] for node in walk(blocks, "Link"))
        return "bad" in plain_text(blocks)

    links = [{"t": "Link", "c": [attr(), text("bad"), [target, ""]]} for target in ("#sec:a", "https://a.example")]
    assert alike(refused([para(links)], fails)) == "Para: badbad"
    assert {*tried} == {"https://a.example"}
