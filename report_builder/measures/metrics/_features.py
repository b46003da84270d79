"""Requests for images as a classifier's last layer sees them, and what comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from report_builder.errors import Problem, ReportError
from report_builder.kinds import ProbeRequest
from report_builder.measures.metrics._judged import images_asked, judged

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays


def seen(request: ProbeRequest, judge: str) -> ProbeRequest:
    """A request for images, asked as one for the judge's features of them."""
    return judged(request, judge, "features")


def real_seen(judge: str, split: str, n: int | None) -> ProbeRequest:
    """The judge's features of images of a split, drawn at random."""
    return seen(ProbeRequest("images", {"split": split, "n": n}), judge)


def own_seen(probe: Mapping[str, Any], judge: str) -> ProbeRequest:
    """The judge's features of the images of a metric's own probe."""
    return seen(images_asked(probe), judge)


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
