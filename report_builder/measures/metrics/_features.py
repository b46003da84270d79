"""Requests for images as a classifier's last layer sees them, and what comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import ProbeRequest, Role
from report_builder.measures._parameters import Size
from report_builder.measures.metrics._judged import Judged, ask_judge, images_asked

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays


class Compared(Judged):
    """Which images are compared with real ones, and through whose eyes."""

    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set that the real images are of.")
    n: Size = Field(default=1000, ge=2, description="How many real images of each split, drawn at random; null: all.")


def seen(request: ProbeRequest, judge: str) -> ProbeRequest:
    """A request for images, asked as one for the judge's features of them."""
    return ask_judge(request, judge, "features")


def reads(parameters: Compared, control: str) -> Mapping[str, ProbeRequest]:
    """The judge's features of the metric's images, of `real` ones, and as a `control` of those of another split."""
    other = "test" if parameters.split == "train" else "train"
    parts = {"images": images_asked(parameters.probe)}
    parts |= {
        name: ProbeRequest("images", {"split": split, "n": parameters.n})
        for name, split in (("real", parameters.split), (control, other))
    }
    return {name: seen(request, parameters.judge) for name, request in parts.items()}


def of_figure(parameters: Compared, request: ProbeRequest) -> ProbeRequest:
    """The request for a figure's images, seen by the judge."""
    return seen(request, parameters.judge)


def strangers(images: Arrays, real: Arrays) -> None:
    """Refuses real images as those that are compared with themselves: a distance of 0 would say nothing.

    Raises:
        ReportError: some of the images are among the real ones.
    """
    if "split" not in images or str(images["split"]) != str(real["split"]):
        return
    if common := len(set(images["index"].tolist()) & set(real["index"].tolist())):
        rule, received = (
            "the images are among the real ones with which they are compared",
            f"{common} of {len(images['index'])}",
        )
        raise ReportError(Problem("", rule, received, next_step="Name another split, or images that a model makes."))


def features_of(arrays: Arrays, least: int) -> np.ndarray:
    """Features `(n, d)`, float64.

    Raises:
        ReportError: there are fewer than `least` images.
    """
    import numpy as np

    found = arrays["features"].astype(np.float64)
    if len(found) < least:
        raise ReportError(Problem("", "too few images to compare distributions", f"{len(found)}", f"At least {least}."))
    return found
