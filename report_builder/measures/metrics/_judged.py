"""Shared code of metrics that use a reference classifier: parameters, requests, and shares of recognised images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from report_builder.kinds import Measured, Noise, Parameters, ProbeRequest, Quantity, Role
from report_builder.measures._arrays import units_of
from report_builder.measures._parameters import Figure, Inner

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays


class Judged(Parameters):
    """The images to judge, and the judge."""

    judge: Annotated[str, Role.JUDGE] = Field(
        description="Id of the run of a classifier that judges; of canvases it sees the cell asked."
    )
    of: Figure = Field(default=None, description="Id of the figure whose images are judged.")
    probe: Inner = Field(
        default={"kind": "samples", "n": 1000, "conditions": "drawn"},
        description="Instead: a probe that gives images, {kind: ..., parameters}; default: samples of any model.",
    )


def reads(parameters: Judged) -> Mapping[str, ProbeRequest]:
    """Request the images of the metric's own probe, judged."""
    return {"images": ask_judge(images_asked(parameters.probe), parameters.judge)}


def of_figure(parameters: Judged, request: ProbeRequest) -> ProbeRequest:
    """Turn the request of a figure's images into one for judged images."""
    return ask_judge(request, parameters.judge)


def ask_judge(request: ProbeRequest, judge: str, kind: str = "classified") -> ProbeRequest:
    """Turn a request for images into one for the judge's output on them: `classified` or `features`."""
    images = request.parameters["images"] if request.judge else {"kind": request.kind, **request.parameters}
    return replace(request, kind=kind, parameters={"images": images}, judge=judge)


def images_asked(probe: Mapping[str, Any]) -> ProbeRequest:
    """Turn a probe entry `{kind: ..., parameters}` into a request."""
    parameters = dict(probe)
    return ProbeRequest(parameters.pop("kind", ""), parameters)


def recognised(arrays: Arrays) -> np.ndarray:
    """Return the name of the most probable class of each image by the judge (or by the classifier itself), `(n,)` unicode."""
    names = arrays["judge_names"] if "judge_names" in arrays else arrays["class_names"]
    found: np.ndarray = names[arrays["probability"].argmax(axis=1)]
    return found


def part_of_name(label: int | str) -> str:
    """Convert a class name into part of a fact's name: `T-shirt/top` -> `T-shirt-top`."""
    return re.sub(r"\W+", "-", str(label))


def share_quantities(name: str, how: str, noise: Noise) -> list[Quantity]:
    """Declare the share of images that fulfil a condition, their count, and the total count."""
    return [
        Quantity(name, "", "higher", noise, f"share of {how}"),
        Quantity(f"{name}_count", "", "higher", noise, f"count of {how}"),
        Quantity(f"{name}_total", "", "none", "exact", "count of images", noun="images_total"),
    ]


def quantities(name: str, how: str, noise: Noise, classes: Sequence[int | str] | None) -> list[Quantity]:
    """Declare what `shares` returns: share, count, total, confidence, and the share of each listed class."""
    sure = Quantity("confidence", "", "none", noise, "probability of the class recognised, mean over images")
    by_class = [
        Quantity(
            f"{name}_{part_of_name(label)}", "", "higher", noise, f"share of {how}, class {label}", noun=f"{name}_class {label}"
        )
        for label in classes or ()
    ]
    return [*share_quantities(name, how, noise), sure, *by_class]


def counts(name: str, right: np.ndarray, units: np.ndarray | None) -> Iterator[tuple[str, Measured]]:
    """Yield share, count and total of the images for which `right`, shape `(n,)`, is true."""
    yield name, Measured.mean(right.astype("float64"), units)
    yield f"{name}_count", Measured(int(right.sum()), len(right))
    yield f"{name}_total", Measured(len(right), len(right))


def shares(name: str, right: np.ndarray, of: np.ndarray, arrays: Arrays) -> dict[str, Measured]:
    """Compute share, count and total of the correct images, the mean confidence, and the share of each listed class.

    Args:
        name: of the share.
        right: whether each image is correct, shape `(n,)`.
        of: class number of each image, shape `(n,)`.
        arrays: with `probability` (n, k), and with `classes` and `chosen` if classes were listed.
    """
    units = units_of(arrays, len(right))
    found = dict(counts(name, right, units))
    found["confidence"] = Measured.mean(arrays["probability"].max(axis=1).astype("float64"), units)
    for label, number in zip(arrays.get("classes", ()), arrays.get("chosen", ()), strict=True):
        part = of == number
        mine = None if units is None else units[part]
        found[f"{name}_{part_of_name(str(label))}"] = Measured.mean(right[part].astype("float64"), mine)
    return found
