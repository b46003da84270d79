"""Measures text in the font of the figures, and breaks it to fit the available width."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager, ft2font

from report_builder.errors import Problem, ReportError

INCH = 2.54  # cm
POINT = INCH / 72
LINE = 1.25  # line height, relative to the font size
NAME_CM = 3.2  # maximum width of a class name at an axis or in a legend
BOLD = 1.12  # relative to the width of normal text
BREAKS = "-/_.,:;|)]}\\"  # a word may be broken after these
LEFT_OUT = "…"
ROUNDING = 1e-6  # cm
# Libertinus Serif, as on the pages. It comes first, because an installed font of that name may be another version.
for _file in sorted(Path(__file__).with_name("fonts").glob("*.otf")):
    font_manager.fontManager.addfont(_file)
    font_manager.fontManager.ttflist.insert(0, font_manager.fontManager.ttflist.pop())


def text_size() -> float:
    """Return the font size of the style, in points."""
    return float(mpl.rcParams["font.size"])


def title_size() -> float:
    """Return the font size of titles in the style, in points."""
    return float(font_manager.FontProperties(size=mpl.rcParams["axes.titlesize"]).get_size_in_points())


def text_width(text: str, size: float | None = None, *, bold: bool = False) -> float:
    """Return the width of the longest line of a text in the font of the figures, in cm.

    Args:
        text: one or more lines.
        size: font size in points; that of the style if None.
        bold: estimate the width of bold text.
    """
    (family, *_) = mpl.rcParams["font.family"]
    size = size or text_size()
    ems = max(sum(_advance(character, family) for character in line) for line in text.split("\n"))
    return ems * size * POINT * (BOLD if bold else 1)


def text_height(text: str, size: float | None = None) -> float:
    """Return the height of a text, in cm."""
    return (text.count("\n") + 1) * (size or text_size()) * LINE * POINT


@cache
def _advance(character: str, family: str) -> float:
    """Width of a character relative to the font size, estimated if another font provides it."""
    font = _font(family)
    if font.get_char_index(ord(character)):
        return float(font.load_char(ord(character)).linearHoriAdvance) / 65536 / 100
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.62


@cache
def _font(family: str) -> ft2font.FT2Font:
    font = ft2font.FT2Font(font_manager.findfont(font_manager.FontProperties(family=[family])))
    font.set_size(100, 72)
    return font


def wrapped(label: str, room: float, size: float | None = None, *, lines: int | None = None, bold: bool = False) -> str:
    """Break a label into lines of at most `room` cm.

    Lines are broken at spaces, and inside words that are wider than `room`. A line of the label that needs more than `lines`
    lines has its middle replaced by an ellipsis.
    """
    return "\n".join(_fit(part, room, (size or text_size()) * (BOLD if bold else 1), lines) for part in label.split("\n"))


def all_wrapped(
    labels: Sequence[str], room: float, size: float | None = None, *, lines: int = 1, bold: bool = False
) -> list[str]:
    """Break labels that are shown together, each as by `wrapped`.

    Raises:
        ReportError: two of them would look the same once shortened.
    """
    made = {label: wrapped(label, room, size, lines=lines, bold=bold) for label in labels}
    alike = [label for label, text in made.items() if [*made.values()].count(text) > 1]
    if alike:
        step = "Make the figure wider, or tell them apart at their beginnings or ends."
        raise ReportError(
            Problem("", "names are too long to be told apart in the available space", "; ".join(alike), next_step=step)
        )
    return [made[label] for label in labels]


def _fit(part: str, room: float, size: float, lines: int | None) -> str:
    found = list(_lines(part, room, size))
    if lines is None or len(found) <= lines:
        return "\n".join(found)
    low, high = 0, len(part)  # binary search for the most characters that fit
    while high - low > 1:
        kept = (low + high) // 2
        fits = len(list(_lines(_without_middle(part, kept), room, size))) <= lines
        low, high = (kept, high) if fits else (low, kept)
    return "\n".join(_lines(_without_middle(part, low), room, size))


def _without_middle(part: str, kept: int) -> str:
    return part[: kept - kept // 2].rstrip() + LEFT_OUT + part[len(part) - kept // 2 :].lstrip()


def _lines(part: str, room: float, size: float) -> Iterator[str]:
    """Lines of a text that contains no line breaks."""
    line = ""
    for word in part.split(" "):
        longer = f"{line} {word}" if line else word
        if text_width(longer, size) <= room + ROUNDING:
            line = longer
            continue
        *full, rest = _pieces(word, room, size)
        yield from filter(None, [line, *full])
        line = rest
    yield line


def _pieces(word: str, room: float, size: float) -> list[str]:
    """Pieces of a word that fit, broken after a hyphen or similar if that fills most of the line, else anywhere."""
    pieces = []
    while text_width(word, size) > room + ROUNDING and len(word) > 1:
        end = 1
        while text_width(word[: end + 1], size) <= room + ROUNDING:
            end += 1
        good = next((i for i in range(end, end // 2, -1) if word[i - 1] in BREAKS), end)
        while good > 1 and unicodedata.combining(word[good]):
            good -= 1
        pieces.append(word[:good])
        word = word[good:]
    return [*pieces, word]
