"""Errors of reconstruction, for autoencoders and VAEs on one scale: `decode(encode(x))`, without noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

NAMES = ("reconstruction_bce", "reconstruction_mse", "reconstruction_bce_per_pixel", "reconstruction_mse_per_pixel")


class Parameters(Base):
    """Which images are reconstructed."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(default=None, ge=1, description="How many images, drawn at random; null: all.")


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The errors of each image."""
    return {"errors": ProbeRequest("reconstruction_errors", parameters.model_dump())}


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Four values, whatever the parameters."""
    return list(NAMES)


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """Binary cross-entropy (nats) and squared error of an image (sum over its pixels) and of a pixel (mean over them)."""
    errors = arrays["errors"]
    pixels = float(errors["pixels"])
    bce, mse = errors["bce"], errors["mse"]
    samples = (bce, mse, bce / pixels, mse / pixels)
    units = ("nats/image", "", "nats/pixel", "")
    reductions = ["sum over pixels, mean over images"] * 2 + ["mean over pixels, mean over images"] * 2
    return [
        Value(name, float(each.mean()), unit, "lower", reduction, len(each), each)
        for name, each, unit, reduction in zip(NAMES, samples, units, reductions, strict=True)
    ]
