"""How far the codes of the images are from the prior N(0, I)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

NAMES = ("ks_mean", "ks_max", "mmd2")
WHICH = {"mean": "means of codes", "drawn": "drawn codes", None: "codes, drawn where there is a posterior,"}


class Parameters(Base):
    """Which codes are measured, and how."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(
        default=2000, ge=2, description="How many images, drawn at random; null: all. Compare only equal numbers."
    )
    codes: Literal["mean", "drawn"] | None = Field(
        default=None,
        description="mean: what the encoder gives, of a VAE the means; drawn: one draw from the posterior of each image; null: "
        "drawn where the model has a posterior. Means alone never follow the prior, even in a perfect model.",
    )
    seed: int = Field(default=0, ge=0, description="Seed of the draw, where codes are drawn.")
    bandwidth: float | None = Field(
        default=None, gt=0, description="Bandwidth of the kernel, in units of the code; null: the square root of latent_dim."
    )


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The codes."""
    drawn = None if parameters.codes == "mean" else parameters.seed
    asked = {"split": parameters.split, "n": parameters.n, "drawn": drawn, "any_model": parameters.codes is None}
    return {"codes": ProbeRequest("codes", asked)}


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Three values, of means and of codes that must be drawn under names of their own."""
    return [f"{_prefix(parameters)}_{name}" for name in NAMES]


def _prefix(parameters: Parameters) -> str:
    return f"{parameters.codes}_code" if parameters.codes else "code"


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """Distances of the codes to N(0, I), in no unit.

    `code_ks_mean` and `code_ks_max` are mean and largest over the dimensions of the distance of Kolmogorov and Smirnov to
    N(0, 1). `code_mmd2` is the unbiased estimate of the squared maximum mean discrepancy with a Gaussian kernel (Gretton et al.
    2012, lemma 6); it can lie below 0. With `codes` they are `drawn_code_...` or `mean_code_...`.
    """
    from report_builder.measures._arrays import codes_of
    from report_builder.measures._mathematics.normal import ks_distance, mmd_to_normal

    z = codes_of(arrays["codes"])
    n, dimension = z.shape
    prefix = _prefix(parameters)
    which = WHICH[parameters.codes]
    ks, bandwidth = ks_distance(z), parameters.bandwidth or dimension**0.5
    mmd = mmd_to_normal(z, bandwidth)
    how = f"Kolmogorov-Smirnov distance of {which} to N(0, 1)"
    kernel = f"{which} against N(0, I), unbiased, Gaussian kernel of bandwidth {bandwidth:.4g}"
    return [
        Value(f"{prefix}_ks_mean", float(ks.mean()), "", "lower", f"{how}, mean over dimensions", n),
        Value(f"{prefix}_ks_max", float(ks.max()), "", "lower", f"{how}, largest over dimensions", n),
        Value(f"{prefix}_mmd2", mmd.squared, "", "lower", kernel, n, mmd.samples),
    ]
