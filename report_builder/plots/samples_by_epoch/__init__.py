"""Samples of fixed noise over the epochs, from the untrained model on."""

from __future__ import annotations

from pydantic import Field

from report_builder.kinds import Draw, Figure, deferred
from report_builder.plots._options import SheetOptions


class Parameters(SheetOptions):
    """Options of `samples_by_epoch`."""

    epochs: tuple[int, ...] | None = Field(
        default=None,
        min_length=1,
        description="Epochs, a row for each, 0: the untrained model; null: 0, 1, 2, 5, 10, 20, 50 ... and the last.",
    )
    moving: bool = Field(default=True, description="In HTML one row, and a slider over all epochs, in place of the sheet.")
    n: int = Field(default=10, ge=1, le=20, description="Samples side by side, of the twenty that a run keeps.")


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.samples_by_epoch.drawing import draw

    return draw


KIND = Figure(
    summary="samples of the same noise after chosen epochs, a row for each epoch, the untrained model on top",
    parameters=Parameters,
    serves=frozenset({"sample|sample_condition"}),
    reads=lambda parameters: parameters.each("progress"),
    draw=_draw,
)
