"""Confusion matrices: of generated images against the requested class, or of real images against their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from report_builder.kinds import Draw, Figure, ProbeRequest, deferred
from report_builder.plots._options import RunOptions


class Parameters(RunOptions):
    """Options of `confusion`."""

    judge: str | None = Field(
        default=None, description="Run of a classifier that recognises what the runs generate; null: the runs are classifiers."
    )
    per_class: int = Field(default=100, ge=1, description="With a judge: images generated of each class.")
    seed: int = Field(default=0, ge=0, description="With a judge: seed of the draw.")
    classes: tuple[int | str, ...] | None = Field(
        default=None, min_length=1, description="Only images of these classes, numbers or names; null: of all."
    )
    split: str = Field(default="test", description="Without a judge: part of the data set that the runs classify.")
    n: int | None = Field(default=None, ge=1, description="Without a judge: how many images, drawn at random; null: all.")
    cells: Literal["share", "count"] = Field(
        default="share", description="What the cells print: the share of the images of the row in per cent, or how many."
    )

    def _idle(self) -> dict[str, str]:
        if self.judge is None:
            return dict.fromkeys(("per_class", "seed"), "without a judge")
        return dict.fromkeys(("split", "n"), "with a judge")


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Return requests for the judge's verdicts on samples of each class, or each classifier's on the images of the split."""
    if parameters.judge is None:
        return parameters.each("class_scores", "split", "n", "classes")
    drawn = {"per_condition": parameters.per_class, "classes": parameters.classes, "seed": parameters.seed}
    return parameters.each("classified", judge=parameters.judge, more={"images": {"kind": "conditional_samples", **drawn}})


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.confusion.drawing import draw

    return draw


KIND = Figure(
    summary="class asked (or true class) against class recognised as a heat map with numbers: "
    "conditional models, or classifiers",
    parameters=Parameters,
    serves=frozenset({"classify|sample_condition"}),
    reads=reads,
    draw=_draw,
    table=True,
)
