"""Reports characters that no font has, and where they occur."""

from __future__ import annotations

import re
import unicodedata

from report_builder.document.composing import Document
from report_builder.document.fonts import EAST
from report_builder.document.material import Header
from report_builder.document.places import holding
from report_builder.errors import Problem, ReportError

MISSING = "no font has this character"
MANY = "no font has these characters"
_GLYPH = re.compile(r'the text `"(.*?)"` could not be displayed with font')
# How to obtain glyphs that the fonts in the typst wheel lack.
_CJK_HINT = "Chinese, Japanese and Korean need the extra 'cjk': pip install 'report-builder[cjk]'."
_OTHER_HINT = "No font of this installation has it: use another character, a formula or a picture."


def refuse_missing_glyphs(diagnostic: str, document: Document) -> None:
    """Reject a document if typst reports characters without a glyph.

    Raises:
        ReportError: with one problem per missing character; those that a font package would provide share one problem, at the
            first of them.
    """
    missing = sorted({character for text in _GLYPH.findall(diagnostic) for character in text if not character.isspace()})
    lines = {character: holding(document.blocks, character) for character in missing}
    eastern = sorted(filter(EAST.match, missing), key=lambda character: lines[character])
    causes = [*([eastern] if eastern else []), *([character] for character in missing if character not in eastern)]
    if causes:
        raise ReportError(*(_problem(characters, lines[characters[0]], document) for characters in causes))


def _problem(characters: list[str], line: int, document: Document) -> Problem:
    """Return the problem for characters that are missing for the same reason, at the line of the first of them."""
    first = characters[0]
    inside = document.places.line(line) if document.places and line else ""
    where = _in_header(document.header, first) or inside or "PDF"
    hint = _CJK_HINT if EAST.match(first) else _OTHER_HINT
    if len(characters) > 1:
        return Problem(where, MANY, f"{len(characters)}: {''.join(characters[:20])}", next_step=hint)
    received = f"'{first}' U+{ord(first):04X} {unicodedata.name(first, 'unnamed')}"
    return Problem(where, MISSING, received, next_step=hint)


def _in_header(header: Header, character: str) -> str:
    """Return the field of the title block that contains a character, or ""."""
    words = {name: given for name, given in vars(header).items() if isinstance(given, str)}
    words["author"] = "".join("".join(vars(author).values()) for author in header.authors)
    return next((f"report.{name}" for name, given in words.items() if character in given), "")
