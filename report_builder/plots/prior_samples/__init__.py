"""Draws from the prior over a scatter plot of codes, and below them the decoded images."""

from __future__ import annotations

from pydantic import Field

from report_builder.kinds import Draw, Figure, deferred
from report_builder.plots._codes import AxesOptions, check_axes
from report_builder.plots._options import SheetOptions


class Parameters(AxesOptions, SheetOptions):
    """Options of `prior_samples`."""

    samples: int = Field(default=18, ge=1, le=60, description="Codes drawn from N(0, I).")
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")
    cell_cm: float = Field(default=1.4, gt=0.2, le=10, description="Largest width of one image on paper.")

    def _idle(self) -> dict[str, str]:
        return {}


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.prior_samples.drawing import draw

    return draw


KIND = Figure(
    summary="numbered draws from N(0, I) over the codes of images, the decoded images under them with their coordinates",
    parameters=Parameters,
    serves=frozenset({"encode", "decode"}),
    reads=lambda parameters: parameters.encoded("prior_codes", "samples", "seed"),
    check=check_axes,
    draw=_draw,
)
