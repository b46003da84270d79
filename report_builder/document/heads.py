"""Makes table headings and links in HTML accessible: each has a name, and each heading has a scope."""

from __future__ import annotations

import re

_LINE_ANCHOR = re.compile(r'(<span id="(cb\d+-\d+)">)<a href="#\2"[^>]*></a>')
_CORNER = re.compile(r"<th([^>]*)></th>")
_FORMULA_HEAD = re.compile(
    r"(<th\b[^>]*><math)(?=[^>]*>(?:(?!</math>).)*<annotation[^>]*>([^<]*)</annotation></semantics></math></th>)", re.DOTALL
)
_HEAD = re.compile(r"<th(?=[ >])")


def with_heads(body: str) -> str:
    """Return the body of a page in which all links and headings of tables have a name, and headings have a scope."""
    return _with_scopes(_without_empty(body))


def _without_empty(body: str) -> str:
    """Remove links and headings without a name (line anchors in code, empty corners of tables); label headings of formulas."""
    named = _FORMULA_HEAD.sub(lambda head: head[1] + ' aria-label="' + head[2].replace('"', "&quot;") + '"', body)
    return _CORNER.sub(r"<td\1></td>", _LINE_ANCHOR.sub(r"\1", named))


def _with_scopes(body: str) -> str:
    """Add scopes: headings in the table head belong to columns, those in the body to rows."""
    parts = re.split(r"(</?tbody>)", body)
    return "".join(
        _HEAD.sub('<th scope="row"' if before == "<tbody>" else '<th scope="col"', part)
        for before, part in zip(["", *parts], parts, strict=False)
    )
