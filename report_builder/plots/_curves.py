"""Curves over epochs: terms of runs, seeds as thin lines around their mean, held-out data dashed, and one legend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from report_builder.kinds import HELD_OUT, Arrays, Column, Table
from report_builder.languages import Language
from report_builder.plots._style import SHAPES, colour, legend_below, shape
from report_builder.plots._terms import PARTS

NEUTRAL = "#555555"
SHORT = 12  # epochs
DASHES: dict[str, str | tuple[float, tuple[float, ...]]] = {"train": "-", "val": (0, (3.5, 1.5)), "test": (0, (1, 1))}
MARKED = 8  # approximate number of marked epochs on a line

Panel = tuple[str, ...]  # terms that share a panel
Key = tuple[str, str]  # run and term


class Curves:
    """Histories of runs with one or more seeds each."""

    def __init__(self, seeds: Mapping[str, Sequence[Arrays]], *, held_out: bool, first: int) -> None:
        """Prepare the histories.

        Args:
            seeds: histories of each run, one per seed: arrays `(epochs,)` by term.
            held_out: whether to draw terms on validation and test images, too.
            first: first epoch to draw, counted from 1.
        """
        self._seeds, self._held_out, self._first = seeds, held_out, first
        self.logged = {name for each in seeds.values() for history in each for name in history}
        self.last = max(len(values) for each in seeds.values() for history in each for values in history.values())
        self.several = any(len(each) > 1 for each in seeds.values())

    def has(self, term: str) -> bool:
        """Return whether any run logged a term."""
        return any(list(self._parts(run, term)) for run in self._seeds)

    def colours(self, panels: Sequence[Panel]) -> dict[Key, int]:
        """Return colour indices: one per run, or, if terms share a panel, one per run and term."""
        keys = [(run, term) for panel in panels for term in panel for run in self._seeds if list(self._parts(run, term))]
        if all(len(panel) == 1 for panel in panels):
            return {(run, term): list(self._seeds).index(run) for run, term in keys}
        return {key: number for number, key in enumerate(dict.fromkeys(keys))}

    def draw(self, axes: Axes, panel: Panel, colours: Mapping[Key, int]) -> set[str]:
        """Draw the terms of a panel, and return the splits ("train", "val", "test") that its lines show."""
        parts = set()
        for run, term in ((run, term) for run in self._seeds for term in panel):
            for part, logged in self._parts(run, term):
                parts.add(part)
                values = [history[logged] for history in self._seeds[run]]
                self._lines(axes, values, **_look(part, colours[run, term], self.last))
        return parts

    def table(self, panels: Sequence[Panel], epoch: str, named: Callable[[str, str], tuple[str, str]]) -> Table:
        """Return the curves as a table of means over the seeds, at selected epochs.

        Args:
            panels: the terms drawn.
            epoch: heading of the first column.
            named: function that maps run and logged term to heading and unit.
        """
        epochs = [e for e in milestones(self.last) if e >= self._first]
        columns = [Column(epoch, epochs)]
        for term, run in ((term, run) for panel in panels for term in panel for run in self._seeds):
            for _, logged in self._parts(run, term):
                every = [history[logged] for history in self._seeds[run]]
                common = min(len(values) for values in every)
                means = [float(np.mean([v[e - 1] for v in every])) if e <= common else None for e in epochs]
                heading, unit = named(run, logged)
                columns.append(Column(heading, means, unit))
        return Table(columns)

    def lost(self, panels: Sequence[Panel]) -> dict[Key, int]:
        """Return the number of epochs, over all seeds, with a non-finite value, by run and logged term; zeros are left out."""
        drawn = [(run, name) for panel in panels for term in panel for run in self._seeds for _, name in self._parts(run, term)]
        counts = {
            (run, name): sum(int((~np.isfinite(each[name][self._first - 1 :])).sum()) for each in self._seeds[run])
            for run, name in drawn
        }
        return {key: count for key, count in counts.items() if count}

    def _parts(self, run: str, term: str) -> Iterator[tuple[str, str]]:
        """Split and name of each logged term, if every seed has logged it."""
        wanted = [("train", term), *((part, f"{part}_{term}") for part in HELD_OUT if self._held_out)]
        return ((part, name) for part, name in wanted if all(name in history for history in self._seeds[run]))

    def _lines(self, axes: Axes, of_seeds: Sequence[np.ndarray], **look: Any) -> None:
        """Draw one line; for several seeds, thin lines, and a thick one for their mean over the epochs they share."""
        common = min(len(values) for values in of_seeds)
        if len(of_seeds) > 1:
            thin = look | {"linewidth": 0.5, "alpha": 0.5} | ({"marker": ""} if common > 1 else {})
            for values in of_seeds:
                self._line(axes, values, **thin)
        self._line(axes, np.mean([values[:common] for values in of_seeds], axis=0), **look)

    def _line(self, axes: Axes, values: np.ndarray, **look: Any) -> None:
        """Draw values by epoch, counted from 1."""
        axes.plot(range(self._first, len(values) + 1), values[self._first - 1 :], **look)


def milestones(last: int) -> list[int]:
    """Return every epoch of a short training; of a longer one the round epochs and the last."""
    if last <= SHORT:
        return list(range(1, last + 1))
    return round_epochs(last)


def round_epochs(last: int) -> list[int]:
    """Return the epochs 1, 2, 5, 10, 20, 50 ... and the last."""
    series = [step * 10**power for power in range(len(str(last))) for step in (1, 2, 5)]
    return [*(epoch for epoch in series if epoch < last), last]


def legend(
    figure: Figure,
    series: Mapping[int, str],
    parts: set[str],
    width_cm: float,
    language: Language,
    title: str = "",
) -> None:
    """Add one legend for all panels: the colours, then the line styles; none if there is nothing to tell apart."""
    handles = [Line2D([], [], label=name, **_look("train", number)) for number, name in series.items()]
    if len(parts) > 1:
        named = {part: language.word(word) for part, word in PARTS.items() if part in parts}
        handles += [Line2D([], [], label=name, **_look(part)) for part, name in named.items()]
    if handles:
        legend_below(figure, handles, width_cm, title=title)


def _look(part: str, number: int | None = None, epochs: int = 1) -> dict[str, Any]:
    """Style of a line: colour and marker identify the series, the dashes the split.

    Held-out data has hollow markers. Markers make a single epoch visible and tell lines apart in greyscale; series have them at
    different epochs.
    """
    place, step = number or 0, max(1, epochs // MARKED)
    ink = NEUTRAL if number is None else colour(number)
    return {
        "color": ink,
        "linestyle": DASHES[part],
        "marker": shape(place),
        "markersize": 4,
        "markevery": (place * step // len(SHAPES) % step, step),
        "markerfacecolor": ink if part == "train" else "white",
    }
