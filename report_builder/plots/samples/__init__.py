"""Random samples of generative models, decoded from draws of the prior."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from report_builder.kinds import Draw, Figure, ProbeRequest, deferred
from report_builder.plots._options import SheetOptions


class Parameters(SheetOptions):
    """Options of `samples`."""

    rows: int = Field(default=4, ge=1, le=50, description="Samples under one another.")
    columns: int = Field(default=5, ge=1, le=50, description="Samples side by side.")
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")
    epoch: int | None = Field(
        default=None,
        ge=0,
        description="Some of the twenty samples that the run kept after this epoch, 0: of the untrained model; null: new ones.",
    )

    def _idle(self) -> dict[str, str]:
        return {"seed": "where samples were kept in the training"} if self.epoch is not None else {}


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Return requests for new samples of each run, or for those that it kept."""
    if parameters.epoch is not None:
        return parameters.each("progress")
    return parameters.each("samples", "seed", more={"n": parameters.rows * parameters.columns})


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.samples.drawing import draw

    return draw


KIND = Figure(
    summary="n x m random samples of any model that samples, runs side by side; of the trained model or after any epoch",
    parameters=Parameters,
    serves=frozenset({"sample|sample_condition"}),
    reads=reads,
    draw=_draw,
)
