"""What a conditional model draws in each cell of the canvas that it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from report_builder.kinds import Drawing, ProbeRequest
from report_builder.plots._options import SheetOptions

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language
    from report_builder.plots._sheet import Block, Sheet

SUMMARY = (
    "one class in every cell of the canvas, in the rows and columns asked; the code of an image, one draw, or a new draw each"
)

FRAME = "#e76300"


class Parameters(SheetOptions):
    """What is asked of which runs, and where the codes come from."""

    z: Literal["encoded", "fixed", "prior"] = Field(
        default="encoded",
        description="encoded: the code of an image of the data; fixed: one draw from N(0, I); prior: a new draw for each cell.",
    )
    asked_class: int | str | None = Field(
        default=None, description="Class asked, number or name; null: that of the encoded image, or class 0 where z is drawn."
    )
    split: str = Field(default="test", description="Part of the data set whose image is encoded.")
    index: int | None = Field(
        default=None, ge=0, description="Which image is encoded, counted from 0; null: the first (of the class asked)."
    )
    seed: int = Field(default=0, ge=0, description="Seed of the draw, where z is drawn.")
    frame: bool = Field(default=True, description="Frame the cell asked.")
    cell_cm: float = Field(default=3.2, gt=0.2, le=10, description="Largest width of one image on paper.")


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """An image of each cell, from each run."""
    encoded = parameters.z == "encoded"
    classes = [parameters.asked_class] if parameters.asked_class is not None else None if encoded else [0]
    asked: dict[str, Any] = {"classes": classes, "positions": "all", "z": parameters.z}
    asked |= parameters.model_dump(include={"split", "index"} if encoded else {"seed"})
    return {run: ProbeRequest("conditional_samples", asked, run=run) for run in parameters.runs}


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """A panel for each run: row and column of the panel are row and column of the cell asked."""
    from report_builder.plots._details import details
    from report_builder.plots._sheet import outputs, sheet, title_of
    from report_builder.plots._style import shown

    of_runs = outputs(shown(arrays, parameters.runs, "asked_row"), parameters, "images")
    names = {run: title_of(subjects, run) for run in parameters.runs}
    blocks = [_block(each, run, names[run] if len(names) > 1 else "", language) for run, each in of_runs.items()]
    drawn = sheet(blocks, width_cm=parameters.width_cm, cell_cm=parameters.cell_cm, ink=parameters.ink)
    if parameters.frame:
        for panel, block in enumerate(blocks):
            _frame(drawn, panel, block)
    people = [subjects[run] for run in parameters.runs]
    stated = _stated({names[run]: each for run, each in of_runs.items()}, parameters, language)
    rows, columns = (int(count) for count in of_runs[parameters.runs[0]]["cells"])
    alt = language.word("alt.condition_panel", rows=rows, columns=columns, runs=language.join(list(names.values())))
    return Drawing(drawn.figure, details(language, people, *stated, threshold=parameters.threshold), alt, raster=True)


def _block(arrays: Arrays, run: str, title: str, language: Language) -> Block:
    import numpy as np

    from report_builder.plots._sheet import Block, Lines, unit_range

    images = unit_range(arrays, "images", run)
    rows, columns = (int(count) for count in arrays["cells"])
    panel = np.zeros((rows, columns, *images.shape[1:]), dtype=images.dtype)
    panel[arrays["asked_row"], arrays["asked_column"]] = images
    of_rows, of_columns = (
        # beside other panels there is room for numbers only; the caption says what they are
        [str(i + 1) if title else language.word(word, i=i + 1) for i in range(count)]
        for word, count in (("sheet.row", rows), ("sheet.column", columns))
    )
    return Block(panel, Lines(of_rows), Lines(of_columns), title)


def _frame(drawn: Sheet, panel: int, block: Block) -> None:
    """A thin frame around the cell that each image was asked to fill."""
    from matplotlib.patches import Rectangle

    rows, columns, height, width = block.images.shape[:4]
    tall, wide = height * drawn.scale, width * drawn.scale
    size = wide / columns, tall / rows
    for row, y in enumerate(drawn.row_centres[panel]):
        for column, x in enumerate(drawn.column_centres[panel]):
            corner = x - wide / 2 + column * size[0], y - tall / 2 + row * size[1]
            drawn.axes[panel].add_patch(Rectangle(corner, *size, fill=False, edgecolor=FRAME, linewidth=0.8))


def _stated(of_runs: Mapping[str, Arrays], parameters: Parameters, language: Language) -> list[str]:
    """Sentences: class asked, where the codes come from, what rows and columns are."""
    from report_builder.plots._details import named
    from report_builder.plots._samples import class_name

    stated = []
    if all("asked_class" in each for each in of_runs.values()):
        asked = {name: class_name(each, int(each["asked_class"][0])) for name, each in of_runs.items()}
        stated.append(language.word("details.class_asked", name=named(language, asked)))
    codes = {name: _code(each, parameters, language) for name, each in of_runs.items()}
    stated += [language.word("details.code", code=named(language, codes)), language.word("details.cells_asked")]
    return [*stated, language.word("details.frame")] if parameters.frame else stated


def _code(arrays: Arrays, parameters: Parameters, language: Language) -> str:
    from report_builder.plots._samples import class_name

    if parameters.z != "encoded":
        return language.word(f"code.{parameters.z}", seed=parameters.seed)
    key = f"splits.{parameters.split}.gen"
    split = language.word(key) if language.has(key) else parameters.split
    name = class_name(arrays, int(arrays["source_class"][0]))
    return language.word("code.encoded", index=int(arrays["index"][0]), split=split, name=name)
