"""Shared style of all figures: sizes, colours, markers, localised numbers, panels and legends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.ticker import AutoLocator, Formatter, LogFormatter, MaxNLocator

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays
from report_builder.languages import Language
from report_builder.plots._text import INCH, POINT, all_wrapped, text_height, text_size, text_width

STYLE = Path(__file__).with_name("report.mplstyle")
ENTRY_CM = 6.5  # maximum width of a name in a legend
BETWEEN_CM, LEGEND_PAD = 0.1, 0.3  # in a legend: space between lines, padding
RASTER_OVER = 2000  # markers; more of them are smaller and faster to typeset as a raster image
ROUND = (1, 2, 5, 10)  # steps between ticks, times a power of ten
SHAPES = "o^sDv"  # markers, which tell series and classes apart in greyscale, too
# White to dark blue, on a straight line in CIELAB: perceptually uniform, also in greyscale and for colour-blind readers.
SHARES = (
    *("#ffffff", "#e9e8f0", "#d3d1e1", "#bdbbd2", "#a8a5c3", "#928fb5"),
    *("#7d7ba6", "#686798", "#53538a", "#3d407c", "#252f6e"),
)
mpl.colormaps.register(LinearSegmentedColormap.from_list("report-builder", SHARES), force=True)  # used by the style


def panels(count: int, width_cm: float, height_cm: float, columns: int) -> tuple[Figure, list[Axes]]:
    """Return a figure with `count` axes, `columns` of them side by side, and rows of height `height_cm`."""
    columns = min(count, columns)
    rows = -(-count // columns)
    figure = Figure(figsize=(width_cm / INCH, rows * height_cm / INCH), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for unused in axes[count:]:
        unused.set_axis_off()
    return figure, axes[:count]


class Numbers(Formatter):  # type: ignore[misc, unused-ignore]  # Matplotlib's types differ by version
    """Formatter of axis numbers in the report's language, with equal digits on all ticks."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def __call__(self, value: float, position: int | None = None) -> str:
        return self.format_ticks([value])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Return the label of each tick."""
        finest = min((d for d in range(10) if all(abs(round(v, d) - v) < 1e-9 * max(1, abs(v)) for v in values)), default=None)
        return [self._language.number(float(value), finest) for value in values]


class LogNumbers(LogFormatter):  # type: ignore[misc, unused-ignore]  # Matplotlib's types differ by version
    """Formatter of numbers on a logarithmic axis in the report's language, each with the digits it needs."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def __call__(self, value: float, position: int | None = None) -> str:
        """Return the label of a tick, if Matplotlib labels it: between powers of ten only if the axis shows few of them."""
        return self._language.number(float(value)) if super().__call__(value, position) else ""


def localise(axes: Axes, language: Language, *, integer_x: bool = False) -> None:
    """Format tick labels in the report's language, and use round tick values unless a locator was chosen."""
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log":
            axis.set_major_formatter(LogNumbers(language))
            axis.set_minor_formatter(LogNumbers(language))
        else:
            axis.set_major_formatter(Numbers(language))
            if isinstance(axis.get_major_locator(), AutoLocator):
                axis.set_major_locator(MaxNLocator("auto", steps=ROUND))
    if integer_x:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=ROUND, integer=True, min_n_ticks=1))


def beside_name() -> float:
    """Return the width of a legend entry without its name, in cm."""
    style = mpl.rcParams
    ems = style["legend.handlelength"] + style["legend.handletextpad"] + style["legend.columnspacing"]
    return float(ems) * text_size() * POINT


