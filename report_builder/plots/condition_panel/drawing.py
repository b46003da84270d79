"""Draws figures of the kind `condition_panel`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.patches import Rectangle

from report_builder.kinds import Arrays, Drawing, Subject
from report_builder.languages import Language
from report_builder.plots._details import details, split_name, values_text
from report_builder.plots._fitting import label_width
from report_builder.plots._panel import CELLS, Along, along, axis_name
from report_builder.plots._samples import class_name
from report_builder.plots._sheet import PAD_CM, Block, Lines, Sheet, outputs, sheet, title_of, unit_range
from report_builder.plots._style import colour
from report_builder.plots.condition_panel import Parameters

FRAME = 1  # index of its colour
LEAST_CM = 1.5  # minimum width of an image if panels are in bands


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a panel for each run, whose rows and columns are the conditions."""
    of_runs = outputs(arrays, parameters, "images")
    names = {run: title_of(subjects, run) for run in parameters.runs}
    placed = {run: _rows_and_columns(each, parameters, language, short=len(names) > 1) for run, each in of_runs.items()}
    blocks = [_block(each, run, placed[run], names[run] if len(names) > 1 else "") for run, each in of_runs.items()]
    drawn = sheet(blocks, parameters, per_band=_per_band(blocks, parameters))
    framed = parameters.frame and all("cells" in each for each in of_runs.values())
    if framed:
        for panel, (run, each) in enumerate(of_runs.items()):
            _frame(drawn, panel, each, placed[run])
    people = [subjects[run] for run in parameters.runs]
    stated = _sentences({names[run]: each for run, each in of_runs.items()}, parameters, language)
    stated += [language.word("details.frame")] if framed else []
    said = details(language, people, *stated, threshold=parameters.threshold)
    return Drawing(drawn.figure, said, _alt(blocks[0], list(names.values()), parameters, language), raster=True)


def _rows_and_columns(arrays: Arrays, parameters: Parameters, language: Language, *, short: bool) -> tuple[Along, Along]:
    """Rows and columns; next to other panels, cells are labelled by number only, and the caption explains them."""
    return (
        along(parameters.rows, arrays, language, short=short),
        along(parameters.columns, arrays, language, short=short),
    )


def _block(arrays: Arrays, run: str, placed: tuple[Along, Along], title: str) -> Block:
    images, (rows, columns) = unit_range(arrays, "images", run), placed
    panel = np.full((len(rows.labels), len(columns.labels), *images.shape[1:]), np.nan, dtype=images.dtype)
    panel[rows.places, columns.places] = images
    return Block(panel, Lines(rows.labels), Lines(columns.labels), title)


def _per_band(blocks: list[Block], parameters: Parameters) -> int:
    """Number of panels side by side, in bands of about equal length, such that images are large enough to read."""
    wide = min(LEAST_CM, parameters.cell_cm) * blocks[0].columns.extent + label_width(blocks[0].rows.labels) + 2 * PAD_CM
    bands = -(-len(blocks) // max(1, int(parameters.width_cm / wide)))
    return -(-len(blocks) // bands)


def _alt(block: Block, names: list[str], parameters: Parameters, language: Language) -> str:
    rows, columns = block.images.shape[:2]
    runs = language.join(names)
    if (parameters.rows, parameters.columns) == CELLS:
        return language.word("alt.condition_panel", rows=rows, columns=columns, runs=runs)
    of_rows, of_columns = (axis_name(axis, parameters.z, language) for axis in (parameters.rows, parameters.columns))
    known = {"rows": rows, "columns": columns, "of_rows": of_rows, "of_columns": of_columns, "runs": runs}
    return language.word("alt.condition_panel_of", **known)


def _frame(drawn: Sheet, panel: int, arrays: Arrays, placed: tuple[Along, Along]) -> None:
    """Draw a thin frame around the cell that each image was asked to fill."""
    rows, columns = (int(count) for count in arrays["cells"])
    height, width = arrays["images"].shape[1:3]
    tall, wide = height * drawn.scale, width * drawn.scale
    size = wide / columns, tall / rows
    for row, column, of_row, of_column in zip(
        arrays["asked_row"], arrays["asked_column"], placed[0].places, placed[1].places, strict=True
    ):
        x, y = drawn.column_centres[panel][of_column], drawn.row_centres[panel][of_row]
        corner = x - wide / 2 + column * size[0], y - tall / 2 + row * size[1]
        drawn.axes[panel].add_patch(Rectangle(corner, *size, fill=False, edgecolor=colour(FRAME), linewidth=0.8))


def _sentences(of_runs: Mapping[str, Arrays], parameters: Parameters, language: Language) -> list[str]:
    """Sentences about the requested class and attributes, the origin of the codes, and the meaning of rows and columns."""
    stated, axes = [], (parameters.rows, parameters.columns)
    asked = {name: each["asked_class"] for name, each in of_runs.items() if "asked_class" in each}
    if asked and "class" not in axes and all((labels == labels[0]).all() for labels in asked.values()):
        classes = {name: class_name(of_runs[name], int(labels[0]), language) for name, labels in asked.items()}
        stated.append(language.word("details.class_asked", name=values_text(language, classes)))
    if parameters.attributes:
        words = {language.name(name): language.word("yes" if value else "no") for name, value in parameters.attributes.items()}
        each = [language.word("details.named", name=name, value=value) for name, value in words.items()]
        stated.append(language.word("details.attributes_asked", names=language.join(each)))
    codes = {name: _code(each, parameters, language) for name, each in of_runs.items()}
    stated.append(language.word("details.code", code=values_text(language, codes)))
    if axes == CELLS:
        return [*stated, language.word("details.cells_asked")]
    rows, columns = (axis_name(axis, parameters.z, language) for axis in axes)
    return [*stated, language.word("details.panel_axes", rows=rows, columns=columns)]


def _code(arrays: Arrays, parameters: Parameters, language: Language) -> str:
    several = "z" in (parameters.rows, parameters.columns)
    if parameters.z != "encoded":
        return language.word("code.fixed_each" if several else f"code.{parameters.z}", seed=parameters.seed)
    split = split_name(language, parameters.split, "gen")
    if several:
        return language.word("code.encoded_each", split=split)
    name = class_name(arrays, int(arrays["source_class"][0]), language)
    return language.word("code.encoded", index=int(arrays["index"][0]), split=split, name=name)
