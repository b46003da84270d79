"""Draws figures of the kind `prior_samples`."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._above import axes_above
from report_builder.plots._beside import beside
from report_builder.plots._codes import lacking_axes, refuse, shown_codes, stated_codes
from report_builder.plots._details import details, values_text
from report_builder.plots._samples import in_bands
from report_builder.plots._scatter import PALE, plain_points
from report_builder.plots._sheet import Block, Lines, outputs, sheet, title_of, unit_range
from report_builder.plots._style import RASTER_OVER, colour, localise
from report_builder.plots._text import text_width
from report_builder.plots.prior_samples import Parameters
from report_builder.records import frozen

PAGE_CM, SCATTER_CM, LEAST_CM = 22.5, 8.0, 0.5
MARK = 2  # index of its colour
TEXT_CM = 0.95  # two lines below each image


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a scatter plot for each run, and below it the sheet; equal numbers identify draw and image."""
    of_runs = outputs(arrays, parameters, "images")
    refuse(lacking_axes(of_runs, parameters.axes))
    names = {run: title_of(subjects, run) for run in of_runs}
    wide = parameters.width_cm / len(of_runs)
    tall = min(SCATTER_CM, wide)
    plan = _layout(of_runs, (wide, PAGE_CM - tall), parameters, language)
    blocks = [_block(each, run, plan, parameters, language) for run, each in of_runs.items()]
    drawn = sheet(blocks, parameters, cell_cm=plan.cell)
    for axes, (run, each) in zip(axes_above(drawn.figure, tall), of_runs.items(), strict=True):
        _scatter(axes, each, parameters, language)
        axes.set_title(names[run] if len(of_runs) > 1 else "")
    by_name = {names[run]: each for run, each in of_runs.items()}
    people, stated = [subjects[run] for run in parameters.runs], _sentences(by_name, parameters, language)
    said = details(language, people, *stated, split=parameters.split, threshold=parameters.threshold)
    alt = language.word("alt.prior_samples", n=parameters.samples, runs=language.join(list(by_name)))
    return Drawing(drawn.figure, said, alt, raster=True)


@frozen
class _Layout:
    """Number of images side by side, width of an image, and distance between centres, both in cm."""

    per_row: int
    cell: float
    pitch: float


def _layout(of_runs: Mapping[str, Arrays], room: tuple[float, float], parameters: Parameters, language: Language) -> _Layout:
    """Layout with as many images side by side as their coordinates permit, in rows of equal length.

    Raises:
        ReportError: the images do not fit on a page.
    """
    texts = [text for each in of_runs.values() for text in _coordinates(each, parameters, language)]
    pitch = max(text_width(text) for text in texts) + 0.2
    rows = math.ceil(parameters.samples / max(1, int((room[0] - 0.4) / pitch)))
    height, width = of_runs[parameters.runs[0]]["images"].shape[1:3]
    cell = min(parameters.cell_cm, pitch, (room[1] / rows - TEXT_CM) * width / height)
    if cell < LEAST_CM:
        rule, step = "so many images do not fit on a page with their coordinates", "Show fewer samples, or fewer runs."
        raise ReportError(Problem("", rule, f"samples: {parameters.samples}, runs: {len(parameters.runs)}", next_step=step))
    return _Layout(math.ceil(parameters.samples / rows), cell, pitch)


def _block(arrays: Arrays, run: str, plan: _Layout, parameters: Parameters, language: Language) -> Block:
    """The decoded draws in rows, with number and coordinates below each."""
    images, per_row = in_bands(unit_range(arrays, "images", run), plan.per_row), plan.per_row
    below = [f"{place + 1}\n{text}" for place, text in enumerate(_coordinates(arrays, parameters, language))]
    bands = [below[start : start + per_row] for start in range(0, len(below), per_row)]
    gaps = [0.0] + [max(0.05, plan.pitch / plan.cell - 1)] * (per_row - 1)
    return Block(images, Lines([""] * len(images), [0.05] * len(images)), Lines([""] * per_row, gaps), below=bands)


def _coordinates(arrays: Arrays, parameters: Parameters, language: Language) -> list[str]:
    """The two coordinates shown of each draw, with non-breaking spaces."""
    chosen = arrays["prior"][:, [axis - 1 for axis in parameters.axes]]
    texts = [language.word("sheet.point", x=language.number(x, 2), y=language.number(y, 2)) for x, y in chosen.tolist()]
    return [text.replace(" ", "\u00a0") for text in texts]


def _scatter(axes: Axes, arrays: Arrays, parameters: Parameters, language: Language) -> None:
    """Draw codes of images in pale grey, and over them the draws as numbered markers."""
    chosen = [axis - 1 for axis in parameters.axes]
    z, prior = shown_codes(arrays)[:, chosen], arrays["prior"][:, chosen].astype(float)
    plain_points(axes, z, raster=len(z) > RASTER_OVER, colour=PALE, opacity=0.9)
    axes.scatter(prior[:, 0], prior[:, 1], s=16, c=colour(MARK), edgecolors="white", linewidths=0.6, zorder=4)
    axes.set_aspect("equal", adjustable="datalim")
    _number(axes, prior)
    axes.set_xlabel(language.word("axis.latent", i=parameters.axes[0]))
    axes.set_ylabel(language.word("axis.latent", i=parameters.axes[1]))
    localise(axes, language)


def _number(axes: Axes, places: np.ndarray) -> None:
    """Put the number of each marker next to it, clear of markers and other numbers, with a thin line to the marker."""
    axes.margins(0.1)  # keeps numbers of the outermost markers within the axes
    axes.autoscale_view()
    axes.apply_aspect()
    step = 0.075 * abs(float(np.diff(axes.get_ylim())[0]))
    line = {"arrowstyle": "-", "color": colour(MARK), "linewidth": 0.6, "shrinkA": 0, "shrinkB": 1.5}
    texts = beside(places, step)
    axes.update_datalim(texts)
    axes.autoscale_view()
    for number, (place, text) in enumerate(zip(places, texts, strict=True), start=1):
        written = axes.annotate(str(number), place, text, ha="center", va="center", weight="bold", arrowprops=line, zorder=5)
        written.set_path_effects([withStroke(linewidth=2, foreground="white")])


def _sentences(of_runs: Mapping[str, Arrays], parameters: Parameters, language: Language) -> list[str]:
    """Sentences about the codes, their number, the numbered draws, and which of more than two coordinates are shown."""
    n = language.number(len(next(iter(of_runs.values()))["y"]))
    stated = [stated_codes(of_runs, parameters, language), language.word("details.pale_points", n=n)]
    stated.append(language.word("details.prior_marks", n=parameters.samples, seed=parameters.seed))
    dimensions = {name: each["prior"].shape[1] for name, each in of_runs.items()}
    if max(dimensions.values()) > len(parameters.axes):
        first, second = parameters.axes
        texts = {name: language.word("details.two_of", first=first, second=second, all=k) for name, k in dimensions.items()}
        stated.append(language.word("details.coordinates", which=values_text(language, texts)))
    return stated
