"""Adds fonts for scripts that the fonts of a figure lack: subsets with the characters it prints, at normal weight."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from report_builder.errors import Problem, ReportError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from report_builder.languages import Language

REST = "DejaVu Sans"  # has many symbols that a style's own font may lack
PACKAGE = "justmytype_intl_cjk"
HAN = ("tc", "sc", "jp", "kr")  # regional forms of Han characters; the form of the report's language comes first


@contextmanager
def complete_fonts(figure: Figure, language: Language) -> Iterator[None]:
    """Give every text of the figure fonts that have its characters, while the context lasts.

    Raises:
        ReportError: no installed font has a character; names it, its code point, and what to install.
    """
    from matplotlib import font_manager
    from matplotlib.text import Text

    lacking: dict[Text, set[str]] = {}
    for text in figure.findobj(Text):
        if not _lacking(text.get_text(), text.get_fontfamily()[:1]):
            continue
        text.set_fontfamily(list(dict.fromkeys([*text.get_fontfamily(), REST])))
        if characters := _lacking(text.get_text(), text.get_fontfamily()):
            lacking[text] = characters
    if not lacking:
        yield
        return
    needed = set().union(*lacking.values())
    manager = font_manager.fontManager
    with tempfile.TemporaryDirectory() as folder:
        known, families = list(manager.ttflist), []
        for place, (source, characters) in enumerate(_sources(needed, language.word("script.han")).items()):
            families.append(f"{Path(folder).name} {place}")
            manager.addfont(_cut(source, characters, families[-1], Path(folder) / f"{place}.ttf"))
        for text in lacking:
            text.set_fontfamily([*text.get_fontfamily(), *families])
        try:
            yield
        finally:
            manager.ttflist = known


@cache
def _own_characters(family: str) -> frozenset[int]:
    from matplotlib import font_manager, ft2font

    return frozenset(ft2font.FT2Font(font_manager.findfont(family)).get_charmap())


def _lacking(text: str, families: Sequence[str]) -> set[str]:
    known = frozenset[int]().union(*map(_own_characters, families))
    return {c for c in text if c != "\n" and ord(c) not in known}


def _sources(needed: set[str], han: str) -> dict[Path, set[str]]:
    """Font files that together have the characters, and which characters each provides."""
    left, found = set(needed), dict[Path, set[str]]()
    for file in _files(han):
        if covered := {c for c in left if ord(c) in _characters(file)}:
            found[file] = covered
            left -= covered
        if not left:
            return found
    printed = ", ".join(f"{c!r} (U+{ord(c):04X})" for c in sorted(left))
    step = (
        "Install the extra fonts: pip install 'report-builder[cjk]'." if not _files(han) else "Write it with other characters."
    )
    raise ReportError(Problem("", "no font here has a character that the figure prints", printed, next_step=step))


def _files(han: str) -> list[Path]:
    """Installed extra fonts, those with the form `han` of Han characters first."""
    spec = importlib.util.find_spec(PACKAGE)
    order = sorted(HAN, key=lambda form: form != han)
    places = list(spec.submodule_search_locations or []) if spec else []
    found = [file for place in places for file in Path(place).rglob("NotoSans*.ttf") if file.stem[8:10].lower() in order]
    return sorted(found, key=lambda file: order.index(file.stem[8:10].lower()))


@cache
def _characters(file: Path) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(file, lazy=True) as font:
        return frozenset(font.getBestCmap())


def _cut(source: Path, characters: set[str], family: str, target: Path) -> Path:
    """Write a font of normal weight with these characters only, under its own family name."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    with TTFont(source, lazy=True) as font:
        cutter = subset.Subsetter(subset.Options(layout_features=[], name_IDs=["*"], notdef_outline=True))
        cutter.populate(text="".join(sorted(characters)))
        cutter.subset(font)
        cut = instancer.instantiateVariableFont(font, {"wght": 400}, inplace=True) if "fvar" in font else font
        names = {1: family, 2: "Regular", 4: family, 6: f"Extra-{source.stem[:10]}"}
        cut["name"].names = [record for record in cut["name"].names if record.nameID in names]
        for number, name in names.items():
            cut["name"].setName(name, number, 3, 1, 0x409)
            cut["name"].setName(name, number, 1, 0, 0)
        cut.save(target, reorderTables=False)
    return target
