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
MANY = "no font has these characters"
_GLYPH = re.compile(r'the text `"(.*?)"` could not be displayed with font')
# Which package has glyphs for what the fonts of the typst wheel lack.
_CJK_HINT = "Chinese, Japanese and Korean need the extra 'cjk': pip install 'report-builder[cjk]'."
_OTHER_HINT = "No font of this installation has it: use another character, a formula or a picture."


def refuse_missing_glyphs(diagnostic: str, document: Document) -> None:
    """Refuses a document of which typst says that characters have no glyph.

    Raises:
        ReportError: each of them with its place; those that one package of fonts has are one mistake, at the first of them.
    """
    missing = sorted({character for text in _GLYPH.findall(diagnostic) for character in text if not character.isspace()})
    lines = {character: holding(document.blocks, character) for character in missing}
    eastern = sorted(filter(EAST.match, missing), key=lambda character: lines[character])
    causes = [*([eastern] if eastern else []), *([character] for character in missing if character not in eastern)]
    if causes:
        raise ReportError(*(_problem(characters, lines[characters[0]], document) for characters in causes))


def _problem(characters: list[str], line: int, document: Document) -> Problem:
    """What is said of characters that lack for one reason, at the line of the first of them."""
    first = characters[0]
    inside = document.places.line(line) if document.places and line else ""
    where = _in_header(document.header, first) or inside or "PDF"
    hint = _CJK_HINT if EAST.match(first) else _OTHER_HINT
    if len(characters) > 1:
        return Problem(where, MANY, f"{len(characters)}: {''.join(characters[:20])}", next_step=hint)
    received = f"'{first}' U+{ord(first):04X} {unicodedata.name(first, 'unnamed')}"
    return Problem(where, MISSING, received, next_step=hint)


def _in_header(header: Header, character: str) -> str:
    """The field of the title block that holds a character, or ""."""
    words = {name: given for name, given in vars(header).items() if isinstance(given, str)}
    words["author"] = "".join("".join(vars(author).values()) for author in header.authors)
    return next((f"report.{name}" for name, given in words.items() if character in given), "")
