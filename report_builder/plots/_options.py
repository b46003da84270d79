"""Options that several figure kinds share."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, model_validator

from report_builder.kinds import Parameters, ProbeRequest, Role
from report_builder.plain import Fields


class PrintOptions(Parameters):
    """Width of a figure."""

    width_cm: Annotated[float, Role.WIDTH] = Field(
        default=16.0, ge=4, le=40, description="Width on paper; text is drawn for this width."
    )

    def _idle(self) -> dict[str, str]:
        """Options that have no effect given the others, each with the reason."""
        return {}

    @model_validator(mode="after")
    def _every_option_acts(self) -> PrintOptions:
        given, fields = dict(self), type(self).model_fields
        idle = [(name, why) for name, why in self._idle().items() if given[name] != fields[name].default]
        if told := [f"'{name}' changes nothing {why}" for name, why in idle]:
            raise ValueError(f"{'; '.join(told)}: leave it out")
        return self


class RunOptions(PrintOptions):
    """Options that choose the runs and the width of a figure."""

    runs: tuple[str, ...] = Field(min_length=1, description="Ids of the runs, in the order in which they are shown.")

    def each(
        self,
        probe: str,
        *names: str,
        judge: str | None = None,
        needs: frozenset[str] = frozenset(),
        more: Fields = MappingProxyType({}),
    ) -> dict[str, ProbeRequest]:
        """Return the same request for each run: a probe with the options `names` and the parameters `more`."""
        asked = {**self.model_dump(include={*names}), **more}
        return {run: ProbeRequest(probe, asked, run=run, judge=judge, needs=needs) for run in self.runs}


class LookOptions(PrintOptions):
    """Look of images."""

    ink: Literal["dark", "light"] = Field(
        default="dark", description="Grey images: dark prints large pixel values black on white paper, light white on black."
    )
    cell_cm: float = Field(default=1.5, gt=0.2, le=10, description="Largest width of one image on paper.")


class SheetOptions(RunOptions, LookOptions):
    """Options that choose the runs of a sheet of images, and its look."""

    threshold: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Images that a model made are drawn in two levels: pixels of at least this share of their range as 1, "
        "others as 0; originals stay as they are. null: as the model made them.",
    )


class PairOptions(SheetOptions):
    """Options that choose the pairs of images of a sheet."""

    pairs: tuple[tuple[int | str, int | str], ...] = Field(
        default=((0, 6), (3, 8)),
        min_length=1,
        description="Pairs of classes (numbers or names); of each class the first image of the split is taken.",
    )
    indices: tuple[tuple[int, int], ...] | None = Field(
        default=None, min_length=1, description="Instead: pairs of places in the split, counted from 0."
    )
    split: str = Field(default="test", description="Part of the data set.")

    def _idle(self) -> dict[str, str]:
        return {"pairs": "beside 'indices'"} if self.indices is not None else {}


def fact_names(runs: Sequence[str], metrics: Sequence[str]) -> list[str]:
    """Return the names of the facts of all runs; metrics have the form `<scope>.<metric>`."""
    return [f"{run}.{metric}" for metric in metrics for run in runs]
