"""Wasserstein GAN: Arjovsky et al., arXiv:1701.07875 (clipped weights); Gulrajani et al., arXiv:1704.00028 (gradient penalty).

A critic's score is no logit, so the model does not provide `discriminate`: no probability of being real belongs to it.
"""

from __future__ import annotations

from report_builder.kinds import Build, Equation, Layout, Model, Preset, deferred
from report_builder.models import _wasserstein


class Parameters(_wasserstein.Parameters):
    """The architecture of both networks, and how the critic is kept smooth."""


def listings(parameters: Parameters) -> dict[str, tuple[str, ...]]:
    """The functions that run with these parameters, by part of the model."""
    networks = {"generator": ("build_generator",), "critic": ("build_critic",)}
    return networks | _wasserstein.listed(parameters, "WGAN")


def refuses(parameters: Parameters, layout: Layout) -> str:
    """Why the model cannot be trained on such images; empty where it can."""
    return _wasserstein.refuses(parameters, layout)


def equation(parameters: Parameters) -> Equation:
    """The losses of critic and generator, which `terms` averages over a batch."""
    return _wasserstein.equation(parameters, conditional=False)


@deferred
def _build() -> Build[Parameters]:
    from report_builder.models.wgan.network import build

    return build


KIND = Model(
    title="WGAN",
    parameters=Parameters,
    build=_build,
    provides=frozenset({"sample"}),
    stages=_wasserstein.STAGES,
    terms=_wasserstein.TERMS,
    equation=equation,
    listings=listings,
    presets={"half_width": Preset("WGAN of half width", _wasserstein.HALF_WIDTH)},
    refuses=refuses,
    seconds_per_image=_wasserstein.seconds_per_image,
)
