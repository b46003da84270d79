"""Codes of the images of a split, with the variances of the posterior where the model has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from report_builder.kinds import Parameters as Base

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData

NEEDS = frozenset({"encode"})


class Parameters(Base):
    """Which images are encoded."""

    split: str = Field(default="test", description="Part of the data set.")
    n: int | None = Field(default=None, ge=1, description="How many images, from the first on; null: all.")


def measure(model: Any, data: ImageData, parameters: Parameters) -> Arrays:
    """Codes and classes.

    Returns:
        `z_mean` (n, latent_dim) float32, for a model with a posterior `z_log_var` of the same shape (log of the variance),
        `y` (n,) int64, `class_names` (k,) unicode, `index` (n,) int64.
    """
    import numpy as np

    from report_builder.measures.probes._batches import encode, given_to, part_of, posterior

    part = part_of(data, parameters.split, parameters.n)
    condition = given_to(model, part)
    found = {"y": part.y, "class_names": np.array(data.class_names), "index": np.arange(len(part.y))}
    if hasattr(model, "posterior"):
        z_mean, z_log_var = posterior(model, part.x, condition)
        return {"z_mean": z_mean, "z_log_var": z_log_var} | found
    return {"z_mean": encode(model, part.x, condition)} | found
