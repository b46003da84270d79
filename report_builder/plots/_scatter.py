"""Scatter plots by class: markers, names at the medians, and a legend or colour bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays
from report_builder.languages import Language
from report_builder.plots._codes import ClassOptions
from report_builder.plots._room import add_class_name
from report_builder.plots._style import colour, colours, ink, legend_below, legend_right, mark
from report_builder.plots._text import NAME_CM, all_wrapped, text_width

PALE = "#b8bcc4"
CROSS = "x"
EDGE = 0.18  # line width of a hollow marker, relative to the square root of its area
WIDE = 9.0  # cm; narrower figures have their legend below,
NARROW = 6.5  # cm; unless they are wider than this and the names are short,
SHORT_CM = 0.8  # as digits are
MANY = 20  # with more classes, the legend is below, too


def classes_of(language: Language, *of_runs: Arrays) -> dict[int, str]:
    """Return number and name of each class that occurs, in ascending order."""
    found = sorted({int(label) for arrays in of_runs for label in arrays["y"]})
    return {label: language.name(str(of_runs[0]["class_names"][label])) for label in found}


def points(
    axes: Axes,
    places: np.ndarray,
    y: np.ndarray,
    *,
    raster: bool,
    size: float | None = None,
    opacity: float | None = None,
) -> None:
    """Draw markers at `places` `(n, 2)`, coloured and shaped by class; fewer points are larger and more opaque."""
    area = _size(places, size)
    for label in np.unique(y):
        chosen, (shape, full), of_class = y == label, mark(int(label)), colour(int(label))
        drawn = axes.scatter(places[chosen, 0], places[chosen, 1], marker=shape, facecolors=of_class if full else "none")
        drawn.set(edgecolors="none" if full else of_class, linewidths=EDGE * area**0.5)
        drawn.set(sizes=[area], alpha=_opacity(places, opacity), rasterized=raster, zorder=3)


def plain_points(
    axes: Axes,
    places: np.ndarray,
    *,
    raster: bool,
    size: float | None = None,
    opacity: float | None = None,
    shape: str = "o",
    colour: str = "",
) -> None:
    """Draw markers at `places` `(n, 2)` in one colour for all classes."""
    drawn = axes.scatter(places[:, 0], places[:, 1], c=colour or ink(), marker=shape, linewidths=0.6 if shape == CROSS else 0)
    wide = _size(places, size) * (2 if shape == CROSS else 1)  # two thin strokes look smaller than a disc
    drawn.set(sizes=[wide], alpha=_opacity(places, opacity), rasterized=raster, zorder=3)


def _size(places: np.ndarray, size: float | None) -> float:
    return size or max(3.0, min(14.0, 300 / len(places) ** 0.5))


def _opacity(places: np.ndarray, opacity: float | None) -> float:
    return opacity or max(0.5, min(0.9, 40 / len(places) ** 0.5))


# --- names ------------------------------------------------------------------------------------------------------------------


def name_classes(axes: Axes, places: np.ndarray, arrays: Arrays, language: Language, *, labels: bool | None) -> None:
    """Add the name of each class at the median of its points, unless `labels` is False.

    Overlapping names are moved apart when the figure is finished. If they do not fit, they raise an error if `labels` is True,
    and are removed if it is None.
    """
    if labels is False:
        return
    for label, name in classes_of(language, arrays).items():
        x, upwards = np.median(places[arrays["y"] == label], axis=0)
        add_class_name(axes, name, x, upwards, needed=bool(labels))


# --- legends ----------------------------------------------------------------------------------------------------------------


def class_key(
    figure: Figure,
    axes: Sequence[Axes],
    classes: Mapping[int, str],
    parameters: ClassOptions,
    language: Language,
    *,
    right: bool = False,
) -> None:
    """Add a colour bar or one legend for all panels: at their right if names are short or one panel is wide, else below."""
    if parameters.colour_bar:
        _colour_bar(figure, axes, classes, language)
        return
    handles = [_handle(label, name) for label, name in classes.items()]
    title = language.word("legend.class")
    short = max(map(text_width, classes.values())) <= SHORT_CM
    if len(classes) <= MANY and parameters.width_cm >= (NARROW if short else WIDE) and (short or right):
        names = all_wrapped([*classes.values()], NAME_CM, lines=1 if len(classes) > MANY / 2 else 2)
        legend_right(figure, handles, names, title)
    else:
        legend_below(figure, handles, parameters.width_cm, most=len(handles), title=title)


def _colour_bar(figure: Figure, axes: Sequence[Axes], classes: Mapping[int, str], language: Language) -> None:
    """Add a bar with one field for each class, the first at the top, and their names next to it.

    Raises:
        ReportError: there are more classes than colours, so that only markers could tell them apart.
    """
    if len(classes) > (most := len(colours())):
        rule, step = "a colour bar cannot tell so many classes apart", "Leave 'colour_bar' out: a legend has marks, too."
        raise ReportError(Problem("", rule, f"classes: {len(classes)}", f"Allowed: at most {most}.", step))
    edges = np.arange(len(classes) + 1)
    fields = ScalarMappable(BoundaryNorm(edges, len(classes)), ListedColormap([colour(label) for label in classes]))
    bar = figure.colorbar(fields, ax=list(axes), ticks=edges[:-1] + 0.5, fraction=0.04, pad=0.02, aspect=32)
    bar.set_ticklabels(all_wrapped([*classes.values()], NAME_CM))
    bar.set_label(language.word("legend.class"))
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0)
    bar.ax.invert_yaxis()
    for place, label in enumerate(classes):
        bar.ax.add_line(_handle(label, "", white=True, at=(0.5, place + 0.5)))


def _handle(label: int, name: str, *, white: bool = False, at: tuple[float, float] = (0, 0)) -> Line2D:
    """Marker of a class in a legend; white on a colour bar."""
    (shape, full), of_mark = mark(label), "white" if white else colour(label)
    line = Line2D([at[0]], [at[1]], linestyle="none", marker=shape, color=of_mark, markersize=4.5, label=name)
    line.set(markerfacecolor=of_mark if full else "none", markeredgewidth=0.8)
    return line
