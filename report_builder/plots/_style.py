"""The shared hand of all figures: sizes, colours, localised numbers, panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, MaxNLocator

from report_builder.errors import Problem, ReportError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from report_builder.kinds import Arrays
    from report_builder.languages import Language

STYLE = Path(__file__).with_name("report.mplstyle")
INCH = 2.54
RASTER_OVER = 2000  # marks; more of them are smaller, and quicker to typeset, as a picture
# Petroff 2021, ordered so that neighbours differ most in lightness.
CLASS_COLOURS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
MARKERS = "osD^vP*X<>"


def panels(count: int, width_cm: float, height_cm: float, columns: int) -> tuple[Figure, list[Axes]]:
    """A figure with `count` axes, `columns` of them side by side; `height_cm` is that of one row."""
    columns = min(count, columns)
    rows = -(-count // columns)
    figure = Figure(figsize=(width_cm / INCH, rows * height_cm / INCH), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for unused in axes[count:]:
        unused.set_axis_off()
    return figure, axes[:count]


class Numbers(Formatter):  # type: ignore[misc, unused-ignore]  # Matplotlib's types differ by version
    """Numbers of an axis in the report's language, all with as many digits as the finest of them needs."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def __call__(self, value: float, position: int | None = None) -> str:
        return self.format_ticks([value])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """The label of each tick."""
        finest = min((d for d in range(10) if all(abs(round(v, d) - v) < 1e-9 * max(1, abs(v)) for v in values)), default=None)
        return [self._language.number(float(value), finest) for value in values]


def localise(axes: Axes, language: Language, *, integer_x: bool = False) -> None:
    """Prints the tick labels with the language's decimal mark and minus."""
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(Numbers(language))
    if integer_x:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))


def colour(number: int) -> str:
    """Colour of a class; more than ten classes repeat colours with other markers."""
    return CLASS_COLOURS[number % len(CLASS_COLOURS)]


def marker(number: int) -> str:
    """Marker of a class: a circle for the first ten, then another for each further ten."""
    return MARKERS[number // len(CLASS_COLOURS) % len(MARKERS)]


def shown(arrays: Mapping[str, Arrays], names: Sequence[str], needed: str) -> dict[str, Arrays]:
    """The arrays of the named panels, in that order.

    Raises:
        ReportError: one is missing, lacks the array `needed`, or has nothing in it.
    """
    problems = []
    for name in names:
        if name not in arrays or needed not in arrays[name]:
            problems.append(Problem("", f"there is no array '{needed}' of '{name}' to draw"))
        elif not arrays[name][needed].size:
            problems.append(Problem("", f"the array '{needed}' of '{name}' is empty"))
    if problems:
        raise ReportError(*problems)
    return {name: arrays[name] for name in names}
