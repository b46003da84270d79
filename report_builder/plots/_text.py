"""The font of the figures: how much room text takes on paper, and how it is brought into the room that there is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager, ft2font

from report_builder.errors import Problem, ReportError

POINT = 2.54 / 72  # cm
LINE = 1.25  # line height in font sizes
NAME_CM = 3.2  # room for the name of a class beside an axis or in a legend
BOLD = 1.12  # times the width of normal letters
BREAKS = "-/_.,:;|)]}\\"  # a word may be broken behind these
LEFT_OUT = "…"
ROUNDING = 1e-6  # cm
# Libertinus Serif, as on the pages. It comes first: a machine's own font of that name may be another version.
for _file in sorted(Path(__file__).with_name("fonts").glob("*.otf")):
    font_manager.fontManager.addfont(_file)
    font_manager.fontManager.ttflist.insert(0, font_manager.fontManager.ttflist.pop())


def text_size() -> float:
    """Size of text in points, as the style has it."""
    return float(mpl.rcParams["font.size"])


def title_size() -> float:
    """Size of titles in points, as the style has it."""
    return float(font_manager.FontProperties(size=mpl.rcParams["axes.titlesize"]).get_size_in_points())


def text_width(text: str, size: float | None = None, *, bold: bool = False) -> float:
    """Width in cm of the longest line of a text in the font of the figures, of the usual size unless one is given."""
    (family, *_) = mpl.rcParams["font.family"]
    size = size or text_size()
    ems = max(sum(_advance(character, family) for character in line) for line in text.split("\n"))
    return ems * size * POINT * (BOLD if bold else 1)


def text_height(text: str, size: float | None = None) -> float:
    """Height in cm of the lines of a text."""
    return (text.count("\n") + 1) * (size or text_size()) * LINE * POINT


@cache
def _advance(character: str, family: str) -> float:
    """Width of a character in font sizes, estimated where another font brings it."""
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
    """A label in lines that have `room`, in cm.

    It is broken at blanks, and inside of words that are wider than the room. Of what needs more than so many `lines`, for each
    line that the label has itself, the middle is left out.
    """
    return "\n".join(_fit(part, room, (size or text_size()) * (BOLD if bold else 1), lines) for part in label.split("\n"))


def all_wrapped(
    labels: Sequence[str], room: float, size: float | None = None, *, lines: int = 1, bold: bool = False
) -> list[str]:
    """Labels that stand beside each other, each as `wrapped` has it.

    Raises:
        ReportError: without their middles two of them would be the same.
    """
    made = {label: wrapped(label, room, size, lines=lines, bold=bold) for label in labels}
    alike = [label for label, text in made.items() if [*made.values()].count(text) > 1]
    if alike:
        step = "Make the figure wider, or tell them apart at their beginnings or ends."
        raise ReportError(
            Problem("", "names are too long to be told apart in the space that they have", "; ".join(alike), next_step=step)
        )
    return [made[label] for label in labels]


def _fit(part: str, room: float, size: float, lines: int | None) -> str:
    found = list(_lines(part, room, size))
    if lines is None or len(found) <= lines:
        return "\n".join(found)
    low, high = 0, len(part)  # letters kept: the most that fit
    while high - low > 1:
        kept = (low + high) // 2
        fits = len(list(_lines(_without_middle(part, kept), room, size))) <= lines
        low, high = (kept, high) if fits else (low, kept)
    return "\n".join(_lines(_without_middle(part, low), room, size))


def _without_middle(part: str, kept: int) -> str:
    return part[: kept - kept // 2].rstrip() + LEFT_OUT + part[len(part) - kept // 2 :].lstrip()


def _lines(part: str, room: float, size: float) -> Iterator[str]:
    """Lines of a text without line ends."""
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
    """A word in pieces that have room: behind a hyphen or the like if that leaves most of the line, else anywhere."""
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
