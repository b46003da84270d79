"""Draws figures of the kind `latent_histograms`."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from report_builder.kinds import Arrays, Column, Drawing, Subject, Table
from report_builder.languages import Language
from report_builder.plots._codes import shown_codes, stated_codes
from report_builder.plots._details import details, values_text
from report_builder.plots._sheet import title_of
from report_builder.plots._style import arrays_of, colour, ink, localise
from report_builder.plots._text import INCH
from report_builder.plots.latent_histograms import Parameters

PANEL_CM, MAX_CM = 2.6, 15.0  # a page style shows pictures no higher than 12.5 cm
NARROW = 6  # with more panels side by side, titles have two lines
SPAN = 3.5  # minimum half-range of the axis, which shows the whole density


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a block of panels for each run, with shared axes within a run."""
    of_runs = arrays_of(arrays, parameters.runs, "ks")
    names, columns = {run: title_of(subjects, run) for run in of_runs}, _columns(of_runs, parameters)
    rows = [min(parameters.rows, math.ceil(len(each["ks"]) / columns)) for each in of_runs.values()]
    extra = 1.5 if len(of_runs) > 1 else 1.0  # for the name above and the label below
    heights = [min(PANEL_CM, MAX_CM / sum(rows)) * count + extra for count in rows]
    figure = Figure(figsize=(parameters.width_cm / INCH, sum(heights) / INCH), layout="constrained")
    blocks = figure.subfigures(len(of_runs), 1, squeeze=False, height_ratios=heights).ravel()
    for block, count, (run, each) in zip(blocks, rows, of_runs.items(), strict=True):
        _block(block, each, (count, columns), parameters, language)
        if len(of_runs) > 1:
            block.suptitle(names[run], fontsize="medium")
    by_name = {names[run]: each for run, each in of_runs.items()}
    n = language.number(len(of_runs[parameters.runs[0]]["y"]))
    stated = [stated_codes(by_name, parameters, language), language.word("details.images", n=n)]
    stated += [_which(by_name, parameters, language), language.word("details.histograms")]
    said = details(language, [subjects[run] for run in parameters.runs], *stated, split=parameters.split)
    alt = language.word("alt.latent_histograms", n=n, runs=language.join(list(by_name)))
    return Drawing(figure, said, alt, table=_table(by_name, parameters, language))


def _columns(of_runs: Mapping[str, Arrays], parameters: Parameters) -> int:
    """Number of panels side by side, for the run with the most coordinates."""
    return min(parameters.columns, max(len(each["ks"]) for each in of_runs.values()))


def choose_coordinates(ks: np.ndarray, count: int, dimensions: str) -> list[int]:
    """Return the coordinates to show (0-based): the first, or those farthest from or nearest to N(0, 1), in that order."""
    order = {"first": np.arange(len(ks)), "largest": np.argsort(-ks, kind="stable"), "smallest": np.argsort(ks, kind="stable")}
    return [int(axis) for axis in order[dimensions][:count]]


def _block(block: SubFigure, arrays: Arrays, shape: tuple[int, int], parameters: Parameters, language: Language) -> None:
    """Draw the panels of one run."""
    z, panels = shown_codes(arrays), block.subplots(*shape, sharex=True, sharey=True, squeeze=False).ravel()
    axes_shown = choose_coordinates(arrays["ks"], len(panels), parameters.dimensions)
    values = z[:, axes_shown]
    edges = np.linspace(min(-SPAN, values.min()), max(SPAN, values.max()), parameters.bins + 1)
    for axes, axis in zip(panels, axes_shown, strict=False):
        density, _ = np.histogram(z[:, axis], bins=edges, density=True)
        axes.stairs(density, edges, fill=True, color=colour(0), alpha=0.55)
        _normal_density(axes, edges)
        between = "\n" if shape[1] > NARROW else ": "
        distance = language.number(float(arrays["ks"][axis]), 2 if shape[1] > NARROW else 3)
        axes.set_title(f"{axis + 1}{between}{distance}", fontsize="medium", loc="center", pad=2)
        localise(axes, language)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=3 if shape[1] > NARROW else 5, integer=True))
    for above in panels[max(0, len(axes_shown) - shape[1]) : len(axes_shown)]:  # the lowest panel of each column
        above.tick_params(labelbottom=True)
    for unused in panels[len(axes_shown) :]:
        unused.set_axis_off()
    block.supxlabel(language.word("axis.coordinate"), fontsize="medium")
    block.supylabel(language.word("axis.density"), fontsize="medium")


def _normal_density(axes: Axes, edges: np.ndarray) -> None:
    """Draw the density of N(0, 1)."""
    x = np.linspace(edges[0], edges[-1], 200)
    axes.plot(x, np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi), color=ink(), linewidth=0.9)


def _which(of_runs: Mapping[str, Arrays], parameters: Parameters, language: Language) -> str:
    """Sentence about which of the coordinates are shown, and how many."""
    texts, which = {}, language.word(f"dimensions.{parameters.dimensions}")
    for name, arrays in of_runs.items():
        every = len(arrays["ks"])
        count = min(parameters.rows * parameters.columns, every)
        word = "details.dimensions_all" if count == every else "details.dimensions_some"
        texts[name] = language.word(word, n=count, all=every, which=which)
    return language.word("details.dimensions", shown=values_text(language, texts))


def _table(of_runs: Mapping[str, Arrays], parameters: Parameters, language: Language) -> Table:
    """Table with a row for each panel: run, coordinate, mean and standard deviation of its codes, and distance to N(0, 1)."""
    rows: list[tuple[str, float, float, float, float]] = []
    for name, arrays in of_runs.items():
        z = shown_codes(arrays)
        for axis in choose_coordinates(arrays["ks"], parameters.rows * parameters.columns, parameters.dimensions):
            moments = float(z[:, axis].mean()), float(z[:, axis].std(ddof=1))
            rows.append((name, axis + 1, *moments, float(arrays["ks"][axis])))
    names, numbers, *values = ([row[i] for row in rows] for i in range(5))
    columns = [Column(language.word("figure.model"), [str(name) for name in names])] if len(of_runs) > 1 else []
    columns.append(Column(language.word("marginal.coordinate"), numbers, digits=0))
    words = ("mean", "deviation", "distance")
    columns += [Column(language.word(f"marginal.{word}"), each, digits=3) for word, each in zip(words, values, strict=True)]
    return Table(columns)
