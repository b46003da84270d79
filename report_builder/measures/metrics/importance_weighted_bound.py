"""Importance-weighted bound on the log-likelihood, tighter than the ELBO: Burda et al., ICLR 2016, arXiv:1509.00519."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures._arrays import units_of
from report_builder.measures.metrics._bounds import bounded_by
from report_builder.measures.probes import importance_weights

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

Parameters = importance_weights.Parameters
NAME = "importance_weighted_bound"
UNIT = "nats/image"


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the bound of each image."""
    return {"weights": ProbeRequest("importance_weights", parameters.model_dump())}


def values(parameters: Parameters, _: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare the bound, its standard error over the images, the part due to the draws, and the effective number of draws."""
    k, error = parameters.k, "standard error of the mean"
    how = f"logarithm of the mean of {k} importance weights, mean over images"
    return (
        Quantity(NAME, UNIT, "higher", "images", how),
        Quantity(f"{NAME}_standard_error", UNIT, "none", "images", f"{error} over images"),
        Quantity(f"{NAME}_draw_error", UNIT, "none", "images", f"{error} by the draws"),
        Quantity(f"{NAME}_effective_draws", "", "none", "images", f"of {k} draws, mean over images"),
    )


def measure(arrays: Mapping[str, Arrays], _: Parameters) -> Mapping[str, Measured]:
    """Measure the mean over images of log (1/k) sum_i p(x, z_i) / q(z_i|x) for z_i drawn from q(z|x): Burda et al., eq. 8.

    With k = 1 it is the Monte Carlo estimate of the evidence lower bound; its expectation grows with k (theorem 1) towards
    log p(x). `..._standard_error` is the standard deviation over the images divided by the square root of their number;
    `..._draw_error` is the part of it that more draws would remove, by a jackknife over the draws of each image;
    `..._effective_draws` is the mean over images of (sum w)^2 / sum w^2, from 1 (a single draw dominates) to k.
    """
    from report_builder.measures.metrics._errors import standard_error

    weights = arrays["weights"]
    bound, variance, effective = (weights[name] for name in ("bound", "draw_variance", "effective"))
    n = len(bound)
    return {
        NAME: bounded_by(weights).named(NAME, Measured.mean(bound, units_of(weights, n))),
        f"{NAME}_standard_error": Measured(standard_error(bound), n),
        f"{NAME}_draw_error": Measured(float(variance.sum()) ** 0.5 / n, n),
        f"{NAME}_effective_draws": Measured(float(effective.mean()), n),
    }


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
