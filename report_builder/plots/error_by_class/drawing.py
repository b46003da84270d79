"""Draws figures of the kind `error_by_class`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from report_builder.kinds import Arrays, Column, Drawing, Subject, Table
from report_builder.languages import Language
from report_builder.plots._details import details, values_text
from report_builder.plots._same_data import check_arrays
from report_builder.plots._samples import class_name
from report_builder.plots._sheet import title_of
from report_builder.plots._style import arrays_of, colour, ink, legend_below, localise, panels
from report_builder.plots._text import NAME_CM, all_wrapped
from report_builder.plots.error_by_class import Parameters

WHISKERS = (5, 95)  # percentiles
ROW_CM, FRAME_CM = 0.42, 1.4  # height of a box, and of axis and label


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a group of boxes for each class, the first class at the top, with a box for each run."""
    of_runs = arrays_of(arrays, parameters.runs, parameters.error)
    check_arrays(of_runs, ("class_names",))
    first = next(iter(of_runs.values()))
    labels = sorted({int(label) for each in of_runs.values() for label in each["y"]})
    classes = [class_name(first, label, language) for label in labels]
    names = {run: title_of(subjects, run) for run in parameters.runs}
    tall = min(22.0, FRAME_CM + ROW_CM * len(labels) * (len(of_runs) + 0.5))
    figure, (axes,) = panels(1, parameters.width_cm, tall, 1)
    for place, each in enumerate(of_runs.values()):
        _boxes(axes, [_errors(each, label, parameters) for label in labels], place, len(of_runs))
    axes.set_yticks(range(len(labels)))
    localise(axes, language)
    axes.set_yticklabels(all_wrapped(classes, NAME_CM))
    axes.set(ylim=(len(labels) - 0.5, -0.5), ylabel=language.word("legend.class"))
    unit = _unit(parameters)
    word = language.word(f"values.{parameters.error}")
    axes.set_xlabel(f"{word} [{language.unit(unit)}]" if unit else language.word(f"axis.per_{parameters.per}", what=word))
    axes.grid(visible=False, axis="y")
    if len(of_runs) > 1:
        handles = [Patch(**_look(place), label=name) for place, name in enumerate(names.values())]
        legend_below(figure, handles, parameters.width_cm)
    table = _table(of_runs, parameters, names, (labels, classes), language)
    stated = [language.word("details.boxes", low=WHISKERS[0], high=WHISKERS[1])]
    counts = {names[run]: language.number(len(each["y"])) for run, each in of_runs.items()}
    stated.append(language.word("details.images", n=values_text(language, counts)))
    said = details(language, [subjects[run] for run in parameters.runs], *stated, split=parameters.split)
    alt = language.word("alt.error_by_class", classes=language.join(classes), runs=language.join(list(names.values())))
    return Drawing(figure, said, alt, table=table)


def _unit(parameters: Parameters) -> str:
    return f"nats/{parameters.per}" if parameters.error == "bce" else ""


def _errors(arrays: Arrays, label: int, parameters: Parameters) -> np.ndarray:
    """Errors of the images of a class, `(n,)`; empty if the run has none."""
    of_class = arrays[parameters.error][arrays["y"] == label]
    return np.asarray(of_class / (float(arrays["pixels"]) if parameters.per == "pixel" else 1.0))


def _boxes(axes: Axes, of_classes: list[np.ndarray], place: int, runs: int) -> None:
    """Draw the boxes of one run: quartiles, median, whiskers at percentiles, and the mean as a point."""
    height = 0.8 / runs
    positions = [row + (place - (runs - 1) / 2) * height for row in range(len(of_classes))]
    line = {"color": ink(), "linewidth": 0.8}
    axes.boxplot(
        of_classes,
        positions=positions,
        widths=0.8 * height,
        orientation="horizontal",
        whis=WHISKERS,
        showfliers=False,
        showmeans=True,
        manage_ticks=False,
        patch_artist=True,
        boxprops=_look(place),
        medianprops=line | {"linewidth": 1.2},
        whiskerprops=line,
        capprops=line,
        meanprops={"marker": "o", "markersize": 3.2, "markerfacecolor": "white", "markeredgecolor": ink()},
    )


def _look(place: int) -> dict[str, Any]:
    return {"facecolor": colour(place), "edgecolor": ink(), "linewidth": 0.6, "alpha": 0.6}


def _table(
    of_runs: Mapping[str, Arrays],
    parameters: Parameters,
    names: Mapping[str, str],
    classes: tuple[list[int], list[str]],
    language: Language,
) -> Table:
    """Table of the mean error of each class, with a column for each run."""
    labels, printed = classes
    columns = [Column(language.word("legend.class"), printed)]
    for run, each in of_runs.items():
        means = [float(errors.mean()) if errors.size else None for errors in (_errors(each, n, parameters) for n in labels)]
        columns.append(Column(language.word("details.mean_of", name=names[run]), means, _unit(parameters)))
    return Table(columns)
