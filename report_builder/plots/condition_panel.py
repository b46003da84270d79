"""What a conditional model makes of two things that are asked: cells of the canvas, classes, attributes, codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from report_builder.kinds import Drawing, ProbeRequest
from report_builder.plots._options import SheetOptions
from report_builder.plots._panel import CELLS, AttributeAxis, Axis, along, axis_name, kind_of

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, Subject
    from report_builder.languages import Language
    from report_builder.plots._panel import Along
    from report_builder.plots._sheet import Block, Sheet

SUMMARY = (
    "images by two things asked: row and column of the canvas, class, attribute or z; codes of images, draws, or new draws"
)

FRAME = "#e76300"


class Parameters(SheetOptions):
    """What is asked of which runs, and where the codes come from."""

    rows: Axis = Field(
        default="row",
        description="What changes from row to row: row or column of the cell asked, class, z (the code), or {attribute: name}.",
    )
    columns: Axis = Field(default="column", description="What changes from column to column, likewise.")
    z: Literal["encoded", "fixed", "prior"] = Field(
        default="encoded",
        description="encoded: the code of an image of the data; fixed: a draw from N(0, I); prior: a new one for each image.",
    )
    codes: int = Field(default=5, ge=1, le=50, description="How many draws, or encoded images, where an axis is z.")
    classes: tuple[int | str, ...] | None = Field(
        default=None, min_length=1, description="Classes asked, where an axis is class; null: all."
    )
    asked_class: int | str | None = Field(
        default=None,
        description="Class asked, number or name; null: that of the encoded image, or where z is drawn class 0 if both axes "
        "are of the canvas, else that of the first image of the split.",
    )
    cell: tuple[int, int] | None = Field(
        default=None,
        description="Row and column of the cell asked, counted from 1, as far as no axis gives them; null: the first, or where "
        "no axis is of the canvas the encoded image's own, or where z is drawn the cells in turn.",
    )
    attributes: dict[str, int] = Field(
        default={}, description="Attributes asked, 0 or 1 by name, where no axis is theirs; the others are an image's own."
    )
    split: str = Field(default="test", description="Part of the data set whose image is encoded.")
    index: int | None = Field(
        default=None, ge=0, description="Which image is encoded, counted from 0; null: the first (of the class asked)."
    )
    seed: int = Field(default=0, ge=0, description="Seed of the draw, where z is drawn.")
    frame: bool = Field(default=True, description="Frame the cell asked.")
    cell_cm: float = Field(default=3.2, gt=0.2, le=10, description="Largest width of one image on paper.")

    def idle(self) -> dict[str, str]:
        """Options that change nothing, as the others are chosen."""
        axes = (self.rows, self.columns)
        unused = {"codes": "where no axis is z"} if "z" not in axes else {}
        unused |= {"classes": "where no axis is class"} if "class" not in axes else {}
        unused |= {"cell": "where rows and columns of the canvas are axes"} if {*CELLS} <= {*map(kind_of, axes)} else {}
        drawn = {"seed": "where images are encoded"} if self.z == "encoded" else {}
        return unused | (drawn or dict.fromkeys(("split", "index"), "where no image is encoded"))

    @model_validator(mode="after")
    def _different(self) -> Parameters:
        if self.rows == self.columns:
            raise ValueError("rows and columns of a panel show different things")
        if "z" in (self.rows, self.columns) and self.z == "prior":
            raise ValueError("an axis of codes needs codes that stay along the other axis: z is encoded or fixed")
        if "class" in (self.rows, self.columns) and self.asked_class is not None:
            raise ValueError("where an axis is class, name its classes: 'classes' in place of 'asked_class'")
        return self


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """An image of each pair of what the axes show, from each run."""
    axes, encoded = (parameters.rows, parameters.columns), parameters.z == "encoded"
    asked: dict[str, Any] = {"classes": _classes(parameters), "positions": _positions(parameters), "z": parameters.z}
    asked |= parameters.model_dump(include={"split", "index"} if encoded else {"seed"})
    if "class" in axes:
        asked["every_class"] = True
        asked |= {"index": parameters.index or 0} if encoded else {}
    elif asked["classes"] is None and not encoded:
        asked["every_class"] = False
    if parameters.cell and not set(CELLS) <= {kind_of(axis) for axis in axes}:
        asked["cell"] = parameters.cell
    if "z" in axes:
        asked["per_condition"] = parameters.codes
    if varied := [axis.attribute for axis in axes if isinstance(axis, AttributeAxis)]:
        asked["varied"] = varied
    if parameters.attributes:
        asked["attributes"] = parameters.attributes
    return {run: ProbeRequest("conditional_samples", asked, run=run) for run in parameters.runs}


def _classes(parameters: Parameters) -> list[int | str] | None:
    """Classes asked of the probe; None: all of them on an axis, else the encoded image's own."""
    if "class" in (parameters.rows, parameters.columns):
        return list(parameters.classes) if parameters.classes else None
    if parameters.asked_class is not None:
        return [parameters.asked_class]
    return [0] if parameters.z != "encoded" and {parameters.rows, parameters.columns} == set(CELLS) else None


def _positions(parameters: Parameters) -> Any:
    """Cells asked of the probe: all, one of each row or column, the one given, or none in particular."""
    of_canvas = [axis for axis in (parameters.rows, parameters.columns) if axis in CELLS]
    if of_canvas:
        return "all" if len(of_canvas) == len(CELLS) else f"{of_canvas[0]}s"
    return [parameters.cell] if parameters.cell else None


