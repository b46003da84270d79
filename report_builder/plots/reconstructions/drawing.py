"""Draws figures of the kind `reconstructions`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._details import details
from report_builder.plots._sheet import THIN, WIDE, Block, Lines, outputs, sheet, title_of, unit_range, wrap_columns
from report_builder.plots.reconstructions import Parameters


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a sheet in bands: originals, then one row for each run."""
    of_runs = outputs(arrays, parameters, "reconstruction")
    block = _block(of_runs, parameters, subjects, language)
    drawn = sheet([block], parameters)
    people = [subjects[run] for run in parameters.runs]
    first = of_runs[parameters.runs[0]]
    alt = language.word("alt.reconstructions", n=len(first["y"]), runs=language.join([s.name for s in people]))
    said = details(language, people, split=parameters.split, threshold=parameters.threshold)
    return Drawing(drawn.figure, said, alt, raster=True)


def _block(of_runs: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Block:
    first = of_runs[parameters.runs[0]]
    stacked = np.stack([unit_range(first, "x", "data"), *(unit_range(a, "reconstruction", run) for run, a in of_runs.items())])
    bands = wrap_columns(stacked.shape[1], parameters.columns)
    names = [language.name(str(first["class_names"][label])) if parameters.class_names else "" for label in first["y"]]
    same = all([names[i] for i in band] == [names[i] for i in bands[0]][: len(band)] for band in bands)
    labels = [language.word("figure.originals"), *(title_of(subjects, run) for run in of_runs)]
    gaps = [[WIDE if band else 0, *[THIN] * (len(labels) - 1)] for band in range(len(bands))]
    rows = Lines(labels * len(bands), [gap for band in gaps for gap in band])
    return Block(_fill_bands(stacked, bands), rows, Lines([names[i] if same else "" for i in bands[0]]))


def _fill_bands(stacked: np.ndarray, bands: list[range]) -> np.ndarray:
    """Images in bands, `(bands * rows, columns, ...)`; cells after the last image are NaN."""
    full = len(bands[0])
    filled = []
    for band in bands:
        row = stacked[:, band.start : band.stop]
        missing = np.full((len(row), full - len(band), *row.shape[2:]), np.nan, dtype=row.dtype)
        filled.append(np.concatenate([row, missing], axis=1))
    return np.concatenate(filled)
