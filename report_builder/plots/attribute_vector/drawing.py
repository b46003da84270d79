"""Draws figures of the kind `attribute_vector`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from report_builder.kinds import Arrays, Column, Drawing, Subject, Table
from report_builder.languages import Language
from report_builder.plots._details import details, values_text
from report_builder.plots._same_data import check_arrays
from report_builder.plots._sheet import THIN, WIDE, Block, Lines, outputs, sheet, title_of, unit_range
from report_builder.plots.attribute_vector import Parameters


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a row for each image and run: the original, then the decoded multiples."""
    of_runs = outputs(arrays, parameters, "images")
    check_arrays(of_runs, ("x", "has", "multiples", "attribute"))
    names = {run: title_of(subjects, run) for run in parameters.runs}
    block = _block(of_runs, names, language)
    drawn = sheet([block], parameters)
    attribute = language.name(str(of_runs[parameters.runs[0]]["attribute"]))
    seen = {names[run]: language.number(int(each["seen"][-1])) for run, each in of_runs.items()}
    stated = [language.word("details.attribute", name=attribute), language.word("details.multiples")]
    stated.append(language.word("details.attribute_seen", n=values_text(language, seen)))
    people = [subjects[run] for run in parameters.runs]
    said = details(language, people, *stated, split=parameters.split, threshold=parameters.threshold)
    alt = language.word("alt.attribute_vector", name=attribute, runs=language.join(list(names.values())))
    return Drawing(drawn.figure, said, alt, raster=True, table=_table(of_runs, names, language))


def _block(of_runs: Mapping[str, Arrays], names: Mapping[str, str], language: Language) -> Block:
    first = next(iter(of_runs.values()))
    originals = unit_range(first, "x", "data")
    made = {run: unit_range(each, "images", run) for run, each in of_runs.items()}
    rows, labels, gaps = [], [], []
    for place, original in enumerate(originals):
        for number, (run, images) in enumerate(made.items()):
            rows.append(np.concatenate([original[None], images[place]]))
            has = language.word("sheet.has" if first["has"][place] else "sheet.lacks") if not number else ""
            labels.append("\n".join(part for part in (has, names[run] if len(names) > 1 else "") if part))
            gaps.append(WIDE * 0.6 if place and not number and len(names) > 1 else THIN)
    multiples = [language.number(float(m), sign=m != 0) for m in first["multiples"]]
    columns = Lines([language.word("figure.original"), *multiples], [0.0, WIDE, *[THIN] * (len(multiples) - 1)])
    return Block(np.stack(rows), Lines(labels, gaps), columns)


def _table(of_runs: Mapping[str, Arrays], names: Mapping[str, str], language: Language) -> Table:
    """Table of the search for the vector: a row for each batch, as many as the longest search."""
    longest = max(len(each["seen"]) for each in of_runs.values())
    columns = [Column(language.word("attribute.batch"), list(range(1, longest + 1)))]
    for run, each in of_runs.items():
        for name, digits in (("seen", 0), ("moved_with", 3), ("moved_without", 3), ("distance", 3), ("change", 3)):
            word = language.word(f"attribute.{name}")
            heading = language.word("details.named", name=names[run], value=word) if len(of_runs) > 1 else word
            missing = [None] * (longest - len(each[name]))
            columns.append(Column(heading, [*map(float, each[name]), *missing], digits=digits))
    return Table(columns)
