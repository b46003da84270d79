"""Latent codes next to their values under the CDF of N(0, 1), which fill the unit square evenly if codes follow the prior."""

from __future__ import annotations

from report_builder.kinds import Draw, Figure, deferred
from report_builder.plots._codes import AxesOptions, ClassOptions, check_axes


class Parameters(ClassOptions, AxesOptions):
    """Options of `latent_cdf`."""


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.latent_cdf.drawing import draw

    return draw


KIND = Figure(
    summary="codes by class, and beside them the same codes through the standard normal distribution function",
    parameters=Parameters,
    serves=frozenset({"encode"}),
    reads=lambda parameters: parameters.encoded("code_cdf", "axes"),
    check=check_axes,
    draw=_draw,
)
