"""A bound of the log-likelihood that is tighter than the evidence lower bound: Burda et al., ICLR 2016, arXiv:1509.00519."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

NAME = "importance_weighted_bound"
UNIT = "nats/image"


class Parameters(Base):
    """Which images the bound is measured on, and how tight it is."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(default=None, ge=1, description="How many images, drawn at random; null: all.")
    k: int = Field(
        default=50,
        ge=1,
        description="Codes drawn from the posterior of each image: 1 is the evidence lower bound; more, tighter.",
    )


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The bound of each image."""
    return {"weights": ProbeRequest("importance_weights", parameters.model_dump())}


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """The bound, its standard error over the images, the part of that error that the draws make, and how many draws count."""
    return [NAME, f"{NAME}_standard_error", f"{NAME}_draw_error", f"{NAME}_effective_draws"]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """The mean over the images of log (1/k) sum_i p(x, z_i) / q(z_i|x), the z_i drawn from q(z|x): Burda et al., equation 8.

    With k = 1 it is the Monte-Carlo estimate of the evidence lower bound; its expectation grows with k (theorem 1) towards
    log p(x). `..._standard_error` is the standard deviation over the images divided by the root of their number;
    `..._draw_error` the part of it that would go with more draws, by the jackknife over the draws of each image;
    `..._effective_draws` the mean over the images of (sum w)^2 / sum w^2, from 1, where one draw decides, to k.
    """
    from report_builder.measures.metrics._bounds import bounded
    from report_builder.measures.metrics._errors import standard_error

    bound, variance, effective = (arrays["weights"][name] for name in ("bound", "draw_variance", "effective"))
    n = len(bound)
    what = bounded(arrays["weights"])
    how = f"{what.reduction}, logarithm of the mean of {parameters.k} importance weights, mean over images"
    by_draws = float(variance.sum()) ** 0.5 / n
    return [
        what.named(Value(NAME, float(bound.mean()), UNIT, "higher", how, n, bound)),
        Value(f"{NAME}_standard_error", standard_error(bound), UNIT, "none", "standard error of the mean over images", n),
        Value(f"{NAME}_draw_error", by_draws, UNIT, "none", "standard error of the mean by the draws", n),
        Value(f"{NAME}_effective_draws", float(effective.mean()), "", "none", f"of {parameters.k} draws, mean over images", n),
    ]