def draw(arrays: Mapping[str, Arrays], parameters: Parameters, subjects: Mapping[str, Subject], language: Language) -> Drawing:
    """A panel for each run: its rows and columns are what was asked."""
    from report_builder.plots._details import details
    from report_builder.plots._sheet import outputs, sheet, title_of

    of_runs = outputs(arrays, parameters, "images")
    names = {run: title_of(subjects, run) for run in parameters.runs}
    placed = {run: _placed(each, parameters, language, short=len(names) > 1) for run, each in of_runs.items()}
    blocks = [_block(each, run, placed[run], names[run] if len(names) > 1 else "") for run, each in of_runs.items()]
    drawn = sheet(blocks, width_cm=parameters.width_cm, cell_cm=parameters.cell_cm, ink=parameters.ink)
    framed = parameters.frame and all("cells" in each for each in of_runs.values())
    if framed:
        for panel, (run, each) in enumerate(of_runs.items()):
            _frame(drawn, panel, each, placed[run])
    people = [subjects[run] for run in parameters.runs]
    stated = _stated({names[run]: each for run, each in of_runs.items()}, parameters, language)
    stated += [language.word("details.frame")] if framed else []
    said = details(language, people, *stated, threshold=parameters.threshold)
    return Drawing(drawn.figure, said, _alt(blocks[0], list(names.values()), parameters, language), raster=True)


def _placed(arrays: Arrays, parameters: Parameters, language: Language, *, short: bool) -> tuple[Along, Along]:
    """Rows and columns; beside other panels there is room for numbers of cells only, and the caption says what they are."""
    return (
        along(parameters.rows, arrays, language, short=short),
        along(parameters.columns, arrays, language, short=short),
    )


def _block(arrays: Arrays, run: str, placed: tuple[Along, Along], title: str) -> Block:
    import numpy as np

    from report_builder.plots._sheet import Block, Lines, unit_range

    images, (rows, columns) = unit_range(arrays, "images", run), placed
    panel = np.full((len(rows.labels), len(columns.labels), *images.shape[1:]), np.nan, dtype=images.dtype)
    panel[rows.places, columns.places] = images
    return Block(panel, Lines(rows.labels), Lines(columns.labels), title)


def _alt(block: Block, names: list[str], parameters: Parameters, language: Language) -> str:
    rows, columns = block.images.shape[:2]
    runs = language.join(names)
    if (parameters.rows, parameters.columns) == CELLS:
        return language.word("alt.condition_panel", rows=rows, columns=columns, runs=runs)
    of_rows, of_columns = (axis_name(axis, parameters.z, language) for axis in (parameters.rows, parameters.columns))
    known = {"rows": rows, "columns": columns, "of_rows": of_rows, "of_columns": of_columns, "runs": runs}
    return language.word("alt.condition_panel_of", **known)


def _frame(drawn: Sheet, panel: int, arrays: Arrays, placed: tuple[Along, Along]) -> None:
    """A thin frame around the cell that each image was asked to fill."""
    from matplotlib.patches import Rectangle

    rows, columns = (int(count) for count in arrays["cells"])
    height, width = arrays["images"].shape[1:3]
    tall, wide = height * drawn.scale, width * drawn.scale
    size = wide / columns, tall / rows
    for row, column, of_row, of_column in zip(
        arrays["asked_row"], arrays["asked_column"], placed[0].places, placed[1].places, strict=True
    ):
        x, y = drawn.column_centres[panel][of_column], drawn.row_centres[panel][of_row]
        corner = x - wide / 2 + column * size[0], y - tall / 2 + row * size[1]
        drawn.axes[panel].add_patch(Rectangle(corner, *size, fill=False, edgecolor=FRAME, linewidth=0.8))


def _stated(of_runs: Mapping[str, Arrays], parameters: Parameters, language: Language) -> list[str]:
    """Sentences: class and attributes asked, where the codes come from, what rows and columns are."""
    from report_builder.plots._details import named
    from report_builder.plots._samples import class_name

    stated, axes = [], (parameters.rows, parameters.columns)
    asked = {name: each["asked_class"] for name, each in of_runs.items() if "asked_class" in each}
    if asked and "class" not in axes and all((labels == labels[0]).all() for labels in asked.values()):
        classes = {name: class_name(of_runs[name], int(labels[0])) for name, labels in asked.items()}
        stated.append(language.word("details.class_asked", name=named(language, classes)))
    if parameters.attributes:
        words = {
            name.replace("_", " "): language.word("yes" if value else "no") for name, value in parameters.attributes.items()
        }
        each = [language.word("details.named", name=name, value=value) for name, value in words.items()]
        stated.append(language.word("details.attributes_asked", names=language.join(each)))
    codes = {name: _code(each, parameters, language) for name, each in of_runs.items()}
    stated.append(language.word("details.code", code=named(language, codes)))
    if axes == CELLS:
        return [*stated, language.word("details.cells_asked")]
    rows, columns = (axis_name(axis, parameters.z, language) for axis in axes)
    return [*stated, language.word("details.panel_axes", rows=rows, columns=columns)]


def _code(arrays: Arrays, parameters: Parameters, language: Language) -> str:
    from report_builder.plots._samples import class_name

    several = "z" in (parameters.rows, parameters.columns)
    if parameters.z != "encoded":
        return language.word("code.fixed_each" if several else f"code.{parameters.z}", seed=parameters.seed)
    key = f"splits.{parameters.split}.gen"
    split = language.word(key) if language.has(key) else parameters.split
    if several:
        return language.word("code.encoded_each", split=split)
    name = class_name(arrays, int(arrays["source_class"][0]))
    return language.word("code.encoded", index=int(arrays["index"][0]), split=split, name=name)
