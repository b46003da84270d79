"""Draws figures of the kind `interpolation`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._details import details
from report_builder.plots._pairs import pair_labels, stated_pairs, stated_way
from report_builder.plots._samples import in_bands
from report_builder.plots._sheet import THIN, WIDE, Block, Lines, outputs, sheet, title_of, unit_range
from report_builder.plots.interpolation import Parameters

ACROSS = 12  # maximum images side by side; longer paths are folded


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a sheet with a row for each pair and run, and columns for the position along the path."""
    of_runs = outputs(arrays, parameters, "images")
    block = _block(of_runs, parameters, subjects, language)
    drawn = sheet([block], parameters)
    people = [subjects[run] for run in parameters.runs]
    pairs = stated_pairs(of_runs[parameters.runs[0]], language)
    alt = language.word("alt.interpolation", steps=parameters.steps, runs=language.join([s.name for s in people]))
    share = "details.share_of_way" if parameters.path == "spherical" else "details.share"
    share += "_below" if block.below else ""
    stated = [pairs, language.word(share)]
    stated += stated_way(of_runs, parameters.path, parameters.condition, language)
    said = details(language, people, *stated, split=parameters.split, threshold=parameters.threshold)
    return Drawing(drawn.figure, said, alt, raster=True)


def _block(of_runs: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Block:
    first = of_runs[parameters.runs[0]]
    steps = {run: unit_range(each, "images", run) for run, each in of_runs.items()}
    ends = unit_range(first, "ends", "data")
    rows, labels = [], []
    for place, (a, b) in enumerate(pair_labels(first, language)):
        for run, decoded in steps.items():
            inner = decoded[place]
            rows.append(np.concatenate([ends[place, :1], inner, ends[place, 1:]]) if parameters.originals else inner)
            name = f"\n{title_of(subjects, run)}" if len(steps) > 1 else ""
            labels.append(language.word("sheet.way", a=a, b=b) + name)
    if len(rows[0]) > ACROSS:
        return _fold(rows, labels, _columns(parameters, language).labels)
    return Block(np.stack(rows), _rows(labels, len(steps)), _columns(parameters, language))


def _fold(rows: list[np.ndarray], labels: list[str], shares: Sequence[str]) -> Block:
    """Block of paths that continue on further lines, with the column labels below each image."""
    lines = -(-len(shares) // ACROSS)
    per_row = -(-len(shares) // lines)
    below = [shares[start : start + per_row] for start in range(0, len(shares), per_row)]
    gaps = [WIDE * 0.6 if place and not line else THIN for place in range(len(rows)) for line in range(lines)]
    names = [label if not line else "" for label in labels for line in range(lines)]
    return Block(
        np.concatenate([in_bands(row, per_row) for row in rows]),
        Lines(names, gaps),
        Lines([""] * per_row),
        below=below * len(rows),
    )


def _rows(labels: list[str], runs: int) -> Lines:
    return Lines(labels, [WIDE * 0.6 if place and place % runs == 0 and runs > 1 else THIN for place in range(len(labels))])


def _columns(parameters: Parameters, language: Language) -> Lines:
    labels = [language.percent(step / (parameters.steps - 1)) for step in range(parameters.steps)]
    gaps = [THIN] * len(labels)
    if parameters.originals:
        original = language.word("figure.original")
        labels, gaps = [original, *labels, original], [0.0, WIDE, *gaps[1:], WIDE]
    return Lines(labels, gaps)
