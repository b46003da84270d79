"""Logged terms over the epochs of a training."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from report_builder.kinds import Draw, Figure, Role, deferred
from report_builder.plots._options import RunOptions


class Parameters(RunOptions):
    """Options of `training_curves`."""

    terms: Annotated[tuple[str | tuple[str, ...], ...] | None, Role.TERMS] = Field(
        default=None,
        min_length=1,
        description="Logged terms, a panel for each: loss, kl_loss, accuracy ...; a list of terms shares a panel: "
        "[[generator_loss, discriminator_loss]]; null: the losses that the runs log.",
    )
    held_out: bool = Field(default=True, description="Also the same term on validation (or test) images, where it was logged.")
    from_epoch: int = Field(default=1, ge=1, description="First epoch shown: the first ones often hide the rest.")
    log: bool = Field(default=False, description="Logarithmic axis upwards.")
    height_cm: float = Field(default=6.0, gt=2, le=22, description="Height of a panel on paper.")


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.training_curves.drawing import draw

    return draw


KIND = Figure(
    summary="logged terms over the epochs: runs or terms by colour, held-out images dashed or dotted with hollow marks, "
    "seeds as thin lines around their mean",
    parameters=Parameters,
    reads=lambda parameters: parameters.each("history"),
    draw=_draw,
    table=True,
)
