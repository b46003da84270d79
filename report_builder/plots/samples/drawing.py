"""Draws figures of the kind `samples`."""

from __future__ import annotations

from collections.abc import Mapping

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._details import details
from report_builder.plots._samples import asked_in_turn, class_name, of_epoch, stated_origin
from report_builder.plots._sheet import Block, Lines, outputs, sheet, title_of, unit_range
from report_builder.plots.samples import Parameters


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a sheet for each run, filled row by row."""
    of_runs = {run: of_epoch(each, parameters.epoch) for run, each in outputs(arrays, parameters, "images").items()}
    names = {run: title_of(subjects, run) for run in parameters.runs}
    blocks = [_block(each, run, names[run] if len(names) > 1 else "", parameters, language) for run, each in of_runs.items()]
    drawn = sheet(blocks, parameters)
    by_name = {names[run]: each for run, each in of_runs.items()}
    stated = [stated_origin(parameters.epoch, parameters.seed, language)]
    stated += asked_in_turn(by_name, parameters.rows * parameters.columns, language)
    alt = language.word(
        "alt.samples", rows=parameters.rows, columns=parameters.columns, runs=language.join(list(names.values()))
    )
    people = [subjects[run] for run in parameters.runs]
    return Drawing(drawn.figure, details(language, people, *stated, threshold=parameters.threshold), alt, raster=True)


def _block(arrays: Arrays, run: str, title: str, parameters: Parameters, language: Language) -> Block:
    rows, columns = parameters.rows, parameters.columns
    if len(arrays["images"]) < rows * columns:
        rule, received = f"the run '{run}' kept fewer samples than are to be shown", f"{rows} rows, {columns} columns"
        raise ReportError(Problem("", rule, received, f"Kept: {len(arrays['images'])}.", "Show fewer, or leave out 'epoch'."))
    images = unit_range(arrays, "images", run)[: rows * columns]
    labels = [""] * columns
    asked = arrays["asked_class"][: rows * columns].reshape(rows, columns) if "asked_class" in arrays else None
    if asked is not None and (asked == asked[0]).all():
        labels = [class_name(arrays, int(label), language) for label in asked[0]]
    return Block(images.reshape(rows, columns, *images.shape[1:]), Lines([""] * rows), Lines(labels), title)
