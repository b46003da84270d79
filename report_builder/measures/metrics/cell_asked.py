"""Whether a conditional model draws in the requested cell of the canvas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.kinds import Parameters as Base
from report_builder.measures._arrays import images_of, units_of
from report_builder.measures._parameters import Figure, Inner
from report_builder.measures.metrics._judged import counts, images_asked, share_quantities

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

BLANK = 1e-3  # ink, in pixels: an image with less counts as blank


class Parameters(Base):
    """The images to inspect, and how much of their ink must be in the requested cell."""

    of: Figure = Field(default=None, description="Id of the figure whose images are looked at.")
    probe: Inner = Field(
        default={"kind": "conditional_samples", "positions": "all"},
        description="Instead: a probe that gives images asked by position, {kind: ..., parameters}.",
    )
    threshold: float = Field(default=0.9, gt=0, le=1, description="Least share of an image's ink in the cell asked.")


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the images of the metric's own probe."""
    return {"images": images_asked(parameters.probe)}


def values(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare share, count and total of the images in the requested cell, and the mean share of ink there."""
    noise = requests["images"].noise
    how = f"images with at least {parameters.threshold:g} of their ink, and most of it, in the cell asked"
    ink = Quantity("cell_asked_ink", "", "higher", noise, "share of ink in the cell asked, mean over images")
    return [*share_quantities("cell_asked", how, noise), ink]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> Mapping[str, Measured]:
    """Measure how many images lie in the requested cell.

    The ink of a cell is the sum of its pixels, rescaled to [0, 1]. An image lies in the requested cell if no other cell has
    more ink and that cell contains at least `threshold` of the image's ink; a blank image lies in none.

    `cell_asked` is the share of such images, `cell_asked_count` and `cell_asked_total` are the counts behind it, and
    `cell_asked_ink` is the mean share of ink in the requested cell.

    Raises:
        ReportError: if no position was requested.
    """
    images = arrays["images"]
    if "asked_row" not in images:
        step = "Measure a figure or probe of a model whose condition has a position."
        raise ReportError(Problem("", "no position was requested for these images", next_step=step))
    inside, most = asked_ink(images)
    units = units_of(images, len(inside))
    right = most & (inside >= parameters.threshold)
    return {**dict(counts("cell_asked", right, units)), "cell_asked_ink": Measured.mean(inside, units)}


def asked_ink(images: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of ink in the requested cell, `(n,)` float64, and whether no other cell has more, `(n,)` bool."""
    import numpy as np

    from report_builder.measures._cells import in_cells

    low, high = (float(value) for value in images["value_range"])
    pixels = (images_of(images).astype(np.float64) - low) / (high - low)
    ink = in_cells(pixels.clip(0, 1), images["cells"]).sum(axis=(3, 4, 5))
    asked = ink[np.arange(len(ink)), images["asked_row"], images["asked_column"]]
    total = ink.sum(axis=(1, 2))
    blank = total < BLANK
    inside = np.where(blank, 0.0, asked / np.where(blank, 1.0, total))
    return inside, ~blank & (asked >= ink.max(axis=(1, 2)))


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
