"""How much room text takes on paper."""

from __future__ import annotations

import textwrap
import unicodedata

POINT = 2.54 / 72  # cm
FONT, LINE = 8.0, 1.25  # points; line height in font sizes


def text_width(text: str, size: float = FONT) -> float:
    """Width of a line of text in cm, estimated from its characters."""
    ems = sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.62 for c in text)
    return ems * size * POINT


def wrapped(label: str, characters: int = 16) -> str:
    """A label in lines of at most so many characters; longer words stay whole."""
    return "\n".join(
        textwrap.fill(line, characters, break_long_words=False, break_on_hyphens=False) for line in label.split("\n")
    )
