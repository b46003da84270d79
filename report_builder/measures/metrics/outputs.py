"""Output of a classifier for one image: the probability of each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity, Role
from report_builder.kinds import Parameters as Base
from report_builder.measures.metrics._judged import part_of_name, recognised

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


class Parameters(Base):
    """The image to classify."""

    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set.")
    image: int = Field(default=0, ge=0, description="Place of the image in the split, counted from 0.")


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the class probabilities of each image."""
    return {"scores": ProbeRequest("class_scores", {"split": parameters.split, "n": None, "classes": None})}


def values(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare the predicted class, and the probability of each class that is known beforehand."""
    how = f"of image {parameters.image}"
    return [
        Quantity("output_class", noise="fixed", reduction=f"most probable class {how}"),
        *(
            Quantity(f"output_{part_of_name(label)}", noise="fixed", reduction=f"probability {how}", noun=f"output {label}")
            for label in requests["scores"].parameters.get("classes") or ()
        ),
    ]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> Mapping[str, Measured]:
    """Measure the output of a classifier for one image.

    `output_class` is the most probable class, `output_<class>` the probability of a class.

    Raises:
        ReportError: if the split has no such image.
    """
    scores = arrays["scores"]
    images = len(scores["probability"])
    if parameters.image >= images:
        rule = f"the split '{parameters.split}' has {images} images"
        raise ReportError(Problem("", rule, f"image {parameters.image}", "They are counted from 0."))
    found = {"output_class": Measured(str(recognised(scores)[parameters.image]), 1)}
    for label, number in zip(scores.get("classes", ()), scores.get("chosen", ()), strict=True):
        value = float(scores["probability"][parameters.image, number])
        found[f"output_{part_of_name(str(label))}"] = Measured(value, 1)
    return found


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
