"""Shared parameters of metrics on the images of a figure, of their own probe, or on reconstructions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from report_builder.kinds import Noise, Parameters, ProbeRequest, Role
from report_builder.measures._parameters import Figure, OwnProbe
from report_builder.measures.metrics._judged import images_asked


class OwnImages(Parameters):
    """The images to measure."""

    of: Figure = Field(default=None, description="Id of the figure whose images are measured.")
    probe: OwnProbe = Field(
        default=None, description="Instead: a probe that gives images, {kind: ..., parameters}; default: reconstructions."
    )
    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set.")
    n: Annotated[int, Role.WHAT] = Field(
        default=1000, ge=1, description="How many images, drawn at random: the real ones, and those to reconstruct."
    )
    ends: Annotated[bool, Role.WHAT] = Field(
        default=False, description="Of pairs: the reconstructions of both ends (their mean for each pair), not what is between."
    )


def own_images(parameters: OwnImages) -> Mapping[str, ProbeRequest]:
    """Request the images of the metric's own probe, by default reconstructions; nothing if a figure's are measured."""
    if parameters.of is not None:
        return {}
    default = {"kind": "reconstructions", "split": parameters.split, "n": parameters.n}
    return {"images": images_asked(parameters.probe or default)}


def noise_of(parameters: OwnImages, request: ProbeRequest) -> Noise:
    """Return the source of chance in the images; the ends of pairs are images of the data."""
    return "images" if parameters.ends else request.noise
