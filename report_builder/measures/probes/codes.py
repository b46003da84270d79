"""Codes of the images of a split, with the posterior variances if the model has a posterior."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Probe
from report_builder.measures._parameters import OfSplit

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, ImageData, Trained


class Parameters(OfSplit):
    """The images to encode, and whether to sample their codes."""

    drawn: int | None = Field(
        default=None,
        ge=0,
        description="Seed of one draw from the posterior of each image, returned in addition to the means; null: no draw.",
    )
    any_model: bool = Field(default=False, description="Of a model without a posterior the codes as they are, not drawn.")


def needs_for(parameters: Parameters) -> frozenset[str]:
    """Require a posterior if codes are to be sampled."""
    return frozenset({"posterior"} if parameters.drawn is not None and not parameters.any_model else ())


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Compute the codes and classes of the images.

    Returns:
        `z_mean` (n, latent_dim) float32, for a model with a posterior `z_log_var` of the same shape (log of the variance),
        if codes are sampled `z` of the same shape, `y` (n,) int64, `class_names` (k,) unicode, `index` (n,) int64.

    Raises:
        ReportError: if codes are to be sampled and the model has no posterior.
    """
    import numpy as np

    from report_builder.measures.probes._batches import encode, given_to, part_of, places_of, posterior

    part = part_of(data, parameters.split, parameters.n)
    condition = given_to(model, part)
    found = {"y": part.y, "class_names": np.array(data.class_names), "index": places_of(data, parameters.split, parameters.n)}
    if "posterior" not in model.provides:
        if parameters.drawn is not None and not parameters.any_model:
            raise ReportError(Problem("", "the model has no posterior to draw codes from", f"drawn: {parameters.drawn}"))
        return {"z_mean": encode(model, part.x, condition)} | found
    z_mean, z_log_var = posterior(model, part.x, condition)
    if parameters.drawn is not None:
        found["z"] = _draw(z_mean, z_log_var, places_of(data, parameters.split, parameters.n), parameters.drawn)
    return {"z_mean": z_mean, "z_log_var": z_log_var} | found


def _draw(z_mean: np.ndarray, z_log_var: np.ndarray, places: np.ndarray, seed: int) -> np.ndarray:
    """Sample a code for each image from its posterior; the noise of an image does not depend on the number of images."""
    import numpy as np

    noise = np.random.default_rng(seed).standard_normal((places.max() + 1, z_mean.shape[1]), dtype=np.float32)[places]
    return np.asarray(z_mean + np.exp(0.5 * z_log_var) * noise, dtype=np.float32)


KIND = Probe(parameters=Parameters, measure=measure, needs=frozenset({"encode"}), needs_for=needs_for)
