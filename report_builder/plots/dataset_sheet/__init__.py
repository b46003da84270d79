"""Images of a data set as a model receives them, with their classes and conditions."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from report_builder.kinds import Draw, Figure, ProbeRequest, deferred
from report_builder.plots._options import LookOptions


class Parameters(LookOptions):
    """Options of `dataset_sheet`."""

    data: str = Field(description="Id of the data set.")
    split: str = Field(default="train", description="Part of the data set.")
    per_class: int = Field(default=10, ge=1, le=50, description="Images of each class, a row for each class.")
    classes: tuple[int | str, ...] | None = Field(
        default=None, min_length=1, description="Only these classes, numbers or names; null: all."
    )
    n: int | None = Field(default=None, ge=1, le=500, description="Instead: n images drawn at random, whatever their class.")
    conditions: bool = Field(default=True, description="Print row and column, and attributes asked, below each image.")
    attributes: tuple[str, ...] = Field(
        default=(), description="Attributes of the data that are printed where an image has them."
    )
    columns: int | None = Field(
        default=None, ge=1, description="With n, images side by side; null: as many as their texts leave room for, at most ten."
    )

    def _idle(self) -> dict[str, str]:
        return dict.fromkeys(("per_class", "classes"), "beside 'n'") if self.n else {"columns": "without 'n'"}


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Return the request for the images of the data set."""
    asked = parameters.model_dump(include={"split", *({"n"} if parameters.n else {"per_class", "classes"})})
    return {parameters.data: ProbeRequest("images", asked, data=parameters.data)}


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.dataset_sheet.drawing import draw

    return draw


KIND = Figure(
    summary="images of each class of a data set, or some drawn at random, after its steps, with the condition of each below it",
    parameters=Parameters,
    reads=reads,
    draw=_draw,
    table=True,
)
