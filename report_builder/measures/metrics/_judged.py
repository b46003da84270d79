"""Shares of images that a classifier recognises, whole and by class."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

WHOLE = ("", "_count", "_total")


def judged(request: ProbeRequest, judge: str, kind: str = "classified") -> ProbeRequest:
    """A request for images, asked as one for images and what the judge says of them (with `features`: sees of them)."""
    images = request.parameters["images"] if request.judge else {"kind": request.kind, **request.parameters}
    return replace(request, kind=kind, parameters={"images": images}, judge=judge)


def images_asked(probe: Mapping[str, Any]) -> ProbeRequest:
    """A probe `{kind: ..., parameters}` as a request."""
    parameters = dict(probe)
    return ProbeRequest(str(parameters.pop("kind", "")), parameters)


def recognised(arrays: Arrays) -> np.ndarray:
    """Name of the class that the judge (or the classifier itself) finds most probable for each image, `(n,)` unicode."""
    names = arrays["judge_names"] if "judge_names" in arrays else arrays["class_names"]
    found: np.ndarray = names[arrays["probability"].argmax(axis=1)]
    return found


def names_of_shares(name: str, classes: Sequence[int | str] | None) -> list[str]:
    """Names of what `shares` gives: the share, count and total, the confidence, and the share of each class named."""
    by_class = [f"{name}_{part_of_name(label)}" for label in classes or ()]
    return [f"{name}{what}" for what in WHOLE] + ["confidence", *by_class]


def part_of_name(label: int | str) -> str:
    """A class as part of a fact's name: `T-shirt/top` -> `T-shirt-top`."""
    return re.sub(r"\W+", "-", str(label))


def shares(name: str, right: np.ndarray, of: np.ndarray, arrays: Arrays, how: str, *, paired: bool) -> list[Value]:
    """Share, count and total of the images that are right, mean confidence, and the share of each class that was named.

    Args:
        name: of the share.
        right: whether each image is right, shape `(n,)`.
        of: number of the class of each image, shape `(n,)`.
        arrays: with `probability` (n, k); where classes were named `classes` and `chosen`.
        how: what is counted.
        paired: whether image i of every run belongs to the same original.
    """
    samples, n = right.astype("float64"), len(right)
    surest = arrays["probability"].max(axis=1).astype("float64")
    found = [Value(name, float(samples.mean()), "", "higher", f"share of {how}", n, samples, paired)]
    found.append(Value(f"{name}_count", int(right.sum()), "", "higher", f"count of {how}", n))
    found.append(Value(f"{name}_total", n, reduction="count of images", n=n))
    how_sure = "probability of the class recognised, mean over images"
    found.append(Value("confidence", float(surest.mean()), "", "none", how_sure, n, surest, paired))
    for label, number in zip(arrays.get("classes", ()), arrays.get("chosen", ()), strict=True):
        part = samples[of == number]
        share = f"share of {how}, class {label}"
        each = Value(f"{name}_{part_of_name(str(label))}", float(part.mean()), "", "higher", share, len(part), part, paired)
        found.append(each)
    return found
