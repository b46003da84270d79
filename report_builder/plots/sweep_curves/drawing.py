"""Draws figures of the kind `sweep_curves`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from report_builder.kinds import Arrays, Column, Drawing, Subject, Table
from report_builder.languages import Language
from report_builder.plots._curves import legend
from report_builder.plots._details import details
from report_builder.plots._facts import metric_name, on_one_scale, splits_text, values_of, with_seeds, without_names
from report_builder.plots._style import label_values, panels
from report_builder.plots._sweep import Swept, setting_name, setting_texts, settings_text
from report_builder.plots._swept_axes import SweptAxes
from report_builder.plots.sweep_curves import Parameters, _swept, facts


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a panel for each metric, with lines through the means over the seeds, which are the values that sentences cite."""
    on_one_scale(arrays, parameters.runs, parameters.metrics, best=parameters.best)
    found = _swept(parameters, subjects)
    figure, linear_to = _figure(arrays, parameters, subjects, found, language)
    if found.by:
        legend(figure, _lines(found, subjects, language), set(), parameters.width_cm, language, _title(found, language))
    people = with_seeds(arrays, without_names([subjects[run] for run in parameters.runs]), facts(parameters))
    said = [*splits_text(arrays, parameters.runs, parameters.metrics, language), *_marks(arrays, parameters, language)]
    if linear_to:
        said.append(language.word("details.linear_below", value=language.number(linear_to)))
    values = setting_texts(language, subjects, [run for line in found.lines.values() for run in line], found.over)
    metrics = language.join(
        [metric_name(language, metric, arrays[f"{parameters.runs[0]}.{metric}"]) for metric in parameters.metrics]
    )
    setting = setting_name(language, found.over)
    alt = language.word(
        "alt.sweep_curves", metrics=metrics, setting=setting, values=language.join([*dict.fromkeys(values.values())])
    )
    return Drawing(figure, details(language, people, *said), alt, table=_table(arrays, parameters, subjects, found, language))


def _figure(
    arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], found: Swept, language: Language
) -> tuple[Figure, float]:
    """The panels, titled with metrics or labelled with units, and the value below which their logarithmic axis is linear."""
    columns = min(len(parameters.metrics), 2)
    figure, panel_axes = panels(len(parameters.metrics), parameters.width_cm, parameters.height_cm, columns)
    swept_axes = SweptAxes(found, subjects, language, log=parameters.log_over)
    for axes, metric in zip(panel_axes, parameters.metrics, strict=True):
        of_runs = {run: arrays[f"{run}.{metric}"] for run in parameters.runs}
        first = next(iter(of_runs.values()))
        name, unit = metric_name(language, metric, first), str(first["unit"])
        swept_axes.draw(axes, of_runs, parameters.spread, best=parameters.best)
        swept_axes.finish(axes, parameters.width_cm / columns, log=parameters.log)
        axes.set_xlabel(setting_name(language, found.over))
        label_values(axes, name, unit, language)
    return figure, swept_axes.linear_to


def _table(
    arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], found: Swept, language: Language
) -> Table:
    """Table with a row for each run, line by line: its settings, and the mean of each metric."""
    runs = [run for line in found.lines.values() for run in line]
    columns = [
        Column(setting_name(language, path), [*setting_texts(language, subjects, runs, path).values()])
        for path in (*found.by, found.over)
    ]
    for metric in parameters.metrics:
        means = [float(np.mean(values_of(arrays, f"{run}.{metric}"))) for run in runs]
        first = arrays[f"{runs[0]}.{metric}"]
        columns.append(Column(metric_name(language, metric, first), means, str(first["unit"])))
    return Table(columns)


def _title(found: Swept, language: Language) -> str:
    """Title of the legend, if lines differ in a single setting."""
    return setting_name(language, found.by[0]) if len(found.by) == 1 else ""


def _lines(found: Swept, subjects: Mapping[str, Subject], language: Language) -> dict[int, str]:
    """Label of each line: its values, without the setting's name if that is the title of the legend."""
    if len(found.by) == 1:
        return dict(enumerate(setting_texts(language, subjects, [*found.lines], found.by[0]).values()))
    return dict(enumerate(map(", ".join, settings_text(language, subjects, [*found.lines], found.by).values())))


def _marks(arrays: Mapping[str, Arrays], parameters: Parameters, language: Language) -> list[str]:
    """Sentences that explain points, bars and rings."""
    shown = [arrays[name] for name in facts(parameters)]
    several = parameters.spread != "none" and any(len(fact["value"]) > 1 for fact in shown)
    marked = parameters.best and any(str(fact["better"]) != "none" for fact in shown)
    said = [language.word(f"details.seeds_{parameters.spread}")] if several else []
    return said + ([language.word("details.best_marked")] if marked else [])
