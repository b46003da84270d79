"""The evidence lower bound and its terms, with the KL term in closed form and by Monte Carlo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from report_builder.kinds import Measured, Metric, ProbeRequest, Quantity
from report_builder.measures._arrays import units_of
from report_builder.measures.metrics._bounds import bounded_by
from report_builder.measures.probes import likelihood

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

Parameters = likelihood.Parameters
UNIT = "nats/image"
SUMMED = "sum over pixels and latent dimensions, mean over images"


def reads(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """Request the terms of the bound for each image."""
    return {"likelihood": ProbeRequest("likelihood", parameters.model_dump())}


def values(_: Parameters, __: Mapping[str, ProbeRequest]) -> Sequence[Quantity]:
    """Declare the bound in two variants, its terms, and its standard error."""
    return (
        Quantity("elbo", UNIT, "higher", "images", SUMMED),
        Quantity("elbo_monte_carlo", UNIT, "higher", "images", SUMMED),
        Quantity("reconstruction_loss", UNIT, "lower", "images", SUMMED),
        Quantity("kl_loss", UNIT, "none", "images", SUMMED),
        Quantity("kl_monte_carlo", UNIT, "none", "images", SUMMED),
        Quantity("elbo_standard_error", UNIT, "none", "images", "standard error of the mean over images and draws"),
    )


def measure(arrays: Mapping[str, Arrays], _: Parameters) -> Mapping[str, Measured]:
    """Measure `elbo` = -(reconstruction_loss + kl_loss) in nats per image, regardless of the weight beta in training.

    `elbo` and `kl_loss` use the closed form of the KL divergence (Kingma and Welling 2014, appendix B); `elbo_monte_carlo` and
    `kl_monte_carlo` use log q(z|x) - log p(z) at the sampled codes. Their expectations are equal. `elbo_standard_error` is that
    of `elbo_monte_carlo`, over the images and their draws. The reduction names the distribution of the pixels and the condition
    of the model, since probabilities and densities, or log p(x) and log p(x|c), are not comparable. For grey pixels under a
    Bernoulli cross-entropy, the values are called a cross-entropy and are not a bound.
    """
    from report_builder.measures.metrics._errors import standard_error

    terms = arrays["likelihood"]
    loss, closed, drawn = terms["reconstruction"], terms["kl_closed_form"], terms["kl_monte_carlo"]
    what, units = bounded_by(terms), units_of(terms, len(loss))
    bounds = {"elbo": -(loss + closed), "elbo_monte_carlo": -(loss + drawn), "reconstruction_loss": loss}
    return {name: what.named(name, Measured.mean(each, units)) for name, each in bounds.items()} | {
        "kl_loss": Measured.mean(closed, units),
        "kl_monte_carlo": Measured.mean(drawn, units),
        "elbo_standard_error": Measured(standard_error(bounds["elbo_monte_carlo"]), len(loss)),
    }


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)
