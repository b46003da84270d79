"""Tells which characters no font has, and where they stand."""

from __future__ import annotations

import re
import unicodedata

from report_builder.document.composing import Document
from report_builder.document.fonts import EAST
from report_builder.document.material import Header
from report_builder.document.places import holding
from report_builder.errors import Problem, ReportError

MISSING = "no font has this character"
_GLYPH = re.compile(r'the text `"(.*?)"` could not be displayed with font')
# Which package has glyphs for what the fonts of the typst wheel lack.
_CJK_HINT = "Chinese, Japanese and Korean need the extra 'cjk': pip install 'report-builder[cjk]'."
_OTHER_HINT = "No font of this installation has it: use another character, a formula or a picture."


def refuse_missing_glyphs(diagnostic: str, document: Document) -> None:
    """Refuses a document of which typst says that characters have no glyph.

    Raises:
        ReportError: each of them with its place.
    """
    missing = sorted({character for text in _GLYPH.findall(diagnostic) for character in text if not character.isspace()})
    if not missing:
        return
    problems = []
    for character in missing:
        name = unicodedata.name(character, "unnamed")
        received = f"'{character}' U+{ord(character):04X} {name}"
        hint = _CJK_HINT if EAST.match(character) else _OTHER_HINT
        line = holding(document.blocks, character)
        inside = document.places.line(line) if document.places and line else ""
        where = _in_header(document.header, character) or inside or "PDF"
        problems.append(Problem(where, MISSING, received, next_step=hint))
    raise ReportError(*problems)


def _in_header(header: Header, character: str) -> str:
    """The field of the title block that holds a character, or ""."""
    return next((f"report.{name}" for name, given in vars(header).items() if isinstance(given, str) and character in given), "")
