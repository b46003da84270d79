"""The evidence lower bound and its terms, with the KL term by the closed form and by Monte Carlo side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Parameters as Base
from report_builder.kinds import ProbeRequest, Value

if TYPE_CHECKING:
    from report_builder.kinds import Arrays

NAMES = ("elbo", "elbo_monte_carlo", "reconstruction_loss", "kl_loss", "kl_monte_carlo")
UNIT = "nats/image"


class Parameters(Base):
    """Which images the bound is measured on."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(default=None, ge=1, description="How many images, drawn at random; null: all.")
    samples: int = Field(default=1, ge=1, description="Codes drawn from the posterior of each image.")


def probes(parameters: Parameters) -> Mapping[str, ProbeRequest]:
    """The terms of the bound for each image."""
    return {"likelihood": ProbeRequest("likelihood", parameters.model_dump())}


def names(parameters: Parameters, requests: Mapping[str, ProbeRequest]) -> list[str]:
    """Six values, whatever the parameters."""
    return [*NAMES, "elbo_standard_error"]


def measure(arrays: Mapping[str, Arrays], parameters: Parameters) -> list[Value]:
    """`elbo` = -(reconstruction_loss + kl_loss), whatever weight beta the training gave to the KL term, in nats per image.

    `elbo` and `kl_loss` use the closed form of the KL divergence (Kingma and Welling 2014, appendix B); `elbo_monte_carlo` and
    `kl_monte_carlo` use log q(z|x) - log p(z) at the drawn codes. Their expectations are equal. `elbo_standard_error`: of
    `elbo_monte_carlo`, over the images and their draws. The reduction names the distribution of the pixels, and what the model
    is told of each image: a probability and a density, and log p(x) and log p(x|c), are no one scale. Of grey pixels with the
    cross-entropy of black and white ones the values are called a cross-entropy, and are no bound.
    """
    from report_builder.measures.metrics._bounds import bounded
    from report_builder.measures.metrics._errors import standard_error

    terms = arrays["likelihood"]
    loss, closed, drawn = terms["reconstruction"], terms["kl_closed_form"], terms["kl_monte_carlo"]
    samples = (-(loss + closed), -(loss + drawn), loss, closed, drawn)
    better = ("higher", "higher", "lower", "none", "none")
    of_codes = "sum over pixels and latent dimensions, mean over images"
    what = bounded(terms)
    of_images = f"{what.reduction}, {of_codes}"
    reductions = (of_images, of_images, of_images, of_codes, of_codes)
    values = [
        Value(name, float(each.mean(dtype="float64")), UNIT, direction, reduction, len(each), each)
        for name, each, direction, reduction in zip(NAMES, samples, better, reductions, strict=True)
    ]
    values = [what.named(value) if value.reduction == of_images else value for value in values]
    error, how = standard_error(samples[1]), "standard error of the mean over images and draws"
    return [*values, Value("elbo_standard_error", error, UNIT, "none", how, len(loss))]
