"""A plane in latent space to explore: interactive in HTML, with the image decoded at the pointer; a selection on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Draw, Figure, ProbeRequest, Subject, deferred
from report_builder.plots._options import SheetOptions


class Parameters(SheetOptions):
    """Options of `latent_explorer`."""

    runs: tuple[str, ...] = Field(min_length=1, max_length=1, description="Id of the run.")
    space: Literal["code", "prior"] = Field(
        default="code",
        description="code: the plane of a two-dimensional code, with codes of images on it; prior: a plane of draws from "
        "N(0, I) for a code of any size.",
    )
    n: int | None = Field(
        default=None,
        ge=2,
        le=64,
        description="Cells of the plane along each axis; null: 32, fewer where classes or cells are asked.",
    )
    points: int = Field(default=500, ge=1, description="At most so many images whose codes are shown on the plane.")
    quantile: float = Field(default=0.01, ge=0, lt=0.5, description="Share of the codes left out at either end of an axis.")
    split: str = Field(default="test", description="Part of the data set whose codes are shown.")
    seed: int = Field(default=0, ge=0, description="Seed of what is drawn.")
    cell_cm: float = Field(default=0.6, gt=0.2, le=10, description="Largest width of one image on paper.")

    def _idle(self) -> dict[str, str]:
        if self.space == "code":
            return {"seed": "of the plane of a code"}
        return dict.fromkeys(("points", "quantile", "split"), "where codes are drawn")


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Return the request for a decoded plane."""
    if parameters.space == "prior":
        return parameters.each("code_plane", "n", "seed", more={"plane": "prior"})
    return parameters.each("code_plane", "n", "points", "quantile", "split", more={"plane": "code"})


def check(parameters: Parameters, subjects: Mapping[str, Subject]) -> None:
    """Check that the code has two dimensions, if its own plane is shown.

    Raises:
        ReportError: the code of the run has another number of dimensions.
    """
    for run in parameters.runs if parameters.space == "code" else ():
        size = subjects[run].latent_dim if run in subjects else None
        if size and size != 2:
            rule, step = "this is the plane of a two-dimensional code", "Choose a run with latent_dim 2, or space: prior."
            raise ReportError(Problem("space", rule, f"latent_dim of '{run}' is {size}", next_step=step))


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.latent_explorer.drawing import draw

    return draw


KIND = Figure(
    summary="in HTML a plane of the code to move over with mouse, finger or keys, beside the decoded image, with pickers "
    "for class and cell; on paper the plane with its codes, and some of the images",
    parameters=Parameters,
    serves=frozenset({"encode", "decode|decode_condition"}),
    reads=reads,
    check=check,
    draw=_draw,
)
