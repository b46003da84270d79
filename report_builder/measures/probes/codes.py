"""Codes of the images of a split, with the variances of the posterior where the model has one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Parameters as Base

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, ImageData

NEEDS = frozenset({"encode"})


class Parameters(Base):
    """Which images are encoded, and whether their codes are drawn."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(default=None, ge=1, description="How many images, drawn at random; null: all.")
    drawn: int | None = Field(
        default=None,
        ge=0,
        description="Seed of one draw from the posterior of each image, given beside the means; null: no draw.",
    )
    any_model: bool = Field(default=False, description="Of a model without a posterior the codes as they are, not drawn.")


def needs(parameters: Mapping[str, Any]) -> frozenset[str]:
    """What the model must provide for these parameters beside what it always must."""
    return frozenset({"posterior"} if parameters.get("drawn") is not None and not parameters.get("any_model") else ())


def measure(model: Any, data: ImageData, parameters: Parameters) -> Arrays:
    """Codes and classes.

    Returns:
        `z_mean` (n, latent_dim) float32, for a model with a posterior `z_log_var` of the same shape (log of the variance),
        where codes are drawn `z` of the same shape, `y` (n,) int64, `class_names` (k,) unicode, `index` (n,) int64.

    Raises:
        ReportError: codes are to be drawn, and the model has no posterior.
    """
    import numpy as np

    from report_builder.measures.probes._batches import encode, given_to, part_of, places_of, posterior

    part = part_of(data, parameters.split, parameters.n)
    condition = given_to(model, part)
    found = {"y": part.y, "class_names": np.array(data.class_names), "index": places_of(data, parameters.split, parameters.n)}
    if not hasattr(model, "posterior"):
        if parameters.drawn is not None and not parameters.any_model:
            raise ReportError(Problem("", "the model has no posterior to draw codes from", f"drawn: {parameters.drawn}"))
        return {"z_mean": encode(model, part.x, condition)} | found
    z_mean, z_log_var = posterior(model, part.x, condition)
    if parameters.drawn is not None:
        found["z"] = _draw(z_mean, z_log_var, places_of(data, parameters.split, parameters.n), parameters.drawn)
    return {"z_mean": z_mean, "z_log_var": z_log_var} | found


def _draw(z_mean: np.ndarray, z_log_var: np.ndarray, places: np.ndarray, seed: int) -> np.ndarray:
    """One code of each image from its posterior; the image at a place has the same noise however many there are."""
    import numpy as np

    noise = np.random.default_rng(seed).standard_normal((places.max() + 1, z_mean.shape[1]), dtype=np.float32)[places]
    return np.asarray(z_mean + np.exp(0.5 * z_log_var) * noise, dtype=np.float32)
