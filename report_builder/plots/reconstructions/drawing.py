"""Draws figures of the kind `reconstructions`."""

from __future__ import annotations

from collections.abc import Mapping

from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._details import details
from report_builder.plots._samples import in_shared_bands
from report_builder.plots._sheet import THIN, WIDE, Block, Lines, outputs, sheet, title_of, unit_range
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
    sets = [unit_range(first, "x", "data"), *(unit_range(each, "reconstruction", run) for run, each in of_runs.items())]
    per_row = min(parameters.columns, len(first["x"]))
    images = in_shared_bands(sets, per_row)
    names = [language.name(str(first["class_names"][label])) if parameters.class_names else "" for label in first["y"]]
    same = all(name == names[place % per_row] for place, name in enumerate(names))
    labels = [language.word("figure.originals"), *(title_of(subjects, run) for run in of_runs)]
    gaps = [THIN if row % len(sets) else WIDE if row else 0 for row in range(len(images))]
    rows = Lines(labels * (len(images) // len(sets)), gaps)
    return Block(images, rows, Lines(names[:per_row] if same else [""] * per_row))
