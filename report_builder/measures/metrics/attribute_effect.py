"""Whether adding an attribute's vector to codes changes the attribute of the images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

WHAT = ("added", "added_before", "removed", "removed_before", "recognised", "vector_length", "vector_images")


class Parameters(Base):
    """Which attribute is added and taken away, and who says whether it is there."""

    attribute: int | str = Field(
        default=0, description="Attribute of the data, or a class (number or name) that counts as one."
    )
    multiple: float = Field(default=1.0, gt=0, description="How many times the vector is added, and subtracted.")
    n: int = Field(default=500, ge=2, description="How many images, drawn at random.")
    split: str = Field(default="test", description="Part of the data set with the images.")
    tolerance: float | None = Field(
        default=0.08,
        gt=0,
        description="The vector is found when both means together move by less in a batch; null: all images.",
    )
    judge: str | None = Field(
        default=None,
        description="Run of a classifier with a class of the attribute's name that looks at the images; null: a linear "
        "discriminant of the codes of the images, encoded again.",
    )


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The images with the vector subtracted, as they are decoded, and with it added; judged if asked."""
    from report_builder.measures.metrics._judged import judged

    asked = parameters.model_dump(mode="json", include={"attribute", "n", "split", "tolerance"})
    request = ProbeRequest("attribute_vector", asked | {"multiples": [-parameters.multiple, 0.0, parameters.multiple]})
    if parameters.judge is None:
        return {"images": request}
    seen = judged(request, parameters.judge)  # the judge must know the attribute: the plan refuses one that does not
    return {"images": replace(seen, parameters={**seen.parameters, "counted": [parameters.attribute]})}


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Seven values, each with the attribute's name."""
    return [f"{_prefix(parameters)}_{what}" for what in WHAT]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """Shares of images in which the attribute is found, or not, after adding multiples of its vector.

    `attribute_<name>_added`: of images without it, the share found with it after adding; `..._added_before`: the same of their
    reconstructions. `..._removed`: of images with it, the share found without it after subtracting; `..._removed_before`: the
    same of their reconstructions. `..._recognised`: mean of the shares of both sorts of reconstructions that are found as they
    are, 1/2 for a guess. `..._vector_length`: length of the vector, in units of the code; `..._vector_images`: images with the
    attribute that it was found from.

    Raises:
        ReportError: all of the images have the attribute, or none, or the judge does not know it.
    """
    images = arrays["images"]
    found, has = _found(images), images["has"] > 0
    if has.all() or not has.any():
        received = f"{int(has.sum())} of {len(has)} images have it"
        raise ReportError(Problem("", "images with and without the attribute are needed", received, next_step="Raise 'n'."))
    added, before, removed, kept = found[~has, 2], found[~has, 1], ~found[has, 0], ~found[has, 1]
    shares = [(added, "higher"), (before, "none"), (removed, "higher"), (kept, "none")]
    hows = (
        "found with it after adding",
        "found with it before",
        "found without it after subtracting",
        "found without it before",
    )
    values = []
    for what, how, (share, better) in zip(WHAT, hows, shares, strict=False):
        samples = share.astype("float64")
        reduction = f"share of images {how}"
        values.append(
            Value(f"{_prefix(parameters)}_{what}", float(samples.mean()), "", better, reduction, len(samples), samples)
        )
    right = 1 - (before.mean() + kept.mean()) / 2
    others = [
        (float(right), "mean of the shares of both sorts found as they are"),
        (_length(images), "norm"),
        (_seen(images), "count"),
    ]
    return values + [
        Value(f"{_prefix(parameters)}_{what}", value, reduction=how, n=len(has))
        for what, (value, how) in zip(WHAT[4:], others, strict=True)
    ]


def _prefix(parameters: Parameters) -> str:
    from report_builder.measures.metrics._judged import part_of_name

    return f"attribute_{part_of_name(parameters.attribute)}"


def _found(images: Arrays) -> np.ndarray:
    """Whether the attribute is found in each image, `(n, multiples)` bool."""
    from report_builder.measures.metrics._judged import recognised

    if "probability" not in images:
        return images["score"] > 0
    name = str(images["attribute"])
    if name not in images["judge_names"]:
        allowed = f"It knows: {', '.join(images['judge_names'].tolist())}."
        raise ReportError(Problem("", "the judge has no class of the attribute's name", repr(name), allowed))
    found: np.ndarray = (recognised(images) == name).reshape(images["score"].shape)
    return found


def _length(images: Arrays) -> float:
    import numpy as np

    return float(np.linalg.norm(images["vector"]))


def _seen(images: Arrays) -> float:
    return int(images["seen"][-1])
