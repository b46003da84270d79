"""Accuracy of a classifier, overall and by class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures.metrics._judged import quantities, recognised, shares
from report_builder.measures.probes import class_scores

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

Parameters = class_scores.Parameters


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the class probabilities of each image."""
    return {"scores": ProbeRequest("class_scores", parameters.model_dump(mode="json"))}


def values(_: Parameters, requests: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare share, count, total, confidence, and the share of each class that the probe lists."""
    classes = requests["scores"].parameters.get("classes")
    return quantities("accuracy", "images recognised as their class", "images", classes)


def measure(arrays: Mapping[str, Arrays], _: Parameters) -> Mapping[str, Measured]:
    """Measure how many images are assigned to their own class.

    `accuracy` is the share of images whose most probable class is their own, `accuracy_count` and `accuracy_total` are the
    counts behind it, `accuracy_<class>` is the share among the images of that class, and `confidence` the mean probability of
    the most probable class, correct or not.
    """
    scores = arrays["scores"]
    right = recognised(scores) == scores["class_names"][scores["y"]]
    return shares("accuracy", right, scores["y"], scores)


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
