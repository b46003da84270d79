"""Whether a conditional model generates the requested class, judged by a reference classifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures._parameters import Inner
from report_builder.measures.metrics._judged import Judged, of_figure, quantities, reads, recognised, shares

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


class Parameters(Judged):
    """The images to judge, and the judge."""

    probe: Inner = Field(
        default={"kind": "conditional_samples", "per_condition": 100},
        description="Instead: a probe that gives images asked by class, {kind: ..., parameters}.",
    )


def values(_: Parameters, requests: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare share, count, total, confidence, and the share of each class that the probe lists."""
    images = requests["images"]
    classes = images.parameters["images"].get("classes")
    return quantities("class_asked", "images recognised as the class asked", images.noise, classes)


def measure(arrays: Mapping[str, Arrays], _: Parameters) -> Mapping[str, Measured]:
    """Measure how many images are recognised as the requested class.

    `class_asked` is the share of images whose most probable class by the judge is the requested one, `class_asked_count` and
    `class_asked_total` are the counts behind it, `class_asked_<class>` is the share among the images of that class, and
    `confidence` the mean probability of the most probable class, correct or not.

    Raises:
        ReportError: if no class was requested, or the judge does not know it.
    """
    images = arrays["images"]
    if "asked_class" not in images:
        step = "Measure a figure or probe of a conditional model, e.g. {kind: conditional_samples}."
        raise ReportError(Problem("", "no class was requested for these images", next_step=step))
    asked = images["class_names"][images["asked_class"]]
    if strange := sorted(set(asked.tolist()) - set(images["judge_names"].tolist())):
        known = ", ".join(images["judge_names"].tolist())
        raise ReportError(Problem("", "the judge does not know a class asked", ", ".join(strange), f"It knows: {known}."))
    return shares("class_asked", recognised(images) == asked, images["asked_class"], images)


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure, of_figure=of_figure)
