"""Writes the files of a figure step: `figure.png`, `figure.svg` and `drawing.json`."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.plain import Plain

if TYPE_CHECKING:
    from report_builder import kinds
    from report_builder.kinds import Arrays, Drawing, P, Subject
    from report_builder.languages import Language

PNG, SVG, SPRITE, DRAWING = "figure.png", "figure.svg", "sprite.png", "drawing.json"
DPI, INCH = 300, 2.54


def draw(
    kind: kinds.Figure[P],
    parameters: P,
    arrays: Mapping[str, Arrays],
    subjects: Mapping[str, Subject],
    language: Language,
    folder: Path,
    *,
    style: Mapping[str, str] | None = None,
) -> None:
    """Draw a figure, and write `figure.png` (at least 300 dpi), `figure.svg`, `drawing.json`, and `sprite.png` if it is live.

    `drawing.json` holds `details` (end of the caption), `sentences` (its parts, as a list), `alt`, `raster` (whether the
    document uses the PNG), `width_cm` and `height_cm` on paper, `table` (columns of the figure's table, if it has one), and
    `live` (data for the interactive figure in HTML, apart from the sprite). The same arguments give the same bytes.

    Args:
        parameters: validated parameters of the kind.
        arrays: results of the figure's probes, by panel name.
        language: language of labels, captions and numbers.
        style: Matplotlib settings that override the default style, checked by `check_style`.

    Raises:
        ReportError: there is nothing to draw, the arrays do not fit, no font has a character, or Matplotlib fails.
    """
    from report_builder.drawing._imports import settings, without_manual

    with without_manual():
        from report_builder.plots._style import STYLE

    try:
        with settings(STYLE, style or {}), warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            drawn = kind.draw(arrays, parameters, subjects, language)
            _write(drawn, language, folder)
    except (ArithmeticError, LookupError, RuntimeError, TypeError, UserWarning, ValueError) as error:
        received = f"{type(error).__name__}: {error}"
        raise ReportError(Problem("", "the figure cannot be drawn from these arrays", received)) from error


def check_style(style: Mapping[str, str], places: Mapping[str, str]) -> None:
    """Check that Matplotlib accepts the values of a style.

    Args:
        style: value as text, by name of the setting.
        places: place in the experiment file, by name of the setting.

    Raises:
        ReportError: with every value that Matplotlib does not accept.
    """
    if not style:
        return
    from report_builder.drawing._imports import matplotlib

    mpl, found = matplotlib(), []
    for name, value in style.items():
        try:
            mpl.rcParams.validate[name](value)
            if name == "image.cmap" and value not in mpl.colormaps:  # Matplotlib looks it up only when it draws
                found.append(Problem(places[name], "Matplotlib has no such colour map", value, near_miss(value, mpl.colormaps)))
        except ValueError as error:
            found.append(Problem(places[name], "Matplotlib does not accept this value", value, _sentence(error)))
    if found:
        raise ReportError(*found)


def _sentence(error: Exception) -> str:
    text = str(error).strip().partition("\n")[0].rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def _write(drawn: Drawing, language: Language, folder: Path) -> None:
    from report_builder.drawing._files import write_png, write_sprite, write_svg
    from report_builder.drawing._fonts import complete_fonts
    from report_builder.drawing._imports import without_manual

    with without_manual():
        from report_builder.plots._room import make_room

    with complete_fonts(drawn.figure, language):
        make_room(drawn.figure)
        dpi = max(DPI, float(drawn.figure.dpi)) if drawn.raster else DPI
        write_png(drawn.figure, folder / PNG, dpi=dpi, exact=drawn.raster)
        drawn.figure.set_layout_engine("none")  # the SVG keeps the layout found for the PNG
        write_svg(drawn.figure, folder / SVG, exact=drawn.raster)
    width, height = (round(float(side) * INCH, 2) for side in drawn.figure.get_size_inches())
    sentences = [line for line in drawn.details.split("\n") if line]
    said: dict[str, Plain] = {
        "details": language.word("details.space").join(sentences),
        "sentences": sentences,
        "alt": drawn.alt,
        "raster": drawn.raster,
        "width_cm": width,
        "height_cm": height,
    }
    if drawn.live is not None:
        said["live"] = {**drawn.live.as_json(), "across": write_sprite(drawn.live.tiles, folder / SPRITE)}
    if drawn.table is not None:
        said["table"] = drawn.table.as_json()
    (folder / DRAWING).write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