def legend_below(figure: Figure, handles: Sequence[Artist], width_cm: float, *, most: int = 4, title: str = "") -> None:
    """Add one legend below all panels, at most `most` entries wide; the figure grows, and the panels keep their size."""
    beside = beside_name()
    names = all_wrapped([str(handle.get_label()) for handle in handles], min(ENTRY_CM, width_cm - beside), lines=2)
    widest = max(map(text_width, names)) + beside
    lines = -(-len(handles) // max(1, min(len(handles), most, int(width_cm / widest))))
    columns = -(-len(handles) // lines)
    figure.legend(handles, names, loc="outside lower center", ncols=columns, title=title or None)
    wide, tall = figure.get_size_inches()
    of_lines = [max(map(text_height, names[line::lines])) for line in range(lines)]
    under = sum(each + BETWEEN_CM for each in [*of_lines, *([text_height(title)] if title else [])])
    figure.set_size_inches(wide, tall + (under + LEGEND_PAD) / INCH)


def legend_right(figure: Figure, handles: Sequence[Artist], names: Sequence[str], title: str) -> None:
    """Add one legend to the right of all panels, in as many columns as the height of the figure requires."""
    line = max(map(text_height, names)) + BETWEEN_CM
    most = int((figure.get_size_inches()[1] * INCH - LEGEND_PAD - text_height(title) - BETWEEN_CM) / line)
    columns = -(-len(handles) // max(1, most))
    figure.legend(handles, names, loc="outside right upper", ncols=columns, columnspacing=0.8, title=title, alignment="left")


def label_values(axes: Axes, name: str, unit: str, language: Language) -> None:
    """Label the y axis of a panel with the unit of its values, named in the title, or with their name if they have none."""
    axes.set_ylabel(language.unit(unit) if unit else name)
    if unit:
        axes.set_title(name[:1].upper() + name[1:])


def logarithmic_upwards(axes: Axes) -> None:
    """Make the y axis of a drawn panel logarithmic, as the option `log` asks.

    Raises:
        ReportError: a drawn value is zero or less, and would be omitted silently.
    """
    low = float(axes.dataLim.y0)
    if low <= 0:
        rule, step = "a logarithmic axis has no place for zero or less", "Leave 'log' out."
        raise ReportError(Problem("", rule, f"smallest value: {low:g}", next_step=step))
    axes.set_yscale("log")


def colours() -> list[str]:
    """Return the colours of the style, in order."""
    return [to_hex(each) for each in mpl.rcParams["axes.prop_cycle"].by_key()["color"]]


def colour(number: int) -> str:
    """Return the colour of a series or class; after the last colour they repeat, with other markers."""
    every = colours()
    return every[number % len(every)]


def ink() -> str:
    """Return the colour of text, and of elements without a colour of their own."""
    return to_hex(mpl.rcParams["text.color"])


def shape(number: int) -> str:
    """Return the marker of a series."""
    return SHAPES[number % len(SHAPES)]


def mark(number: int) -> tuple[str, bool]:
    """Return the marker of a class and whether it is filled.

    Neighbours differ in both, and the first ten classes have distinct markers. Colour and marker together repeat only after all
    of their combinations.
    """
    place = number + number // len(colours())
    return shape(place), place % 2 == 0


def arrays_of(arrays: Mapping[str, Arrays], names: Sequence[str], needed: str) -> dict[str, Arrays]:
    """Return the arrays of the named panels, in that order.

    Raises:
        ReportError: a panel is missing, or its array `needed` is missing, empty, or not finite.
    """
    problems = []
    for name in names:
        if name not in arrays or needed not in arrays[name]:
            problems.append(Problem("", f"there is no array '{needed}' of '{name}' to draw"))
        elif not arrays[name][needed].size:
            problems.append(Problem("", f"the array '{needed}' of '{name}' is empty"))
        elif arrays[name][needed].dtype.kind == "f" and (lost := int((~np.isfinite(arrays[name][needed])).sum())):
            rule, step = f"the array '{needed}' of '{name}' has values that are not finite numbers", "Its training diverged."
            problems.append(Problem("", rule, f"{lost} of {arrays[name][needed].size}", next_step=step))
    if problems:
        raise ReportError(*problems)
    return {name: arrays[name] for name in names}
