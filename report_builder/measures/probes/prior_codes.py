"""Codes drawn from the prior and their decoded images, together with the codes of real images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from report_builder.kinds import Probe
from report_builder.measures.probes import codes

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Trained


class Parameters(codes.Parameters):
    """The number of codes to draw, and the images to encode."""

    samples: int = Field(default=18, ge=1, description="Codes drawn from N(0, I).")
    seed: int = Field(
        default=0, ge=0, description="Seed of the draw; the same codes are drawn for every run of one latent_dim."
    )


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Draw from N(0, I) and decode, and encode a split.

    Returns:
        The arrays of the probe `codes`, `prior` (samples, latent_dim) float32: the draws, `images` (samples, height, width,
        channels) float32 with `value_range` (2,): decoded from them.
    """
    import numpy as np

    from report_builder.measures.probes._batches import decode

    found = codes.measure(model, data, parameters)
    shape = (parameters.samples, found["z_mean"].shape[1])
    # an independent stream: with the same seed, the draws would repeat the noise of the images' sampled codes
    prior = np.random.default_rng([parameters.seed, 1]).standard_normal(shape, dtype=np.float32)
    limits = np.array(data.value_range, dtype=np.float32)
    return {**found, "prior": prior, "images": decode(model, prior), "value_range": limits}


KIND = Probe(
    parameters=Parameters,
    measure=measure,
    noise=lambda _: "draws",
    needs=frozenset({"encode", "decode"}),
    needs_for=codes.needs_for,
)
