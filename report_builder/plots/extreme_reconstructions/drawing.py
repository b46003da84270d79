"""Draws figures of the kind `extreme_reconstructions`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._details import details, measured_before, values_text
from report_builder.plots._samples import cell_for
from report_builder.plots._sheet import THIN, WIDE, Block, Lines, outputs, sheet, title_of, unit_range
from report_builder.plots.extreme_reconstructions import Parameters

ENDS = ("best", "worst")


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw two bands for each run: its best reconstructions and its worst."""
    of_runs = outputs(arrays, parameters, "reconstruction")
    names = {run: title_of(subjects, run) for run in parameters.runs}
    count = min(len(each["error"]) // 2 for each in of_runs.values())
    block = _block(of_runs, names, count, language)
    drawn = sheet([block], parameters, cell_cm=cell_for([block], parameters))
    searched = values_text(language, {names[run]: language.number(int(each["searched"])) for run, each in of_runs.items()})
    error = language.word(f"values.{parameters.error}") + (f" [{language.unit('nats')}]" if parameters.error == "bce" else "")
    stated = [language.word("details.below_error", error=error), language.word("details.searched", n=searched)]
    stated += [language.word("details.fewer_extremes", n=count)] if count < parameters.count else []
    stated += measured_before(parameters.threshold, language)
    people = [subjects[run] for run in parameters.runs]
    said = details(language, people, *stated, split=parameters.split, threshold=parameters.threshold)
    alt = language.word("alt.extreme_reconstructions", n=count, runs=language.join(list(names.values())))
    return Drawing(drawn.figure, said, alt, raster=True)


def _block(of_runs: Mapping[str, Arrays], names: Mapping[str, str], count: int, language: Language) -> Block:
    rows, labels, gaps, below = [], [], [], []
    for run, each in of_runs.items():
        x, made, worst = unit_range(each, "x", "data"), unit_range(each, "reconstruction", run), len(each["error"]) // 2
        for end, first in zip(ENDS, (0, worst), strict=True):
            chosen = slice(first, first + count)
            rows += [x[chosen], made[chosen]]
            labels += [language.word(f"sheet.{end}") + (f"\n{names[run]}" if len(names) > 1 else ""), ""]
            gaps += [WIDE / 2 if rows[2:] else 0.0, THIN]
            below += [[], [language.number(float(error), 1) for error in each["error"][chosen]]]
    return Block(np.stack(rows), Lines(labels, gaps), Lines([""] * len(rows[0])), below=below)
