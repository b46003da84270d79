"""Style file of a report: a `.mplstyle` beside the experiment, applied on top of the style of all figures.

It is read without Matplotlib, which a build that draws nothing does not import. The drawing code checks whether the values are
valid, before anything is trained.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path

from report_builder.errors import Problem, near_miss
from report_builder.facts import closest
from report_builder.project import text_of
from report_builder.records import frozen

SUFFIX = ".mplstyle"
_COMMENT = re.compile(r"""^((?:[^#'"]|'[^']*'|"[^"]*")*?)#.*$""")
_SHIPPED = re.compile(r"^#*([\w-]+(?:\.[\w-]+)*) *:", re.MULTILINE)
_BYTES = "with it a figure would not have the same bytes on every machine"
_NOTHING = "it changes nothing here"
_SIZE = f"{_NOTHING}: the size of a figure is set by its options width and height_cm"
REFUSED = {  # prefix of a name -> why it may not be set
    "svg.": _BYTES,
    "text.usetex": _BYTES,
    "text.latex": _BYTES,
    "text.parse_math": "with it names of runs and classes would be read as formulas",
    "text.hinting": _BYTES,
    "pgf.": _BYTES,
    "font.sans-serif": _BYTES,
    "font.serif": _BYTES,
    "font.monospace": _BYTES,
    "font.cursive": _BYTES,
    "font.fantasy": _BYTES,
    "timezone": _BYTES,
    "date.epoch": _BYTES,
    "figure.figsize": _SIZE,
    "figure.dpi": _SIZE,
    "savefig.": _SIZE,
} | dict.fromkeys(("backend", "interactive", "toolbar", "webagg.", "tk.", "keymap.", "animation.", "docstring."), _NOTHING)
FONTS = ("Libertinus Serif", "DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono", "STIXGeneral", "cmr10")  # ours, Matplotlib's


@frozen
class Style:
    """Settings of a style file.

    Attributes:
        values: name -> value as written.
        places: name -> `file:line: name`.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


def read_style(path: Path) -> tuple[Style, list[Problem]]:
    """Read a style file; returns its settings, and all mistakes in it."""
    values, places, found = dict[str, str](), dict[str, str](), list[Problem]()
    names = known_settings()
    for number, line in enumerate(text_of(path).splitlines(), start=1):
        name, colon, value = (part.strip() for part in _COMMENT.sub(r"\1", line).partition(":"))
        value = value[1:-1] if value[:1] == value[-1:] == '"' else value
        where = f"{path}:{number}"
        if not name and not colon:
            continue
        mistakes = [*_mistakes(f"{where}: {name}", name, value, names)] if colon else [_no_pair(where, line)]
        if name in values:
            mistakes.append(Problem(f"{where}: {name}", "this name is set twice", next_step="Remove one of the two lines."))
        found += mistakes
        values[name], places[name] = value, f"{where}: {name}"
    return Style(values, places), found


def _no_pair(where: str, line: str) -> Problem:
    return Problem(where, "a line of a style file is 'name: value'", repr(line.strip()), "For example: axes.titlesize: 10")


def _mistakes(where: str, name: str, value: str, names: frozenset[str]) -> Iterator[Problem]:
    if name not in names:
        yield Problem(where, "Matplotlib has no such setting", repr(name), near_miss(name, closest(name, names)))
        return
    why = next((why for beginning, why in REFUSED.items() if name.startswith(beginning)), None)
    if why:
        yield Problem(where, f"'{name}' cannot be set: {why}", f"{name}: {value}", next_step="Remove the line.")
    if name == "font.family" and not {part.strip(" '\"[]") for part in value.split(",")} <= {*FONTS}:
        yield Problem(where, f"a font that is not included: {_BYTES}", value, f"Allowed: {', '.join(FONTS)}.")


def known_settings() -> frozenset[str]:
    """Names of Matplotlib's settings, from the file that lists all of them; Matplotlib is not imported."""
    spec = importlib.util.find_spec("matplotlib")
    places = list(spec.submodule_search_locations or ()) if spec else []
    files = [Path(place) / "mpl-data" / "matplotlibrc" for place in places]
    return frozenset(name for file in files for name in _SHIPPED.findall(file.read_text(encoding="utf-8")))
