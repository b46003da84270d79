"""Layers of a model as boxes, with arrows to the layers that read them."""

from __future__ import annotations

from pydantic import Field

from report_builder.kinds import Draw, Figure, deferred
from report_builder.plots._options import RunOptions


class Parameters(RunOptions):
    """Options of `architecture`."""

    parts: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="Parts shown: encoder, decoder, generator ...; null: all."
    )
    height_cm: float = Field(default=19.0, gt=4, le=22, description="Greatest height of all models; a taller part is folded.")


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.architecture.drawing import draw

    return draw


KIND = Figure(
    summary="layers of a trained model as boxes: type, output shape, what reads what; encoder and decoder side by side",
    parameters=Parameters,
    reads=lambda parameters: parameters.each("layers"),
    draw=_draw,
)
