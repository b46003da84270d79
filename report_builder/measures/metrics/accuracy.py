"""How often a classifier is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


class Parameters(Base):
    """Which images are classified."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(default=None, ge=1, description="How many images, drawn at random; null: all.")
    classes: tuple[int | str, ...] | None = Field(
        default=None, min_length=1, description="Only images of these classes, numbers or names; null: of all."
    )


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The probabilities of the classes for each image."""
    return {"scores": ProbeRequest("class_scores", parameters.model_dump(mode="json"))}


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Share, count, total, confidence, and the share of each class that the probe names."""
    from report_builder.measures.metrics._judged import names_of_shares

    return names_of_shares("accuracy", requests["scores"].parameters.get("classes"))


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """How many images are recognised as what they are.

    `accuracy` is the share of images whose most probable class is their own, `accuracy_count` and `accuracy_total` how many of
    how many, `accuracy_<class>` the share among the images of that class, `confidence` the mean probability of the most
    probable class, right or wrong.
    """
    from report_builder.measures.metrics._judged import recognised, shares

    scores = arrays["scores"]
    right = recognised(scores) == scores["class_names"][scores["y"]]
    return shares("accuracy", right, scores["y"], scores, "images recognised as their class", paired=True)
