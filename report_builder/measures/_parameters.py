"""Parameters shared by many probes and metrics."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import Field

from report_builder.kinds import Parameters, Role

Inner: TypeAlias = Annotated[dict[str, Any], Role.PROBE]  # a probe, {kind: ..., parameter: value, ...}
OwnProbe: TypeAlias = Annotated[dict[str, Any] | None, Role.PROBE]
Figure: TypeAlias = Annotated[str | None, Role.FIGURE]
Size: TypeAlias = Annotated[int | None, Role.WHAT]  # number of images


class OfSplit(Parameters):
    """The images to use."""

    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set.")
    n: Size = Field(default=None, ge=1, description="How many images, drawn at random; null: all.")
