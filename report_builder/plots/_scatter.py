"""Points by class: marks, names at their medians, a legend or a colour bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays
from report_builder.languages import Language
from report_builder.plots._room import add_class_name
from report_builder.plots._style import CLASS_COLOURS, colour, legend_below, marker
from report_builder.plots._text import NAME_CM, all_wrapped

INK = "#222222"
PALE = "#b8bcc4"
CROSS = "x"
WIDE = 9.0  # cm; a narrower figure has its legend below


def classes_of(*of_runs: Arrays) -> dict[int, str]:
    """Number and name of each class that occurs, ascending."""
    found = sorted({int(label) for arrays in of_runs for label in arrays["y"]})
    return {label: str(of_runs[0]["class_names"][label]) for label in found}


def points(
    axes: Axes,
    places: np.ndarray,
    y: np.ndarray,
    *,
    raster: bool,
    size: float | None = None,
    opacity: float | None = None,
) -> None:
    """Marks at `places` (n, 2) in the colour and with the marker of their class; fewer points are larger and more opaque."""
    labels, of = np.unique(y, return_inverse=True)
    inks, shapes = to_rgba_array([colour(int(label)) for label in labels]), [marker(int(label)) for label in labels]
    for shape in dict.fromkeys(shapes):
        chosen = np.array([each == shape for each in shapes])[of]
        drawn = axes.scatter(places[chosen, 0], places[chosen, 1], c=inks[of[chosen]], marker=shape, linewidths=0)
        drawn.set(sizes=[_size(places, size)], alpha=_opacity(places, opacity), rasterized=raster, zorder=3)


def plain_points(
    axes: Axes,
    places: np.ndarray,
    *,
    raster: bool,
    size: float | None = None,
    opacity: float | None = None,
    mark: str = "o",
    ink: str = INK,
) -> None:
    """Marks at `places` (n, 2), all in one colour, whatever their class."""
    drawn = axes.scatter(places[:, 0], places[:, 1], c=ink, marker=mark, linewidths=0.6 if mark == CROSS else 0)
    wide = _size(places, size) * (2 if mark == CROSS else 1)  # two thin strokes look smaller than a disc
    drawn.set(sizes=[wide], alpha=_opacity(places, opacity), rasterized=raster, zorder=3)


def _size(places: np.ndarray, size: float | None) -> float:
    return size or max(2.0, min(8.0, 250 / len(places) ** 0.5))


def _opacity(places: np.ndarray, opacity: float | None) -> float:
    return opacity or max(0.5, min(0.9, 40 / len(places) ** 0.5))


# --- names ------------------------------------------------------------------------------------------------------------------


def name_classes(axes: Axes, places: np.ndarray, y: np.ndarray, names: np.ndarray, *, needed: bool) -> None:
    """The name of each class at the median of its points.

    The last look at the figure parts names that lie over each other; if they have no room, that is a mistake where they are
    `needed`, else there are none.
    """
    for label in np.unique(y):
        x, upwards = np.median(places[y == label], axis=0)
        add_class_name(axes, str(names[label]), x, upwards, needed=needed)


# --- what the colours are ---------------------------------------------------------------------------------------------------


def class_legend(figure: Figure, classes: Mapping[int, str], language: Language, *, width_cm: float, right: bool) -> None:
    """One legend for all panels: right of a single one where there is room, else in lines below."""
    handles = [
        Line2D([], [], linestyle="none", marker=marker(label), color=colour(label), markeredgewidth=0, markersize=5, label=name)
        for label, name in classes.items()
    ]
    title = language.word("legend.class")
    if right and width_cm >= WIDE and len(classes) <= len(CLASS_COLOURS) * 2:
        names = all_wrapped([*classes.values()], NAME_CM, lines=1 if len(classes) > len(CLASS_COLOURS) else 2)
        figure.legend(handles, names, loc="outside right upper", title=title, alignment="left")
    else:
        legend_below(figure, handles, width_cm, most=len(handles), title=title)


def colour_bar(figure: Figure, axes: Sequence[Axes], classes: Mapping[int, str], language: Language) -> None:
    """A bar with one field for each class, the first on top, the names beside it.

    Raises:
        ReportError: there are more classes than colours; only their markers would tell them apart.
    """
    if len(classes) > len(CLASS_COLOURS):
        rule, step = "a colour bar cannot tell so many classes apart", "Leave 'colour_bar' out: a legend has markers, too."
        raise ReportError(Problem("", rule, f"classes: {len(classes)}", f"Allowed: at most {len(CLASS_COLOURS)}.", step))
    edges = np.arange(len(classes) + 1)
    fields = ScalarMappable(BoundaryNorm(edges, len(classes)), ListedColormap([colour(label) for label in classes]))
    bar = figure.colorbar(fields, ax=list(axes), ticks=edges[:-1] + 0.5, fraction=0.04, pad=0.02, aspect=32)
    bar.set_ticklabels(all_wrapped([*classes.values()], NAME_CM))
    bar.set_label(language.word("legend.class"))
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0)
    bar.ax.invert_yaxis()
