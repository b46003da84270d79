"""How many images show something recognisable: those that a reference classifier recognises with confidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures._arrays import units_of
from report_builder.measures._parameters import Inner
from report_builder.measures.metrics import _judged
from report_builder.measures.metrics._judged import Judged, counts, of_figure, part_of_name, reads, share_quantities

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


class Parameters(Judged):
    """The images to judge, the judge, and the required confidence."""

    probe: Inner = Field(
        default={"kind": "decode_grid"}, description="Instead: a probe that gives images, {kind: ..., parameters}."
    )
    threshold: float = Field(default=0.9, gt=0, lt=1, description="Least probability of the class recognised.")


def values(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare share, count, total, number of classes, and the share of each class of the judge if its data lists them."""
    images, how = requests["images"], f"images recognised with at least {parameters.threshold:g}"
    return [
        *share_quantities("recognised", how, images.noise),
        Quantity("recognised_classes", "", "higher", images.noise, f"count of classes among {how}"),
        *(
            Quantity(
                f"recognised_{part_of_name(label)}",
                "",
                "none",
                images.noise,
                f"share of {how}, as class {label}",
                noun=f"recognised_class {label}",
            )
            for label in images.parameters.get("counted") or ()
        ),
    ]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> Mapping[str, Measured]:
    """Measure how many images the judge recognises with at least `threshold`, and as what; O(n k) for n images, k classes.

    `recognised` is their share of all images, `recognised_count` and `recognised_total` are the counts behind it,
    `recognised_classes` is the number of classes among them, and `recognised_<class>` the share of all images that are
    recognised as that class: these shares sum to `recognised`.
    """
    images = arrays["images"]
    sure, found = images["probability"].max(axis=1) >= parameters.threshold, _judged.recognised(images)
    units = units_of(images, len(sure))
    return {
        **dict(counts("recognised", sure, units)),
        "recognised_classes": Measured(len(set(found[sure].tolist())), len(sure)),
        **{
            f"recognised_{part_of_name(str(name))}": Measured.mean((sure & (found == name)).astype("float64"), units)
            for name in images.get("counted", ())
        },
    }


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure, of_figure=of_figure)
