"""Predicts problems that only typesetting the PDF reveals, by letting typst set just the parts of the document at risk."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace

from report_builder.document.composing import Document
from report_builder.document.glyphs import MANY, MISSING
from report_builder.document.tree import LINE, Node, Nodes, attr, para, walk
from report_builder.errors import FindingError, Problem, ReportError
from report_builder.pages import SHARED, Page
from report_builder.store import Memo

GOOD = "can be set"
# All characters but those the fonts of the page styles cover: Latin, Greek, Cyrillic, combining marks and punctuation.
_RARE = re.compile("[^\x00-\u024f\u02b0-\u052f\u1e00-\u205f]")
_SHORT = 30  # TeX of at most this length cannot overflow a line, unless it contains spacing commands
_ROOM = ("\\hspace", "\\quad", "\\qquad", "\\phantom", "\\hphantom", "\\text")
_INSIDE = {"Div": 1, "OrderedList": 1, "BlockQuote": None, "BulletList": None}  # index of the child blocks


def foreseen(document: Document, memo: Memo) -> tuple[Problem, ...]:
    """Return the display formulas that are wider than their line.

    Texts that cannot cause trouble are skipped, and the result for texts that can be set is cached.

    Raises:
        ReportError: if no font has a character, or a custom page style cannot be typeset.
    """
    _try_style(document.header.page, memo)
    formulas = [tex for node in walk(document.blocks, "Math") if (tex := _display_formula(node))]
    long = any(len(tex) > _SHORT or any(room in tex for room in _ROOM) for tex in formulas)
    rare = _rare(document.blocks)
    if not long and not rare and not _RARE.search(str(document.header)):
        return ()
    blocks = [*_only_formulas(document.blocks), para(rare)]
    seen = re.sub(rf'"{LINE}": \d+', "", json.dumps([str(document.header), blocks], sort_keys=True))
    name = f"document {hashlib.sha256(seen.encode()).hexdigest()[:16]}"
    if memo.recall(name) == GOOD:
        return ()
    from report_builder.document.pdf import pdf

    try:
        pdf(replace(document, blocks=blocks, header=replace(document.header, logo=None)))
    except FindingError as error:
        return error.problems
    except ReportError as error:
        if any(problem.rule in (MISSING, MANY) for problem in error.problems):
            raise
        return ()  # other errors are reported when the whole document is typeset
    memo.remember(name, GOOD)
    return ()


def _try_style(page: Page, memo: Memo) -> None:
    """Raise ReportError if a custom page style cannot be typeset."""
    name = f"page style {' '.join(memo.sha256(file)[:16] for file in (page.file, *SHARED))}"
    if page.own and memo.recall(name) != GOOD:
        from report_builder.document.pdf import try_style

        try_style(page)
        memo.remember(name, GOOD)


def _rare(blocks: Nodes) -> Nodes:
    """Return, as one line, the text, code and formulas with characters that a font may lack."""
    found: Nodes = []
    for node in walk(blocks, "Str", "Code", "CodeBlock", "Math"):
        words = node["c"] if node["t"] == "Str" else node["c"][1]
        if _RARE.search(words):
            as_code = {"t": "Code", "c": [attr(), "".join(_RARE.findall(words))], LINE: node.get(LINE, 0)}
            found += [as_code if node["t"] in ("Code", "CodeBlock") else node, {"t": "Space"}]
    return found


def _display_formula(node: Node) -> str:
    return str(node["c"][1]) if node["t"] == "Math" and node["c"][0]["t"] == "DisplayMath" else ""


def _only_formulas(blocks: Nodes) -> Nodes:
    """Reduce blocks to their display formulas, keeping the nesting that narrows the line."""
    return [_cut(block) for block in blocks if any(_display_formula(node) for node in walk([block], "Math"))]


def _cut(block: Node) -> Node:
    if block["t"] in ("Para", "Plain"):
        return block | {"c": [node for node in walk([block], "Math") if _display_formula(node)]}
    if block["t"] not in _INSIDE:
        return block
    at = _INSIDE[block["t"]]
    inside = block["c"] if at is None else block["c"][at]
    items = [_only_formulas(item) for item in inside] if inside and isinstance(inside[0], list) else []
    cut: Nodes | list[Nodes] = [item for item in items if item] if items else _only_formulas(inside)
    return block | {"c": cut if at is None else [*block["c"][:at], cut, *block["c"][at + 1 :]]}
