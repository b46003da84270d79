"""Draws figures of the kind `nearest_training`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._details import details, measured_before, values_text
from report_builder.plots._samples import asked_in_turn, cell_for, in_bands, stated_origin
from report_builder.plots._sheet import THIN, WIDE, Block, Lines, outputs, sheet, title_of, unit_range
from report_builder.plots.nearest_training import Parameters


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw bands of samples above their neighbours, the nearest first, with the distance below each neighbour."""
    of_runs = outputs(arrays, parameters, "images")
    names = {run: title_of(subjects, run) for run in parameters.runs}
    block = _block(of_runs, names, parameters, language)
    drawn = sheet([block], parameters, cell_cm=cell_for([block], parameters))
    searched = values_text(language, {names[run]: language.number(int(each["searched"])) for run, each in of_runs.items()})
    stated = [stated_origin(None, parameters.seed, language)]
    stated += asked_in_turn({names[run]: each for run, each in of_runs.items()}, parameters.n, language)
    stated += [language.word("details.nearest"), language.word("details.searched", n=searched)]
    stated += measured_before(parameters.threshold, language)
    people = [subjects[run] for run in parameters.runs]
    said = details(language, people, *stated, split=parameters.split, threshold=parameters.threshold)
    alt = language.word("alt.nearest_training", n=parameters.n, runs=language.join(list(names.values())))
    return Drawing(drawn.figure, said, alt, raster=True)


def _block(of_runs: Mapping[str, Arrays], names: Mapping[str, str], parameters: Parameters, language: Language) -> Block:
    per_row = min(parameters.columns, parameters.n)
    rows: list[np.ndarray] = []
    labels: list[str] = []
    gaps: list[float] = []
    below: list[list[str]] = []
    for run, each in of_runs.items():
        samples = in_bands(unit_range(each, "images", run), per_row)
        neighbours = unit_range(each, "neighbours", "data")
        of_rank = [in_bands(neighbours[:, rank], per_row) for rank in range(parameters.k)]
        for band in range(len(samples)):
            chosen = slice(band * per_row, (band + 1) * per_row)
            rows += [samples[band], *(images[band] for images in of_rank)]
            title = f"{names[run]}\n" if len(names) > 1 else ""
            labels += [title + language.word("sheet.samples"), language.word("sheet.nearest"), *[""] * (parameters.k - 1)]
            gaps += [WIDE / 2 if gaps else 0.0, *[THIN] * parameters.k]
            distances = each["distance"][chosen].T
            below += [[], *([language.number(float(value), 3) for value in row] for row in distances)]
    return Block(np.stack(rows), Lines(labels, gaps), Lines([""] * per_row), below=below)
