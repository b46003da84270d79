"""Heads of tables and links, as everybody can read them: with a name, and with what they are the heads of."""

from __future__ import annotations

import re

_LINE_ANCHOR = re.compile(r'(<span id="(cb\d+-\d+)">)<a href="#\2"[^>]*></a>')
_CORNER = re.compile(r"<th([^>]*)></th>")
_FORMULA_HEAD = re.compile(
    r"(<th\b[^>]*><math)(?=[^>]*>(?:(?!</math>).)*<annotation[^>]*>([^<]*)</annotation></semantics></math></th>)", re.DOTALL
)
_HEAD = re.compile(r"<th(?=[ >])")


def with_heads(body: str) -> str:
    """The body of a page whose links and heads all have names, and whose heads say what they are the heads of."""
    return _with_scopes(_without_empty(body))


def _without_empty(body: str) -> str:
    """Without links and heads that have no name: anchors of lines of code, the corner of a table, a formula without words."""
    named = _FORMULA_HEAD.sub(lambda head: head[1] + ' aria-label="' + head[2].replace('"', "&quot;") + '"', body)
    return _CORNER.sub(r"<td\1></td>", _LINE_ANCHOR.sub(r"\1", named))


def _with_scopes(body: str) -> str:
    """With what each head of a table is the head of: those of the first rows of columns, the first in other rows of a row."""
    parts = re.split(r"(</?tbody>)", body)
    return "".join(
        _HEAD.sub('<th scope="row"' if before == "<tbody>" else '<th scope="col"', part)
        for before, part in zip(["", *parts], parts, strict=False)
    )
