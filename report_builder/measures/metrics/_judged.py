"""Metrics of images that a classifier looks at: their parameters, what they read, shares of images that it recognises."""

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
    """Which images are judged, and by whom."""

    judge: Annotated[str, Role.JUDGE] = Field(
        description="Id of the run of a classifier that judges; of canvases it sees the cell asked."
    )
    of: Figure = Field(default=None, description="Id of the figure whose images are judged.")
    probe: Inner = Field(
        default={"kind": "samples", "n": 1000, "conditions": "drawn"},
        description="Instead: a probe that gives images, {kind: ..., parameters}; default: samples of any model.",
    )


def reads(parameters: Judged) -> Mapping[str, ProbeRequest]:
    """The images of the metric's own probe, judged."""
    return {"images": ask_judge(images_asked(parameters.probe), parameters.judge)}


def of_figure(parameters: Judged, request: ProbeRequest) -> ProbeRequest:
    """The request for a figure's images, judged."""
    return ask_judge(request, parameters.judge)


def ask_judge(request: ProbeRequest, judge: str, kind: str = "classified") -> ProbeRequest:
    """A request for images, asked as one for images and what the judge says of them (with `features`: sees of them)."""
    images = request.parameters["images"] if request.judge else {"kind": request.kind, **request.parameters}
    return replace(request, kind=kind, parameters={"images": images}, judge=judge)


def images_asked(probe: Mapping[str, Any]) -> ProbeRequest:
    """A probe `{kind: ..., parameters}` as a request."""
    parameters = dict(probe)
    return ProbeRequest(parameters.pop("kind", ""), parameters)


def recognised(arrays: Arrays) -> np.ndarray:
    """Name of the class that the judge (or the classifier itself) finds most probable for each image, `(n,)` unicode."""
    names = arrays["judge_names"] if "judge_names" in arrays else arrays["class_names"]
    found: np.ndarray = names[arrays["probability"].argmax(axis=1)]
    return found


def part_of_name(label: int | str) -> str:
    """A class as part of a fact's name: `T-shirt/top` -> `T-shirt-top`."""
    return re.sub(r"\W+", "-", str(label))


def share_quantities(name: str, how: str, noise: Noise) -> list[Quantity]:
    """The share of images that are right, how many are, and of how many."""
    return [
        Quantity(name, "", "higher", noise, f"share of {how}"),
        Quantity(f"{name}_count", "", "higher", noise, f"count of {how}"),
        Quantity(f"{name}_total", "", "none", "exact", "count of images", noun="images_total"),
    ]


def quantities(name: str, how: str, noise: Noise, classes: Sequence[int | str] | None) -> list[Quantity]:
    """What `shares` gives: share, count and total, the confidence, and the share of each class that was named."""
    sure = Quantity("confidence", "", "none", noise, "probability of the class recognised, mean over images")
    by_class = [
        Quantity(
            f"{name}_{part_of_name(label)}", "", "higher", noise, f"share of {how}, class {label}", noun=f"{name}_class {label}"
        )
        for label in classes or ()
    ]
    return [*share_quantities(name, how, noise), sure, *by_class]


def counts(name: str, right: np.ndarray, units: np.ndarray | None) -> Iterator[tuple[str, Measured]]:
    """The numbers of `counted`; `right` (n,): whether each image is."""
    yield name, Measured.mean(right.astype("float64"), units)
    yield f"{name}_count", Measured(int(right.sum()), len(right))
    yield f"{name}_total", Measured(len(right), len(right))


def shares(name: str, right: np.ndarray, of: np.ndarray, arrays: Arrays) -> dict[str, Measured]:
    """Share, count and total of the images that are right, mean confidence, and the share of each class that was named.

    Args:
        name: of the share.
        right: whether each image is right, shape `(n,)`.
        of: number of the class of each image, shape `(n,)`.
        arrays: with `probability` (n, k); where classes were named `classes` and `chosen`.
    """
    units = units_of(arrays, len(right))
    found = dict(counts(name, right, units))
    found["confidence"] = Measured.mean(arrays["probability"].max(axis=1).astype("float64"), units)
    for label, number in zip(arrays.get("classes", ()), arrays.get("chosen", ()), strict=True):
        part = of == number
        mine = None if units is None else units[part]
        found[f"{name}_{part_of_name(str(label))}"] = Measured.mean(right[part].astype("float64"), mine)
    return found
