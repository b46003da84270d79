"""The terms of the evidence lower bound for each image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Probe
from report_builder.measures._parameters import OfSplit

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Trained


class Parameters(OfSplit):
    """The images, and the number of codes to draw for each."""

    samples: int = Field(
        default=1, ge=1, description="Codes drawn from the posterior of each image; the terms are averaged over them."
    )


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Compute the terms in nats, summed over pixels or latent dimensions (Kingma and Welling 2014, eq. 3 and 10).

    Returns:
        `reconstruction` (n,) float32: -log p(x|z); `kl_closed_form` and `kl_monte_carlo` (n,) float32; `index` (n,) int64;
        the arrays of `about_bound`.
    """
    import numpy as np

    from report_builder.measures.probes._batches import BATCH, about_bound, given_to, part_of, pixels, places_of

    part = part_of(data, parameters.split, parameters.n)
    condition, batches = given_to(model, part), []
    for start in range(0, len(part.y), BATCH):
        chosen = slice(start, start + BATCH)
        beside = () if condition is None else (condition[chosen],)
        batches.append(model.elbo_terms(pixels(part.x[chosen]), *beside, parameters.samples))
    terms = {name: np.concatenate([np.asarray(batch[name], dtype=np.float32) for batch in batches]) for name in batches[0]}
    return terms | {"index": places_of(data, parameters.split, parameters.n), **about_bound(model, data, part)}


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"likelihood"}))
