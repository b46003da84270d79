"""Draws figures of the kind `decode_grid`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._details import details, limits, normal_lattice
from report_builder.plots._sheet import THIN, Block, Lines, outputs, sheet, title_of, unit_range
from report_builder.plots._style import Numbers
from report_builder.plots._text import INCH, text_height, text_width
from report_builder.plots.decode_grid import Parameters

TICKS = 5  # maximum on an axis


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a lattice for each run, with the first coordinate to the right and the second upwards, as in a scatter plot."""
    of_runs = outputs(arrays, parameters, "images")
    names = {run: title_of(subjects, run) for run in parameters.runs}
    blocks = [
        _block(of_runs[run], run, names[run] if len(names) > 1 else "", separators=parameters.separators) for run in of_runs
    ]
    drawn = sheet(blocks, parameters, axis_room=(_tick_room(of_runs, language), 0.95))
    for place, run in enumerate(of_runs):
        _axes(drawn.axes[place], drawn.column_centres[place], drawn.row_centres[place], of_runs[run], language)
    people = [subjects[run] for run in parameters.runs]
    stated = _range_text({names[run]: of_runs[run] for run in of_runs}, parameters, language)
    measured = parameters.limits is None and parameters.lattice == "even"
    alt = language.word("alt.decode_grid", n=parameters.n, runs=language.join(list(names.values())))
    split = parameters.split if measured else None
    said = details(language, people, stated, split=split, threshold=parameters.threshold)
    return Drawing(drawn.figure, said, alt, raster=True)


def _range_text(of_runs: Mapping[str, Arrays], parameters: Parameters, language: Language) -> str:
    """Sentence about the range of the coordinates, and for normal quantiles about their probabilities."""
    ends = {name: arrays["limits"] for name, arrays in of_runs.items()}
    return limits(language, ends) if parameters.lattice == "even" else normal_lattice(language, ends, parameters.n)


def _block(arrays: Arrays, run: str, title: str, *, separators: bool) -> Block:
    rows, columns = len(arrays["axis_1"]), len(arrays["axis_0"])
    images = unit_range(arrays, "images", run)
    gap = THIN if separators else 0.0
    return Block(
        images.reshape(rows, columns, *images.shape[1:]),
        Lines([""] * rows, [0.0] + [gap] * (rows - 1)),
        Lines([""] * columns, [0.0] + [gap] * (columns - 1)),
        title,
    )


def _round(values: np.ndarray, language: Language, most: int = TICKS) -> dict[float, str]:
    """At most `most` round coordinates within the decoded range, and their labels."""
    low, high = float(values[0]), float(values[-1])
    found = MaxNLocator(most, steps=[1, 2, 4, 5, 10]).tick_values(low, high)
    inside = [float(value) for value in found if low <= value <= high] or [(low + high) / 2]
    return dict(zip(inside, Numbers(language).format_ticks(inside), strict=True))


def _tick_room(of_runs: Mapping[str, Arrays], language: Language) -> float:
    """Space to the left of a block for ticks and axis label, in cm."""
    labels = [label for each in of_runs.values() for label in _round(each["axis_1"], language).values()]
    return max(text_width(label) for label in labels) + 0.65


def _axes(axes: Axes, columns: np.ndarray, rows: np.ndarray, arrays: Arrays, language: Language) -> None:
    """Add ticks at round coordinates, interpolated between the centres of the decoded cells."""
    for axis, centres, values in ((axes.xaxis, columns, arrays["axis_0"]), (axes.yaxis, rows[::-1], arrays["axis_1"])):
        size = text_height if axis is axes.yaxis else text_width
        for most in range(TICKS, 0, -1):
            labels = _round(values, language, most)
            places = np.interp([*labels], values, centres)
            apart = abs(np.diff(places)) / axes.figure.dpi * INCH
            if all((size(a) + size(b)) / 2 <= free for (a, b), free in zip(pairwise(labels.values()), apart, strict=True)):
                break
        axis.set_ticks(places, [*labels.values()])
        axis.set_tick_params(length=2.5, pad=2)
    axes.set_xlabel(language.word("axis.latent", i=1))
    axes.set_ylabel(language.word("axis.latent", i=2))
    axes.spines[:].set_visible(True)
