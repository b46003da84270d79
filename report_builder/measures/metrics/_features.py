"""Shared code of metrics that compare images by the features of a reference classifier."""

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
    """The images to compare with real ones, and the judge that provides the features."""

    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set that the real images are of.")
    n: Size = Field(default=1000, ge=2, description="How many real images of each split, drawn at random; null: all.")


def seen(request: ProbeRequest, judge: str) -> ProbeRequest:
    """Turn a request for images into one for the judge's features of them."""
    return ask_judge(request, judge, "features")


def reads(parameters: Compared, control: str) -> Mapping[str, ProbeRequest]:
    """Request the judge's features of the metric's images, of `real` images, and of another split as `control`."""
    other = "test" if parameters.split == "train" else "train"
    parts = {"images": images_asked(parameters.probe)}
    parts |= {
        name: ProbeRequest("images", {"split": split, "n": parameters.n})
        for name, split in (("real", parameters.split), (control, other))
    }
    return {name: seen(request, parameters.judge) for name, request in parts.items()}


def of_figure(parameters: Compared, request: ProbeRequest) -> ProbeRequest:
    """Turn the request of a figure's images into one for the judge's features of them."""
    return seen(request, parameters.judge)


def strangers(images: Arrays, real: Arrays) -> None:
    """Refuse images that are among the real ones: their distance of 0 would be meaningless.

    Raises:
        ReportError: if some of the images are among the real ones.
    """
    if "split" not in images or str(images["split"]) != str(real["split"]):
        return
    if common := len(set(images["index"].tolist()) & set(real["index"].tolist())):
        rule, received = (
            "the images are among the real ones with which they are compared",
            f"{common} of {len(images['index'])}",
        )
        raise ReportError(Problem("", rule, received, next_step="Name another split, or generated images."))


def features_of(arrays: Arrays, least: int) -> np.ndarray:
    """Return the features `(n, d)`, float64.

    Raises:
        ReportError: if there are fewer than `least` images.
    """
    import numpy as np

    found = arrays["features"].astype(np.float64)
    if len(found) < least:
        raise ReportError(Problem("", "too few images to compare distributions", f"{len(found)}", f"At least {least}."))
    return found
