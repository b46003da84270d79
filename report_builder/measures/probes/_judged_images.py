"""Images of another probe (generated, decoded or original) as input of a classifier."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

from pydantic import Field, ValidationError, field_validator

from report_builder.errors import Problem, ReportError
from report_builder.kinds import PROBES, Noise, opened
from report_builder.kinds import Parameters as Base
from report_builder.measures._parameters import Inner
from report_builder.plain import Plain

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, ImageData, Judge, Layout, Trained


P = TypeVar("P", bound="Parameters")


class Parameters(Base):
    """The images to judge."""

    images: Inner = Field(
        default={"kind": "conditional_samples"},
        validate_default=True,
        description="A probe that gives images, {kind: ..., parameters}.",
    )

    @field_validator("images")
    @classmethod
    def _resolve(cls, images: dict[str, Plain]) -> dict[str, Plain]:
        """Fill in all defaults of the probe, so that they are part of the cache key."""
        given = dict(images)
        kind = given.pop("kind", None)
        if kind not in PROBES.names() or PROBES.get(kind).judged:
            raise ValueError(f"'kind' is a probe that gives images, not {kind!r}")
        try:
            resolved = PROBES.get(kind).parameters.model_validate_json(json.dumps(given), strict=True)
        except ValidationError as error:
            wrong = [f"{'.'.join(map(str, each['loc'])) or kind}: {each['msg']}" for each in error.errors()]
            raise ValueError("; ".join(wrong)) from error
        return {"kind": kind, **resolved.model_dump(mode="json")}


def needs_for(parameters: Parameters) -> frozenset[str]:
    """Return what the inner probe needs."""
    probe, inner = opened(PROBES, parameters.images)
    return probe.all_needs(inner)


def uses(parameters: Parameters) -> tuple[str, ...]:
    """Return the name of the inner probe."""
    return (str(parameters.images["kind"]),)


def noise(parameters: Parameters) -> Noise:
    """Return the source of chance of the inner probe."""
    probe, inner = opened(PROBES, parameters.images)
    return probe.noise(inner)


def fitted(parameters: P, layout: Layout) -> P:
    """Return the parameters with those of the inner probe fitted to what is known of the data."""
    probe, inner = opened(PROBES, parameters.images)
    dumped = probe.fitted(inner, layout).model_dump(mode="json")
    return parameters.model_copy(update={"images": {"kind": parameters.images["kind"], **dumped}})


def arrays_seen(
    model: Trained, data: ImageData, parameters: Parameters, judge: Judge
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the arrays of the inner probe, and its images as input of the judge, `(n, *judge.image_shape)` float32.

    Of a canvas, the judge sees only the requested cell, or the occupied one for a real image; pixels are rescaled to the range
    that it was trained on.

    Raises:
        ReportError: if the images have another shape than those that the judge was trained on.
    """
    from report_builder.measures._arrays import images_of

    probe, inner = opened(PROBES, parameters.images)
    arrays = dict(probe.arrays(model, data, inner))
    return arrays, _as_judged(_cut(images_of(arrays), arrays, judge), arrays, judge)


def _cut(images: np.ndarray, arrays: Arrays, judge: Judge) -> np.ndarray:
    """Return images of the judge's shape: unchanged, or cut to the requested (or occupied) cell of each canvas."""
    from report_builder.measures._cells import asked_cells

    shape = tuple(judge.image_shape)
    cut = asked_cells(images, arrays) if "cells" in arrays and images.shape[1:] != shape else images
    if cut.shape[1:] != shape:
        rule = "the images have another shape than those that the judge was trained on"
        received = " × ".join(map(str, cut.shape[1:])) + (" (the cell asked)" if cut is not images else "")
        step = "Choose a judge that was trained on images of this shape."
        raise ReportError(Problem("", rule, received, f"The judge's: {' × '.join(map(str, shape))}.", step))
    return cut


def _as_judged(images: np.ndarray, arrays: Arrays, judge: Judge) -> np.ndarray:
    """Rescale pixels to the judge's range."""
    low, high = (float(value) for value in arrays["value_range"])
    below, above = judge.value_range
    if (low, high) == (below, above):
        return images
    return (images - low) * ((above - below) / (high - low)) + below
