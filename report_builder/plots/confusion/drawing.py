"""Draws figures of the kind `confusion`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays, Column, Drawing, Subject, Table
from report_builder.languages import Language
from report_builder.plots import _matrix
from report_builder.plots._details import details, values_text
from report_builder.plots._matrix import Matrix, room_for
from report_builder.plots._sheet import title_of
from report_builder.plots._style import Numbers, arrays_of, panels
from report_builder.plots.confusion import Parameters

BAR_CM = 2.2  # width of the colour bar with its numbers and label


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a matrix for each run: rows are requested or true classes, columns recognised classes, colours shares of the row."""
    of_runs = arrays_of(arrays, parameters.runs, "probability")
    matrices = _of_what_occurs({run: count_matrix(each, language, run) for run, each in of_runs.items()})
    texts = {run: m.texts(language, counts=parameters.cells == "count") for run, m in matrices.items()}
    columns, fits = _columns(list(matrices.values()), list(texts.values()), parameters.width_cm)
    wide = (parameters.width_cm - (0 if fits else BAR_CM)) / columns
    cells = [matrix.cell_cm(wide) for matrix in matrices.values()]
    titles = len(matrices) > 1
    height = max(m.height_cm(cell, title=titles) for m, cell in zip(matrices.values(), cells, strict=True))
    figure, panel_axes = panels(len(matrices), parameters.width_cm, height, columns)
    for axes, (run, matrix), cell in zip(panel_axes, matrices.items(), cells, strict=True):
        picture = _matrix.draw(axes, matrix, texts[run] if fits else None, cell)
        axes.set(xlabel=language.word("axis.class_recognised"), ylabel=language.word(f"axis.class_{_class_source(parameters)}"))
        axes.set_title(title_of(subjects, run) if titles else "")
    if not fits:
        _bar(figure, picture, panel_axes, language)
    names = {run: title_of(subjects, run) for run in parameters.runs}
    shares = values_text(language, {names[run]: _right(each, language) for run, each in matrices.items()})
    stated = _sentences(parameters, subjects, shares, language, numbers=fits)
    split = parameters.split if parameters.judge is None else None
    alt = language.word(f"alt.confusion_{_class_source(parameters)}", runs=language.join(list(names.values())), shares=shares)
    said = details(language, [subjects[run] for run in parameters.runs], *stated, split=split)
    return Drawing(figure, said, alt, table=_table(matrices, names, language, _class_source(parameters)))


def count_matrix(arrays: Arrays, language: Language, run: str = "") -> Matrix:
    """Count images by their class and the class that they were recognised as; classes without images have no row.

    Raises:
        ReportError: the images were generated without a requested class.
    """
    if "judge_names" in arrays and "asked_class" not in arrays:
        raise ReportError(Problem("", f"no class was asked of the images of '{run}'"))
    given = np.asarray(arrays["asked_class"] if "judge_names" in arrays else arrays["y"], dtype=np.int64)
    columns = arrays["judge_names"] if "judge_names" in arrays else arrays["class_names"]
    rows, place = np.unique(given, return_inverse=True)
    counts = np.zeros((len(rows), len(columns)), dtype=np.int64)
    np.add.at(counts, (place.ravel(), arrays["probability"].argmax(axis=1)), 1)
    names = [language.name(str(arrays["class_names"][row])) for row in rows]
    return Matrix(counts, names, [language.name(str(name)) for name in columns])


def _of_what_occurs(matrices: Mapping[str, Matrix]) -> dict[str, Matrix]:
    """The matrices without columns of classes that occur in none of them, neither as true nor as recognised class."""
    occur = {name for m in matrices.values() for name in m.rows}
    occur |= {name for m in matrices.values() for name, n in zip(m.columns, m.counts.sum(axis=0), strict=True) if n}
    places = {run: [j for j, name in enumerate(m.columns) if name in occur] for run, m in matrices.items()}
    return {
        run: replace(m, counts=m.counts[:, places[run]], columns=[m.columns[j] for j in places[run]])
        for run, m in matrices.items()
    }


def _class_source(parameters: Parameters) -> str:
    return "true" if parameters.judge is None else "asked"


def _columns(matrices: Sequence[Matrix], texts: Sequence[Sequence[Sequence[str]]], width_cm: float) -> tuple[int, bool]:
    """Number of panels side by side, chosen so that numbers fit into the cells if possible, and whether they fit."""
    needed = max(room_for(of_panel) for of_panel in texts)
    for columns in range(min(3, len(matrices)), 0, -1):
        if all(matrix.cell_cm(width_cm / columns) >= needed for matrix in matrices):
            return columns, True
    return min(2, len(matrices)), False


def _bar(figure: Figure, picture: AxesImage, panel_axes: Sequence[Axes], language: Language) -> None:
    """Add a colour bar, which replaces the numbers."""
    bar = figure.colorbar(picture, ax=list(panel_axes), shrink=0.6, aspect=25)
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_major_formatter(Numbers(language))
    bar.set_label(language.word("axis.share_images"))


def _right(matrix: Matrix, language: Language) -> str:
    """Share of images recognised correctly, and their number."""
    n = int(matrix.counts.sum())
    return language.word("details.share_of", share=language.percent(matrix.right / n), n=language.number(n))


def _sentences(
    parameters: Parameters, subjects: Mapping[str, Subject], shares: str, language: Language, *, numbers: bool
) -> list[str]:
    """Sentences about the judge, the share of correct images, and the meaning of the numbers."""
    judge = parameters.judge
    stated = [language.word("details.judge", judge=title_of(subjects, judge))] if judge else []
    stated.append(language.word(f"details.right_{_class_source(parameters)}", shares=shares))
    return [*stated, language.word(f"details.cell_{parameters.cells}s" if numbers else "details.cell_colours")]


def _table(matrices: Mapping[str, Matrix], names: Mapping[str, str], language: Language, given: str) -> Table:
    """Table of the counts: a row for each class of each run."""
    several = len(matrices) > 1
    heads = [f"{names[run]}: {row}" if several else row for run, matrix in matrices.items() for row in matrix.rows]
    rows = [dict(zip(m.columns, row, strict=True)) for m in matrices.values() for row in m.counts.tolist()]
    known = dict.fromkeys(name for row in rows for name in row)
    counts = [Column(name, [row.get(name) for row in rows], digits=0) for name in known]
    return Table([Column(language.word(f"axis.class_{given}"), heads), *counts])
