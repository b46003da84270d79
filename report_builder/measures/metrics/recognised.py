"""How many images of a sheet show something: those that a reference classifier recognises with confidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

NAMES = ("recognised", "recognised_count", "recognised_total", "recognised_classes")


class Parameters(Base):
    """Which images are judged, by whom, and how sure the judge must be."""

    judge: str = Field(description="Id of the run of a classifier that judges; of canvases it sees the cell asked.")
    of: str | None = Field(default=None, description="Id of the figure whose images are judged, e.g. a decode grid.")
    probe: dict[str, Any] = Field(
        default={"kind": "decode_grid"}, description="Instead: a probe that gives images, {kind: ..., parameters}."
    )
    threshold: float = Field(default=0.9, gt=0, lt=1, description="Least probability of the class recognised.")


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The images of the metric's own probe, judged."""
    from report_builder.measures.metrics._judged import images_asked, judged

    return {"images": judged(images_asked(parameters.probe), parameters.judge)}


def of_figure(parameters: Parameters, request: ProbeRequest) -> ProbeRequest:
    """The request for a figure's images, judged."""
    from report_builder.measures.metrics._judged import judged

    return judged(request, parameters.judge)


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Share, count, total, number of classes, and the share of each class of the judge, where its data tells them."""
    from report_builder.measures.metrics._judged import part_of_name

    return [*NAMES, *(f"recognised_{part_of_name(c)}" for c in requests["images"].parameters.get("counted") or ())]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """How many images the judge recognises with at least `threshold`, and as what; O(n k) for n images and k classes.

    `recognised` is their share of all images, `recognised_count` and `recognised_total` how many of how many,
    `recognised_classes` how many classes appear among them, `recognised_<class>` the share of all images that are recognised
    as that class: these sum to `recognised`.
    """
    from report_builder.measures._arrays import same_images
    from report_builder.measures.metrics._judged import part_of_name, recognised

    images = arrays["images"]
    sure, found = images["probability"].max(axis=1) >= parameters.threshold, recognised(images)
    n, paired, seen = len(sure), same_images(images), sure.astype("float64")
    how = f"images recognised with at least {parameters.threshold:g}"
    values = [
        Value(NAMES[0], float(seen.mean()), "", "higher", f"share of {how}", n, seen, paired),
        Value(NAMES[1], int(sure.sum()), "", "higher", f"count of {how}", n),
        Value(NAMES[2], n, reduction="count of images", n=n),
        Value(NAMES[3], len(set(found[sure].tolist())), "", "higher", f"count of classes among {how}", n),
    ]
    for name in images.get("counted", ()):
        of_class, share = (sure & (found == name)).astype("float64"), f"share of {how}, as class {name}"
        label = f"recognised_{part_of_name(str(name))}"
        values.append(Value(label, float(of_class.mean()), "", "none", share, n, of_class, paired))
    return values
