"""How alike images and their reconstructions are: peak signal-to-noise ratio and structural similarity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    from report_builder.kinds import Arrays


class Parameters(Base):
    """Which images are reconstructed."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(default=None, ge=1, description="How many images, drawn at random; null: all.")


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The likeness of each image and its reconstruction."""
    return {"quality": ProbeRequest("reconstruction_quality", parameters.model_dump())}


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Two values."""
    return ["reconstruction_psnr", "reconstruction_ssim"]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """`reconstruction_psnr` in dB, and `reconstruction_ssim` (Wang et al. 2004; 1 for equal images), means over the images."""
    quality = arrays["quality"]
    ratio, likeness, side, peak = (quality[name] for name in ("psnr", "ssim", "window", "data_range"))
    n, of_range = len(ratio), f"data range {float(peak):g}"
    how = f"Gaussian window {side} x {side} with sigma 1.5, {of_range}, mean over places, channels and images"
    return [
        Value("reconstruction_psnr", float(ratio.mean()), "dB", "higher", f"{of_range}, mean over images", n, ratio),
        Value("reconstruction_ssim", float(likeness.mean()), "", "higher", how, n, likeness),
    ]
