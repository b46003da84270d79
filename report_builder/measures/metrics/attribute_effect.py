"""Whether adding an attribute vector to the codes changes the attribute of the decoded images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity, Role
from report_builder.kinds import Parameters as Base
from report_builder.measures._arrays import units_of
from report_builder.measures.metrics._judged import ask_judge, part_of_name, recognised

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, Better, Noise


class Parameters(Base):
    """The attribute to add and subtract, and the judge that detects it."""

    attribute: int | str = Field(
        default=0, description="Attribute of the data, or a class (number or name) that counts as one."
    )
    multiple: float = Field(default=1.0, gt=0, description="How many times the vector is added, and subtracted.")
    n: Annotated[int, Role.WHAT] = Field(default=500, ge=2, description="How many images, drawn at random.")
    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set with the images.")
    tolerance: float | None = Field(
        default=0.08,
        gt=0,
        description="The vector is found when both means together move by less in a batch; null: all images.",
    )
    judge: Annotated[str | None, Role.JUDGE] = Field(
        default=None,
        description="Run of a classifier with a class of the attribute's name that looks at the images; null: a linear "
        "discriminant of the codes of the images, encoded again.",
    )


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the images decoded with the vector subtracted, unchanged and added, judged if there is a judge."""
    asked = parameters.model_dump(mode="json", include={"attribute", "n", "split", "tolerance"})
    request = ProbeRequest("attribute_vector", asked | {"multiples": [-parameters.multiple, 0.0, parameters.multiple]})
    if parameters.judge is None:
        return {"images": request}
    seen = ask_judge(request, parameters.judge)  # 'counted' lets the plan refuse a judge that does not know the attribute
    return {"images": replace(seen, parameters={**seen.parameters, "counted": [parameters.attribute]})}


def values(parameters: Parameters, _: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare seven values, each with the attribute in its name."""
    name, share = f"attribute_{part_of_name(parameters.attribute)}", "share of images found"
    known: tuple[tuple[str, Better, Noise, str], ...] = (
        ("added", "higher", "images", f"{share} with it after adding"),
        ("added_before", "none", "images", f"{share} with it before"),
        ("removed", "higher", "images", f"{share} without it after subtracting"),
        ("removed_before", "none", "images", f"{share} without it before"),
        ("recognised", "none", "images", "mean of the shares of both sorts found as they are"),
        ("vector_length", "none", "images", "norm"),
        ("vector_images", "none", "fixed", "count"),
    )
    return [
        Quantity(f"{name}_{what}", "", better, noise, how, noun=f"attribute_{what} {parameters.attribute}")
        for what, better, noise, how in known
    ]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> Mapping[str, Measured]:
    """Measure how often the attribute is detected after adding or subtracting a multiple of its vector.

    `attribute_<name>_added`: among images without the attribute, the share in which it is detected after adding the vector;
    `..._added_before`: the same for their reconstructions. `..._removed`: among images with it, the share in which it is not
    detected after subtracting the vector; `..._removed_before`: the same for their reconstructions. `..._recognised`: balanced
    accuracy of the detection on the reconstructions, 1/2 for guessing. `..._vector_length`: norm of the vector, in units of the
    code; `..._vector_images`: number of images with the attribute from which the vector was computed.

    Raises:
        ReportError: if all or none of the images have the attribute, or the judge does not know it.
    """
    import numpy as np

    images = arrays["images"]
    found, has = _has_attribute(images), images["has"] > 0
    units = units_of(images, len(has))
    if has.all() or not has.any():
        received = f"{int(has.sum())} of {len(has)} images have it"
        raise ReportError(Problem("", "images with and without the attribute are needed", received, next_step="Raise 'n'."))
    before, kept = found[~has, 1], ~found[has, 1]
    shares = ((found[~has, 2], ~has), (before, ~has), (~found[has, 0], has), (kept, has))
    others = (1 - (before.mean() + kept.mean()) / 2, np.linalg.norm(images["vector"]), int(images["seen"][-1]))
    measured = [Measured.mean(share.astype("float64"), None if units is None else units[of]) for share, of in shares]
    measured += [Measured(float(value), len(has)) for value in others]
    return {quantity.name: each for quantity, each in zip(values(parameters, {}), measured, strict=True)}


def _has_attribute(images: Arrays) -> np.ndarray:
    """Return whether the attribute is detected in each image, `(n, multiples)` bool."""
    if "probability" not in images:
        return images["score"] > 0
    name = str(images["attribute"])
    if name not in images["judge_names"]:
        allowed = f"It knows: {', '.join(images['judge_names'].tolist())}."
        raise ReportError(Problem("", "the judge has no class of the attribute's name", repr(name), allowed))
    found: np.ndarray = (recognised(images) == name).reshape(images["score"].shape)
    return found


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
