"""Samples of a conditional model over two conditions: cells of the canvas, classes, attributes or codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from report_builder.kinds import Draw, Figure, ProbeRequest, deferred
from report_builder.plain import Plain
from report_builder.plots._options import SheetOptions
from report_builder.plots._panel import CELLS, AttributeAxis, Axis, kind_of


class Parameters(SheetOptions):
    """Options of `condition_panel`."""

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

    def _idle(self) -> dict[str, str]:
        axes = (self.rows, self.columns)
        unused = {"codes": "where no axis is z"} if "z" not in axes else {}
        unused |= {"classes": "where no axis is class"} if "class" not in axes else {}
        unused |= {"cell": "where rows and columns of the canvas are axes"} if {*CELLS} <= {*map(kind_of, axes)} else {}
        drawn = {"seed": "where images are encoded"} if self.z == "encoded" else {}
        return unused | (drawn or dict.fromkeys(("split", "index"), "where no image is encoded"))

    @model_validator(mode="after")
    def _different(self) -> Parameters:
        if self.rows == self.columns:
            raise ValueError("rows and columns of a panel must show different things")
        if "z" in (self.rows, self.columns) and self.z == "prior":
            raise ValueError("an axis of codes needs codes that stay along the other axis: z is encoded or fixed")
        if "class" in (self.rows, self.columns) and self.asked_class is not None:
            raise ValueError("where an axis is class, name its classes: 'classes' in place of 'asked_class'")
        return self


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Return a request for each run: an image for each pair of row and column."""
    axes, encoded = (parameters.rows, parameters.columns), parameters.z == "encoded"
    asked: dict[str, Plain] = {"classes": _classes(parameters), "positions": _positions(parameters), "z": parameters.z}
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
    return parameters.each("conditional_samples", more=asked)


def _classes(parameters: Parameters) -> list[int | str] | None:
    """Classes requested of the probe; None means all along an axis, else the class of the encoded image."""
    if "class" in (parameters.rows, parameters.columns):
        return list(parameters.classes) if parameters.classes else None
    if parameters.asked_class is not None:
        return [parameters.asked_class]
    return [0] if parameters.z != "encoded" and {parameters.rows, parameters.columns} == set(CELLS) else None


def _positions(parameters: Parameters) -> str | list[tuple[int, int]] | None:
    """Cells requested of the probe: all, one of each row or column, the given one, or None for no particular cell."""
    of_canvas = [axis for axis in (parameters.rows, parameters.columns) if axis in CELLS]
    if of_canvas:
        return "all" if len(of_canvas) == len(CELLS) else f"{of_canvas[0]}s"
    return [parameters.cell] if parameters.cell else None


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.condition_panel.drawing import draw

    return draw


KIND = Figure(
    summary="images by two things asked: row and column of the canvas, class, attribute or z; "
    "codes of images, draws, or new draws",
    parameters=Parameters,
    serves=frozenset({"sample_condition"}),
    reads=reads,
    draw=_draw,
)
