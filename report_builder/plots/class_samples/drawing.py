"""Draws figures of the kind `class_samples`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Arrays, Drawing, Subject, class_number
from report_builder.languages import Language
from report_builder.plots._details import details
from report_builder.plots._samples import (
    asked_classes,
    cell_for,
    in_shared_bands,
    of_epoch,
    per_band,
    recognised,
    stated_origin,
)
from report_builder.plots._sheet import THIN, WIDE, Block, Lines, outputs, sheet, title_of, unit_range
from report_builder.plots.class_samples import Parameters


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """Draw a strip whose rows are runs, or a sheet for each run whose rows are classes."""
    of_runs = {run: _choose(each, parameters) for run, each in outputs(arrays, parameters, "images").items()}
    names = [title_of(subjects, run) for run in parameters.runs]
    blocks = (_strip if parameters.per_class == 1 else _sheets)(of_runs, names, parameters, language)
    drawn = sheet(blocks, parameters, cell_cm=cell_for(blocks, parameters))
    people = [subjects[run] for run in parameters.runs]
    classes = language.join(list(dict.fromkeys(asked_classes(of_runs[parameters.runs[0]], language))) or ["–"])
    alt = language.word("alt.class_samples", n=parameters.per_class, classes=classes, runs=language.join(names))
    said = details(language, people, *_sentences(parameters, subjects, language), threshold=parameters.threshold)
    return Drawing(drawn.figure, said, alt, raster=True)


def _choose(arrays: Arrays, parameters: Parameters) -> Arrays:
    """The samples to show, class by class.

    Raises:
        ReportError: the run kept no samples of that epoch, or too few of a class.
    """
    if parameters.epoch is None:
        return arrays
    arrays = of_epoch(arrays, parameters.epoch)
    index = _first_of_each(arrays, parameters)
    kept = {"images": arrays["images"][index]}
    kept |= {"asked_class": arrays["asked_class"][index]} if "asked_class" in arrays else {}
    return kept | {name: arrays[name] for name in ("class_names", "value_range") if name in arrays}


def _first_of_each(arrays: Arrays, parameters: Parameters) -> np.ndarray:
    """Indices of the first samples of each class among those that the run kept."""
    asked = arrays["asked_class"] if "asked_class" in arrays else np.zeros(len(arrays["images"]), dtype=np.int64)
    found = []
    for label in _numbers(arrays, parameters) or np.unique(asked).tolist():
        of_class = np.flatnonzero(asked == label)[: parameters.per_class]
        if len(of_class) < parameters.per_class:
            rule = f"the run kept fewer samples of class {label} than are to be shown"
            raise ReportError(Problem("", rule, f"per_class: {parameters.per_class}", f"Kept: {len(of_class)}."))
        found.append(of_class)
    return np.concatenate(found)


def _numbers(arrays: Arrays, parameters: Parameters) -> list[int]:
    """Numbers of the chosen classes; unknown ones raise an error."""
    if parameters.classes is None:
        return []
    names = [str(name) for name in arrays.get("class_names", range(int(arrays["asked_class"].max()) + 1))]
    return [class_number(c, names) for c in parameters.classes or ()]


def _strip(of_runs: Mapping[str, Arrays], names: list[str], parameters: Parameters, language: Language) -> list[Block]:
    """A row for each run with the classes above; if they do not fit side by side, bands with the classes below."""
    images = {run: unit_range(each, "images", run) for run, each in of_runs.items()}
    labels = asked_classes(next(iter(of_runs.values())), language) or [""] * len(next(iter(images.values())))
    per_row = per_band(labels, parameters.columns, parameters.width_cm - 0.5)
    bands = -(-len(labels) // per_row)
    rows = in_shared_bands([*images.values()], per_row)
    judged = [_texts(labels if bands > 1 else [], recognised(each, language)) for each in of_runs.values()]
    below = [texts[band * per_row : (band + 1) * per_row] for band in range(bands) for texts in judged]
    titles = names if len(names) > 1 else [""]
    gaps = [0.0 if not i else WIDE if i % len(names) == 0 else THIN for i in range(len(rows))]
    return [Block(rows, Lines(titles * bands, gaps), Lines(labels if bands == 1 else [""] * per_row), below=below)]


def _texts(names: list[str], recognised: list[str]) -> list[str]:
    """Texts below the images: the requested class, unless it is above, and the class that the judge recognises."""
    if names and recognised:
        return [f"{name}\n{found}" for name, found in zip(names, recognised, strict=True)]
    return names or recognised


def _sheets(of_runs: Mapping[str, Arrays], names: list[str], parameters: Parameters, language: Language) -> list[Block]:
    """A block for each run, with a row for each class."""
    blocks, n = [], parameters.per_class
    for place, (run, each) in enumerate(of_runs.items()):
        images = unit_range(each, "images", run)
        labels = asked_classes(each, language)[::n] or [""] * (len(images) // n)
        found = recognised(each, language)
        below = [found[start : start + n] for start in range(0, len(found), n)]
        rows = Lines(labels if not place else [""] * len(labels))
        grid = images.reshape(-1, n, *images.shape[1:])
        blocks.append(Block(grid, rows, Lines([""] * n), names[place] if len(names) > 1 else "", below))
    return blocks


def _sentences(parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> list[str]:
    """Sentences about the origin of the samples, and about the judge."""
    stated = [stated_origin(parameters.epoch, parameters.seed, language)]
    if parameters.judge is not None:
        judged = "details.judged" if parameters.threshold is None else "details.judged_before"
        stated.append(language.word(judged, judge=title_of(subjects, parameters.judge)))
    return stated
