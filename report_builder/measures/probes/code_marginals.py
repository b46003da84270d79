"""Codes, and the distance of each coordinate from the standard normal distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report_builder.kinds import Probe
from report_builder.measures.probes import codes

if TYPE_CHECKING:
    from report_builder.kinds import Arrays, ImageData, Trained


def measure(model: Trained, data: ImageData, parameters: codes.Parameters) -> Arrays:
    """Compute the codes and the Kolmogorov-Smirnov distance of each coordinate from N(0, 1).

    Returns:
        The arrays of the probe `codes`, `ks` (latent_dim,) float64 in (0, 1], computed from sampled codes if there are any.
    """
    from report_builder.measures._arrays import codes_of
    from report_builder.measures._mathematics.normal import ks_distance

    found = codes.measure(model, data, parameters)
    return {**found, "ks": ks_distance(codes_of(found))}


KIND = Probe(parameters=codes.Parameters, measure=measure, needs=frozenset({"encode"}), needs_for=codes.needs_for)
