"""Distance of the codes of the images from the prior N(0, I)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures._arrays import codes_of, units_of
from report_builder.measures._parameters import OfSplit, Size

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

WHICH = {"mean": "means of codes", "drawn": "drawn codes", None: "codes, drawn where there is a posterior,"}


class Parameters(OfSplit):
    """The codes to measure, and the kernel."""

    n: Size = Field(default=2000, ge=2, description="How many images, drawn at random; null: all. Compare only equal numbers.")
    codes: Literal["mean", "drawn"] | None = Field(
        default=None,
        description="mean: what the encoder gives, of a VAE the means; drawn: one draw from the posterior of each image; null: "
        "drawn where the model has a posterior. Means alone never follow the prior, even in a perfect model.",
    )
    seed: int = Field(default=0, ge=0, description="Seed of the draw, where codes are drawn.")
    bandwidth: float | None = Field(
        default=None, gt=0, description="Bandwidth of the kernel, in units of the code; null: the square root of latent_dim."
    )

    @property
    def prefix(self) -> str:
        """Prefix of the values' names, which differs for means and for codes that must be sampled."""
        return f"{self.codes}_code" if self.codes else "code"


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the codes."""
    drawn = None if parameters.codes == "mean" else parameters.seed
    asked = {"split": parameters.split, "n": parameters.n, "drawn": drawn, "any_model": parameters.codes is None}
    return {"codes": ProbeRequest("codes", asked)}


def values(parameters: Parameters, _: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare three distances."""
    prefix, which = parameters.prefix, WHICH[parameters.codes]
    how = f"Kolmogorov-Smirnov distance of {which} to N(0, 1)"
    return (
        Quantity(f"{prefix}_ks_mean", "", "lower", "images", f"{how}, mean over dimensions"),
        Quantity(f"{prefix}_ks_max", "", "lower", "images", f"{how}, largest over dimensions"),
        Quantity(f"{prefix}_mmd2", "", "lower", "images", f"{which} against N(0, I), unbiased, Gaussian kernel"),
    )


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> Mapping[str, Measured]:
    """Measure distances of the codes from N(0, I), without a unit.

    `code_ks_mean` and `code_ks_max` are the mean and maximum over the dimensions of the Kolmogorov-Smirnov distance from N(0,
    1). `code_mmd2` is the unbiased estimate of the squared maximum mean discrepancy with a Gaussian kernel (Gretton et al.
    2012, lemma 6); it can be negative. If `codes` is given, the names begin with `drawn_code_` or `mean_code_`.
    """
    from report_builder.measures._mathematics.normal import ks_distance, mmd_to_normal

    z = codes_of(arrays["codes"])
    n, dimension = z.shape
    ks, bandwidth, prefix = ks_distance(z), parameters.bandwidth or dimension**0.5, parameters.prefix
    mmd = mmd_to_normal(z, bandwidth)
    units = units_of(arrays["codes"], n)
    return {
        f"{prefix}_ks_mean": Measured(float(ks.mean()), n),
        f"{prefix}_ks_max": Measured(float(ks.max()), n),
        f"{prefix}_mmd2": Measured(mmd.squared, n, mmd.samples, units, f"bandwidth {bandwidth:.4g}"),
    }


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
