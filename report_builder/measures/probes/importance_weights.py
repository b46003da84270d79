"""The importance-weighted bound on the log-likelihood of each image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Probe
from report_builder.measures._parameters import OfSplit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike

    from report_builder.kinds import Arrays, ImageData, Trained


class Parameters(OfSplit):
    """The images, and the number of codes to draw for each."""

    k: int = Field(default=50, ge=1, description="Codes drawn from the posterior of each image, each with its weight.")


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Compute log (1/k) sum_i w_i, in nats (Burda et al. 2016, eq. 8), log w_i = log p(x|z_i) + log p(z_i) - log q(z_i|x).

    Returns:
        `bound` (n,) float64; `draw_variance` (n,) float64: variance of the bound due to its k draws, by the jackknife (Efron
        and Stein 1981), 0 for k = 1; `effective` (n,) float64: effective number of draws, (sum w)^2 / sum w^2, in [1, k];
        `index` (n,) int64; the arrays of `about_bound`.
    """
    import numpy as np

    from report_builder.measures.probes._batches import BATCH, about_bound, given_to, part_of, pixels, places_of

    part = part_of(data, parameters.split, parameters.n)
    condition, found = given_to(model, part), []
    for start in range(0, len(part.y), BATCH):
        chosen = slice(start, start + BATCH)
        beside = () if condition is None else (condition[chosen],)
        x = pixels(part.x[chosen])
        terms = [model.elbo_terms(x, *beside, 1) for _ in range(parameters.k)]
        weights = [-(_float64(each["reconstruction"]) + _float64(each["kl_monte_carlo"])) for each in terms]
        found.append(_bound(np.stack(weights)))
    bound, variance, effective = np.concatenate(found, axis=1)
    return {
        "bound": bound,
        "draw_variance": variance,
        "effective": effective,
        "index": places_of(data, parameters.split, parameters.n),
        **about_bound(model, data, part),
    }


def _float64(term: ArrayLike) -> np.ndarray:
    import numpy as np

    return np.asarray(np.asarray(term), dtype=np.float64)


def _bound(log_weights: np.ndarray) -> np.ndarray:
    """Return log mean weight, its jackknife variance, and effective draws `(3, n)`, from log weights `(k, n)`.

    The first-order variance of a mean would be several times too small for heavy-tailed weights.
    """
    import numpy as np

    k, largest = len(log_weights), log_weights.max(axis=0)
    relative = np.exp(log_weights - largest)
    total = relative.sum(axis=0)
    effective = total**2 / (relative**2).sum(axis=0)
    if k == 1:
        return np.stack([largest, np.zeros_like(total), effective])
    without = np.log(np.maximum(total - relative, np.finfo(float).tiny))
    variance = (k - 1) / k * ((without - without.mean(axis=0)) ** 2).sum(axis=0)
    return np.stack([largest + np.log(total / k), variance, effective])


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"likelihood"}))
