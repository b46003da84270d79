"""Scatter plot of latent codes by class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from report_builder.kinds import Draw, Figure, ProbeRequest, deferred
from report_builder.plots._codes import AxesOptions, ClassOptions, check_axes

SPREAD_POINTS = 500  # more bars or ellipses would cover each other


class Parameters(ClassOptions, AxesOptions):
    """Options of `latent_scatter`."""

    n: int | None = Field(default=None, ge=1, description="How many images, drawn at random; null: all, with deviations 500.")
    spread: Literal["none", "bars", "ellipses"] = Field(
        default="none", description="One standard deviation of the posterior of each code, for models that have one."
    )
    plain: bool = Field(default=False, description="One colour for all codes, whatever their class.")
    mark: Literal["disc", "cross"] = Field(default="disc", description="Form of the marks of a plain scatter.")
    legend: bool = Field(default=True, description="Print what the colours are: a legend with the class names.")
    size: float | None = Field(
        default=None, gt=0, description="Area of a mark in square points; null: from the number of points."
    )
    opacity: float | None = Field(default=None, gt=0, le=1, description="Opacity of a mark; null: from the number of points.")
    height_cm: float | None = Field(default=None, gt=2, le=22, description="Height of a panel on paper; null: from its width.")

    def _idle(self) -> dict[str, str]:
        plain = dict.fromkeys(("labels", "legend"), "in a plain scatter") if self.plain else {}
        return super()._idle() | ({"legend": "beside a colour bar"} if self.colour_bar else {}) | plain

    @model_validator(mode="after")
    def _colours_are_classes(self) -> Parameters:
        if self.plain and (self.colour_bar or self.spread != "none"):
            raise ValueError(
                "a plain scatter has one colour and no deviations: leave out 'plain', or 'colour_bar' and 'spread'"
            )
        if self.mark == "cross" and not self.plain:
            raise ValueError("crosses are the marks of a plain scatter: add 'plain: true'")
        return self


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Return requests for the codes of each run."""
    n = parameters.n or (SPREAD_POINTS if parameters.spread != "none" else None)
    needs = frozenset({"posterior"} if parameters.spread != "none" else ())
    return parameters.encoded("codes", needs=needs, more={"n": n})


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.latent_scatter.drawing import draw

    return draw


KIND = Figure(
    summary="codes of the images of a split by class or in one colour, runs side by side, with standard deviations if asked",
    parameters=Parameters,
    serves=frozenset({"encode"}),
    reads=reads,
    check=check_axes,
    draw=_draw,
)
