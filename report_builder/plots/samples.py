"""Random samples of models, whatever they are: what they make of codes drawn from the prior."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Drawing, ProbeRequest
from report_builder.plots._options import SheetOptions

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language
    from report_builder.plots._sheet import Block

SUMMARY = "n x m random samples of any model that samples, runs side by side; of the trained model or after any epoch"


class Parameters(SheetOptions):
    """How many samples of which runs are shown."""

    rows: int = Field(default=4, ge=1, le=50, description="Samples under one another.")
    columns: int = Field(default=5, ge=1, le=50, description="Samples side by side.")
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")
    epoch: int | None = Field(
        default=None,
        ge=0,
        description="Some of the twenty samples that the run kept after this epoch, 0: of the untrained model; null: new ones.",
    )

    def idle(self) -> dict[str, str]:
        """Options that change nothing, as the others are chosen."""
        return {"seed": "where samples were kept in the training"} if self.epoch is not None else {}


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """New samples of each run, or those that it kept."""
    if parameters.epoch is not None:
        needs = frozenset({"sample|sample_condition"})
        return {run: ProbeRequest("progress", run=run, needs=needs) for run in parameters.runs}
    asked: dict[str, Any] = {"n": parameters.rows * parameters.columns, "seed": parameters.seed}
    return {run: ProbeRequest("samples", asked, run=run) for run in parameters.runs}


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """A sheet for each run, filled row by row."""
    from report_builder.plots._details import details
    from report_builder.plots._samples import asked_in_turn, of_epoch
    from report_builder.plots._sheet import outputs, sheet, title_of

    of_runs = {run: of_epoch(each, parameters.epoch) for run, each in outputs(arrays, parameters, "images").items()}
    names = {run: title_of(subjects, run) for run in parameters.runs}
    blocks = [_block(each, run, names[run] if len(names) > 1 else "", parameters) for run, each in of_runs.items()]
    drawn = sheet(blocks, width_cm=parameters.width_cm, cell_cm=parameters.cell_cm, ink=parameters.ink)
    if parameters.epoch is None:
        stated = [language.word("details.code", code=language.word("code.prior", seed=parameters.seed))]
    else:
        stated = [language.word("details.after_epoch" if parameters.epoch else "details.untrained", n=parameters.epoch)]
    shown = parameters.rows * parameters.columns
    stated += asked_in_turn({names[run]: each for run, each in of_runs.items()}, shown, language)
    alt = language.word(
        "alt.samples", rows=parameters.rows, columns=parameters.columns, runs=language.join(list(names.values()))
    )
    people = [subjects[run] for run in parameters.runs]
    return Drawing(drawn.figure, details(language, people, *stated, threshold=parameters.threshold), alt, raster=True)


def _block(arrays: Arrays, run: str, title: str, parameters: Parameters) -> Block:
    from report_builder.plots._samples import class_name
    from report_builder.plots._sheet import Block, Lines, unit_range

    rows, columns = parameters.rows, parameters.columns
    if len(arrays["images"]) < rows * columns:
        rule, received = f"the run '{run}' kept fewer samples than are to be shown", f"{rows} rows, {columns} columns"
        raise ReportError(Problem("", rule, received, f"Kept: {len(arrays['images'])}.", "Show fewer, or leave out 'epoch'."))
    images = unit_range(arrays, "images", run)[: rows * columns]
    labels = [""] * columns
    asked = arrays["asked_class"][: rows * columns].reshape(rows, columns) if "asked_class" in arrays else None
    if asked is not None and (asked == asked[0]).all():
        labels = [class_name(arrays, int(label)) for label in asked[0]]
    return Block(images.reshape(rows, columns, *images.shape[1:]), Lines([""] * rows), Lines(labels), title)
