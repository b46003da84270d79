"""Samples of each class from a conditional model, trained or at any epoch, optionally with the verdict of a judge."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, model_validator

from report_builder.kinds import Draw, Figure, ProbeRequest, deferred
from report_builder.plots._options import SheetOptions


class Parameters(SheetOptions):
    """Options of `class_samples`."""

    per_class: int = Field(
        default=1, ge=1, le=50, description="Images of each class: 1 is a strip, more are a row for each class."
    )
    classes: tuple[int | str, ...] | None = Field(
        default=None, min_length=1, description="Classes asked, numbers or names; null: all."
    )
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")
    epoch: int | None = Field(
        default=None,
        ge=0,
        description="Samples that the run kept after this epoch, 0: of the untrained model; null: new ones.",
    )
    judge: str | None = Field(
        default=None, description="Run of a classifier: below each image the class that it recognises, and its probability."
    )
    columns: int | None = Field(
        default=None,
        ge=1,
        description="Images side by side in a strip; null: as many as their texts leave room for, at most ten.",
    )

    def _idle(self) -> dict[str, str]:
        kept = {"seed": "where samples were kept in the training"} if self.epoch is not None else {}
        return kept | ({"columns": "where classes stand in rows"} if self.per_class > 1 else {})

    @model_validator(mode="after")
    def _new_ones_are_judged(self) -> Parameters:
        if self.judge is not None and self.epoch is not None:
            raise ValueError("samples that were kept in the training are not judged: leave out 'epoch' or 'judge'")
        return self


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Return requests for new samples of each run, judged if asked, or for those that the run kept."""
    if parameters.epoch is not None:
        return parameters.each("progress")
    if parameters.judge is None:
        return parameters.each("conditional_samples", "classes", "seed", more={"per_condition": parameters.per_class})
    drawn = {"per_condition": parameters.per_class, "classes": parameters.classes, "seed": parameters.seed}
    return parameters.each("classified", judge=parameters.judge, more={"images": {"kind": "conditional_samples", **drawn}})


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.class_samples.drawing import draw

    return draw


KIND = Figure(
    summary="samples of each class: one strip, or a sheet with a row for each class; of the trained model or after any epoch",
    parameters=Parameters,
    serves=frozenset({"sample_condition"}),
    reads=reads,
    draw=_draw,
)
