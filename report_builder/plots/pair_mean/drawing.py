"""Draws figures of the kind `pair_mean`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._details import details
from report_builder.plots._pairs import pair_labels, stated_pairs
from report_builder.plots._sheet import THIN, WIDE, Block, Lines, outputs, sheet, title_of, unit_range
from report_builder.plots.pair_mean import Parameters


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a sheet with a row for each pair: two originals, then the decoded mean of each run."""
    of_runs = outputs(arrays, parameters, "images")
    block = _block(of_runs, parameters, subjects, language)
    drawn = sheet([block], parameters)
    people = [subjects[run] for run in parameters.runs]
    pairs = stated_pairs(of_runs[parameters.runs[0]], language)
    alt = language.word("alt.pair_mean", runs=language.join([s.name for s in people]))
    said = details(language, people, pairs, split=parameters.split, threshold=parameters.threshold)
    return Drawing(drawn.figure, said, alt, raster=True)


def _block(of_runs: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Block:
    first = of_runs[parameters.runs[0]]
    mean = language.word("figure.mean")
    columns, labels, gaps = (
        [unit_range(first, "ends", "data")],
        [language.word(f"sheet.original_{i}") for i in (1, 2)],
        [0.0, THIN],
    )
    for run, each in of_runs.items():
        decoded, name = unit_range(each, "images", run), title_of(subjects, run)
        columns.append(decoded if parameters.ends else decoded[:, 1:2])
        labels += ["", f"{name}\n{mean}", ""] if parameters.ends else [f"{name}\n{mean}"]
        gaps += [WIDE, THIN, THIN] if parameters.ends else [WIDE]
    rows = [language.join([a, b]) for a, b in pair_labels(first, language)]
    return Block(np.concatenate(columns, axis=1), Lines(rows), Lines(labels, gaps))
