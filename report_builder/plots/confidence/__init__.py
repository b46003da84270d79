"""A classifier's confidence in generated and in real images, and the share of each class it recognises."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, model_validator

from report_builder.kinds import Draw, Figure, ProbeRequest, deferred
from report_builder.plots._options import RunOptions


class Parameters(RunOptions):
    """Options of `confidence`."""

    judge: str = Field(description="Run of a classifier; the real images are those of its data.")
    n: int = Field(default=1000, ge=1, description="How many images each run generates.")
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")
    split: str = Field(default="test", description="Part of the judge's data set: the real images.")
    bins: int = Field(default=20, ge=2, le=100, description="Bins of the histogram, from 0 to 1.")
    log: bool = Field(default=False, description="Logarithmic axis upwards of the histogram: rare doubts become visible.")
    height_cm: float = Field(default=6.0, gt=2, le=22, description="Height of the panels on paper.")

    @model_validator(mode="after")
    def _generators_only(self) -> Parameters:
        if self.judge in self.runs:
            raise ValueError("the judge judges the other runs: leave it out of 'runs'")
        return self


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Return requests for the judge's verdicts on samples of each run, and on real images."""
    images = {"images": {"kind": "samples", "n": parameters.n, "seed": parameters.seed, "conditions": "drawn"}}
    made = {run: ProbeRequest("classified", images, run=run, judge=parameters.judge) for run in parameters.runs}
    return made | {parameters.judge: ProbeRequest("class_scores", {"split": parameters.split}, run=parameters.judge)}


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.confidence.drawing import draw

    return draw


KIND = Figure(
    summary="histogram of a classifier's confidence in generated and in real images, and the share of each class it recognises",
    parameters=Parameters,
    serves=frozenset({"sample|sample_condition"}),
    reads=reads,
    draw=_draw,
)
