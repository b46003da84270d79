"""Axes of facts over a setting: positions, lines, the spread over seeds, and a ring around the best value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import ScaledTranslation

from report_builder.kinds import Arrays, Subject
from report_builder.languages import Language
from report_builder.plots._facts import values_of
from report_builder.plots._style import colour, ink, localise, logarithmic_upwards, shape
from report_builder.plots._sweep import Swept, numeric, setting_texts, value
from report_builder.plots._text import all_wrapped, text_width

LINEAR = 0.9  # `linscale` at which the linear part is as long as one decade
DECADE = 10.0  # ratio of largest to smallest value from which an axis is logarithmic
MARGIN = 0.05  # share of an axis beyond the outermost values
BESIDE = 3.0  # points between the bars of two lines, so that they do not overlap


class SweptAxes:
    """Draws facts over the values of a setting; values that are not numbers are spaced evenly, in the order listed."""

    def __init__(self, swept: Swept, subjects: Mapping[str, Subject], language: Language, *, log: bool | None) -> None:
        """Compute the positions of the runs.

        Args:
            log: whether the axis is logarithmic, with zero one decade before the smallest positive value; if None, it is where
                the values span a decade.
        """
        self._swept, self._language = swept, language
        runs = [run for line in swept.lines.values() for run in line]
        values = {run: value(subjects[run], swept.over) for run in runs}
        labels = setting_texts(language, subjects, runs, swept.over)
        self.numeric = numeric([*values.values()])
        order = list(dict.fromkeys(map(repr, values.values())))
        self.places = {run: float(values[run] if self.numeric else order.index(repr(values[run]))) for run in runs}
        self._ticks = dict(sorted({self.places[run]: labels[run] for run in runs}.items()))
        low, high = min(self._ticks), max(self._ticks)
        positive = min((place for place in self._ticks if place > 0), default=np.inf)
        self.log = self.numeric and low >= 0 and (high >= DECADE * positive if log is None else log)
        self.linear_to = positive if self.log and low == 0 else 0.0  # below it, a logarithmic axis is linear down to zero

    def draw(self, axes: Axes, facts: Mapping[str, Arrays], spread: str, *, best: bool) -> None:
        """Draw facts, given as arrays by run: lines through the means, and the seeds as `spread` says."""
        values = {run: values_of({run: fact}, run) for run, fact in facts.items()}
        lines = [*self._swept.lines.values()]
        for number, line in enumerate(lines):
            x, seeds = [self.places[run] for run in line], [values[run] for run in line]
            if spread == "points":
                self._points(axes, x, seeds, number)
            bars = spread == "range" and any(len(each) > 1 for each in seeds)
            aside = BESIDE * (number - (len(lines) - 1) / 2) if bars else 0.0
            self._line(axes, x, seeds, number, aside, bars=bars)
        better = str(next(iter(facts.values()))["better"])
        if best and better != "none":
            self._ring(axes, {run: float(np.mean(each)) for run, each in values.items()}, better)

    def _line(
        self, axes: Axes, x: Sequence[float], seeds: Sequence[np.ndarray], number: int, aside: float, *, bars: bool
    ) -> None:
        """Draw a line through the means; with bars it is shifted by `aside` points."""
        low, means, high = (np.array([how(each) for each in seeds]) for how in (np.min, np.mean, np.max))
        shift = axes.transData + ScaledTranslation(aside / 72, 0, axes.figure.dpi_scale_trans)
        line = "-" if self.numeric else "none"
        axes.plot(x, means, linestyle=line, color=colour(number), marker=shape(number), markersize=4, transform=shift)
        if bars:
            ends = [means - low, high - means]
            axes.errorbar(x, means, ends, fmt="none", ecolor=colour(number), elinewidth=0.8, capsize=2, transform=shift)
        axes.update_datalim(np.concatenate([np.stack([x, y], axis=1) for y in ((low, high) if bars else (means,))]))
        axes.autoscale_view()  # autoscaling ignores shifted artists

    @staticmethod
    def _points(axes: Axes, x: Sequence[float], seeds: Sequence[np.ndarray], number: int) -> None:
        several = [(place, each) for place, each in zip(x, seeds, strict=True) if len(each) > 1]
        for place, each in several:
            marks = axes.scatter(np.full(len(each), place), each, s=9, marker=shape(number), facecolors="none", zorder=4)
            marks.set(edgecolors=colour(number), linewidths=0.6)

    def _ring(self, axes: Axes, means: Mapping[str, float], better: str) -> None:
        """Draw a ring around the first of the best values."""
        run = (max if better == "higher" else min)(means, key=lambda name: means[name])
        (ring,) = axes.plot([self.places[run]], [means[run]], linestyle="none", zorder=5, marker="o", markersize=10)
        ring.set(fillstyle="none", color=ink(), markeredgewidth=1.0)

    def finish(self, axes: Axes, width_cm: float, *, log: bool) -> None:
        """Set the scales, and a tick at each value; labels that would touch are left out."""
        if log:
            logarithmic_upwards(axes)
        if self.log:
            axes.set_xscale("symlog", linthresh=self.linear_to, linscale=LINEAR) if self.linear_to else axes.set_xscale("log")
            axes.set_xlim(*self._limits())
        localise(axes, self._language)
        labels = self._fitting(width_cm - 2.0) if self.numeric else self._names(width_cm - 2.0)
        axes.xaxis.set_major_locator(FixedLocator([*self._ticks]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda place, _: labels.get(float(place), "")))
        if not self.numeric:
            axes.set_xlim(min(self._ticks) - 0.5, max(self._ticks) + 0.5)

    def _names(self, width_cm: float) -> dict[float, str]:
        """All words, broken into lines that fit side by side."""
        names = all_wrapped([*self._ticks.values()], width_cm / len(self._ticks) - 0.1, lines=3)
        return dict(zip(self._ticks, names, strict=True))

    def _scale(self, place: float) -> float:
        """Position of a value along the axis, in decades if it is logarithmic."""
        if not self.log:
            return place
        if place < self.linear_to:
            return place / self.linear_to
        return float(np.log10(place / self.linear_to) + 1 if self.linear_to else np.log10(place))

    def _limits(self) -> tuple[float, float]:
        """Limits of a logarithmic axis, with a margin beyond the outermost values."""
        low, high = min(self._ticks), max(self._ticks)
        margin = MARGIN * (self._scale(high) - self._scale(low))
        return (-margin * self.linear_to if self.linear_to else low / 10**margin), high * 10**margin

    def _fitting(self, width_cm: float) -> dict[float, str]:
        """The labels that fit next to those before them."""
        scale = self._scale
        first, last = (scale(end) for end in (min(self._ticks), max(self._ticks)))
        kept: dict[float, str] = {}
        free = -np.inf
        for place, label in self._ticks.items():
            at, half = (scale(place) - first) / (last - first) * width_cm, text_width(label) / 2
            if at - half >= free:
                kept[place] = label
                free = at + half + 0.1
        return kept
