"""Jinja extension that marks each line of a template with its file and number, so that rendered lines can be traced back."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2.exceptions import TemplateSyntaxError
from jinja2.ext import Extension
from jinja2.lexer import Token

from report_builder.document.ledger import SourceMap

if TYPE_CHECKING:
    from jinja2.lexer import TokenStream

# Marks stand between two private-use characters; they are removed from captured text and before pandoc reads the result.
OPEN, CLOSE, EMPTY = "\ue0f0", "\ue0f1", "~"
MARK = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
FORGED = str.maketrans("", "", OPEN + CLOSE)
_LEADING = re.compile(f"(?:{MARK.pattern})+")
_TAG = re.compile(r"(\{%.*?%\}|<#.*?#>)", re.DOTALL)
_RAW, _END_RAW = re.compile(r"\{%[-+]?\s*raw\b"), re.compile(r"\{%[-+]?\s*endraw\b")


class Lines(Extension):
    """Marks each line of template text, and keeps line breaks after tags that follow words.

    Jinja's `trim_blocks` removes the line break after every tag. It is meant for lines that consist only of tags; after words,
    it would join them to the next line.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the source with `+%}` for each `%}` that ends a line containing words."""
        parts, words, raw = _TAG.split(source), False, False
        for i, part in enumerate(parts):
            if i % 2:
                raw = (raw or bool(_RAW.match(part))) and not _END_RAW.match(part)
                if words and not raw and parts[i + 1].startswith("\n") and part[-3] not in "+-":
                    parts[i] = f"{part[:-2]}+{part[-2:]}"
            elif part:
                last = part.rpartition("\n")[2]
                words = bool(last.strip()) or (words and "\n" not in part)
        return "".join(parts)

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens of the template, with marks added to its text.

        Raises:
            TemplateSyntaxError: a number is too large for a float.
        """
        file, before = stream.filename or stream.name or "", ""
        for token in stream:
            if token.type == "data":
                lines = token.value.translate(FORGED).split("\n")
                marks = [f"{OPEN}{file}:{token.lineno + i}{CLOSE}{line}" for i, line in enumerate(lines)]
                tail = f"{OPEN}{EMPTY}{CLOSE}" if before.startswith("+") else ""
                yield Token(token.lineno, "data", tail + "\n".join(marks))
            elif token.type == "float" and math.isinf(float(token.value)):
                raise TemplateSyntaxError(f"a number is too large: {token.value}", token.lineno, stream.name, stream.filename)
            else:
                yield token
            before = str(token.value) if token.type == "block_end" else ""


def unmarked(marked: str, template: Path) -> tuple[str, SourceMap]:
    """Remove the marks and return the text with its source map; a line without a mark of its own inherits the previous origin.

    A line whose words between tags all rendered to nothing is dropped: as a blank line, it would end the paragraph.
    """
    lines, origins, current = [], [], (str(template), 1)
    for line in marked.split("\n"):
        marks, leading = MARK.findall(line), _LEADING.match(line)
        numbered = [mark for mark in marks if mark != EMPTY]
        first = next((mark for mark in reversed(MARK.findall(leading[0])) if mark != EMPTY), None) if leading else None
        plain = MARK.sub("", line)
        if plain.strip() or EMPTY not in marks:
            origins.append(_origin(first) if first else current)
            lines.append(plain)
        current = _origin(numbered[-1]) if numbered else current
    return "\n".join(lines), SourceMap(str(template), tuple(origins))


def _origin(mark: str) -> tuple[str, int]:
    file, _, line = mark.rpartition(":")
    return file, int(line)
