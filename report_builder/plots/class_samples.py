"""What a conditional model makes of each class; also before its training, and with what a judge says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Drawing, ProbeRequest, class_number
from report_builder.plots._options import SheetOptions

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language
    from report_builder.plots._sheet import Block

SUMMARY = "samples of each class: one strip, or a sheet with a row for each class; of the trained model or after any epoch"


class Parameters(SheetOptions):
    """Which classes of which runs are shown."""

    per_class: int = Field(
        default=1, ge=1, le=50, description="Images of each class: 1 is a strip, more are a row for each class."
    )
    classes: tuple[int | str, ...] | None = Field(
        default=None, min_length=1, description="Classes asked, numbers or names; null: all."
    )
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")
    epoch: int | None = Field(
        default=None,
        ge=0,
        description="Samples that the run kept after this epoch, 0: of the untrained model; null: new ones.",
    )
    judge: str | None = Field(
        default=None, description="Run of a classifier: below each image the class that it recognises, and its probability."
    )
    columns: int | None = Field(
        default=None,
        ge=1,
        description="Images side by side in a strip; null: as many as their texts leave room for, at most ten.",
    )

    def idle(self) -> dict[str, str]:
        """Options that change nothing, as the others are chosen."""
        kept = {"seed": "where samples were kept in the training"} if self.epoch is not None else {}
        return kept | ({"columns": "where classes stand in rows"} if self.per_class > 1 else {})

    @model_validator(mode="after")
    def _new_ones_are_judged(self) -> Parameters:
        if self.judge is not None and self.epoch is not None:
            raise ValueError("samples that were kept in the training are not judged: leave out 'epoch' or 'judge'")
        return self


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """New samples of each run, judged if asked; or those that it kept."""
    if parameters.epoch is not None:
        return {run: ProbeRequest("progress", run=run) for run in parameters.runs}
    asked: dict[str, Any] = {"per_condition": parameters.per_class, "classes": parameters.classes, "seed": parameters.seed}
    if parameters.judge is None:
        return {run: ProbeRequest("conditional_samples", asked, run=run) for run in parameters.runs}
    images = {"images": {"kind": "conditional_samples", **asked}}
    return {run: ProbeRequest("classified", images, run=run, judge=parameters.judge) for run in parameters.runs}


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """A strip in which rows are runs, or a sheet for each run in which rows are classes."""
    from report_builder.plots._details import details
    from report_builder.plots._samples import room_for
    from report_builder.plots._sheet import outputs, sheet, title_of

    of_runs = {run: _chosen(each, parameters) for run, each in outputs(arrays, parameters, "images").items()}
    names = [title_of(subjects, run) for run in parameters.runs]
    blocks = (_strip if parameters.per_class == 1 else _sheets)(of_runs, names, parameters, language)
    cell = max([parameters.cell_cm, *(room_for([*block.columns.labels, *_flat(block.below)]) for block in blocks)])
    drawn = sheet(blocks, width_cm=parameters.width_cm, cell_cm=cell, ink=parameters.ink)
    people = [subjects[run] for run in parameters.runs]
    classes = language.join(list(dict.fromkeys(_labels(of_runs[parameters.runs[0]]))) or ["–"])
    alt = language.word("alt.class_samples", n=parameters.per_class, classes=classes, runs=language.join(names))
    said = details(language, people, *_stated(parameters, subjects, language), threshold=parameters.threshold)
    return Drawing(drawn.figure, said, alt, raster=True)


def _flat(texts: Sequence[Sequence[str]]) -> list[str]:
    return [text for row in texts for text in row]


def _chosen(arrays: Arrays, parameters: Parameters) -> Arrays:
    """The samples to show, class by class.

    Raises:
        ReportError: the run kept no samples of that epoch, or too few of a class.
    """
    from report_builder.plots._samples import of_epoch

    if parameters.epoch is None:
        return arrays
    arrays = of_epoch(arrays, parameters.epoch)
    index = _first_of_each(arrays, parameters)
    kept = {"images": arrays["images"][index]}
    kept |= {"asked_class": arrays["asked_class"][index]} if "asked_class" in arrays else {}
    return kept | {name: arrays[name] for name in ("class_names", "value_range") if name in arrays}


def _first_of_each(arrays: Arrays, parameters: Parameters) -> np.ndarray:
    """Places of the first samples of each class among those that the run kept."""
    import numpy as np

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
    """Numbers of the classes named in the report; one that the arrays do not have is refused."""
    if parameters.classes is None:
        return []
    names = [str(name) for name in arrays.get("class_names", range(int(arrays["asked_class"].max()) + 1))]
    return [class_number(c, names) for c in parameters.classes or ()]


def _labels(arrays: Arrays) -> list[str]:
    """Class asked of each image; nothing where none was."""
    from report_builder.plots._samples import class_name

    return [class_name(arrays, int(label)) for label in arrays.get("asked_class", ())]


def _strip(of_runs: Mapping[str, Arrays], names: list[str], parameters: Parameters, language: Language) -> list[Block]:
    """A row for each run with the classes above; where they do not fit side by side, bands with the classes below."""
    import numpy as np

    from report_builder.plots._samples import in_bands, per_band, recognised
    from report_builder.plots._sheet import THIN, WIDE, Block, Lines, unit_range

    images = {run: unit_range(each, "images", run) for run, each in of_runs.items()}
    labels = _labels(next(iter(of_runs.values()))) or [""] * len(next(iter(images.values())))
    per_row = per_band(labels, parameters.columns, parameters.width_cm - 0.5)
    bands = -(-len(labels) // per_row)
    rows = np.stack([in_bands(each, per_row) for each in images.values()], axis=1).reshape(-1, per_row, *_shape(images))
    judged = [_texts(labels if bands > 1 else [], recognised(each, language)) for each in of_runs.values()]
    below = [texts[band * per_row : (band + 1) * per_row] for band in range(bands) for texts in judged]
    titles = names if len(names) > 1 else [""]
    gaps = [0.0 if not i else WIDE if i % len(names) == 0 else THIN for i in range(len(rows))]
    return [Block(rows, Lines(titles * bands, gaps), Lines(labels if bands == 1 else [""] * per_row), below=below)]


def _shape(images: Mapping[str, np.ndarray]) -> tuple[int, ...]:
    return next(iter(images.values())).shape[1:]


def _texts(names: list[str], recognised: list[str]) -> list[str]:
    """Texts under the images: the class asked where it does not stand above, and what the judge recognises."""
    if names and recognised:
        return [f"{name}\n{found}" for name, found in zip(names, recognised, strict=True)]
    return names or recognised


def _sheets(of_runs: Mapping[str, Arrays], names: list[str], parameters: Parameters, language: Language) -> list[Block]:
    """A block for each run, a row for each class."""
    from report_builder.plots._samples import recognised
    from report_builder.plots._sheet import Block, Lines, unit_range

    blocks, n = [], parameters.per_class
    for place, (run, each) in enumerate(of_runs.items()):
        images = unit_range(each, "images", run)
        labels = _labels(each)[::n] or [""] * (len(images) // n)
        found = recognised(each, language)
        below = [found[start : start + n] for start in range(0, len(found), n)]
        rows = Lines(labels if not place else [""] * len(labels))
        grid = images.reshape(-1, n, *images.shape[1:])
        blocks.append(Block(grid, rows, Lines([""] * n), names[place] if len(names) > 1 else "", below))
    return blocks


def _stated(parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> list[str]:
    """Sentences: where the codes come from or which epoch is shown, and who judged."""
    from report_builder.plots._sheet import title_of

    if parameters.epoch is not None:
        key = "details.after_epoch" if parameters.epoch else "details.untrained"
        return [language.word(key, n=parameters.epoch)]
    stated = [language.word("details.code", code=language.word("code.prior", seed=parameters.seed))]
    if parameters.judge is not None:
        judged = "details.judged" if parameters.threshold is None else "details.judged_before"
        stated.append(language.word(judged, judge=title_of(subjects, parameters.judge)))
    return stated
