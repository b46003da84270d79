"""Whether a conditional model makes the class that it is asked for, by a reference classifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


class Parameters(Base):
    """Which images are judged, and by whom."""

    judge: str = Field(description="Id of the run of a classifier that judges; of canvases it sees the cell asked.")
    of: str | None = Field(default=None, description="Id of the figure whose images are judged.")
    probe: dict[str, Any] = Field(
        default={"kind": "conditional_samples", "per_condition": 100},
        description="Instead: a probe that gives images asked by class, {kind: ..., parameters}.",
    )


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The images of the metric's own probe, judged."""
    from report_builder.measures.metrics._judged import images_asked, judged

    return {"images": judged(images_asked(parameters.probe), parameters.judge)}


def of_figure(parameters: Parameters, request: ProbeRequest) -> ProbeRequest:
    """The request for a figure's images, judged."""
    from report_builder.measures.metrics._judged import judged

    return judged(request, parameters.judge)


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Share, count, total, confidence, and the share of each class that the probe names."""
    from report_builder.measures.metrics._judged import names_of_shares

    return names_of_shares("class_asked", requests["images"].parameters["images"].get("classes"))


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """How many images are recognised as what was asked.

    `class_asked` is the share of images whose most probable class by the judge is the class asked, `class_asked_count` and
    `class_asked_total` how many of how many, `class_asked_<class>` the share among the images of that class, `confidence` the
    mean probability of the most probable class, right or wrong.

    Raises:
        ReportError: no class was asked, or the judge does not know it.
    """
    from report_builder.measures._arrays import same_images
    from report_builder.measures.metrics._judged import recognised, shares

    images = arrays["images"]
    if "asked_class" not in images:
        step = "Measure a figure or probe of a conditional model, e.g. {kind: conditional_samples}."
        raise ReportError(Problem("", "no class was asked of these images", next_step=step))
    asked = images["class_names"][images["asked_class"]]
    if strange := sorted(set(asked.tolist()) - set(images["judge_names"].tolist())):
        known = ", ".join(images["judge_names"].tolist())
        raise ReportError(Problem("", "the judge does not know a class asked", ", ".join(strange), f"It knows: {known}."))
    how = "images recognised as the class asked"
    right = recognised(images) == asked
    return shares("class_asked", right, images["asked_class"], images, how, paired=same_images(images))
